/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-kernel.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "basic/child.h"
#include "basic/fd.h"
#include "basic/parse-words.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "cgroup/program.h"
#include "cgroup/walk.h"
#include "diagnosis/check-host.h"
#include "diagnosis/check-io.h"
#include "diagnosis/check-realtime.h"
#include "proc/kernel.h"

#define FILTER_REMEDY "have the system call filter of this container or service let it through"

/* -ENODATA: nothing can be seen in this group. */
static int look_in_group(int group, const char *file, ControllerMask needed) {
        ControllerMask there;
        struct stat st;

        if (group < 0 || !root_is_inner(group) || group_controllers(group, &there) < 0 || (needed & ~there))
                return -ENODATA;

        return fstatat(group, file, &st, AT_SYMLINK_NOFOLLOW) >= 0;
}

/* Whether groups have @file; the kernel's own root group has few of them, so in one that has the controllers @needed:
 * the groups above ours, from the top, and those right below the root. -ENODATA: there is none to look at. */
static int groups_have(const Doctor *doctor, const char *file, ControllerMask needed) {
        _cleanup_free_ char *path = NULL;
        _cleanup_free_ char **names = NULL;
        size_t n = 0;
        int r = -ENODATA;

        if (doctor->root < 0)
                return r;

        if (cgroup_of_process(0, &path) >= 0)
                for (char *end = path; r < 0 && *end;) {
                        _cleanup_close_ int group = -EBADF;
                        char c;

                        end += strcspn(end + 1, "/") + 1;
                        c = *end;
                        *end = '\0';
                        group = group_open(doctor->root, path);
                        *end = c;
                        r = look_in_group(group, file, needed);
                }
        if (r < 0)
                (void) group_children(doctor->root, &names, &n);
        for (size_t i = 0; r < 0 && i < n; i++) {
                _cleanup_close_ int group = group_open(doctor->root, names[i]);

                r = look_in_group(group, file, needed);
        }

        return r;
}

int judge_kernel(const char *release, Finding *ret) {
        char name[ESCAPE_SHORT_MAX];
        int r = kernel_is_at_least(release, 5, 14);

        (void) escape_short(release, name);
        if (r < 0)
                return finding_unknown(ret, "it does not tell its version");
        if (r == 0)
                return finding_problem(ret, "boot Linux 5.14 or newer", "Linux %s is too old", name);

        return finding_ok(ret, "Linux %s", name);
}

static int check_kernel(const Doctor *doctor, Finding *ret) {
        return judge_kernel(doctor->surroundings.release, ret);
}

/* For what came with a version of the kernel: looks at groups, and at the version where there are none to see. */
static int look_for_file(const Doctor *doctor, const char *file, ControllerMask needed, unsigned minor, Finding *ret,
                         FindingResult absent, const char *there, const char *not_there) {
        char remedy[64];
        int r = groups_have(doctor, file, needed);

        if (r < 0)
                r = kernel_is_at_least(doctor->surroundings.release, 5, minor);
        if (r < 0)
                return finding_cannot_look(ret, "the version of the kernel", r);
        if (r > 0)
                return finding_ok(ret, "there: %s", there);

        (void) snprintf(remedy, sizeof(remedy), "boot Linux 5.%u or newer", minor);
        return finding_set(ret, absent, remedy, "not there: %s", not_there);
}

int check_cgroup_kill(const Doctor *doctor, Finding *ret) {
        return look_for_file(doctor, "cgroup.kill", CONTROLLER_MASK_NONE, 14, ret, FINDING_PROBLEM,
                             "a group can be killed at once", "a group cannot be killed at once");
}

int check_memory_peak(const Doctor *doctor, Finding *ret) {
        return look_for_file(doctor, "memory.peak", controller_bit(CONTROLLER_MEMORY), 19, ret, FINDING_NOTE,
                             "how much memory was used at most can be shown",
                             "how much memory was used at most is not shown");
}

/* Asks for a child in a group that is none: a kernel that knows the flag says that of the descriptor. Should there be
 * a child after all (an emulator that passes over flags), it is ended. */
static int try_clone(void) {
        struct clone_args arguments = {
                .flags = CLONE_INTO_CGROUP,
                .exit_signal = SIGCHLD,
                .cgroup = INT_MAX,
        };
        long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

        if (pid == 0)
                _exit(EXIT_SUCCESS);
        if (pid > 0) {
                (void) child_wait((pid_t) pid, NULL);
                return -EOPNOTSUPP;
        }

        return -errno;
}

static int check_clone_into_cgroup(const Doctor *doctor _unused_, Finding *ret) {
        int r = try_clone();

        switch (r) {
        case -EBADF:
                return finding_ok(ret, "there: a process can be started inside a group");
        case -ENOSYS:
        case -EPERM:
                return finding_note(ret, FILTER_REMEDY,
                                    "clone3() is refused: a process is started beside its group "
                                    "and moved into it");
        case -EINVAL:
        case -E2BIG:
        case -EOPNOTSUPP:
                return finding_note(ret, "boot Linux 5.7 or newer",
                                    "not there: a process is started beside its group "
                                    "and moved into it");
        default:
                return finding_unknown(ret, "clone3() fails: %s", strerror(-r));
        }
}

static int judge_call(Finding *ret, const char *call, int error, const char *purpose) {
        if (error == 0)
                return finding_ok(ret, "there: %s", purpose);
        if (error == -ENOSYS || error == -EPERM)
                return finding_problem(ret, FILTER_REMEDY, "%s is refused, cgscope cannot do without it", call);

        return finding_unknown(ret, "%s fails: %s", call, strerror(-error));
}

