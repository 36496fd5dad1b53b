/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs of groups do to a group, by its name and its boundary: here by its files, with the caller's own
 * rights. Who does it for somebody else, over a socket, does it behind these calls. */

#include "cgroup/attribute-read.h"
#include "cgroup/attribute.h"
#include "cgroup/boundary.h"
#include "cgroup/control.h"
#include "cgroup/group.h"

/* Removes it, with @recursive after all that is in it was killed and the groups below it are removed, in at most
 * @timeout microseconds. -EBUSY: something is in it. */
int groups_remove(const Boundary *target, bool recursive, uint64_t timeout);

/* Hands it over (group_chown()), with @recursive from the bottom up. *ret_failed, to be freed by the caller, is the
 * group below it that this failed for; NULL: itself. */
int groups_chown(const Boundary *target, uid_t uid, gid_t gid, bool recursive, char **ret_failed);

/* The controllers that it has, those that it hands on, and those that the hierarchy has at its root. */
int groups_controllers(const Boundary *target, ControllerMask *ret_available, ControllerMask *ret_enabled,
                       ControllerMask *ret_root);

/* Sends @signal to all in it and below it; SIGKILL gets also who is forked meanwhile. *ret_refused as group_signal()
 * has it. */
int groups_signal(const Boundary *target, int signal, pid_t *ret_refused);

static inline int groups_freeze(const Boundary *target, bool freeze, uint64_t timeout) {
        return group_freeze(target->fd, freeze, timeout);
}

static inline int groups_attach(const Boundary *target, pid_t pid) {
        return group_attach(target->fd, pid);
}

static inline int groups_set(const Boundary *target, const AttributeList *list, const Attribute **ret_failed,
                             Trouble *trouble) {
        return attribute_list_apply(list, target->fd, ret_failed, trouble);
}

static inline int groups_get(const Boundary *target, const char *key, bool raw, char **ret) {
        return attribute_read(target->fd, key, raw, ret);
}
