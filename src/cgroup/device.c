/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/device.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "basic/fd.h"

#define SYSFS_PATH_MAX 512

/* The number in the file @path below the directory that sysfs has for @device. */
static int read_device(dev_t device, const char *path, dev_t *ret) {
        char name[SYSFS_PATH_MAX], text[64];
        unsigned major, minor;
        ssize_t n;

        (void) snprintf(name, sizeof(name), "/sys/dev/block/%u:%u/%s", major(device), minor(device), path);
        n = fd_read_path(name, text, sizeof(text));
        if (n < 0)
                return (int) n;
        if (sscanf(text, "%u:%u", &major, &minor) != 2)
                return -EBADMSG;

        *ret = makedev(major, minor);
        return 0;
}

/* What a mapped or encrypted device is on. -ENOTUNIQ: several, none of which is the one. */
static int find_slave(dev_t device, dev_t *ret) {
        char path[SYSFS_PATH_MAX], slave[SYSFS_PATH_MAX] = "";
        struct dirent *entry;
        DIR *directory;
        int n = 0;

        (void) snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/slaves", major(device), minor(device));
        directory = opendir(path);
        if (!directory)
                return -errno;

        while ((entry = readdir(directory)))
                if (entry->d_name[0] != '.') {
                        (void) snprintf(slave, sizeof(slave), "slaves/%s/dev", entry->d_name);
                        n++;
                }
        (void) closedir(directory);

        return n == 0 ? -ENOENT : n > 1 ? -ENOTUNIQ : read_device(device, slave, ret);
}

/* The disk of a partition: the directory above that of the partition is the disk's. */
static int find_disk(dev_t device, dev_t *ret) {
        char path[SYSFS_PATH_MAX];

        (void) snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition", major(device), minor(device));
        return access(path, F_OK) < 0 ? -errno : read_device(device, "../dev", ret);
}

/* btrfs shows a number of its own; the device is asked for. Of several none is the one. */
static int find_btrfs_device(int node, dev_t *ret) {
        struct btrfs_ioctl_fs_info_args filesystem = {};
        char path[64];
        _cleanup_close_ int fd = -EBADF;

        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", node);
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        if (ioctl(fd, BTRFS_IOC_FS_INFO, &filesystem) < 0 || filesystem.num_devices != 1)
                return -ENOTBLK;

        for (uint64_t id = 1; id <= filesystem.max_id; id++) {
                struct btrfs_ioctl_dev_info_args device = { .devid = id };
                struct stat st;

                if (ioctl(fd, BTRFS_IOC_DEV_INFO, &device) < 0)
                        continue;
                if (stat((const char *) device.path, &st) < 0)
                        return -errno;
                if (!S_ISBLK(st.st_mode))
                        return -ENOTBLK;

                *ret = st.st_rdev;
                return 0;
        }

        return -ENOTBLK;
}

static int find_device(const char *path, dev_t *ret) {
        _cleanup_close_ int node = -EBADF;
        unsigned major, minor;
        struct stat st;
        int length = 0;

        /* The number itself needs no node: a container has few. */
        if (sscanf(path, "/dev/block/%u:%u%n", &major, &minor, &length) == 2 && !path[length]) {
                *ret = makedev(major, minor);
                return 0;
        }

        node = open(path, O_PATH | O_CLOEXEC);
        if (node < 0 || fstat(node, &st) < 0)
                return -errno;

        if (S_ISCHR(st.st_mode))
                return -ENOTBLK;
        if (S_ISBLK(st.st_mode))
                *ret = st.st_rdev;
        else if (major(st.st_dev) != 0)
                *ret = st.st_dev;
        else if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
                return find_btrfs_device(node, ret);
        else
                return -ENOTBLK;

        return 0;
}

int device_find(const char *path, dev_t *ret) {
        dev_t device;
        int r;

        r = find_device(path, &device);
        if (r < 0)
                return r;

        while (find_slave(device, &device) >= 0)
                ;
        (void) find_disk(device, &device);

        *ret = device;
        return 0;
}

int device_name(dev_t device, char **ret) {
        char path[64], text[1024], *line;
        ssize_t n;
        int r;

        (void) snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/uevent", major(device), minor(device));
        n = fd_read_path(path, text, sizeof(text));
        line = n < 0 ? NULL : strstr(text, "DEVNAME=");
        if (line) {
                line += strlen("DEVNAME=");
                r = asprintf(ret, "/dev/%.*s", (int) strcspn(line, "\n"), line);
        } else
                r = asprintf(ret, "/dev/block/%u:%u", major(device), minor(device));

        return r < 0 ? -ENOMEM : 0;
}
