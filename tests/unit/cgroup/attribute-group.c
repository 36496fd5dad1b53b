/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute-group.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "basic/fd.h"

void group_setup(Group *group, const void *data) {
        (void) data;
        group->path = g_dir_make_tmp("cgscope-attribute-XXXXXX", NULL);
        group->fd = open(group->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(group->fd, >=, 0);
}

void group_teardown(Group *group, const void *data) {
        GDir *directory = g_dir_open(group->path, 0, NULL);
        const char *name;

        (void) data;
        while ((name = g_dir_read_name(directory))) {
                g_autofree char *path = g_build_filename(group->path, name, NULL);

                g_assert_cmpint(g_remove(path), ==, 0);
        }
        g_dir_close(directory);
        g_rmdir(group->path);
        g_free(group->path);
        (void) fd_close(group->fd);
}

void put(Group *group, const char *name, const char *text) {
        g_autofree char *path = g_build_filename(group->path, name, NULL);

        g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

void put_mode(Group *group, const char *name, const char *text, mode_t mode) {
        g_autofree char *path = g_build_filename(group->path, name, NULL);

        put(group, name, text);
        g_assert_cmpint(chmod(path, mode), ==, 0);
}

void assert_file(Group *group, const char *name, const char *expected) {
        g_autofree char *path = g_build_filename(group->path, name, NULL), *text = NULL;

        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        if (!g_str_equal(text, expected))
                g_error("%s says \"%s\" and not \"%s\"", name, text, expected);
}

int apply(Group *group, const char *assignments, char **ret_failed, char **ret_message) {
        g_auto(GStrv) words = g_strsplit(assignments, "; ", -1);
        _cleanup_(attribute_list_done) AttributeList list = {};
        _cleanup_trouble_ Trouble trouble = {};
        const Attribute *failed = NULL;
        int r;

        for (char **word = words; *word; word++) {
                r = attribute_list_add(&list, *word, &trouble);
                if (r < 0)
                        g_error("%s: %s: %s", *word, strerror(-r), trouble.cause);
        }

        r = attribute_list_apply(&list, group->fd, &failed, &trouble);
        g_assert_true((r < 0) == (failed != NULL));
        if (ret_failed)
                *ret_failed = failed ? strdup(failed->key) : NULL;
        if (ret_message)
                *ret_message = TAKE_PTR(trouble.cause);

        return r;
}

void assert_applied(Group *group, const char *assignments) {
        _cleanup_free_ char *failed = NULL, *message = NULL;
        int r = apply(group, assignments, &failed, &message);

        if (r < 0)
                g_error("%s: %s: %s (%s)", assignments, failed, strerror(-r), message);
}

void assert_read(Group *group, const char *key, bool raw, const char *expected) {
        _cleanup_free_ char *value = NULL;
        int r = attribute_read(group->fd, key, raw, &value);

        if (r < 0)
                g_error("%s: %s", key, strerror(-r));
        if (!g_str_equal(value, expected))
                g_error("%s%s is \"%s\" and not \"%s\"", key, raw ? " raw" : "", value, expected);
}
