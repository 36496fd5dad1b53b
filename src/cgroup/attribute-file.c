/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute-file.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/nearest.h"

/* Documentation/admin-guide/cgroup-v2.rst, and for the ranges the kernel's sources. */

/* clang-format off */
#define WHOLE(N, TAKES) { .name = N, .takes = TAKES }
#define ACTION(N, TAKES) { .name = N, .form = ATTRIBUTE_ACTION, .takes = TAKES }
#define KEYED(N, TAKES, UNSET) { .name = N, .form = ATTRIBUTE_KEYED, .takes = TAKES, .unset = UNSET }
#define SET(N, KIND)                                                                       \
        { .name = "cpuset." N, .takes = "numbers and ranges such as 0-3,6 of those there are", \
          .numbers = "/sys/devices/system/" KIND "/online" }
#define FIXED(N) { .name = N, .form = ATTRIBUTE_READ_ONLY }
#define KEPT(N, WHY) { .name = N, .form = ATTRIBUTE_READ_ONLY, .takes = WHY }
#define VERB(N, V) { .name = N, .form = ATTRIBUTE_ACTION, .verb = V }
#define STATE_VERB(N, V) { .name = N, .verb = V }
/* clang-format on */

#define SWITCH "0 or 1"
#define BYTES "a number of bytes, with a suffix K, M, G or T if you like, or max"
#define DEPTH "0 to 2147483647 or max"
#define TRIGGER "a trigger lasts only as long as the file is held open"
#define PEAK "a reset lasts only as long as the file is held open"

/* Names before patterns: the first that fits counts. */
static const AttributeFile files[] = {
        VERB("cgroup.procs", "move"),
        VERB("cgroup.threads", "move"),
        VERB("cgroup.kill", "kill"),
        STATE_VERB("cgroup.freeze", "freeze or thaw"),
        WHOLE("cgroup.pressure", SWITCH),
        WHOLE("cgroup.type", "threaded"),
        WHOLE("cgroup.max.depth", DEPTH),
        WHOLE("cgroup.max.descendants", DEPTH),
        { .name = "cgroup.subtree_control", .form = ATTRIBUTE_NAMES, .takes = "+CONTROLLER and -CONTROLLER" },
        FIXED("cgroup.controllers"),
        FIXED("cgroup.events"),

        WHOLE("cpu.weight", "1 to 10000, and cpu.idle has to be 0"),
        WHOLE("cpu.weight.nice", "-20 to 19, and cpu.idle has to be 0"),
        WHOLE("cpu.idle", SWITCH),
        WHOLE("cpu.max", "QUOTA PERIOD in microseconds: a quota of at least 1000 and not below "
                         "cpu.max.burst, or max, and a period of 1000 to 1000000"),
        WHOLE("cpu.max.burst", "microseconds from 0 to the quota of cpu.max"),
        WHOLE("cpu.uclamp.min", "0 to 100 or max"),
        WHOLE("cpu.uclamp.max", "0 to 100 or max"),

        SET("cpus", "cpu"),
        SET("mems", "node"),
        SET("cpus.exclusive", "cpu"),
        { .name = "cpuset.cpus.partition", .form = ATTRIBUTE_WORD, .takes = "member, root or isolated" },
        FIXED("cpuset.cpus.isolated"),

        KEYED("io.max", "MAJOR:MINOR of a disk and any of rbps=, wbps=, riops= and wiops= with 1 or more, or max",
              "rbps=max wbps=max riops=max wiops=max"),
        KEYED("io.weight", "1 to 10000, behind default or MAJOR:MINOR of a disk", "default"),
        KEYED("io.bfq.weight", "1 to 1000, behind default or MAJOR:MINOR of a disk", "default"),
        KEYED("io.latency", "MAJOR:MINOR of a disk and target=MICROSECONDS", "target=0"),
        WHOLE("io.prio.class", "no-change, promote-to-rt, restrict-to-be or idle"),

        WHOLE("memory.min", BYTES),
        WHOLE("memory.low", BYTES),
        WHOLE("memory.high", BYTES),
        WHOLE("memory.max", BYTES),
        WHOLE("memory.swap.high", BYTES),
        WHOLE("memory.swap.max", BYTES),
        WHOLE("memory.zswap.max", BYTES),
        WHOLE("memory.zswap.writeback", SWITCH),
        WHOLE("memory.oom.group", SWITCH),
        ACTION("memory.reclaim", "a number of bytes, with a suffix K, M, G or T if you like"),
        KEPT("memory.peak", PEAK),
        KEPT("memory.swap.peak", PEAK),
        FIXED("memory.numa_stat"),

        WHOLE("pids.max", "0 to 4194304 or max"),
        FIXED("pids.peak"),

        KEYED("rdma.max", "DEVICE and any of hca_handle= and hca_object= with a number or max",
              "hca_handle=max hca_object=max"),
        KEYED("misc.max", "RESOURCE and a number or max", "max"),
        FIXED("misc.peak"),
        KEYED("dmem.max", "REGION and a number of bytes or max", "max"),
        KEYED("dmem.low", "REGION and a number of bytes or max", "0"),
        KEYED("dmem.min", "REGION and a number of bytes or max", "0"),
        FIXED("hugetlb.*.numa_stat"),
        WHOLE("hugetlb.*.max", BYTES),

        KEPT("*.pressure", TRIGGER),
        FIXED("*.capacity"),
        FIXED("*.current"),
        FIXED("*.effective"),
        FIXED("*.events"),
        FIXED("*.events.local"),
        FIXED("*.stat"),
        FIXED("*.stat.local"),
};

