/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "namespace/view-mark.h"

#include "namespace/path.h"

/* By the number of the bit. */
static const struct {
        const char *name, *text;
} marks[VIEW_MARKS] = {
        { "outside",
          "The process is in a group that is not below the root of its namespace, and cannot find that group in a "
          "mount of its own. Move it to a group below that root (cgscope move), or start it there." },
        { "stale-mount",
          "A mount from before the process got its cgroup namespace: it begins above the root of that, so the paths in "
          "/proc/PID/cgroup are not to be found in it. In there (nsenter -t PID -C -m), umount -l it and mount cgroup2 "
          "anew." },
        { "shows-more",
          "A mount that begins outside of the process's cgroup namespace, as one by mount --bind does: it shows groups "
          "that the namespace is to hide. In there (nsenter -t PID -C -m), umount it." },
};

const char *view_mark_text(ViewMark mark) {
        return marks[__builtin_ctz(mark)].text;
}

char *view_marks_format(unsigned set, char buffer[static VIEW_MARKS_TEXT_MAX]) {
        char *end = buffer;

        *end = '\0';
        for (size_t i = 0; i < VIEW_MARKS; i++)
                if (set & 1U << i)
                        end = stpcpy(stpcpy(end, end > buffer ? "," : ""), marks[i].name);

        return buffer;
}

unsigned view_mark_path(const char *inside) {
        return inside && cgroup_path_up(inside) > 0 ? VIEW_OUTSIDE : 0;
}

static bool contains(const char *const *hierarchies, size_t n, const char *hierarchy) {
        for (size_t i = 0; i < n; i++)
                if (streq(hierarchies[i], hierarchy))
                        return true;

        return false;
}

/* Of mounts there may be many, of hierarchies there are few. @proper are those of which a mount that begins within the
 * namespace is to be found as well. */
static unsigned mark_mount(const ViewMount *mount, const char *const *proper, size_t n_proper) {
        size_t up = mount->inside ? cgroup_path_up(mount->inside) : 0;

        if (up == 0 || mount->mount->covered)
                return 0;

        return strlen(mount->inside) > up * strlen("/..") || contains(proper, n_proper, mount->hierarchy)
                       ? VIEW_SHOWS_MORE
                       : VIEW_STALE_MOUNT;
}

int view_mark_mounts(ViewMount *mounts, size_t n_mounts) {
        _cleanup_free_ const char **proper = NULL;
        size_t n_proper = 0;

        for (const ViewMount *mount = mounts; mount < mounts + n_mounts; mount++)
                if (mount->inside && !mount->mount->covered && cgroup_path_up(mount->inside) == 0 &&
                    !contains(proper, n_proper, mount->hierarchy) &&
                    ARRAY_APPEND(proper, n_proper, mount->hierarchy) < 0)
                        return -ENOMEM;

        for (size_t i = 0; i < n_mounts; i++)
                mounts[i].marks = mark_mount(mounts + i, proper, n_proper);

        return 0;
}

const char *view_hierarchy_title(const char *hierarchy) {
        return isempty(hierarchy) ? CGROUP_HIERARCHY_UNIFIED : hierarchy;
}

const ViewRow *view_main_row(const ViewProcess *process) {
        const ViewRow *best = process->rows;

        for (const ViewRow *row = process->rows; row < process->rows + process->n_rows; row++)
                if (streq(row->hierarchy, "") || (streq(row->hierarchy, "name=systemd") && !streq(best->hierarchy, "")))
                        best = row;

        return best;
}

const ViewRow *view_rows(const ViewProcess *process, bool all, size_t *ret_n) {
        static const ViewRow none = {};

        *ret_n = all && process->n_rows > 0 ? process->n_rows : 1;
        return all && process->n_rows > 0 ? process->rows : view_main_row(process) ?: &none;
}

unsigned view_row_marks(const View *view, const ViewProcess *process, const ViewRow *row, bool all) {
        return row->marks | (all || process->sight == SIZE_MAX ? 0 : view->sights[process->sight].marks);
}

char *view_mount_options(const CgroupMount *mount) {
        char *text = malloc(strlen(mount->flags) + strlen(mount->options) + sizeof(",")), *end;

        if (!text)
                return NULL;

        end = stpcpy(text, mount->flags);
        for (const char *p = mount->options; *p; p += strspn(p, ",")) {
                size_t length = strcspn(p, ",");

                /* "rw" is said of the mount, and "ro" of the hierarchy is said by that. */
                if (length != 2 || (strncmp(p, "rw", 2) != 0 && (strncmp(p, "ro", 2) != 0 || !mount->read_only))) {
                        *end++ = ',';
                        end = mempcpy(end, p, length);
                }
                p += length;
        }
        *end = '\0';

        return text;
}
