/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/hierarchy.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "proc/cgroup-file.h"
#include "proc/mountinfo.h"

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

/* The unified hierarchy has no controllers there, and a named one is "name=NAME". */
char *cgroup_legacy_controllers(char names[static CGROUP_LEGACY_TEXT_MAX]) {
        _cleanup_free_ char *text = NULL;
        const char *rest;
        size_t used = 0;

        names[0] = '\0';
        if (cgroup_file_read(0, &text) < 0)
                return names;

        rest = text;
        while (used < CGROUP_LEGACY_TEXT_MAX) {
                _cleanup_free_ char *hierarchy = NULL, *path = NULL;

                if (cgroup_file_next(&rest, &hierarchy, &path) <= 0)
                        break;
                if (*hierarchy && !startswith(hierarchy, "name="))
                        used += (size_t) snprintf(names + used, CGROUP_LEGACY_TEXT_MAX - used, "%s%s", used ? ", " : "",
                                                  hierarchy);
        }

        return names;
}

/* Whether a v1 hierarchy is mounted at CGROUP_MOUNT or below. Where that cannot be told, it is where there is one. */
static bool legacy_is_mounted(void) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        char names[CGROUP_LEGACY_TEXT_MAX];

        if (cgroup_mounts_read(&mounts) < 0)
                return *cgroup_legacy_controllers(names);

        for (size_t i = 0; i < mounts.n; i++)
                if (!mounts.mounts[i].unified && startswith(mounts.mounts[i].point, CGROUP_MOUNT))
                        return true;

        return false;
}

CgroupMode cgroup_mode(void) {
        if (is_cgroup2(CGROUP_MOUNT))
                return CGROUP_UNIFIED;
        if (is_cgroup2(CGROUP_MOUNT "/unified"))
                return CGROUP_HYBRID;

        return legacy_is_mounted() ? CGROUP_LEGACY : CGROUP_ABSENT;
}

char *cgroup_mounted_elsewhere(void) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        const CgroupMount *mount =
                cgroup_mounts_read(&mounts) < 0 ? NULL : cgroup_mounts_find(&mounts, CGROUP_HIERARCHY_UNIFIED);

        return mount && !streq(mount->point, CGROUP_MOUNT) ? escape_word(mount->point) : NULL;
}

static int explain_absent(char **ret) {
        _cleanup_free_ char *elsewhere = cgroup_mounted_elsewhere(), *hidden = path_find_hidden(CGROUP_MOUNT);

        if (hidden)
                return asprintf(ret,
                                "%s is hidden by the sandbox of the unit that this process is in "
                                "(InaccessiblePaths=)",
                                hidden);
        if (!elsewhere)
                return asprintf(ret, "no cgroup2 is mounted at " CGROUP_MOUNT
                                     "; mount it: mount -t cgroup2 cgroup2 " CGROUP_MOUNT);

        return asprintf(ret,
                        "no cgroup2 is mounted at " CGROUP_MOUNT
                        ", where it is looked for, but at %s; mount it there as well: mount --bind %s " CGROUP_MOUNT,
                        elsewhere, elsewhere);
}

int cgroup_explain_mode(char **ret) {
        char names[CGROUP_LEGACY_TEXT_MAX];
        int r;

        (void) cgroup_legacy_controllers(names);

        switch (cgroup_mode()) {
        case CGROUP_HYBRID:
        case CGROUP_LEGACY:
                r = asprintf(ret,
                             "cgroup v1 holds %s on this host; boot with systemd.unified_cgroup_hierarchy=1 "
                             "on the kernel command line for cgroup v2",
                             *names ? names : "the hierarchies");
                break;
        case CGROUP_ABSENT:
                r = explain_absent(ret);
                break;
        case CGROUP_UNIFIED:
        default:
                r = asprintf(ret, "cgroup2 is mounted at " CGROUP_MOUNT);
        }

        return r < 0 ? -ENOMEM : 0;
}
