/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc/cgroup-file.h"

#include <assert.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "proc/proc.h"
#include "proc/stat.h"

typedef struct Line {
        const char *hierarchy, *path; /* in the text */
        size_t hierarchy_length, path_length;
} Line;

int cgroup_file_read(pid_t pid, char **ret) {
        _cleanup_close_ int proc = -EBADF, thread = -EBADF, fd = -EBADF;
        ssize_t n;

        /* Whatever /proc is of, "self" is ourselves. */
        if (pid == 0) {
                int r = fd_read_path_all("/proc/self/cgroup", ret);

                return r == -ENOENT || r == -ENOTDIR ? -ENOSYS : r;
        }

        proc = proc_open_number(pid);
        if (proc < 0)
                return proc;

        thread = proc_open_live_thread(proc);
        fd = fd_open_beneath(thread >= 0 ? thread : proc, "cgroup", O_RDONLY);
        n = fd < 0 ? fd : fd_read_all(fd, ret);
        return n == -ENOENT ? -ESRCH : n == -EPERM ? -EACCES : n < 0 ? (int) n : 0;
}

/* What is no such line is passed over. A path can hold anything but a newline. */
static bool take_line(const char **text, Line *ret) {
        while (**text) {
                const char *name = *text + strcspn(*text, ":\n"), *path = *name == ':' ? name + 1 : name;

                path += strcspn(path, ":\n");
                *text += strcspn(*text, "\n");
                *text += **text == '\n';
                if (*name != ':' || *path != ':')
                        continue;

                *ret = (Line) { name + 1, path + 1, (size_t) (path - name - 1), strcspn(path + 1, "\n") };
                return true;
        }

        return false;
}

int cgroup_file_next(const char **text, char **ret_hierarchy, char **ret_path) {
        _cleanup_free_ char *hierarchy = NULL, *path = NULL;
        Line line;

        assert(text && *text);

        if (!take_line(text, &line))
                return 0;

        hierarchy = strndup(line.hierarchy, line.hierarchy_length);
        path = strndup(line.path, line.path_length);
        if (!hierarchy || !path)
                return -ENOMEM;

        *ret_hierarchy = TAKE_PTR(hierarchy);
        *ret_path = TAKE_PTR(path);
        return 1;
}

int cgroup_file_find(const char *text, const char *hierarchy, char **ret) {
        Line line;

        while (take_line(&text, &line)) {
                if (strlen(hierarchy) != line.hierarchy_length ||
                    memcmp(hierarchy, line.hierarchy, line.hierarchy_length) != 0)
                        continue;

                *ret = strndup(line.path, line.path_length);
                return *ret ? 0 : -ENOMEM;
        }

        return -ENODATA;
}
