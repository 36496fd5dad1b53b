/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-test.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* What cannot be written, what others left, and who waits for whom. */

/* Mounts a small file system over the root of @tree, which is opened anew. */
static bool tree_mount(Tree *tree, const char *options) {
        if (mount("tmpfs", tree->path, "tmpfs", 0, options) < 0) {
                g_test_skip("cannot mount here");
                return false;
        }

        (void) fd_close(tree->root);
        tree->root = store_open(tree->path);
        g_assert_cmpint(tree->root, >=, 0);
        return true;
}

static void tree_remount(const Tree *tree, unsigned long flags, const char *options) {
        g_assert_no_errno(mount(NULL, tree->path, NULL, MS_REMOUNT | flags, options));
}

static void tree_unmount(Tree *tree) {
        tree->root = fd_close(tree->root);
        g_assert_no_errno(umount(tree->path));
}

static void test_read_only(Tree *tree, const void *data) {
        g_autofree char *before = NULL;

        (void) data;
        if (!tree_mount(tree, "mode=755"))
                return;

        expect_enable(tree, &etc_user, IO, 1, NULL);
        tree_put(tree, ETC_ALL ALL_NAME, "[Service]\nDelegate=io\n");
        before = tree_dump(tree);
        tree_remount(tree, MS_RDONLY, "mode=755");

        expect_enable(tree, &etc_user, CPU, -EROFS, "read-only");
        expect_enable(tree, &(DelegationDropIn) { .uid = 5 }, CPU, -EROFS, "read-only");
        expect_disable(tree, &etc_user, IO, -EROFS, "read-only");

        /* What is so already needs no writing, and what is refused is refused for the better reason. */
        expect_enable(tree, &etc_user, IO, 0, NULL);
        expect_disable(tree, &etc_user, CPU, 0, NULL);
        expect_disable(tree, &run_user, IO, 0, NULL);
        expect_enable(tree, &etc_all, CPU, -EEXIST, NULL);
        expect_disable(tree, &etc_all, IO, -EEXIST, NULL);
        tree_expect(tree, before);

        tree_remount(tree, 0, "mode=755");
        expect_disable(tree, &etc_user, IO, 1, NULL);
        tree_unmount(tree);
}

/* With /etc read-only, /run can be written. */
static void test_read_only_etc(Tree *tree, const void *data) {
        g_autofree char *etc = tree_path(tree, "etc");

        (void) data;
        tree_make(tree, "etc/systemd/system");
        if (mount("tmpfs", etc, "tmpfs", MS_RDONLY, "mode=755") < 0) {
                g_test_skip("cannot mount here");
                return;
        }

        expect_enable(tree, &etc_user, IO, -EROFS, "--runtime");
        expect_enable(tree, &run_user, IO, 1, NULL);
        expect_ours(tree, &run_user, IO);
        expect_disable(tree, &run_user, IO, 1, NULL);
        g_assert_no_errno(umount(etc));
}

/* A file system with room for so many files: refused until there is room for all, and nothing left of it. */
static unsigned enable_in(Tree *tree, const DelegationDropIn *place) {
        for (unsigned inodes = 1;; inodes++) {
                g_autofree char *options = g_strdup_printf("mode=755,nr_inodes=%u", inodes), *before = tree_dump(tree);
                _cleanup_trouble_ Trouble trouble = {};
                int r;

                g_assert_cmpuint(inodes, <, 40);
                if (mount(NULL, tree->path, NULL, MS_REMOUNT, options) < 0)
                        continue; /* so many are there already */

                r = store_test_enable(tree->root, place, CPU, NULL, &trouble);
                if (r == 1)
                        return inodes;

                g_assert_cmpint(r, ==, -ENOSPC);
                g_assert_nonnull(strstr(trouble.cause, "no space left"));
                tree_expect(tree, before);
        }
}

static void test_no_inodes(Tree *tree, const void *data) {
        unsigned first;

        (void) data;
        if (!tree_mount(tree, "mode=755"))
                return;

        first = enable_in(tree, &etc_user);
        expect_ours(tree, &etc_user, CPU);
        g_assert_cmpuint(enable_in(tree, &(DelegationDropIn) { .uid = 5 }), >, first);
        tree_unmount(tree);
}

