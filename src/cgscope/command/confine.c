/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/confine.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"
#include "proc/mountinfo.h"
#include "proc/stat.h"

#define CANNOT "--cgroup-namespace: "

ConfinementFlags confine_flags(const NamespaceOptions *options) {
        if (geteuid() == 0)
                return 0;

        return CONFINEMENT_USER | (options->map_root ? CONFINEMENT_MAP_ROOT : 0);
}

void confine_check_delegation(int root) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        const CgroupMount *mount;

        if (cgroup_mounts_read(&mounts) < 0)
                return;

        mount = cgroup_mounts_of(&mounts, root);
        if (mount && !cgroup_mount_has_option(mount, "nsdelegate"))
                log_warning(CANNOT "cgroup2 is mounted without nsdelegate, so that the namespace hides what is outside "
                                   "but is no delegation boundary");
}

/* Whether the file of one line is @text. */
static bool reads(const char *path, const char *text) {
        char line[64];
        ssize_t n = fd_read_path(path, line, sizeof(line));

        if (n > 0 && line[n - 1] == '\n')
                line[n - 1] = '\0';
        return n > 0 && streq(line, text);
}

static uint64_t read_status(const char *name, int base) {
        _cleanup_free_ char *text = NULL; /* of any length: a user can be in 65536 groups */

        return fd_read_path_all("/proc/self/status", &text) < 0 ? 0 : proc_status_number(text, name, 0, base);
}

