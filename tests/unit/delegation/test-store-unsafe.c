/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

/* Directories and files that are not as they should be: nothing is written through them, nothing is taken from them. */

static const char *const levels[] = { "etc", "etc/systemd", "etc/systemd/system", ETC_USER };

/* Everything is refused, and nothing is touched. */
static void expect_refused(const Tree *tree, int error, const char *words) {
        g_autofree char *before = tree_dump(tree);
        _cleanup_trouble_ Trouble trouble = {};
        DelegationDropIn d;

        expect_enable(tree, &etc_user, CPU, error, words);
        expect_disable(tree, &etc_user, IO, error, words);
        g_assert_cmpint(store_test_read(tree->root, &etc_user, &d, NULL, &trouble), ==, error);
        g_assert_nonnull(strstr(trouble.cause, words));
        tree_expect(tree, before);
}

/* Directories above all are refused by the list as well; what is in the last one is listed as the administrator's. */
static void expect_listed(const Tree *tree, size_t level, int error) {
        _cleanup_trouble_ Trouble trouble = {};
        DelegationState state = {};
        int r = store_list(tree->root, 1000, &state, &trouble);

        if (level < 3) {
                g_assert_cmpint(r, ==, error);
                g_assert_nonnull(trouble.cause);
        } else {
                g_assert_cmpint(r, ==, 0);
                g_assert_cmpuint(state.n_drop_ins, ==, 1);
                g_assert_cmpint(state.drop_ins[0].kind, ==, DROP_IN_FOREIGN);
                g_assert_cmphex(state.drop_ins[0].controllers, ==, 0);
        }

        delegation_state_done(&state);
}

/* What has the name of the lock is opened only where it is what a lock is: to open a device does something. */
static void test_lock(Tree *tree, const void *data) {
        g_autofree char *lock = tree_path(tree, "run/cgscope/" STORE_LOCK_NAME), *other = tree_path(tree, "other");
        static const mode_t kinds[] = { S_IFIFO, S_IFSOCK, S_IFCHR, S_IFDIR, S_IFREG, S_IFREG };

        (void) data;
        tree_put(tree, "other", "keep");
        tree_make(tree, "run/cgscope");
        for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
                _cleanup_trouble_ Trouble trouble = {};
                g_autofree char *before = NULL;
                int r;

                if (kinds[i] == S_IFREG)
                        r = i % 2 ? link(other, lock) : mknod(lock, S_IFREG | 0600, 0) || chown(lock, 7, 7);
                else if (kinds[i] == S_IFDIR)
                        r = mkdir(lock, 0755);
                else
                        r = mknod(lock, kinds[i] | 0600, makedev(1, 3));
                if (r < 0) { /* in a user namespace there are no devices and no others */
                        (void) unlink(lock);
                        continue;
                }

                before = tree_dump(tree);
                g_assert_cmpint(store_test_enable(tree->root, &etc_user, IO, NULL, &trouble), ==, -ELOOP);
                g_assert_nonnull(strstr(trouble.cause, STORE_LOCK_DIRECTORY "/" STORE_LOCK_NAME " is no plain file"));
                tree_expect(tree, before);
                g_assert_cmpint(remove(lock), ==, 0);
        }
        expect_enable(tree, &etc_user, IO, 1, NULL);
}

/* The directories of the lock are looked at as well: nobody else is to hold it, or to put something in its place. */
static void test_lock_directory(Tree *tree, const void *data) {
        static const char *const directories[] = { "run", "run/cgscope" };

        (void) data;
        for (size_t i = 0; i < G_N_ELEMENTS(directories); i++) {
                g_autofree char *path = tree_path(tree, directories[i]), *moved = tree_path(tree, "moved");
                g_autofree char *before = NULL, *after = NULL;

                tree_make(tree, "run/cgscope");
                g_assert_no_errno(chmod(path, 01777));
                before = tree_dump(tree);
                g_assert_cmpint(store_test_enable(tree->root, &etc_user, IO, NULL, NULL), ==, -EPERM);
                tree_expect(tree, before);
                g_assert_no_errno(chmod(path, 0755));

                g_assert_no_errno(g_rename(path, moved));
                g_assert_no_errno(symlink(moved, path));
                after = tree_dump(tree);
                g_assert_cmpint(store_test_enable(tree->root, &etc_user, IO, NULL, NULL), ==, -ELOOP);
                tree_expect(tree, after);
                g_assert_no_errno(g_unlink(path));
                g_assert_no_errno(g_rename(moved, path));
        }
        expect_enable(tree, &etc_user, IO, 1, NULL);
}

static const char *thief; /* puts a link to it in the place of the directory that was just made */

