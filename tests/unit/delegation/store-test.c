/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store-test.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

static bool write_map(const char *path, const char *text) {
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

        return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text);
}

static bool become_root(void) {
        g_autofree char *uids = g_strdup_printf("0 %u 1\n", (unsigned) geteuid());
        g_autofree char *gids = g_strdup_printf("0 %u 1\n", (unsigned) getegid());

        if (geteuid() == 0)
                return true;

        return unshare(CLONE_NEWUSER) >= 0 && write_map("/proc/self/setgroups", "deny") &&
               write_map("/proc/self/uid_map", uids) && write_map("/proc/self/gid_map", gids) && geteuid() == 0;
}

int store_test_run(int argc, char *argv[], void (*add)(void)) {
        g_test_init(&argc, &argv, NULL);

        if (!become_root()) {
                g_print("1..0 # SKIP neither root nor user namespaces\n");
                return 0;
        }
        /* Some tests mount; those skip by themselves. */
        if (unshare(CLONE_NEWNS) >= 0)
                (void) mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);

        umask(022);
        add();
        return g_test_run();
}

bool store_test_can_chown(void) {
        g_autofree char *map = NULL;

        return g_file_get_contents("/proc/self/uid_map", &map, NULL, NULL) && strstr(map, "4294967295");
}

static void run(const char *const *argv) {
        int status = -1;

        g_assert_true(
                g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
        g_assert_cmpint(status, ==, 0);
}

void tree_setup(Tree *tree, const void *data) {
        (void) data;
        tree->path = g_dir_make_tmp("cgscope-store-XXXXXX", NULL);
        g_assert_nonnull(tree->path);
        /* In memory where that can be: nothing waits for a disk. */
        tree->mounted = mount("tmpfs", tree->path, "tmpfs", 0, "mode=700") >= 0;
        tree->root = store_open(tree->path);
        g_assert_cmpint(tree->root, >=, 0);
}

void tree_teardown(Tree *tree, const void *data) {
        (void) data;
        (void) fd_close(tree->root);
        if (tree->mounted)
                g_assert_no_errno(umount(tree->path));
        run((const char *[]) { "rm", "-rf", "--", tree->path, NULL });
        g_free(tree->path);
}

char *tree_path(const Tree *tree, const char *path) {
        return g_build_filename(tree->path, path, NULL);
}

void tree_make(const Tree *tree, const char *directory) {
        g_autofree char *full = tree_path(tree, directory);

        g_assert_no_errno(g_mkdir_with_parents(full, 0755));
}

/* Not g_file_set_contents(), which would replace a link. */
void tree_put(const Tree *tree, const char *path, const char *text) {
        g_autofree char *directory = g_path_get_dirname(path), *full = tree_path(tree, path);
        _cleanup_close_ int fd = -EBADF;

        tree_make(tree, directory);
        fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(write(fd, text, strlen(text)), ==, strlen(text));
}

bool tree_has(const Tree *tree, const char *path) {
        g_autofree char *full = tree_path(tree, path);
        struct stat st;

        return lstat(full, &st) >= 0;
}

static int compare(gconstpointer a, gconstpointer b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static void dump_into(GString *out, const char *full, const char *shown) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GDir) dir = NULL;
        const char *name;
        struct stat st;

        g_assert_no_errno(lstat(full, &st));
        g_string_append_printf(out, "%s %o %u:%u %u\n", shown, (unsigned) st.st_mode, (unsigned) st.st_uid,
                               (unsigned) st.st_gid, S_ISDIR(st.st_mode) ? 0 : (unsigned) st.st_nlink);

        if (S_ISREG(st.st_mode)) {
                g_autofree char *text = NULL;

                g_assert_true(g_file_get_contents(full, &text, NULL, NULL));
                g_string_append_printf(out, "%s|\n", text);
        }
        if (!S_ISDIR(st.st_mode))
                return;

        dir = g_dir_open(full, 0, NULL);
        g_assert_nonnull(dir);
        while ((name = g_dir_read_name(dir)))
                g_ptr_array_add(names, g_strdup(name));
        g_ptr_array_sort(names, compare);

        for (unsigned i = 0; i < names->len; i++) {
                g_autofree char *below = g_build_filename(full, names->pdata[i], NULL);
                g_autofree char *below_shown = g_build_filename(shown, names->pdata[i], NULL);

                dump_into(out, below, below_shown);
        }
}

