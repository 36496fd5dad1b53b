/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/target.h"

#include <fcntl.h>
#include <limits.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/message.h"
#include "basic/parse.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/search.h"
#include "unit/unit-name.h"

/* Copies the parts of @rest, divided by one '/', to @end; each as it stands there or as escape_path() shows it. @text is
 * all that was typed. */
static int copy_parts(const char *text, const char *rest, char *end, char **ret_message) {
        for (const char *p = rest + strspn(rest, "/"); *p; p += strspn(p, "/")) {
                char part[NAME_MAX + 1];
                const char *typed = p;
                int r = unescape_part(&p, part, sizeof(part));

                if (r == -ENAMETOOLONG)
                        return message_set(-EINVAL, ret_message, "the name of a group has at most 255 bytes: '%s'", typed);
                if (r < 0)
                        return message_set(-EINVAL, ret_message, "'%s' begins with $' and is no name of a group in quotes: "
                                      "\\xNN, \\\\ and \\' are all that stands for something else there", typed);
                if (isempty(part) || streq(part, "..") || streq(part, "."))
                        return message_set(-EINVAL, ret_message, "'%s' has a part '%s': a target never leads upwards", text, part);

                *end++ = '/';
                end = stpcpy(end, part);
        }

        return 0;
}

static int parse_rest(const char *text, const char *rest, TargetName *name, char **ret_message) {
        name->rest = calloc(1, strlen(rest) + 2);
        if (!name->rest)
                return -ENOMEM;

        return copy_parts(text, rest, name->rest, ret_message);
}

static int parse_process(const char *text, TargetName *name, char **ret_message) {
        uint64_t pid;

        if (parse_unsigned(text, 1, INT_MAX, &pid) < 0)
                return message_set(-EINVAL, ret_message, "'@%s' is no process (example: @4711)", text);

        name->kind = TARGET_PROCESS;
        name->pid = (pid_t) pid;
        name->rest = strdup("");
        return name->rest ? 0 : -ENOMEM;
}

static int parse_path(const char *text, TargetName *name, char **ret_message) {
        const char *rest = startswith(text, CGROUP_MOUNT);

        if (!rest || (*rest && *rest != '/'))
                return message_set(-EINVAL, ret_message, "'%s' is no path below " CGROUP_MOUNT, text);

        name->kind = TARGET_PATH;
        return parse_rest(text, rest, name, ret_message);
}

static int parse_unit(const char *text, TargetName *name, char **ret_message) {
        size_t length = strcspn(text, "/");

        name->kind = TARGET_UNIT;
        name->unit = strndup(text, length);
        if (!name->unit)
                return -ENOMEM;
        if (!unit_name_is_valid(name->unit))
                return message_set(-EINVAL, ret_message, "'%s' is no target: it is UNIT.scope, UNIT.scope/GROUP, ., ./GROUP, a path "
                              "below " CGROUP_MOUNT " or @PID", text);

        return parse_rest(text, text + length, name, ret_message);
}

int target_name_parse(const char *text, TargetName *ret, char **ret_message) {
        _cleanup_(target_name_done) TargetName name = {};
        int r;

        if (text[0] == '@')
                r = parse_process(text + 1, &name, ret_message);
        else if (text[0] == '/')
                r = parse_path(text, &name, ret_message);
        else if (text[0] == '.' && (!text[1] || text[1] == '/')) {
                name.kind = TARGET_OWN;
                r = parse_rest(text, text + 1, &name, ret_message);
        } else
                r = parse_unit(text, &name, ret_message);
        if (r < 0)
                return r;

        *ret = name;
        name = (TargetName) {};
        return 0;
}

void target_name_done(TargetName *name) {
        free(name->unit);
        free(name->rest);
        *name = (TargetName) {};
}

/* The boundary that the caller lives in. Its path is where such a target begins. */
static int open_own_boundary(Target *target, char **ret_path) {
        _cleanup_free_ char *own = NULL;
        _cleanup_close_ int group = -EBADF;
        int r;

        r = cgroup_of_process(0, &own);
        if (r < 0)
                return r;

        group = group_open(target->root, own);
        if (group < 0)
                return group;

        r = boundary_open(target->root, own, group, 0, &target->boundary_length);
        if (r < 0)
                return r;

        target->boundary = r;
        own[target->boundary_length] = '\0';
        *ret_path = TAKE_PTR(own);
        return 0;
}

/* Where @name begins: the path of the unit, of the caller's boundary, of the process. */
static int find_base(Target *target, const TargetName *name, uid_t uid, char **ret) {
        int r;

        switch (name->kind) {
        case TARGET_UNIT:
                r = search_unit(target->root, name->unit, uid, ret);
                return r == -ENOENT ? -ENXIO : r;
        case TARGET_PROCESS:
                return cgroup_of_process(name->pid, ret);
        case TARGET_OWN:
                return open_own_boundary(target, ret);
        case TARGET_PATH:
        default:
                *ret = strdup("");
                return *ret ? 0 : -ENOMEM;
        }
}

