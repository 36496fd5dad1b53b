/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/way.h"

#include <sys/stat.h>

#include "basic/fd.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"

static const char *const end_names[_WAY_END_MAX] = {
        [WAY_PROBE] = "probe",   [WAY_UNIT] = "unit",   [WAY_MANAGER] = "manager",
        [WAY_SYSTEM] = "system", [WAY_LOGIN] = "login",
};

const char *way_end_to_string(WayEnd end) {
        return end_names[end];
}

void doctor_way_done(Way *way) {
        for (size_t i = 0; i < way->n_controllers; i++)
                trouble_done(&way->controllers[i].trouble);

        reach_done(&way->reach);
        trouble_done(&way->unknown);
        *way = (Way) {};
}

/* Reads the levels from the root down to @path, as far as there are such groups. */
static int read_levels(const Doctor *doctor, const char *path, Way *way) {
        int r = reach_read(doctor->root, path, &way->reach);

        if (way->reach.uid != doctor->uid)
                way->reach.manager = REACH_NOWHERE;
        if (r >= 0 || r == -ENOMEM)
                return r;
        if (r == -ENOENT || r == -ENODEV || way->unknown.cause)
                return 0;

        return trouble_set(&way->unknown, 0, "cannot read the groups on the way to %s: %s", path, strerror(-r));
}

/* Where PID 1 has put its groups: "" but for a systemd that shares the hierarchy with another one above it. -EXDEV: it
 * is outside of our cgroup namespace, and so is all that it has made (cgroup_namespaces(7)). */
static int find_prefix(char **ret) {
        _cleanup_free_ char *path = NULL;
        char *end;

        if (cgroup_of_process(1, &path) < 0 && !(path = strdup("")))
                return -ENOMEM;
        if (startswith(path, "/.."))
                return -EXDEV;

        end = (char *) endswith(path, "/init.scope") ?: path;
        *end = '\0';
        *ret = TAKE_PTR(path);
        return 0;
}

/* As far as it can be seen from outside where the user's scopes would be. */
static int look_at_manager(const Doctor *doctor, Way *way) {
        _cleanup_free_ char *prefix = NULL, *path = NULL;
        unsigned uid = (unsigned) doctor->uid;
        int r;

        r = find_prefix(&prefix);
        if (r == -EXDEV)
                return way->unknown.cause
                               ? 0
                               : trouble_set(&way->unknown, 0, "systemd's groups are outside of this cgroup namespace");
        if (r < 0)
                return r;

        if (uid == 0)
                r = asprintf(&path, "%s/system.slice", prefix);
        else
                r = asprintf(&path, "%s/user.slice/user-%u.slice/user@%u.service/app.slice", prefix, uid, uid);
        if (r < 0)
                return path = NULL, -ENOMEM;

        r = read_levels(doctor, path, way);
        way->end = uid == 0 ? WAY_SYSTEM : way->reach.manager == REACH_NOWHERE ? WAY_LOGIN : WAY_MANAGER;
        return r;
}

typedef struct Looking {
        const Doctor *doctor;
        Way *way;
} Looking;

/* The groups are read while the scope is there: what is handed on only because somebody asks is seen as well. */
static int look_at_probe(void *userdata, const char *path) {
        Looking *looking = userdata;

        looking->way->end = WAY_PROBE;
        return read_levels(looking->doctor, path, looking->way);
}

static int look_by_probe(const Doctor *doctor, Way *way) {
        _cleanup_trouble_ Trouble trouble = {};
        int r;

        r = doctor->probe(doctor, look_at_probe, &(Looking) { doctor, way }, &trouble);
        if (r >= 0 || r == -ENOMEM)
                return r;

        if (!trouble.cause)
                (void) trouble_set(&trouble, r, "%s", strerror(-r));
        (void) trouble_move(&way->unknown, r, &trouble);
        return look_at_manager(doctor, way);
}

/* The delegated unit that the caller is in, where it was handed to him and not to somebody above. That can be the root
 * itself, of a cgroup namespace. */
static int find_own_unit(const Doctor *doctor, char **ret) {
        _cleanup_free_ char *path = NULL, *boundary = NULL;
        _cleanup_close_ int fd = -EBADF;
        struct stat st;
        int r;

        r = cgroup_of_process(0, &path);
        if (r >= 0)
                r = boundary_find(doctor->root, path, &boundary);
        if (r == -ENODATA && !(boundary = strdup("/")))
                return -ENOMEM;
        if (r < 0 && r != -ENODATA)
                return r;

        fd = group_open(doctor->root, boundary);
        if (fd < 0)
                return fd;
        if (!boundary_is_marked(fd) || fstat(fd, &st) < 0 || st.st_uid != doctor->uid)
                return -ENODATA;

        *ret = TAKE_PTR(boundary);
        return 0;
}

static int look_at_own(const Doctor *doctor, Way *way) {
        _cleanup_free_ char *unit = NULL;
        int r;

        r = find_own_unit(doctor, &unit);
        if (r < 0)
                return r == -ENOMEM ? r : look_by_probe(doctor, way);

        way->end = WAY_UNIT;
        return read_levels(doctor, unit, way);
}

int doctor_way_look(const Doctor *doctor, Way *ret) {
        int r = 0;

        *ret = (Way) { .reach.manager = REACH_NOWHERE };

        if (doctor->root == -EMEDIUMTYPE)
                r = cgroup_explain_mode(&ret->unknown.cause);
        else if (doctor->root < 0)
                r = trouble_set(&ret->unknown, 0, "cannot open " CGROUP_MOUNT ": %s", strerror(-doctor->root));
        else if (doctor->own)
                r = look_at_own(doctor, ret);
        else
                r = look_at_manager(doctor, ret);

        return r;
}
