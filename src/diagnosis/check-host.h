/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The checks of what this runs on: hierarchies, their mount, container, WSL, systemd. */

#include "diagnosis/check.h"

extern const Check host_checks[];

int check_controllers(const Doctor *doctor, Finding *ret);
int check_writable(const Doctor *doctor, Finding *ret);
int check_nsdelegate(const Doctor *doctor, Finding *ret);
int check_container(const Doctor *doctor, Finding *ret);
int check_wsl(const Doctor *doctor, Finding *ret);
int check_systemd(const Doctor *doctor, Finding *ret);

/* @legacy are the controllers that v1 holds. */
int judge_hierarchy(CgroupMode mode, const char *legacy, const Surroundings *surroundings, Finding *ret);
int judge_controllers(ControllerMask there, ControllerMask legacy, bool inner, const Surroundings *surroundings,
                      Finding *ret);

/* @options are those of the mount; @inner: its root is that of a cgroup namespace, not the kernel's. */
int judge_nsdelegate(const char *options, bool inner, Finding *ret);
int judge_memory_recursiveprot(const char *options, bool inner, Finding *ret);
int judge_favordynmods(const char *options, const Surroundings *surroundings, Finding *ret);
int judge_systemd_version(const char *version, Finding *ret);

/* Why some of the controllers @missing are, and what helps, the gravest first. */
typedef struct MissingReason {
        ControllerMask mask; /* of which it is true */
        const char *why, *remedy;
} MissingReason;

MissingReason controllers_reason(ControllerMask missing, ControllerMask legacy, bool inner,
                                 const Surroundings *surroundings);

/* What makes v1 let go of its controllers. */
const char *legacy_remedy(CgroupMode mode, const Surroundings *surroundings);

/* Those of @names, as cgroup_legacy_controllers() has them, that cgscope and systemd's units need. */
ControllerMask legacy_parse(const char *names);

/* Whether the root that we see is that of a cgroup namespace: the kernel's own has no type. */
bool root_is_inner(int root);
