/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns-finding.h"

#include "namespace/path.h"
#include "proc/cgroup-file.h"

/* --- marks --- */

static const struct {
        NsMark mark;
        const char *name, *text;
} marks[NS_MARKS] = {
        { NS_OUTSIDE, "outside",
          "The process is in a group that is not below the root of its namespace, and cannot find that group in a "
          "mount of its own. Move it to a group below that root (cgscope move), or start it there." },
        { NS_STALE_MOUNT, "stale-mount",
          "A mount from before the process got its cgroup namespace: it begins above the root of that, so the paths in "
          "/proc/PID/cgroup are not to be found in it. In there (nsenter -t PID -C -m), umount -l it and mount cgroup2 "
          "anew." },
        { NS_SHOWS_MORE, "shows-more",
          "A mount that begins outside of the process's cgroup namespace, as one by mount --bind does: it shows groups "
          "that the namespace is to hide. In there (nsenter -t PID -C -m), umount it." },
};

const char *ns_mark_text(NsMark mark) {
        for (size_t i = 0; i < NS_MARKS; i++)
                if (marks[i].mark == mark)
                        return marks[i].text;

        return "";
}

char *ns_marks_format(unsigned set, const char *separator, char buffer[static NS_MARKS_TEXT_MAX]) {
        char *end = buffer;

        *end = '\0';
        for (size_t i = 0; i < NS_MARKS; i++)
                if (set & marks[i].mark)
                        end = stpcpy(stpcpy(end, end > buffer ? separator : ""), marks[i].name);

        return buffer;
}

unsigned ns_judge_path(const char *inside) {
        return cgroup_path_up(inside) > 0 ? NS_OUTSIDE : 0;
}

static bool is_of_hierarchy(const CgroupMount *mount, const char *name) {
        _cleanup_free_ char *own = NULL;

        return cgroup_mount_hierarchy(mount, &own) >= 0 && streq(own, name);
}

/* Whether a mount that begins within the namespace is to be found beside @mount. */
static bool has_proper_one(const CgroupMounts *inside, const CgroupMount *mount) {
        _cleanup_free_ char *name = NULL;

        if (cgroup_mount_hierarchy(mount, &name) < 0)
                return false;

        for (size_t i = 0; i < inside->n; i++)
                if (!inside->mounts[i].covered && cgroup_path_up(inside->mounts[i].root) == 0 &&
                    is_of_hierarchy(inside->mounts + i, name))
                        return true;

        return false;
}

unsigned ns_judge_mount(const CgroupMounts *inside, size_t index) {
        const CgroupMount *mount = inside->mounts + index;
        size_t up = cgroup_path_up(mount->root);

        if (up == 0 || mount->covered)
                return 0;

        return strlen(mount->root) > up * strlen("/..") || has_proper_one(inside, mount) ? NS_SHOWS_MORE
                                                                                        : NS_STALE_MOUNT;
}

const CgroupMount *ns_mount_inside(const NsSight *sight, const CgroupMount *mount, unsigned *ret_marks) {
        *ret_marks = 0;

        for (size_t i = 0; sight->reason == NS_KNOWN && i < sight->inside.n; i++)
                if (sight->inside.mounts[i].id == mount->id) {
                        *ret_marks = ns_judge_mount(&sight->inside, i);
                        return sight->inside.mounts + i;
                }

        return NULL;
}

/* --- rows --- */

/* All of a sight's, of the hierarchy @name alone unless that is NULL. */
static unsigned judge_sight(const NsSight *sight, const char *name) {
        unsigned found = 0;

        for (size_t i = 0; sight->reason == NS_KNOWN && i < sight->inside.n; i++)
                if (!name || is_of_hierarchy(sight->inside.mounts + i, name))
                        found |= ns_judge_mount(&sight->inside, i);

        return found;
}

void ns_row_done(NsRow *row) {
        free(row->hierarchy);
        free(row->ours);
        free(row->inside);
        free(row->absolute);
        *row = (NsRow) {};
}

/* Of a view that is not known there is no path. */
static int find_path(const NsView *view, const char *hierarchy, char **ret) {
        int r = view->text ? cgroup_file_find(view->text, hierarchy, ret) : 0;

        return r == -ENODATA ? 0 : r;
}