int mkdirat(int dir, const char *name, mode_t mode) {
        int r = (int) syscall(SYS_mkdirat, dir, name, mode);

        if (r >= 0 && thief) {
                g_assert_no_errno(unlinkat(dir, name, AT_REMOVEDIR));
                g_assert_no_errno(symlinkat(thief, dir, name));
        }
        return r;
}

static void test_stolen_directory(Tree *tree, const void *data) {
        g_autofree char *outside = tree_path(tree, "outside");
        _cleanup_trouble_ Trouble trouble = {};
        struct stat st;

        (void) data;
        tree_make(tree, "etc/systemd/system");
        g_assert_no_errno(mkdir(outside, 0700));
        thief = outside;
        g_assert_cmpint(store_test_enable(tree->root, &etc_user, IO, NULL, &trouble), ==, -ELOOP);
        thief = NULL;
        g_assert_nonnull(trouble.cause);
        g_assert_no_errno(stat(outside, &st));
        g_assert_cmphex(st.st_mode & 07777, ==, 0700);
        g_assert_false(tree_has(tree, "outside" USER_NAME));
}

/* A link to a directory that is all right, beneath the root or outside. */
static void test_links(Tree *tree, const void *data) {
        (void) data;
        for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
                g_autofree char *path = tree_path(tree, levels[i]), *moved = tree_path(tree, "moved");
                g_autofree char *words = g_strdup_printf("/%s is a symbolic link", levels[i]);

                expect_enable(tree, &etc_user, IO, 1, NULL);
                g_assert_no_errno(g_rename(path, moved));
                g_assert_no_errno(symlink(moved, path));
                expect_refused(tree, -ELOOP, words);
                expect_listed(tree, i, -ELOOP);

                g_assert_no_errno(g_unlink(path));
                g_assert_no_errno(symlink("/nowhere", path));
                expect_refused(tree, -ELOOP, words);

                g_assert_no_errno(g_unlink(path));
                g_assert_no_errno(g_rename(moved, path));
                expect_disable(tree, &etc_user, IO, 1, NULL);
        }
}

static void test_no_directories(Tree *tree, const void *data) {
        (void) data;
        for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
                g_autofree char *words = g_strdup_printf("/%s is no directory", levels[i]);
                g_autofree char *path = tree_path(tree, levels[i]);

                tree_put(tree, levels[i], "x");
                expect_refused(tree, -EPERM, words);
                expect_listed(tree, i, -EPERM);
                g_assert_no_errno(g_unlink(path));

                g_assert_no_errno(mkfifo(path, 0644));
                expect_refused(tree, -EPERM, words);
                g_assert_no_errno(g_unlink(path));
        }
}

/* A sticky bit is no help. */
static void test_writable(Tree *tree, const void *data) {
        static const mode_t modes[] = { 0775, 0757, 0777, 01777, 02775 };

        (void) data;
        expect_enable(tree, &etc_user, IO, 1, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(levels); i++)
                for (size_t j = 0; j < G_N_ELEMENTS(modes); j++) {
                        g_autofree char *words = g_strdup_printf("chmod go-w /%s", levels[i]);
                        g_autofree char *path = tree_path(tree, levels[i]);

                        g_assert_no_errno(chmod(path, modes[j]));
                        expect_refused(tree, -EPERM, words);
                        expect_listed(tree, i, -EPERM);
                        g_assert_no_errno(chmod(path, 0755));
                }
        expect_ours(tree, &etc_user, IO);
}

static void test_owner(Tree *tree, const void *data) {
        (void) data;
        if (!store_test_can_chown()) {
                g_test_skip("no other user in this namespace");
                return;
        }

        expect_enable(tree, &etc_user, IO, 1, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
                g_autofree char *words = g_strdup_printf("/%s belongs to user 1000", levels[i]);
                g_autofree char *path = tree_path(tree, levels[i]);

                g_assert_no_errno(chown(path, 1000, 0));
                expect_refused(tree, -EPERM, words);
                expect_listed(tree, i, -EPERM);
                g_assert_no_errno(chown(path, 0, 1000));
                expect_disable(tree, &etc_user, CPU, 0, NULL);
                g_assert_no_errno(chown(path, 0, 0));
        }
}

static void test_root(Tree *tree, const void *data) {
        g_autofree char *link = tree_path(tree, "link"), *file = tree_path(tree, "file");
        int fd;

        (void) data;
        tree_put(tree, "file", "x");
        g_assert_cmpint(store_open(file), ==, -ENOTDIR);
        g_assert_cmpint(store_open("/nowhere"), ==, -ENOENT);

        /* How one came there is the caller's business. */
        g_assert_no_errno(symlink(tree->path, link));
        fd = store_open(link);
        g_assert_cmpint(fd, >=, 0);
        (void) fd_close(fd);

        g_assert_no_errno(chmod(tree->path, 0777));
        g_assert_cmpint(store_open(tree->path), ==, -EPERM);
        g_assert_no_errno(chmod(tree->path, 0755));
        if (store_test_can_chown()) {
                g_assert_no_errno(chown(tree->path, 1000, 0));
                g_assert_cmpint(store_open(tree->path), ==, -EPERM);
        }
}

