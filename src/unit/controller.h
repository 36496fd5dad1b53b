/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The cgroup v2 controllers by name. A closed set: what crosses a privilege line is this enum, never text. The names
 * are the kernel's (Documentation/admin-guide/cgroup-v2.rst), as `cgroup.controllers` prints them. */

#include <stdbool.h>
#include <stddef.h>

typedef enum Controller {
        CONTROLLER_CPUSET,
        CONTROLLER_CPU,
        CONTROLLER_IO,
        CONTROLLER_MEMORY,
        CONTROLLER_HUGETLB,
        CONTROLLER_PIDS,
        CONTROLLER_RDMA,
        CONTROLLER_MISC,
        CONTROLLER_DMEM,
        _CONTROLLER_MAX,
        _CONTROLLER_INVALID = -1,
} Controller;

/* A set of controllers, one bit each. */
typedef unsigned ControllerMask;

#define CONTROLLER_MASK_NONE 0U
/* Those that systemd hands on (CGROUP_MASK_V2 in its sources); the others stop below the root. */
#define CONTROLLER_MASK_MANAGED                                                                           \
        (1U << CONTROLLER_CPUSET | 1U << CONTROLLER_CPU | 1U << CONTROLLER_IO | 1U << CONTROLLER_MEMORY | \
         1U << CONTROLLER_PIDS)
#define CONTROLLER_MASK_ALL ((1U << _CONTROLLER_MAX) - 1U)

/* Room for every name with separators and NUL: what controller_mask_format() needs. */
#define CONTROLLER_MASK_TEXT_MAX 80

static inline ControllerMask controller_bit(Controller controller) {
        return 1U << controller;
}

/* The kernel's name; never NULL for a valid @controller. */
const char *controller_to_string(Controller controller);

/* The controller called by the @length bytes at @name, or _CONTROLLER_INVALID. */
Controller controller_from_name(const char *name, size_t length);

/* "cpu,io" or "cpu io": names divided by commas or white space, in any order, repeats allowed. -EINVAL: an unknown
 * name, of which ret_unknown (may be NULL) gets a copy to be freed by the caller; an empty list is -EINVAL with NULL
 * there. */
int controller_mask_parse(const char *text, ControllerMask *ret_mask, char **ret_unknown);

/* What `cgroup.controllers` or `cgroup.subtree_control` says; names that this program does not know are passed
 * over. */
ControllerMask controller_mask_read(const char *text);

/* Writes the names of @mask into @buffer, divided by @separator; returns @buffer. */
char *controller_mask_format(ControllerMask mask, char separator, char buffer[static CONTROLLER_MASK_TEXT_MAX]);
