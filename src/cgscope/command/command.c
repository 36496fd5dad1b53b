/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/command.h"

#include <sys/stat.h>

#include "cgscope/verbs.h"

/* What execvp(3) takes where $PATH is not set. */
#define DEFAULT_PATH "/bin:/usr/bin"

static int check_executable(const char *path) {
        struct stat st;

        if (stat(path, &st) < 0)
                return errno == ENOTDIR ? -ENOENT : -errno;
        if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
                return -EACCES;

        return 0;
}

int command_find(const char *name, char **ret) {
        const char *directories = secure_getenv("PATH") ?: DEFAULT_PATH, *next;
        int result = -ENOENT;

        if (strchr(name, '/')) {
                int r = check_executable(name);

                if (r < 0)
                        return r;
                *ret = strdup(name);
                return *ret ? 0 : -ENOMEM;
        }

        for (const char *p = *name ? directories : NULL; p; p = *next ? next + 1 : NULL) {
                _cleanup_free_ char *path = NULL;
                int r;

                next = strchrnul(p, ':');

                /* An empty part is the working directory. */
                if (asprintf(&path, "%.*s/%s", next == p ? 1 : (int) (next - p), next == p ? "." : p, name) < 0)
                        return -ENOMEM;

                r = check_executable(path);
                if (r >= 0) {
                        *ret = TAKE_PTR(path);
                        return 0;
                }
                if (r == -EACCES)
                        result = r;
        }

        return result;
}

int command_execute(const char *path, char *argv[]) {
        (void) execv(path, argv);
        if (errno != ENOEXEC)
                return -errno;

        (void) execvp(path, argv);
        return -errno;
}

int command_status(int error) {
        return error == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}
