/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hierarchy.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "basic/fd.h"

int cgroup_open_root(bool *ret_read_only) {
        _cleanup_close_ int fd = open(CGROUP_MOUNT, O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct statfs fs;

        if (fd < 0)
                return errno == ENOENT ? -EMEDIUMTYPE : -errno;
        if (fstatfs(fd, &fs) < 0)
                return -errno;
        if (fs.f_type != CGROUP2_SUPER_MAGIC)
                return -EMEDIUMTYPE;

        if (ret_read_only)
                *ret_read_only = fs.f_flags & ST_RDONLY;
        return TAKE_FD(fd);
}

static bool is_cgroup2(const char *path) {
        struct statfs fs;

        return statfs(path, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* Appends to @names the controllers that /proc/self/cgroup names for v1 hierarchies: "ID:CONTROLLERS:PATH", where the
 * unified one has no CONTROLLERS and a named one has "name=". */
static void read_legacy_controllers(char *names, size_t size) {
        char text[8192];
        size_t used = 0;

        names[0] = '\0';
        if (fd_read_path("/proc/self/cgroup", text, sizeof(text)) < 0)
                return;

        for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                char *begin = strchr(line, ':'), *end = begin ? strchr(begin + 1, ':') : NULL;

                if (!end || end == begin + 1 || startswith(begin + 1, "name="))
                        continue;

                used += (size_t) snprintf(names + used, size - used, "%s%.*s", used ? ", " : "",
                                          (int) (end - begin - 1), begin + 1);
                if (used >= size)
                        return;
        }
}

CgroupMode cgroup_mode(void) {
        char names[512];

        if (is_cgroup2(CGROUP_MOUNT))
                return CGROUP_UNIFIED;

        read_legacy_controllers(names, sizeof(names));
        if (is_cgroup2(CGROUP_MOUNT "/unified"))
                return CGROUP_HYBRID;
        return *names ? CGROUP_LEGACY : CGROUP_ABSENT;
}

int cgroup_explain_mode(char **ret) {
        char names[512];
        int r;

        read_legacy_controllers(names, sizeof(names));

        switch (cgroup_mode()) {
        case CGROUP_HYBRID:
        case CGROUP_LEGACY:
                r = asprintf(ret, "cgroup v1 holds %s on this host; boot with systemd.unified_cgroup_hierarchy=1 "
                             "on the kernel command line for cgroup v2", *names ? names : "the hierarchies");
                break;
        case CGROUP_ABSENT:
                r = asprintf(ret, "no cgroup2 is mounted at " CGROUP_MOUNT);
                break;
        case CGROUP_UNIFIED:
        default:
                r = asprintf(ret, "cgroup2 is mounted at " CGROUP_MOUNT);
        }

        return r < 0 ? -ENOMEM : 0;
}