const AttributeFile *attribute_file_find(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(files); i++)
                if (fnmatch(files[i].name, name, 0) == 0)
                        return &files[i];

        return NULL;
}

void attribute_file_foreach_unset(void (*fn)(const char *name, void *userdata), void *userdata) {
        for (size_t i = 0; i < ELEMENTSOF(files); i++)
                if (files[i].form == ATTRIBUTE_READ_ONLY || files[i].verb)
                        fn(files[i].name, userdata);
}

/* A file of any controller's ("*.stat") is compared as that of the one which @name begins with. */
static const char *whole_name(const char *pattern, const char *name, char buffer[static ATTRIBUTE_NAME_SIZE]) {
        if (*pattern != '*')
                return strchr(pattern, '*') ? NULL : pattern;
        if (controller_from_name(name, strcspn(name, ".")) == _CONTROLLER_INVALID)
                return NULL;

        (void) snprintf(buffer, ATTRIBUTE_NAME_SIZE, "%.*s%s", (int) strcspn(name, "."), name, pattern + 1);
        return buffer;
}

bool attribute_file_nearest(const char *name, char ret[static ATTRIBUTE_NAME_SIZE]) {
        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                char buffer[ATTRIBUTE_NAME_SIZE];
                const char *whole = whole_name(files[i].name, name, buffer);

                if (whole && nearest_distance(name, whole) <= 1) {
                        (void) snprintf(ret, ATTRIBUTE_NAME_SIZE, "%s", whole);
                        return true;
                }
        }

        return false;
}

bool attribute_file_name_is_valid(const char *name, Controller *ret_controller) {
        const char *dot = strchr(name, '.');
        Controller controller;

        if (!dot || !dot[1] || strchr(name, '/'))
                return false;

        controller = controller_from_name(name, (size_t) (dot - name));
        if (controller == _CONTROLLER_INVALID && !startswith(name, "cgroup.") && !startswith(name, "irq."))
                return false;

        *ret_controller = controller;
        return true;
}

const char *attribute_limit_of(const char *name) {
        static const struct {
                const char *property;
                const char *limit;
        } limits[] = {
                { "IOReadBandwidthMax", "rbps" },
                { "IOWriteBandwidthMax", "wbps" },
                { "IOReadIOPSMax", "riops" },
                { "IOWriteIOPSMax", "wiops" },
        };

        for (size_t i = 0; i < ELEMENTSOF(limits); i++)
                if (streq(limits[i].property, name))
                        return limits[i].limit;

        return NULL;
}

int attribute_file_read(int group, const char *name, char **ret) {
        _cleanup_close_ int fd = fd_open_beneath(group, name, O_RDONLY);
        _cleanup_free_ char *text = NULL;
        struct stat st;
        ssize_t n;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode)) /* a group below may be called like one */
                return -ENOENT;
        if ((st.st_mode & 0444) == 0) /* root opens it nevertheless */
                return -EACCES;

        n = fd_read_all(fd, &text);
        if (n < 0)
                return (int) n;

        if (n > 0 && text[n - 1] == '\n')
                text[n - 1] = '\0';

        *ret = TAKE_PTR(text);
        return 0;
}
