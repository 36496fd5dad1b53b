/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc/kernel.h"

#include <assert.h>
#include <ctype.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "basic/child.h"
#include "basic/fd.h"

char *kernel_release(char buffer[static KERNEL_RELEASE_SIZE]) {
        struct utsname name;

        (void) snprintf(buffer, KERNEL_RELEASE_SIZE, "%s", uname(&name) < 0 ? "" : name.release);
        return buffer;
}

int kernel_is_at_least(const char *release, unsigned major, unsigned minor) {
        unsigned a, b;

        if (!isdigit((unsigned char) *release) || sscanf(release, "%5u.%5u", &a, &b) != 2)
                return -EINVAL;

        return a > major || (a == major && b >= minor);
}

int kernel_check_calls(const char **ret_call) {
        struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC };
        _cleanup_close_ int directory = -EBADF, pidfd = -EBADF;

        assert(ret_call);

        directory = (int) syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));
        *ret_call = "openat2";
        if (directory < 0 && (errno == ENOSYS || errno == EPERM))
                return -errno;

        pidfd = (int) syscall(SYS_pidfd_open, getpid(), 0);
        *ret_call = "pidfd_open";
        return pidfd < 0 && (errno == ENOSYS || errno == EPERM) ? -errno : 0;
}

/* --- the command line --- */

static bool is_letter_of_name(char a, char b) {
        return a == b || ((a == '-' || a == '_') && (b == '-' || b == '_')); /* as the kernel compares them */
}

static size_t name_length(const char *word, const char *name) {
        size_t i = 0;

        while (name[i] && is_letter_of_name(word[i], name[i]))
                i++;

        return name[i] ? 0 : i;
}

/* Quotes can be around the whole word or around its value. */
static int append_value(char **list, const char *value, const char *end) {
        char *joined;

        if (value < end && *value == '"')
                value++;
        if (value < end && end[-1] == '"')
                end--;
        if (asprintf(&joined, "%s%s%.*s", *list ?: "", *list ? "," : "", (int) (end - value), value) < 0)
                return -ENOMEM;

        free(*list);
        *list = joined;
        return 0;
}

int kernel_argument_get(const char *arguments, const char *name, char **ret) {
        _cleanup_free_ char *list = NULL;

        assert(arguments && name && ret);

        for (const char *word = arguments, *end; *(word += strspn(word, " \n")); word = end) {
                size_t n;

                end = word;
                for (bool inside = false; *end && (inside || !strchr(" \n", *end)); end++)
                        inside ^= *end == '"';
                if (end == word + 2 && startswith(word, "--"))
                        break; /* what follows is for the first process */

                word += *word == '"';
                n = name_length(word, name);
                if (n > 0 && (word + n == end || word[n] == '=') &&
                    append_value(&list, word + n + (word + n < end), end) < 0)
                        return -ENOMEM;
        }
        if (!list)
                return 0;

        *ret = TAKE_PTR(list);
        return 1;
}

/* --- the configuration --- */

bool kernel_config_has(const char *config, const char *option) {
        char line[128];
        size_t length = (size_t) snprintf(line, sizeof(line), "CONFIG_%s=y", option);

        for (const char *p = config; (p = strstr(p, line)); p++)
                if ((p == config || p[-1] == '\n') && (p[length] == '\n' || p[length] == '\0'))
                        return true;

        return false;
}

/* Has gzip write what is in the file into a pipe, and gives the end to read from. Neither a shell nor PATH nor the
 * environment has a say in what runs: doctor is run by root, too. */
static int spawn_gzip(const char *path, pid_t *ret_pid, int *ret) {
        static const char *const programs[] = { "/usr/bin/gzip", "/bin/gzip" };
        char *const arguments[] = { (char *) "gzip", (char *) "-cd", (char *) path, NULL };
        _cleanup_close_ int from = -EBADF, to = -EBADF;
        char *const environment[] = { NULL };
        posix_spawn_file_actions_t actions;
        int fds[2], r = ENOENT;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        from = fds[0];
        to = fds[1];

        if (posix_spawn_file_actions_init(&actions) != 0)
                return -ENOMEM;
        if (posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO) == 0 &&
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0)
                for (size_t i = 0; i < ELEMENTSOF(programs) && r == ENOENT; i++)
                        r = posix_spawn(ret_pid, programs[i], &actions, NULL, arguments, environment);
        (void) posix_spawn_file_actions_destroy(&actions);
        if (r != 0)
                return -r;

        *ret = TAKE_FD(from);
        return 0;
}

static int read_packed_config(char **ret) {
        static const char path[] = "/proc/config.gz";
        _cleanup_free_ char *text = NULL;
        _cleanup_close_ int fd = -EBADF;
        int status, r;
        pid_t pid;
        ssize_t n;

        if (access(path, R_OK) < 0)
                return -errno;
        r = spawn_gzip(path, &pid, &fd);
        if (r < 0)
                return r;

        n = fd_read_all(fd, &text);
        fd = fd_close(fd);
        r = child_wait(pid, &status);
        if (n < 0 || r < 0)
                return n < 0 ? (int) n : r;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
                return -EIO;

        *ret = TAKE_PTR(text);
        return 0;
}

int kernel_config_read(const char *release, char **ret) {
        static const char *const places[][2] = {
                { "/boot/config-", "" },
                { "/lib/modules/", "/config" },
                { "/usr/lib/modules/", "/config" },
                { "/lib/modules/", "/build/.config" },
        };

        assert(release && ret);

        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                char path[128];

                (void) snprintf(path, sizeof(path), "%s%s%s", places[i][0], release, places[i][1]);
                if (!strchr(release, '/') && fd_read_path_all(path, ret) >= 0)
                        return 0;
        }

        return read_packed_config(ret);
}

/* CONFIG_RT_GROUP_SCHED gives each group with the cpu controller a share of real time, which is nothing in cgroup v2
 * and cannot be changed there (Documentation/admin-guide/cgroup-v2.rst, "CPU"). Since Linux 6.15 it can be switched
 * when booting. */
bool kernel_groups_real_time(const char *config, const char *arguments) {
        _cleanup_free_ char *value = NULL;
        bool on = !kernel_config_has(config, "RT_GROUP_SCHED_DEFAULT_DISABLED");

        if (kernel_argument_get(arguments, "rt_group_sched", &value) > 0 && *value)
                on = value[strlen(value) - 1] == '1';

        return on && kernel_config_has(config, "RT_GROUP_SCHED");
}