static void fill(const Tree *tree) {
        g_autofree char *path = tree_path(tree, "filler");
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        char page[4096] = "x";

        g_assert_cmpint(fd, >=, 0);
        while (write(fd, page, sizeof(page)) > 0)
                ;
        g_assert_cmpint(errno, ==, ENOSPC);
}

/* The file can be made and not be filled. */
static void test_no_pages(Tree *tree, const void *data) {
        g_autofree char *before = NULL, *filler = tree_path(tree, "filler");

        (void) data;
        if (!tree_mount(tree, "mode=755,size=64k"))
                return;

        expect_enable(tree, &etc_user, IO, 1, NULL);
        tree_make(tree, ETC_ALL);
        fill(tree);
        before = tree_dump(tree);
        expect_enable(tree, &etc_user, CPU, -ENOSPC, "/" ETC_USER USER_NAME);
        tree_expect(tree, before);
        expect_ours(tree, &etc_user, IO);

        /* To take away takes no space. */
        expect_disable(tree, &etc_user, IO, 1, NULL);
        g_assert_no_errno(g_unlink(filler));
        tree_unmount(tree);
}

/* The disk, as far as the functions under test see it. */

static ino_t no_sync; /* of this directory; 0: none */

int fsync(int fd) {
        struct stat st;

        if (no_sync && fstat(fd, &st) >= 0 && st.st_ino == no_sync)
                return errno = EIO, -1;

        return (int) syscall(SYS_fsync, fd);
}

/* The file is there, or gone, when it fails: that is said, for systemd will read it so. */
static void test_no_sync(Tree *tree, const void *data) {
        _cleanup_trouble_ Trouble trouble = {}, other = {};
        g_autofree char *path = tree_path(tree, ETC_USER);
        bool changed = false;
        struct stat st;

        (void) data;
        tree_make(tree, ETC_USER);
        g_assert_no_errno(stat(path, &st));
        no_sync = st.st_ino;
        g_assert_cmpint(store_test_enable(tree->root, &etc_user, IO, &changed, &trouble), ==, -EIO);
        g_assert_true(changed);
        g_assert_nonnull(strstr(trouble.cause, "/" ETC_USER USER_NAME));
        expect_ours(tree, &etc_user, IO);

        g_assert_cmpint(store_test_disable(tree->root, &etc_user, IO, &changed, &other), ==, -EIO);
        g_assert_true(changed);
        g_assert_false(tree_has(tree, ETC_USER USER_NAME));
        no_sync = 0;
}

/* What somebody left who was killed. */
static void test_stale(Tree *tree, const void *data) {
        (void) data;
        tree_put(tree, ETC_USER "/" DROP_IN_NEW, "half");
        tree_put(tree, "run/cgscope/" STORE_LOCK_NAME, "");
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_ours(tree, &etc_user, IO);

        /* Where there is nothing to do, too. */
        tree_put(tree, ETC_USER "/" DROP_IN_NEW, "half");
        expect_enable(tree, &etc_user, IO, 0, NULL);
        tree_put(tree, "run/cgscope/" STORE_LOCK_NAME, "");
        expect_enable(tree, &etc_user, IO, 0, NULL);
        tree_put(tree, ETC_ALL "/" DROP_IN_NEW, "half");
        expect_disable(tree, &etc_all, IO, 0, NULL);
        g_assert_false(tree_has(tree, ETC_ALL));
        expect_ours(tree, &etc_user, IO);
        expect_disable(tree, &etc_user, IO, 1, NULL);
        expect_ours(tree, &etc_user, 0);

        tree_make(tree, ETC_USER);
        expect_disable(tree, &etc_user, IO, 0, NULL);
        g_assert_false(tree_has(tree, ETC_USER));
}

