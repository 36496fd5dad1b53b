/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/group.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/parse.h"
#include "proc/cgroup-file.h"

/* A file of controllers' names: a dozen words. */
#define CONTROLLERS_SIZE 512

int cgroup_of_process(pid_t pid, char **ret) {
        _cleanup_free_ char *text = NULL;
        int r = cgroup_file_read(pid, &text);

        return r < 0 ? r : cgroup_file_find(text, "", ret);
}

int group_open(int root, const char *path) {
        path += strspn(path, "/");

        return fd_open_beneath(root, *path ? path : ".", O_RDONLY | O_DIRECTORY);
}

int group_open_parent(int top, const char *below, const char **ret_name) {
        const char *slash = strrchr(below, '/');

        *ret_name = slash ? slash + 1 : below;
        return group_open_first(top, below, slash ? (size_t) (slash - below) : 0);
}

int group_open_first(int top, const char *below, size_t length) {
        char first[PATH_MAX];

        if (length >= sizeof(first))
                return -ENAMETOOLONG;

        *(char *) mempcpy(first, below, length) = '\0';
        return group_open(top, first);
}

static int read_mask(int group, const char *file, ControllerMask *ret) {
        char text[CONTROLLERS_SIZE];
        ssize_t n = fd_read_file(group, file, text, sizeof(text));

        if (n < 0)
                return (int) n;

        *ret = controller_mask_read(text);
        return 0;
}

int group_controllers(int group, ControllerMask *ret) {
        return read_mask(group, "cgroup.controllers", ret);
}

int group_enabled(int group, ControllerMask *ret) {
        return read_mask(group, "cgroup.subtree_control", ret);
}

/* The kernel's files are called SUBSYSTEM.NAME. Besides the controllers that v2 hands on there are those of the core,
 * those that are there without being handed on ("irq.pressure", Documentation/accounting/psi.rst), and those of v1. */
static bool is_of_the_kernel(const char *name) {
        static const char *const subsystems[] = { "cgroup",  "irq",     "perf_event", "debug",   "blkio",
                                                  "cpuacct", "devices", "freezer",    "net_cls", "net_prio" };
        const char *dot = strchr(name, '.');
        size_t length = dot ? (size_t) (dot - name) : 0;

        if (length == 0)
                return false;

        for (size_t i = 0; i < ELEMENTSOF(subsystems); i++)
                if (strlen(subsystems[i]) == length && memcmp(name, subsystems[i], length) == 0)
                        return true;

        return controller_from_name(name, length) != _CONTROLLER_INVALID;
}

bool group_name_is_valid(const char *name) {
        static const char *const unit_suffixes[] = { ".service", ".scope",     ".slice", ".socket", ".mount", ".swap",
                                                     ".target",  ".automount", ".timer", ".path",   ".device" };
        /* systemd's own list of what the kernel may want (systemd.io/CGROUP_DELEGATION, "_" escaping). */
        static const char *const kernel_names[] = { "tasks", "notify_on_release", "release_agent" };

        if (isempty(name) || name[0] == '.' || strlen(name) > NAME_MAX || strchr(name, '/') || !text_is_safe(name))
                return false;
        if (is_of_the_kernel(name))
                return false;

        for (size_t i = 0; i < ELEMENTSOF(kernel_names); i++)
                if (streq(name, kernel_names[i]))
                        return false;
        for (size_t i = 0; i < ELEMENTSOF(unit_suffixes); i++)
                if (endswith(name, unit_suffixes[i]))
                        return false;

        return true;
}

int group_make(int group, const char *name, mode_t mode, bool *ret_made) {
        bool made = mkdirat(group, name, mode) >= 0;
        int fd;

        if (!made && errno != EEXIST)
                return -errno;

        fd = group_open(group, name);
        if (fd < 0 && made)
                (void) unlinkat(group, name, AT_REMOVEDIR);

        *ret_made = made;
        return fd;
}