/* Each user has so many, in each user namespace on the way up. */
static int report_number(int error, ConfinementFlags flags) {
        static const struct {
                const char *path, *title;
                ConfinementFlags flags;
        } limits[] = {
                { "/proc/sys/user/max_user_namespaces", "user", CONFINEMENT_USER },
                { "/proc/sys/user/max_cgroup_namespaces", "cgroup", 0 },
                { "/proc/sys/user/max_mnt_namespaces", "mount", 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(limits); i++)
                if ((flags & limits[i].flags) == limits[i].flags && reads(limits[i].path, "0"))
                        return log_refuse(error, CANNOT "%s namespaces are switched off: %s is 0", limits[i].title,
                                          limits[i].path);

        return log_refuse(error, CANNOT "no more namespaces are allowed here: max_user_namespaces, "
                                        "max_cgroup_namespaces and max_mnt_namespaces in /proc/sys/user limit them");
}

static bool is_in_chroot(void) {
        struct statx st;

        return statx(AT_FDCWD, "/", 0, 0, &st) >= 0 && (st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) &&
               !(st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static int report_forbidden(int error, ConfinementFlags flags, const char *what) {
        if ((flags & CONFINEMENT_USER) && reads("/proc/sys/kernel/unprivileged_userns_clone", "0"))
                return log_refuse(error, CANNOT "only root may make user namespaces: kernel.unprivileged_userns_clone "
                                                "is 0");
        if ((flags & CONFINEMENT_USER) && reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"))
                return log_refuse(error, CANNOT "AppArmor does not let a user's namespaces do anything: "
                                                "kernel.apparmor_restrict_unprivileged_userns is 1");
        if (is_in_chroot())
                return log_refuse(error, CANNOT "not possible in a chroot(2), where the kernel allows no user "
                                                "namespace and whose / is no mount point");
        if (read_status("Seccomp", 10) == 2)
                return log_error_errno(error,
                                       CANNOT
                                       "%s is forbidden, by the system call filter of this process as it "
                                       "seems (RestrictNamespaces= or SystemCallFilter= of its unit, a container's)",
                                       what);
        if (!(flags & CONFINEMENT_USER) && !(read_status("CapEff", 16) & (UINT64_C(1) << CAP_SYS_ADMIN)))
                return log_refuse(error, CANNOT "%s needs CAP_SYS_ADMIN, which this process does not have", what);

        return log_error_errno(error, CANNOT "%s is forbidden, by a chroot(2) or a security module", what);
}

static const char *step_title(ConfinementStep step) {
        switch (step) {
        case CONFINEMENT_UNSHARE:
                return "making the namespaces";
        case CONFINEMENT_MAP:
                return "mapping a user in the namespace";
        case CONFINEMENT_JOIN:
                return "entering the namespaces";
        case CONFINEMENT_PRIVATE:
                return "making the mounts private";
        case CONFINEMENT_MOUNT:
        default:
                return "mounting cgroup2 anew";
        }
}

static int report(int error, ConfinementFlags flags, ConfinementStep step) {
        const char *what = step_title(step);

        if (error == -EPERM || error == -EACCES || (error == -EINVAL && step == CONFINEMENT_PRIVATE))
                return report_forbidden(error, flags, what);
        if (error == -ENOSPC || error == -EUSERS)
                return report_number(error, flags);
        if (error == -ENOSYS)
                return log_refuse(error,
                                  CANNOT "%s: the kernel, or a system call filter, does not know the calls for "
                                         "it",
                                  what);
        if (error == -EINVAL && step == CONFINEMENT_UNSHARE)
                return log_refuse(error, CANNOT "this kernel was built without cgroup, mount or user namespaces");

        return log_error_errno(error, CANNOT "%s failed", what);
}

int confine_self(ConfinementFlags flags) {
        ConfinementStep step;
        int r = confinement_enter(flags, &step);

        return r < 0 ? report(r, flags, step) : 0;
}

int confine_prepare(ConfinementFlags flags, Confinement *ret) {
        ConfinementStep step;
        int r = confinement_make(flags, ret, &step);

        return r < 0 ? report(r, flags, step) : 0;
}

int confine_by(const Confinement *confinement) {
        ConfinementStep step;
        int r = confinement_join(confinement, &step);

        /* From inside of a user namespace the number outside cannot be read. */
        if (r == -ENOSPC && step == CONFINEMENT_UNSHARE)
                return log_refuse(r, CANNOT "no more mount namespaces are allowed here: "
                                            "/proc/sys/user/max_mnt_namespaces limits them");

        return r < 0 ? report(r, confinement->user >= 0 ? CONFINEMENT_USER : 0, step) : 0;
}

/* A namespace begins where the process is that makes it. */
static int go_through(const Aim *aim, ConfinementFlags flags) {
        const Boundary *target = &aim->target;
        int r;

        r = group_can_hold_processes(target->top);
        if (r == 0 && !boundary_is_top(target))
                r = group_attach(target->top, 0);
        if (r < 0)
                return r == -EBUSY ? r
                                   : log_error_errno(r, CANNOT "cannot enter the delegation boundary of %s", aim->text);

        r = confine_self(flags);
        if (r < 0 || boundary_is_top(target))
                return r;

        r = group_attach(target->fd, 0);
        return r < 0 ? log_error_errno(r, CANNOT "cannot return to %s", aim->text) : 0;
}

static int follow(const Aim *aim, ConfinementFlags flags) {
        _cleanup_(confinement_done) Confinement confinement = CONFINEMENT_INIT;
        _cleanup_free_ char *path = NULL;
        int r;

        if (asprintf(&path, "/%s", boundary_below(&aim->target)) < 0)
                return log_oom();

        r = confinement_find(aim->target.top, path, flags, &confinement);
        if (r == -ENOENT)
                return log_refuse(-EBUSY,
                                  CANNOT
                                  "no namespace can begin at the boundary of %s, as no process can be "
                                  "in it while it hands controllers on; use --root=leaf, or start the scope with "
                                  "cgscope run --cgroup-namespace%s",
                                  aim->text, flags & CONFINEMENT_MAP_ROOT ? " --map-root" : "");
        if (r < 0)
                return log_error_errno(r, CANNOT "cannot look for a namespace at the boundary of %s", aim->text);

        return confine_by(&confinement);
}

int confine_in(const Aim *aim, const NamespaceOptions *options) {
        ConfinementFlags flags = confine_flags(options);
        int r;

        if (options->leaf) {
                (void) boundary_mark_namespace(aim->target.fd);
                return confine_self(flags);
        }

        /* Our own namespace begins there. */
        if (boundary_begins_at_root(&aim->target) && !(flags & CONFINEMENT_MAP_ROOT))
                return 0;

        r = go_through(aim, flags);
        return r == -EBUSY ? follow(aim, flags) : r;
}
