/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One group: its directory as a descriptor, and what is done to it. Nothing here takes an absolute path of the file
 * system; what is opened lies beneath a descriptor that the caller already holds. Negative errno everywhere. */

#include <sys/types.h>

#include "basic/macros.h"
#include "unit/controller.h"

/* The path of the unified hierarchy in /proc/PID/cgroup, from the root of the reader's cgroup namespace; @pid 0 is the
 * calling process. *ret ("/", "/a/b") is freed by the caller. -ESRCH: no such process; -ENODATA: it has no such
 * line. */
int cgroup_of_process(pid_t pid, char **ret);

/* Opens the group at @path ("/a/b", "a/b", "" for itself) beneath @root. Returns a descriptor for reading the
 * directory. */
int group_open(int root, const char *path);

/* Opens that of the first @length bytes of @below beneath @top. */
int group_open_first(int top, const char *below, size_t length);

/* Opens the group above the group @below ("a/b") of @top. *ret_name is its own name in that, borrowed from @below. */
int group_open_parent(int top, const char *below, const char **ret_name);

/* The controllers of @group: what its parent handed on to it. */
int group_controllers(int group, ControllerMask *ret);

/* Those that it hands on to the groups below it. */
int group_enabled(int group, ControllerMask *ret);

/* The name of a group that cgscope makes: UTF-8 that is safe to be shown, no '/', no leading '.', none that the kernel
 * or a unit could claim (the design's "Words"), at most 255 bytes. */
bool group_name_is_valid(const char *name);

/* Makes @name in @group, with @mode as mkdir(2) has it, and opens it; one that is there already is opened. *ret_made
 * says which. Returns the descriptor. */
int group_make(int group, const char *name, mode_t mode, bool *ret_made);

/* Whether it is neither threaded nor the root of a threaded subtree, nor the root of the hierarchy. */
bool group_is_domain(int group);

/* 0, or -EBUSY where @group hands controllers on, so that no process is to be in it itself. The kernel would let one in
 * where these count threads (cpu, cpuset, pids), and make a thread root of it: no process could enter the groups below
 * any more. Where there is a threaded subtree already, that is meant. */
int group_can_hold_processes(int group);

/* Moves the process @pid into @group; 0 is the calling process. -EBUSY: @group has children with controllers. */
int group_attach(int group, pid_t pid);

/* Adds @controllers to what @group hands on to its children, in one write; where the kernel refuses that, one by one up
 * to the first that it refuses, which is *ret_refused. -EBUSY: a process is in @group itself. */
int group_enable(int group, ControllerMask controllers, Controller *ret_refused);

/* Takes them away again. */
int group_disable(int group, ControllerMask controllers);

/* The number in @file of one line; @otherwise where there is none ("max", no such file). */
uint64_t group_read_number(int group, const char *file, uint64_t otherwise);

/* Whether the group behind the descriptor was removed since it was opened. */
bool group_is_gone(int group);

/* Whether a process is in @group or beneath it, by cgroup.events. */
int group_is_populated(int group);

/* Whether it is frozen, itself or with one above it. The root of the hierarchy never is. */
int group_is_frozen(int group);

/* Waits until cgroup.events of @group says @event ("populated 0", "frozen 1"), until @deadline (basic/clock.h):
 * -ETIMEDOUT. */
int group_wait_event(int group, const char *event, uint64_t deadline);
