/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/command.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/hierarchy.h"
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

/* -ENOENT: not found; -EACCES: found, but nothing that can be executed. */
static int find(const char *name, char **ret) {
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

static void report_not_found(const char *name) {
        Controller controller = controller_from_name(name, strlen(name));

        if (isempty(name))
                log_error("the command is an empty word");
        else if (controller != _CONTROLLER_INVALID)
                log_error("%s: command not found; controllers are divided by commas, as --delegate=cpu,io", name);
        else if (strpbrk(name, " ;|&<>$"))
                log_error("%s: command not found; a line for a shell is run as sh -c '…'", name);
        else
                log_error("%s: command not found", name);
}

int command_prepare(const CommandOptions *options, const char *name, char **ret) {
        const char *directory = options->working_directory;
        int r;

        if (directory && chdir(directory) < 0) {
                log_error_errno(-errno, "--working-directory: cannot enter %s", directory);
                return STATUS_NOT_STARTED;
        }
        if (options->nice_given && setpriority(PRIO_PROCESS, 0, options->nice) < 0) {
                log_error_errno(-errno, "--nice: cannot set the level to %d", options->nice);
                return STATUS_NOT_STARTED;
        }

        r = find(name, ret);
        if (r >= 0)
                return 0;

        if (r == -ENOENT)
                report_not_found(name);
        else
                log_error_errno(r, "%s: cannot be executed", name);
        return command_status(r);
}

int command_set_environment(const CommandOptions *options, const char *unit, const char *path) {
        _cleanup_free_ char *root = NULL;

        /* In the namespace, all that is to be seen is below it. */
        if (asprintf(&root, CGROUP_MOUNT "%s", options->cgroup_namespace.wanted ? "" : path) < 0)
                return log_oom();
        if (setenv("CGSCOPE_ROOT", root, 1) < 0 || (unit && setenv("CGSCOPE_UNIT", unit, 1) < 0))
                return log_oom();

        for (size_t i = 0; i < options->n_environment; i++)
                if (putenv(options->environment[i]) != 0) /* lives until exec */
                        return log_oom();

        return 0;
}

int command_execute(const char *path, char *argv[]) {
        fd_limit_restore();
        (void) execv(path, argv);
        if (errno != ENOEXEC)
                return -errno;

        (void) execvp(path, argv);
        return -errno;
}

int command_status(int error) {
        return error == -ENOENT   ? STATUS_NOT_FOUND
               : error == -ENOMEM ? STATUS_NOT_STARTED /* to look for it, or to begin */
                                  : STATUS_NOT_EXECUTABLE;
}
