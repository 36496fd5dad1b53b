/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oracle.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "basic/fd.h"
#include "cgroup/group.h"

/* <sys/mount.h> and <linux/mount.h> exclude each other with some versions of glibc. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);

#define NEW_MOUNT "/tmp/cgscope-oracle-v1"
#define NEW_NAME "name=cgscope-oracle"
#define NEW_OPTIONS "none," NEW_NAME

_noreturn_ void die(const char *what, const char *name) {
        fprintf(stderr, "oracle: %s %s: %s\n", what, name, strerror(errno));
        exit(3);
}

/* A named hierarchy that is there already, with nothing but its name. */
static bool find_named(char options[static 256]) {
        char text[8192];

        if (fd_read_path("/proc/self/cgroup", text, sizeof(text)) < 0)
                return false;

        for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                char *name = strstr(line, ":name="), *end = name ? strchr(name + 1, ':') : NULL;

                if (!end)
                        continue;
                *end = '\0';
                (void) snprintf(options, 256, "none,%s", name + 1);
                return true;
        }

        return false;
}

/* Leaves the name of what is mounted now in @name. */
static bool mount_new(Hierarchy *hierarchy, char name[static 256]) {
        char options[256] = NEW_OPTIONS;

        if (mkdir(NEW_MOUNT, 0700) < 0 && errno != EEXIST)
                die("mkdir", NEW_MOUNT);

        if (mount("cgroup", NEW_MOUNT, "cgroup", 0, options) < 0) {
                int error = errno;

                if (!find_named(options) || mount("cgroup", NEW_MOUNT, "cgroup", 0, options) < 0) {
                        printf("oracle: no v1 hierarchy can be mounted: %s\n", strerror(error));
                        (void) rmdir(NEW_MOUNT);
                        return false;
                }
        }

        hierarchy->own_mount = true;
        (void) snprintf(name, 256, "%s", strchr(options, ',') + 1);
        return true;
}

/* The hierarchy goes with its last mount, but only when the groups that were in it are gone for good, which they are a
 * while after rmdir(2). */
static void take_away_mount(void) {
        for (unsigned i = 0; i < 50; i++) {
                char text[8192];

                (void) umount2(NEW_MOUNT, 0);
                (void) usleep(50 * 1000);
                if (fd_read_path("/proc/self/cgroup", text, sizeof(text)) < 0 || !strstr(text, ":" NEW_NAME ":"))
                        break;
                (void) mount("cgroup", NEW_MOUNT, "cgroup", 0, NEW_OPTIONS);
        }

        (void) rmdir(NEW_MOUNT);
}

static void read_controllers(Hierarchy *hierarchy) {
        char text[1024] = "";

        if (hierarchy->mount->unified)
                (void) fd_read_file(hierarchy->root, "cgroup.subtree_control", text, sizeof(text));
        text[strcspn(text, "\n")] = '\0';
        hierarchy->controllers = strdup(text);
}

static const CgroupMount *find_mount(Hierarchy *hierarchy, const char *name) {
        cgroup_mounts_done(&hierarchy->mounts);
        if (cgroup_mounts_read(&hierarchy->mounts) < 0)
                die("read", "/proc/self/mountinfo");

        /* What we mounted ourselves is the last one. */
        for (size_t i = hierarchy->mounts.n; hierarchy->own_mount && i > 0; i--)
                if (streq(hierarchy->mounts.mounts[i - 1].point, NEW_MOUNT))
                        return hierarchy->mounts.mounts + i - 1;

        return cgroup_mounts_find(&hierarchy->mounts, name);
}

bool hierarchy_open(Hierarchy *hierarchy, const char *name) {
        char mounted[256];

        *hierarchy = (Hierarchy) { .root = -EBADF };
        (void) snprintf(mounted, sizeof(mounted), "%s", name);
        if (streq(name, "new") && !mount_new(hierarchy, mounted))
                return false;

        hierarchy->mount = (CgroupMount *) find_mount(hierarchy, mounted);
        if (!hierarchy->mount) {
                printf("oracle: no hierarchy %s is mounted\n", mounted);
                return false;
        }

        hierarchy->root = open(hierarchy->mount->point, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (hierarchy->root < 0)
                die("open", hierarchy->mount->point);
        read_controllers(hierarchy);
        return true;
}

void hierarchy_done(Hierarchy *hierarchy) {
        (void) fd_close(hierarchy->root);
        cgroup_mounts_done(&hierarchy->mounts);
        free(hierarchy->controllers);
        if (hierarchy->own_mount)
                take_away_mount();
}

/* The options of the hierarchy are set all at once: those that it has, with nsdelegate or without. */
static int reconfigure(const Hierarchy *hierarchy, bool on) {
        _cleanup_free_ char *options = strdup(hierarchy->mount->options);
        _cleanup_close_ int fd = (int) syscall(SYS_fspick, AT_FDCWD, hierarchy->mount->point, FSPICK_CLOEXEC);

        if (fd < 0)
                return -errno;

        for (char *save, *word = strtok_r(options, ",", &save); word; word = strtok_r(NULL, ",", &save))
                if (!streq(word, "nsdelegate") && !streq(word, "rw") &&
                    syscall(SYS_fsconfig, fd, FSCONFIG_SET_FLAG, word, NULL, 0) < 0)
                        return -errno;
        if (on && syscall(SYS_fsconfig, fd, FSCONFIG_SET_FLAG, "nsdelegate", NULL, 0) < 0)
                return -errno;

        return syscall(SYS_fsconfig, fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0 ? -errno : 0;
}

bool hierarchy_set_nsdelegate(Hierarchy *hierarchy, bool on) {
        int r = reconfigure(hierarchy, on);

        if (r < 0)
                fprintf(stderr, "oracle: cannot set nsdelegate: %s\n", strerror(-r));

        hierarchy->mount = (CgroupMount *) find_mount(hierarchy, CGROUP_HIERARCHY_UNIFIED);
        if (!hierarchy->mount)
                die("find", "the mount of cgroup2");
        return cgroup_mount_has_option(hierarchy->mount, "nsdelegate");
}