static int set_path(Target *target, const char *base, const char *rest) {
        target->path = NULL;
        if (!*base && !*rest)
                target->path = strdup("/");
        else if (asprintf(&target->path, "%s%s", streq(base, "/") && *rest ? "" : base, rest) < 0)
                target->path = NULL;

        return target->path ? 0 : -ENOMEM;
}

/* Below a boundary that is known already, another may be nearer. */
static int open_group(Target *target, TargetFlags flags) {
        int from = target->boundary >= 0 ? target->boundary : target->root, fd;

        fd = group_open(from, target_below(target));
        if (fd < 0 && !(fd == -ENOENT && (flags & TARGET_MAY_BE_ABSENT)))
                return fd;
        if (fd >= 0)
                target->fd = fd;

        fd = boundary_open(target->root, target->path, target->fd, target->boundary_length, &target->boundary_length);
        if (fd < 0)
                return fd == -ENODATA ? 0 : fd;

        (void) fd_close(target->boundary);
        target->boundary = fd;
        return 0;
}

int target_open(int root, const TargetName *name, uid_t uid, TargetFlags flags, Target *ret) {
        _cleanup_(target_done) Target target = TARGET_INIT;
        _cleanup_free_ char *base = NULL;
        int r;

        target.root = root;
        r = find_base(&target, name, uid, &base);
        if (r >= 0)
                r = set_path(&target, base, name->rest);
        if (r >= 0)
                r = open_group(&target, flags);
        if (r < 0)
                return r;

        *ret = target;
        target = (Target) TARGET_INIT;
        return 0;
}

void target_done(Target *target) {
        (void) fd_close(target->fd);
        (void) fd_close(target->boundary);
        free(target->path);
        *target = (Target) TARGET_INIT;
}

int target_set_boundary(Target *target, size_t length) {
        _cleanup_free_ char *path = strndup(target->path, length);
        int fd;

        if (!path)
                return -ENOMEM;

        fd = group_open(target->root, path);
        if (fd < 0)
                return fd;

        (void) fd_close(target->boundary);
        target->boundary = fd;
        target->boundary_length = length;
        return 0;
}

const char *target_below(const Target *target) {
        const char *below = target->path + target->boundary_length;

        return below + strspn(below, "/");
}

static bool part_ends_with(const char *part, size_t length, const char *suffix) {
        size_t tail = strlen(suffix);

        return length > tail && memcmp(part + length - tail, suffix, tail) == 0;
}

int target_open_parent(const Target *target, const char **ret_name) {
        const char *below = target_below(target), *slash = strrchr(below, '/');
        _cleanup_free_ char *parent = strndup(below, slash ? (size_t) (slash - below) : 0);

        if (!parent)
                return -ENOMEM;

        *ret_name = slash ? slash + 1 : below;
        return fd_open_beneath(target->boundary, *parent ? parent : ".", O_RDONLY | O_DIRECTORY);
}

/* The user of "user@UID.service", or UID_INVALID. */
static uid_t manager_uid(const char *name, size_t length) {
        uint64_t uid;
        char text[16];

        if (!startswith(name, "user@") || length <= strlen("user@.service") ||
            length >= strlen("user@.service") + sizeof(text) ||
            memcmp(name + length - strlen(".service"), ".service", strlen(".service")) != 0)
                return UID_INVALID;

        length -= strlen("user@.service");
        *(char *) mempcpy(text, name + strlen("user@"), length) = '\0';
        return parse_unsigned(text, 0, UINT32_MAX - 1, &uid) < 0 ? UID_INVALID : (uid_t) uid;
}

uid_t target_manager_of(const char *path) {
        for (const char *p = path + strspn(path, "/"); *p;) {
                size_t length = strcspn(p, "/");
                uid_t uid = manager_uid(p, length);

                if (uid != UID_INVALID && p[length])
                        return uid;
                if (!part_ends_with(p, length, ".slice")) /* what is below a unit anybody may call so */
                        break;
                p += length + strspn(p + length, "/");
        }

        return UID_INVALID;
}

int target_unit_of(const char *path, char **ret, size_t *ret_length) {
        const char *unit = NULL;
        size_t unit_length = 0;
        bool in_manager = false;

        /* Slices, in a slice perhaps a user manager, in it slices again; then the unit. */
        for (const char *p = path + strspn(path, "/"); *p;) {
                size_t length = strcspn(p, "/");
                bool is_manager = !in_manager && manager_uid(p, length) != UID_INVALID;
                bool is_slice = part_ends_with(p, length, ".slice");

                if (!is_slice && !part_ends_with(p, length, ".scope") && !part_ends_with(p, length, ".service"))
                        break;

                unit = p;
                unit_length = length;
                in_manager = in_manager || is_manager;
                if (!is_slice && !is_manager)
                        break;
                p += length + strspn(p + length, "/");
        }

        if (!unit)
                return -ENODATA;

        *ret = unit[0] == '_' ? strndup(unit + 1, unit_length - 1) : strndup(unit, unit_length);
        if (!*ret)
                return -ENOMEM;
        if (ret_length)
                *ret_length = (size_t) (unit + unit_length - path);
        return 0;
}
