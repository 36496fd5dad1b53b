/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What limits a group, and which of the groups above it does. */

#include "cgroup/boundary.h"

/* A limit that is set on the group, or that one above it sets. */
typedef struct StatusLimit {
        const char *name;    /* systemd's */
        char *value;         /* NULL: not set on the group itself */
        char *effective;     /* NULL: as above */
        char *set_by;        /* the group that sets what is in effect; NULL: as above */
        bool bytes, indices; /* what its number is; "0" may stand where "0-3" does */
} StatusLimit;

#define STATUS_LIMITS_MAX 18

typedef struct StatusLimits {
        StatusLimit limits[STATUS_LIMITS_MAX];
        size_t n;
} StatusLimits;

/* Reads those that are set, and for those that are not the nearest one above that is in effect. @raw: in base units. */
int status_limits_read(const Boundary *target, bool raw, StatusLimits *ret);
void status_limits_done(StatusLimits *limits);
