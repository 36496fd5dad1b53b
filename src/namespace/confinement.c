/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "namespace/confinement.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "basic/fd.h"
#include "cgroup/hierarchy.h"

/* One line each is what the kernel lets anybody write for itself; of the groups only without setgroups(2), by which one
 * could get rid of a group that is denied something. */
static int map_caller(ConfinementFlags flags, uid_t uid, gid_t gid) {
        _cleanup_close_ int proc = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
        bool root = flags & CONFINEMENT_MAP_ROOT;
        char text[64];
        int r;

        (void) snprintf(text, sizeof(text), "%u %u 1\n", root ? 0 : (unsigned) uid, (unsigned) uid);
        r = proc < 0 ? -errno : fd_write_file(proc, "uid_map", text);
        if (r < 0)
                return r;

        r = fd_write_file(proc, "setgroups", "deny");
        if (r < 0)
                return r;

        (void) snprintf(text, sizeof(text), "%u %u 1\n", root ? 0 : (unsigned) gid, (unsigned) gid);
        return fd_write_file(proc, "gid_map", text);
}

int confinement_unshare(ConfinementFlags flags, int others, ConfinementStep *ret_step) {
        uid_t uid = geteuid();
        gid_t gid = getegid();

        /* In one call: where it fails, nothing has changed, and what forbids it can still be looked up. */
        *ret_step = CONFINEMENT_UNSHARE;
        if (unshare(CLONE_NEWCGROUP | others | (flags & CONFINEMENT_USER ? CLONE_NEWUSER : 0)) < 0)
                return -errno;

        *ret_step = CONFINEMENT_MAP;
        return flags & CONFINEMENT_USER ? map_caller(flags, uid, gid) : 0;
}

static bool is_cgroup2(const char *path) {
        struct statfs fs;

        return statfs(path, &fs) >= 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* By mount(2) the same file system does not go on top of itself. */
static int make_mount(void) {
        _cleanup_close_ int context = fsopen("cgroup2", FSOPEN_CLOEXEC);
        int fd;

        if (context < 0 || fsconfig(context, FSCONFIG_SET_STRING, "source", "cgroup2", 0) < 0 ||
            fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
                return -errno;

        fd = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
        return fd < 0 ? -errno : fd;
}

/* What was mounted there shows groups outside of the namespace. Out of a user namespace that mount cannot be taken
 * away: then the new one covers it. */
static int mount_anew(void) {
        _cleanup_close_ int fd = make_mount(), directory = -EBADF;

        if (fd < 0)
                return fd;

        while (is_cgroup2(CGROUP_MOUNT) && umount2(CGROUP_MOUNT, MNT_DETACH | UMOUNT_NOFOLLOW) >= 0)
                ;

        directory = open(CGROUP_MOUNT, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (directory < 0)
                return -errno;

        return move_mount(fd, "", directory, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0 ? -errno : 0;
}

static bool is_here(const char *path) {
        struct stat here, there;

        return stat(".", &here) >= 0 && stat(path, &there) >= 0 && here.st_dev == there.st_dev &&
               here.st_ino == there.st_ino;
}

/* A working directory in the old mount would be a door to the outside. It is @old there, and the end of that in the new
 * one, if it is to be seen in it. */
static int follow_directory(const char *old) {
        const char *rest = startswith(old, CGROUP_MOUNT "/");

        for (; rest; rest = strchr(rest, '/') ? strchr(rest, '/') + 1 : NULL) {
                _cleanup_free_ char *path = NULL;

                if (asprintf(&path, CGROUP_MOUNT "/%s", rest) < 0)
                        return -ENOMEM;
                if (is_here(path))
                        return chdir(path) < 0 ? -errno : 0;
        }

        return chdir(CGROUP_MOUNT) < 0 ? -errno : 0;
}

int confinement_mount(ConfinementStep *ret_step) {
        _cleanup_free_ char *directory = is_cgroup2(".") ? getcwd(NULL, 0) : NULL;
        int r;

        /* Before anything else: from here on nothing that is mounted or unmounted reaches those outside, while what
         * they mount still gets here. */
        *ret_step = CONFINEMENT_PRIVATE;
        if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
                return -errno;

        *ret_step = CONFINEMENT_MOUNT;
        r = mount_anew();
        return r < 0 || !directory ? r : follow_directory(directory);
}

int confinement_enter(ConfinementFlags flags, ConfinementStep *ret_step) {
        int r = confinement_unshare(flags, CLONE_NEWNS, ret_step);

        return r < 0 ? r : confinement_mount(ret_step);
}
