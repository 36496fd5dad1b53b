/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/aim.h"

#include "basic/escape.h"
#include "basic/memory-stream.h"
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

        return memory_stream_close(places.file, ret);
}