/* A file that is none of a kind that we could have written is the administrator's, and not known. */
static void expect_unread(const Tree *tree, const char *words) {
        g_autofree char *before = tree_dump(tree);
        DelegationState state = {};
        DelegationDropIn d;
        const char *why;

        g_assert_cmpint(store_test_read(tree->root, &etc_user, &d, &why, NULL), ==, 0);
        g_assert_cmpint(d.kind, ==, DROP_IN_FOREIGN);
        g_assert_cmphex(d.controllers, ==, 0);
        g_assert_nonnull(strstr(why, words));

        expect_enable(tree, &etc_user, IO, -EEXIST, words);
        expect_enable(tree, &etc_user, IO, -EEXIST, "remove it");
        expect_disable(tree, &etc_user, IO, -EEXIST, words);
        g_assert_cmpint(store_list(tree->root, DELEGATION_EVERYBODY, &state, NULL), ==, 0);
        g_assert_cmpuint(state.n_drop_ins, ==, 1);
        g_assert_cmpint(state.drop_ins[0].kind, ==, DROP_IN_FOREIGN);
        delegation_state_done(&state);
        tree_expect(tree, before);
}

static void test_file_kinds(Tree *tree, const void *data) {
        g_autofree char *file = tree_path(tree, ETC_USER USER_NAME), *elsewhere = tree_path(tree, "elsewhere");
        char text[DROP_IN_TEXT_MAX];

        (void) data;
        tree_put(tree, "elsewhere", drop_in_format(IO, text));
        tree_make(tree, ETC_USER);

        g_assert_no_errno(symlink(elsewhere, file));
        expect_unread(tree, "symbolic link");
        g_assert_no_errno(g_unlink(file));

        g_assert_no_errno(symlink("/dev/nullx", file));
        expect_unread(tree, "symbolic link");
        g_assert_no_errno(g_unlink(file));

        g_assert_no_errno(link(elsewhere, file));
        expect_unread(tree, "hard links");
        g_assert_no_errno(g_unlink(elsewhere));
        g_assert_no_errno(g_unlink(file));

        g_assert_no_errno(mkfifo(file, 0644));
        expect_unread(tree, "no regular file");
        g_assert_no_errno(g_unlink(file));

        g_assert_no_errno(g_mkdir(file, 0755));
        expect_unread(tree, "no regular file");
        g_assert_no_errno(g_rmdir(file));

        if (mknod(file, S_IFCHR | 0644, makedev(1, 5)) >= 0) { /* what could be read for ever */
                expect_unread(tree, "no regular file");
                g_assert_no_errno(g_unlink(file));
        }
}

static void test_file_rights(Tree *tree, const void *data) {
        g_autofree char *file = tree_path(tree, ETC_USER USER_NAME);

        (void) data;
        expect_enable(tree, &etc_user, IO, 1, NULL);
        g_assert_no_errno(chmod(file, 0664));
        expect_unread(tree, "may write");
        g_assert_no_errno(chmod(file, 0646));
        expect_unread(tree, "may write");
        g_assert_no_errno(chmod(file, 0600));
        expect_enable(tree, &etc_user, IO, 0, NULL);
        expect_enable(tree, &etc_user, CPU, 1, NULL);
        expect_ours(tree, &etc_user, IO | CPU);

        if (store_test_can_chown()) {
                g_assert_no_errno(chown(file, 1000, 0));
                expect_unread(tree, "not root's");
        }
}

static void test_masked(Tree *tree, const void *data) {
        g_autofree char *file = tree_path(tree, ETC_USER USER_NAME);

        (void) data;
        tree_make(tree, ETC_USER);
        g_assert_no_errno(symlink("/dev/null", file));
        expect_unread(tree, "masks");
}

static void add(void) {
        TREE_TEST("links", test_links);
        TREE_TEST("no-directories", test_no_directories);
        TREE_TEST("writable", test_writable);
        TREE_TEST("owner", test_owner);
        TREE_TEST("root", test_root);
        TREE_TEST("file-kinds", test_file_kinds);
        TREE_TEST("file-rights", test_file_rights);
        TREE_TEST("masked", test_masked);
        TREE_TEST("lock", test_lock);
        TREE_TEST("lock-directory", test_lock_directory);
        TREE_TEST("stolen-directory", test_stolen_directory);
}

int main(int argc, char *argv[]) {
        return store_test_run(argc, argv, add);
}