int ns_next_row(const Ns *ns, const NsProcess *process, const char **text, NsRow *ret) {
        _cleanup_(ns_row_done) NsRow row = {};
        const char *name;
        int r = cgroup_file_next(text, &row.hierarchy, &row.ours);

        if (r <= 0)
                return r;

        r = find_path(&process->inside, row.hierarchy, &row.inside);
        if (r >= 0)
                r = find_path(&process->absolute, row.hierarchy, &row.absolute);
        if (r < 0)
                return r;

        /* Where one hierarchy stands for all, so do its marks. */
        name = ns->all_hierarchies ? row.hierarchy : NULL;
        row.marks = row.inside ? ns_judge_path(row.inside) : 0;
        if (process->sight != SIZE_MAX)
                row.marks |= judge_sight(ns->sights + process->sight, name);

        *ret = row;
        row = (NsRow) {};
        return 1;
}

int ns_main_row(const Ns *ns, const NsProcess *process, NsRow *ret) {
        _cleanup_(ns_row_done) NsRow best = {};
        const char *text = process->ours.text ?: "";

        for (;;) {
                _cleanup_(ns_row_done) NsRow row = {};
                int r = ns_next_row(ns, process, &text, &row);

                if (r < 0)
                        return r;
                if (r == 0)
                        break;

                if (!best.hierarchy || streq(row.hierarchy, "") ||
                    (streq(row.hierarchy, "name=systemd") && !streq(best.hierarchy, ""))) {
                        NsRow other = best;

                        best = row;
                        row = other;
                }
        }

        *ret = best;
        best = (NsRow) {};
        return 0;
}

/* --- what is shown --- */

const char *ns_reason_text(NsReason reason) {
        static const char *const texts[_NS_REASON_MAX] = {
                [NS_KNOWN] = "",
                [NS_HIDDEN] = "/proc does not show it (mount option hidepid=); root sees it",
                [NS_OUTSIDE_PIDS] = "it is outside of this PID namespace; ask from outside",
                [NS_UNTRACEABLE] = "only root (CAP_SYS_PTRACE) and who else may trace it may look at its namespaces",
                [NS_ENDED] = "it has ended, and a zombie is in no namespace",
                [NS_NOT_ENTERED] = "only from inside its cgroup namespace, which root (CAP_SYS_ADMIN) may enter",
                [NS_RESTLESS] = "it is moved about all the time; ask again",
                [NS_NO_INITIAL] = "no process of the initial cgroup namespace is to be seen; ask from outside",
                [NS_INITIAL_CLOSED] = "the initial cgroup namespace is not for us to enter; ask from outside",
                [NS_UNREADABLE] = "it cannot be read",
        };

        return texts[reason];
}

char *ns_mount_options(const CgroupMount *mount) {
        char *text = malloc(strlen(mount->flags) + strlen(mount->options) + sizeof(",")), *end;

        if (!text)
                return NULL;

        end = stpcpy(text, mount->flags);
        for (const char *p = mount->options; *p; p += strspn(p, ",")) {
                size_t length = strcspn(p, ",");

                /* "rw" is said of the mount, and "ro" of the hierarchy is said by that. */
                if (!((length == 2 && strncmp(p, "rw", 2) == 0) ||
                      (length == 2 && strncmp(p, "ro", 2) == 0 && mount->read_only))) {
                        *end++ = ',';
                        end = mempcpy(end, p, length);
                }
                p += length;
        }
        *end = '\0';

        return text;
}

/* Of any process in it that is below its root. */
int ns_namespace_root(const Ns *ns, size_t namespace, const char *hierarchy, char **ret) {
        if (ns->namespaces[namespace].own)
                return (*ret = strdup("/")) ? 0 : -ENOMEM;

        for (const NsProcess *process = ns->processes; process < ns->processes + ns->n_processes; process++) {
                _cleanup_free_ char *ours = NULL, *inside = NULL;
                int r;

                if (process->namespace != namespace || !process->inside.text)
                        continue;

                r = cgroup_file_find(process->ours.text, hierarchy, &ours);
                if (r >= 0)
                        r = cgroup_file_find(process->inside.text, hierarchy, &inside);
                if (r >= 0)
                        r = cgroup_namespace_root(ours, inside, ret);
                if (r != -ENODATA)
                        return r;
        }

        return -ENODATA;
}