bool group_is_domain(int group) {
        char type[32];

        return fd_read_file(group, "cgroup.type", type, sizeof(type)) > 0 && startswith(type, "domain\n");
}

int group_can_hold_processes(int group) {
        ControllerMask enabled;
        int r;

        r = group_enabled(group, &enabled);
        if (r < 0 || enabled == CONTROLLER_MASK_NONE)
                return r;

        return group_is_domain(group) ? -EBUSY : 0;
}

int group_attach(int group, pid_t pid) {
        char text[16];

        (void) snprintf(text, sizeof(text), "%d", (int) pid);
        return fd_write_file(group, "cgroup.procs", text);
}

static int hand_on(int group, ControllerMask controllers, const char *sign) {
        char text[2 * CONTROLLER_MASK_TEXT_MAX], *end = text;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                if (controllers & controller_bit(c))
                        end = stpcpy(stpcpy(stpcpy(end, sign), controller_to_string(c)), " ");
        if (end == text)
                return 0;

        end[-1] = '\0';
        return fd_write_file(group, "cgroup.subtree_control", text);
}

int group_enable(int group, ControllerMask controllers, Controller *ret_refused) {
        int r = hand_on(group, controllers, "+");

        if (r >= 0)
                return 0;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++) {
                if (!(controllers & controller_bit(c)))
                        continue;

                r = hand_on(group, controller_bit(c), "+");
                if (r < 0) {
                        *ret_refused = c;
                        return r;
                }
        }

        return 0;
}

int group_disable(int group, ControllerMask controllers) {
        return hand_on(group, controllers, "-");
}

/* Each group has this file, and one that was removed has none any more. */
bool group_is_gone(int group) {
        _cleanup_close_ int fd = fd_open_beneath(group, "cgroup.procs", O_PATH);

        return fd == -ENOENT || fd == -ENODEV;
}

uint64_t group_read_number(int group, const char *file, uint64_t otherwise) {
        char text[64];
        uint64_t number;

        if (fd_read_file(group, file, text, sizeof(text)) < 0)
                return otherwise;

        text[strcspn(text, "\n")] = '\0';
        return parse_unsigned(text, 0, UINT64_MAX, &number) < 0 ? otherwise : number;
}

/* 1: it is so. */
static int says_event(int events, const char *event) {
        char text[256];
        ssize_t n = pread(events, text, sizeof(text) - 1, 0);

        if (n < 0)
                return -errno;

        text[n] = '\0';
        return strstr(text, event) != NULL;
}

static int has_event(int group, const char *event) {
        _cleanup_close_ int events = fd_open_beneath(group, "cgroup.events", O_RDONLY);

        return events < 0 ? events : says_event(events, event);
}

int group_is_populated(int group) {
        return has_event(group, "populated 1");
}

int group_is_frozen(int group) {
        int r = has_event(group, "frozen 1");

        return r == -ENOENT && !group_is_gone(group) ? 0 : r;
}

/* The kernel raises POLLPRI for what has changed since the last read. */
int group_wait_event(int group, const char *event, uint64_t deadline) {
        _cleanup_close_ int events = fd_open_beneath(group, "cgroup.events", O_RDONLY);
        struct pollfd pollfd = { .fd = events, .events = POLLPRI };

        if (events < 0)
                return events;

        for (;;) {
                uint64_t left = deadline_left(deadline);
                struct timespec ts = {
                        .tv_sec = (time_t) (left / USEC_PER_SEC),
                        .tv_nsec = (long) (left % USEC_PER_SEC * NSEC_PER_USEC),
                };
                int r = says_event(events, event);

                if (r != 0)
                        return r < 0 ? r : 0;
                if (left == 0)
                        return -ETIMEDOUT;

                if (ppoll(&pollfd, 1, left == USEC_INFINITY ? NULL : &ts, NULL) < 0 && errno != EINTR)
                        return -errno;
        }
}
