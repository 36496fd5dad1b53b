/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who would move a process, in a user namespace with as many lines in its map as the kernel takes. */

#include <fcntl.h>
#include <glib.h>
#include <sched.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "move/mover.h"

#define SKIPPED 77

/* Waits for its map. */
static int look_from_inside(int ready, int go) {
        Mover self, root;
        char byte = 0;

        if (unshare(CLONE_NEWUSER) < 0 || write(ready, "", 1) != 1 || read(go, &byte, 1) != 1 || byte != 'y')
                return SKIPPED;
        if (mover_self(&self) < 0 || mover_of_user(0, 0, NULL, 0, &root) < 0)
                return EXIT_FAILURE;

        return self.confined && root.confined && !mover_is_root(&root) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool write_map(pid_t pid) {
        g_autofree char *path = g_strdup_printf("/proc/%d/uid_map", (int) pid);
        g_autoptr(GString) map = g_string_new(NULL);
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

        for (unsigned i = 0; i < 340; i++)
                g_string_append_printf(map, "%u %u 1\n", i, i);
        return fd >= 0 && write(fd, map->str, map->len) == (ssize_t) map->len;
}

static void test_long_map(void) {
        int ready[2], go[2], status;
        pid_t pid;
        char byte;

        g_assert_cmpint(pipe(ready), ==, 0);
        g_assert_cmpint(pipe(go), ==, 0);
        pid = fork();
        if (pid == 0)
                _exit(look_from_inside(ready[1], go[0]));
        (void) close(ready[1]);

        if (read(ready[0], &byte, 1) == 1)
                (void) write(go[1], write_map(pid) ? "y" : "n", 1);
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        (void) close(ready[0]);
        (void) close(go[0]);
        (void) close(go[1]);

        if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
                g_test_skip("no user namespace with such a map can be made here");
        else
                g_assert_cmpint(status, ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/mover/long-map", test_long_map);

        return g_test_run();
}