static int check_pidfd(const Doctor *doctor _unused_, Finding *ret) {
        _cleanup_close_ int fd = (int) syscall(SYS_pidfd_open, getpid(), 0);

        return judge_call(ret, "pidfd_open()", fd < 0 ? -errno : 0,
                          "processes are held by descriptors, so that none is taken for another");
}

static int check_openat2(const Doctor *doctor _unused_, Finding *ret) {
        struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC };
        _cleanup_close_ int fd = (int) syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));

        return judge_call(ret, "openat2()", fd < 0 ? -errno : 0, "groups are opened strictly beneath their boundary");
}

static int check_pressure(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *text = NULL, *off = NULL, *psi = NULL;
        int r;

        if (kernel_argument_get(doctor->surroundings.arguments, "cgroup_disable", &off) > 0 &&
            text_has_word(off, ",", "pressure"))
                return finding_note(ret, "boot without cgroup_disable=pressure",
                                    "switched off for groups by "
                                    "cgroup_disable= on the kernel command line");

        r = fd_read_path_all("/proc/pressure/memory", &text);
        if (r >= 0)
                return finding_ok(ret, "measured (PSI): how long processes wait for cpu, memory and io");
        if (r != -ENOENT && r != -EOPNOTSUPP)
                return finding_cannot_look(ret, "/proc/pressure/memory", r);

        return finding_set(ret, FINDING_NOTE,
                           kernel_argument_get(doctor->surroundings.arguments, "psi", &psi) > 0
                                   ? "boot a kernel that is built with CONFIG_PSI, and with psi=1"
                                   : "boot with psi=1 on the kernel command line",
                           "not measured: how long processes wait for cpu, memory and io is not shown");
}

int check_swap(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *swaps = NULL, *account = NULL;
        int r = groups_have(doctor, "memory.swap.max", controller_bit(CONTROLLER_MEMORY));

        /* Without groups that have the memory controller there is more to be said elsewhere. */
        if (r == -ENODATA)
                return 0;

        if (r > 0) {
                bool used = fd_read_path_all("/proc/swaps", &swaps) >= 0 && strchr(swaps, '/');

                return finding_set(ret, FINDING_OK, NULL, "limited by MemorySwapMax=%s",
                                   used ? "" : " (there is none at present)");
        }

        return finding_set(ret, FINDING_NOTE,
                           kernel_argument_get(doctor->surroundings.arguments, "swapaccount", &account) > 0
                                   ? "boot without swapaccount=0 on the kernel command line"
                                   : "boot a kernel that is built with CONFIG_SWAP",
                           "not accounted: MemorySwapMax= has no effect");
}

/* Linux 0a67b847e1f0 (cpuset: Allow setscheduler regardless of manipulated task). */
int judge_cpuset(const char *release, Finding *ret) {
        int r = kernel_is_at_least(release, 6, 6);

        if (r < 0)
                return 0;
        if (r > 0)
                return finding_ok(ret, "a user can enable it whosever processes are in the group");

        return finding_note(ret, "boot Linux 6.6 or newer",
                            "a user cannot enable it in a group while a process of "
                            "somebody else is there");
}

int check_cpuset(const Doctor *doctor, Finding *ret) {
        return doctor->there & controller_bit(CONTROLLER_CPUSET) ? judge_cpuset(doctor->surroundings.release, ret) : 0;
}

int judge_bpf(int error, bool libbpf, Finding *ret) {
        if (error == -ENOSYS || error == -EPERM || error == -EACCES)
                return finding_note(ret, FILTER_REMEDY,
                                    "bpf() is refused: IPAddressDeny=, DevicePolicy= and their "
                                    "like are not known to be in force");
        if (error == -EINVAL)
                return finding_note(ret, "boot a kernel that is built with CONFIG_CGROUP_BPF",
                                    "not there: "
                                    "IPAddressDeny=, DevicePolicy= and their like have no effect");
        if (error < 0)
                return finding_unknown(ret, "bpf() fails: %s", strerror(-error));
        if (!libbpf)
                return finding_note(ret, "install libbpf",
                                    "there, but no libbpf: SocketBindDeny= and "
                                    "RestrictNetworkInterfaces= have no effect");

        return finding_ok(ret, "there: IPAddressDeny=, DevicePolicy= and their like have an effect");
}

/* By the names that systemd loads it by. */
static bool has_libbpf(void) {
        static const char *const names[] = { "libbpf.so.1", "libbpf.so.0" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                void *library = dlopen(names[i], RTLD_LAZY);

                if (library) {
                        (void) dlclose(library);
                        return true;
                }
        }

        return false;
}

static int check_bpf(const Doctor *doctor, Finding *ret) {
        int r;

        if (!user_is_administrator() || doctor->root < 0)
                return 0;

        r = program_probe(doctor->root);
        return judge_bpf(r, r < 0 || has_libbpf(), ret);
}

const Check kernel_checks[] = {
        { "kernel", check_kernel },
        { "cgroup-kill", check_cgroup_kill },
        { "memory-peak", check_memory_peak },
        { "clone-into-cgroup", check_clone_into_cgroup },
        { "pidfd", check_pidfd },
        { "openat2", check_openat2 },
        { "pressure", check_pressure },
        { "swap", check_swap },
        { "cpuset", check_cpuset },
        { "io-weight", check_io_weight },
        { "bpf", check_bpf },
        { "real-time", check_real_time },
        {},
};