/* A link in its place is removed, not followed. */
static void test_stale_link(Tree *tree, const void *data) {
        g_autofree char *outside = tree_path(tree, "outside"), *new = tree_path(tree, ETC_USER "/" DROP_IN_NEW);
        g_autofree char *text = NULL;

        (void) data;
        tree_put(tree, "outside", "keep");
        tree_make(tree, ETC_USER);
        g_assert_no_errno(symlink(outside, new));
        expect_enable(tree, &etc_user, IO, 1, NULL);
        expect_ours(tree, &etc_user, IO);
        g_assert_no_errno(symlink(outside, new));
        expect_disable(tree, &etc_user, IO, 1, NULL);
        g_assert_true(g_file_get_contents(outside, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, "keep");
}

/* Somebody put a directory or a link there: a message, and nothing changed. */
static void test_in_the_way(Tree *tree, const void *data) {
        g_autofree char *new = tree_path(tree, ETC_USER "/" DROP_IN_NEW);
        g_autofree char *lock = tree_path(tree, "run/cgscope/" STORE_LOCK_NAME);
        _cleanup_trouble_ Trouble trouble = {}, other = {};

        (void) data;
        tree_make(tree, ETC_USER "/" DROP_IN_NEW);
        g_assert_cmpint(store_test_enable(tree->root, &etc_user, IO, NULL, &trouble), ==, -EISDIR);
        g_assert_nonnull(strstr(trouble.cause, "remove that"));
        g_assert_false(tree_has(tree, ETC_USER USER_NAME));
        g_assert_no_errno(g_rmdir(new));

        tree_make(tree, "run/cgscope");
        g_assert_no_errno(symlink("/tmp/nowhere", lock));
        g_assert_cmpint(store_test_enable(tree->root, &etc_user, IO, NULL, &other), ==, -ELOOP);
        g_assert_nonnull(strstr(other.cause, STORE_LOCK_NAME));
        g_assert_false(tree_has(tree, ETC_USER USER_NAME));
        g_assert_no_errno(g_unlink(lock));
        expect_enable(tree, &etc_user, IO, 1, NULL);
}

/* Who holds the lock is waited for; not for ever. */
static void test_lock(Tree *tree, const void *data) {
        StoreLock first = STORE_LOCK_NULL, second = STORE_LOCK_NULL;
        _cleanup_trouble_ Trouble trouble = {};
        g_autofree char *before = NULL;

        (void) data;
        before = tree_dump(tree);
        g_assert_cmpint(store_lock(tree->root, 0, &first, NULL), ==, 0);
        g_assert_cmpint(store_lock(tree->root, 20 * USEC_PER_MSEC, &second, &trouble), ==, -EBUSY);
        g_assert_nonnull(strstr(trouble.cause, "lslocks"));
        store_unlock(&second);
        g_assert_true(tree_has(tree, "run/cgscope/" STORE_LOCK_NAME));
        store_unlock(&first);
        tree_expect(tree, before);

        /* What somebody left who was killed: all but what may be the image's own. */
        tree_put(tree, "run/cgscope/" STORE_LOCK_NAME, "");
        g_assert_cmpint(store_lock(tree->root, 0, &first, NULL), ==, 0);
        store_unlock(&first);
        g_assert_true(tree_has(tree, "run"));
        g_assert_false(tree_has(tree, "run/cgscope"));
}

/* Anybody may open the directories, and lock them; that is in nobody's way. Nor can the lock itself be opened. */
static void test_lock_of_others(Tree *tree, const void *data) {
        static const char *const directories[] = { "", "etc", "etc/systemd/system", ETC_USER, "run", "run/cgscope" };
        StoreLock lock = STORE_LOCK_NULL;
        int fds[G_N_ELEMENTS(directories)];
        struct stat st;

        (void) data;
        tree_make(tree, ETC_USER);
        tree_make(tree, "run/cgscope");
        for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
                g_autofree char *path = tree_path(tree, directories[i]);

                fds[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                g_assert_no_errno(flock(fds[i], LOCK_EX));
        }
        expect_enable(tree, &etc_user, IO, 1, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
                (void) fd_close(fds[i]);

        g_assert_cmpint(store_lock(tree->root, 0, &lock, NULL), ==, 0);
        g_assert_no_errno(fstat(lock.fd, &st));
        g_assert_cmphex(st.st_mode, ==, S_IFREG | 0600);
        store_unlock(&lock);
}

static void add(void) {
        TREE_TEST("read-only", test_read_only);
        TREE_TEST("read-only-etc", test_read_only_etc);
        TREE_TEST("no-inodes", test_no_inodes);
        TREE_TEST("no-pages", test_no_pages);
        TREE_TEST("no-sync", test_no_sync);
        TREE_TEST("stale", test_stale);
        TREE_TEST("stale-link", test_stale_link);
        TREE_TEST("in-the-way", test_in_the_way);
        TREE_TEST("lock", test_lock);
        TREE_TEST("lock-of-others", test_lock_of_others);
}

int main(int argc, char *argv[]) {
        return store_test_run(argc, argv, add);
}
