/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/hierarchy.h"

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

/* /proc/self/cgroup has "ID:CONTROLLERS:PATH", where the unified hierarchy has no CONTROLLERS and a named one has
 * "name=". */
char *cgroup_legacy_controllers(char names[static CGROUP_LEGACY_TEXT_MAX]) {
        char text[8192];
        size_t used = 0, size = CGROUP_LEGACY_TEXT_MAX;

        names[0] = '\0';
        if (fd_read_path("/proc/self/cgroup", text, sizeof(text)) < 0)
                return names;

        for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                char *begin = strchr(line, ':'), *end = begin ? strchr(begin + 1, ':') : NULL;

                if (!end || end == begin + 1 || startswith(begin + 1, "name="))
                        continue;

                used += (size_t) snprintf(names + used, size - used, "%s%.*s", used ? ", " : "",
                                          (int) (end - begin - 1), begin + 1);
                if (used >= size)
                        break;
        }

        return names;
}

CgroupMode cgroup_mode(void) {
        char names[CGROUP_LEGACY_TEXT_MAX];

        if (is_cgroup2(CGROUP_MOUNT))
                return CGROUP_UNIFIED;

        (void) cgroup_legacy_controllers(names);
        if (is_cgroup2(CGROUP_MOUNT "/unified"))
                return CGROUP_HYBRID;
        return *names ? CGROUP_LEGACY : CGROUP_ABSENT;
}

int cgroup_explain_mode(char **ret) {
        char names[CGROUP_LEGACY_TEXT_MAX];
        int r;

        (void) cgroup_legacy_controllers(names);

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
