/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/target.h"

#include <assert.h>
#include <limits.h>

#include "basic/escape.h"
#include "basic/parse.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/search.h"
#include "unit/unit-name.h"

/* Copies the parts of @rest, divided by one '/', to @end; each as it stands there or as escape_path() shows it. @text
 * is all that was typed. */
static int copy_parts(const char *text, const char *rest, char *end, Trouble *trouble) {
        for (const char *p = rest + strspn(rest, "/"); *p; p += strspn(p, "/")) {
                char part[NAME_MAX + 1];
                const char *typed = p;
                int r = unescape_part(&p, part, sizeof(part));

                if (r == -ENAMETOOLONG)
                        return trouble_set(trouble, -EINVAL, "the name of a group has at most 255 bytes: '%s'", typed);
                if (r < 0)
                        return trouble_set(trouble, -EINVAL,
                                           "'%s' begins with $' and is no name of a group in quotes: "
                                           "\\xNN, \\\\ and \\' are all that stands for something else there",
                                           typed);
                if (isempty(part) || streq(part, "..") || streq(part, "."))
                        return trouble_set(trouble, -EINVAL, "'%s' has a part '%s': a target never leads upwards", text,
                                           part);

                *end++ = '/';
                end = stpcpy(end, part);
        }

        return 0;
}

int target_rest_parse(const char *text, const char *rest, char **ret, Trouble *trouble) {
        _cleanup_free_ char *parts = calloc(1, strlen(rest) + 2);
        int r = parts ? copy_parts(text, rest, parts, trouble) : -ENOMEM;

        if (r < 0)
                return r;

        *ret = TAKE_PTR(parts);
        return 0;
}

static int parse_process(const char *text, TargetName *name, Trouble *trouble) {
        uint64_t pid;

        if (parse_unsigned(text, 1, INT_MAX, &pid) < 0)
                return trouble_set(trouble, -EINVAL, "'@%s' is no process (example: @4711)", text);

        name->kind = TARGET_PROCESS;
        name->pid = (pid_t) pid;
        name->rest = strdup("");
        return name->rest ? 0 : -ENOMEM;
}

static int parse_path(const char *text, TargetName *name, Trouble *trouble) {
        const char *rest = startswith(text, CGROUP_MOUNT);

        if (!rest || (*rest && *rest != '/'))
                return trouble_set(trouble, -EINVAL, "'%s' is no path below " CGROUP_MOUNT, text);

        name->kind = TARGET_PATH;
        return target_rest_parse(text, rest, &name->rest, trouble);
}

static int parse_unit(const char *text, TargetName *name, Trouble *trouble) {
        size_t length = strcspn(text, "/");
        _cleanup_free_ char *unit = strndup(text, length);
        int r;

        if (!unit)
                return -ENOMEM;

        name->kind = TARGET_UNIT;
        r = unit_name_complete(unit, &name->unit);
        if (r == -EINVAL)
                return trouble_set(trouble, r,
                                   "'%s' is no target: it is UNIT, UNIT/GROUP, ., ./GROUP, a path below " CGROUP_MOUNT
                                   " or @PID",
                                   text);
        if (r < 0)
                return r;

        name->completed = !streq(name->unit, unit);
        return target_rest_parse(text, text + length, &name->rest, trouble);
}

int target_name_parse(const char *text, TargetName *ret, Trouble *trouble) {
        _cleanup_(target_name_done) TargetName name = {};
        int r;

        if (text[0] == '@')
                r = parse_process(text + 1, &name, trouble);
        else if (text[0] == '/')
                r = parse_path(text, &name, trouble);
        else if (text[0] == '.' && (!text[1] || text[1] == '/')) {
                name.kind = TARGET_OWN;
                r = target_rest_parse(text, text + 1, &name.rest, trouble);
        } else
                r = parse_unit(text, &name, trouble);
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

/* The boundary that the caller lives in. */
static int find_own(Boundary *boundary, char **ret) {
        _cleanup_free_ char *own = NULL;
        int r;

        r = cgroup_of_process(0, &own);
        if (r < 0)
                return r;

        r = boundary_find(boundary->root, own, ret);
        if (r < 0)
                return r;

        boundary->length = strlen(*ret);
        return 0;
}

/* Where @name begins: the path of the unit, of the caller's boundary, of the process. */
static int find_base(Boundary *boundary, const TargetName *name, uid_t uid, char **ret) {
        int r;

        switch (name->kind) {
        case TARGET_UNIT:
                r = search_unit(boundary->root, name->unit, uid, ret);
                return r == -ENOENT ? -ENXIO : r;
        case TARGET_PROCESS:
                return cgroup_of_process(name->pid, ret);
        case TARGET_OWN:
                return find_own(boundary, ret);
        case TARGET_PATH:
        default:
                *ret = strdup("");
                return *ret ? 0 : -ENOMEM;
        }
}

static char *join(const char *base, const char *rest) {
        char *path;

        if (!*base && !*rest)
                return strdup("/");

        return asprintf(&path, "%s%s", streq(base, "/") && *rest ? "" : base, rest) < 0 ? NULL : path;
}

int target_open(Boundary *ret, const TargetName *name, uid_t uid, bool may_be_absent) {
        _cleanup_free_ char *base = NULL;
        int r;

        assert(ret->root >= 0 && !ret->path);

        r = find_base(ret, name, uid, &base);
        if (r < 0)
                return r;

        ret->path = join(base, name->rest);
        return ret->path ? boundary_open(ret, may_be_absent) : -ENOMEM;
}