char *tree_dump(const Tree *tree) {
        GString *out = g_string_new(NULL);

        dump_into(out, tree->path, "/");
        return g_string_free(out, FALSE);
}

void tree_expect(const Tree *tree, const char *before) {
        g_autofree char *now = tree_dump(tree);

        g_assert_cmpstr(now, ==, before);
}

void expect_ours(const Tree *tree, const DelegationDropIn *place, ControllerMask own) {
        char path[DROP_IN_PATH_MAX];
        g_autofree char *directory = g_path_get_dirname(drop_in_path(place, path));
        g_autofree char *full = tree_path(tree, path), *text = NULL;
        char expected[DROP_IN_TEXT_MAX];
        struct stat st;

        if (own == CONTROLLER_MASK_NONE) {
                g_assert_false(tree_has(tree, directory));
                return;
        }

        g_assert_true(g_file_get_contents(full, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, drop_in_format(own, expected));

        g_assert_no_errno(lstat(full, &st));
        g_assert_cmphex(st.st_mode, ==, S_IFREG | 0644);
        g_assert_cmpuint(st.st_uid, ==, 0);
        g_assert_cmpuint(st.st_gid, ==, 0);
}

/* Neither a file that is not complete nor a lock is left, whatever came of it. */
static void expect_tidy(const Tree *tree) {
        g_autofree char *all = tree_dump(tree);

        g_assert_null(strstr(all, DROP_IN_NEW));
        g_assert_null(strstr(all, STORE_LOCK_DIRECTORY));
}

static void expect(const Tree *tree, int r, const char *message, int expected, const char *words) {
        g_test_message("%d: %s", r, message ?: "");
        g_assert_cmpint(r, ==, expected);
        g_assert_true((r < 0) == (message != NULL));
        if (words) {
                g_assert_nonnull(message);
                g_assert_nonnull(strstr(message, words));
        }
        expect_tidy(tree);
}

static int change(int root, const DelegationDropIn *place, DelegationOperation operation, ControllerMask controllers,
                  bool *ret_changed, Trouble *trouble) {
        const DelegationRequest request = {
                .operation = operation,
                .uid = place->uid,
                .controllers = controllers,
                .flags = place->runtime ? DELEGATION_RUNTIME : 0,
        };
        bool changed;

        return store_change(root, &request, ret_changed ?: &changed, trouble);
}

int store_test_enable(int root, const DelegationDropIn *place, ControllerMask controllers, bool *ret_changed,
                      Trouble *trouble) {
        return change(root, place, DELEGATION_ENABLE, controllers, ret_changed, trouble);
}

int store_test_disable(int root, const DelegationDropIn *place, ControllerMask controllers, bool *ret_changed,
                       Trouble *trouble) {
        return change(root, place, DELEGATION_DISABLE, controllers, ret_changed, trouble);
}

int store_test_read(int root, const DelegationDropIn *place, DelegationDropIn *ret, const char **ret_why,
                    Trouble *trouble) {
        _cleanup_(store_way_done) StoreWay way = STORE_WAY_NULL;
        char path[DROP_IN_PATH_MAX];
        const char *why = NULL;
        int r;

        *ret = *place;
        ret->kind = DROP_IN_ABSENT;
        r = store_way_open(root, drop_in_directory(place, path), false, &way, trouble);
        if (r >= 0)
                r = store_file_read(&way, ret, &why, trouble);
        if (ret_why)
                *ret_why = why;

        return r == -ENOENT ? 0 : r;
}

void expect_enable(const Tree *tree, const DelegationDropIn *place, ControllerMask controllers, int expected,
                   const char *words) {
        _cleanup_trouble_ Trouble trouble = {};
        int r = store_test_enable(tree->root, place, controllers, NULL, &trouble);

        expect(tree, r, trouble.cause, expected, words);
}

void expect_disable(const Tree *tree, const DelegationDropIn *place, ControllerMask controllers, int expected,
                    const char *words) {
        _cleanup_trouble_ Trouble trouble = {};
        int r = store_test_disable(tree->root, place, controllers, NULL, &trouble);

        expect(tree, r, trouble.cause, expected, words);
}
