/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/aim.h"

#include "basic/escape.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/walk.h"

/* How many a message names. */
#define PLACES_MAX 5

typedef struct Places {
        FILE *file;
        const Aim *aim;
        unsigned n;
} Places;

static int add_place(int fd, const char *path, unsigned depth, void *userdata) {
        Places *places = userdata;
        const Aim *aim = places->aim;
        _cleanup_free_ char *place = NULL, *shown = NULL;
        ControllerMask enabled;
        int r;

        if (depth == 0 || group_enabled(fd, &enabled) < 0 || enabled != CONTROLLER_MASK_NONE || !group_is_domain(fd) ||
            places->n++ >= PLACES_MAX)
                return 0;

        /* The place begins as the target was typed. aim->text may be quoted already and is of no use for that. */
        if (aim->name.kind == TARGET_UNIT || aim->name.kind == TARGET_OWN)
                r = asprintf(&place, "%s%s/%s", aim->name.unit ?: ".", aim->name.rest, path);
        else
                r = asprintf(&place, CGROUP_MOUNT "%s/%s", aim->target.path, path);
        if (r < 0)
                return place = NULL, -ENOMEM;

        shown = escape_path(place);
        fprintf(places->file, "%s%s", places->n > 1 ? ", " : "", shown ?: "?");
        return 0;
}

int places_list(const Aim *aim, char **ret) {
        Places places = { .aim = aim };
        size_t size;

        *ret = NULL;
        places.file = open_memstream(ret, &size);
        if (!places.file)
                return -ENOMEM;

        (void) group_walk(aim->target.fd, WALK_BEFORE, add_place, &places);
        if (places.n > PLACES_MAX)
                fprintf(places.file, " and %u more", places.n - PLACES_MAX);

        return fclose(places.file) == 0 ? 0 : -ENOMEM;
}

typedef struct Leave {
        const Aim *aim;
        bool far;
} Leave;

static bool is_at_or_below(const char *path, const char *top) {
        const char *rest = startswith(path, top);

        return rest && (!*top || !*rest || *rest == '/');
}

/* 1: not here, nor further down. */
static int try_group(int fd, const char *path, unsigned depth, void *userdata) {
        const Leave *leave = userdata;
        const char *target = boundary_below(&leave->aim->target);

        (void) depth;
        if (is_at_or_below(path, target))
                return 1;
        if ((leave->far && *path && is_at_or_below(target, path)) || group_is_frozen(fd) != 0)
                return 0;

        return group_can_hold_processes(fd) >= 0 && group_attach(fd, 0) >= 0 ? -EEXIST : 0; /* ends the walk */
}

int leave_group(const Aim *aim, bool far) {
        Leave leave = { .aim = aim, .far = far };
        int r = group_walk(aim->target.top, WALK_BEFORE, try_group, &leave);

        return r == -EEXIST ? 0 : r < 0 ? r : -EBUSY;
}
