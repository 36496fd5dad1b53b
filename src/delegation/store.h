/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The drop-ins beneath a root directory, that of the running system or of an image: lists and changes them. Two who
 * change them wait for each other, for ten seconds at most (-EBUSY).
 *
 * Functions return 0 or a negative errno; @trouble names the file (as seen from the root
 * directory), the cause and the remedy. -ELOOP, -EPERM: a directory that is not as it should
 * be. -EEXIST: the file is the administrator's. -EACCES, -EROFS, -ENOSPC, -EDQUOT, …: it cannot be written; all is as
 * it was.
 *
 * The administrator's is a file of a name of ours that is not root's own, alone under its name, a regular one and
 * writable by root alone, or has another text than we write: it is never changed. */

#include "basic/trouble.h"
#include "delegation/delegation.h"

/* Opens the root directory that the others take: "/" or that of an image. It has to be root's, too (-EPERM). */
int store_open(const char *path);

/* Adds the drop-ins that are there and concern @uid (DELEGATION_EVERYBODY: all there are) to @state, those in /etc
 * first, users' own before the one for everybody. What is in a directory that is not as it should be is listed as the
 * administrator's. -E2BIG: more than 4096 users have files. */
int store_list(int root, uint64_t uid, DelegationState *state, Trouble *trouble);

/* Has controllers, of those that systemd hands on, handed on besides those that the file hands on already, or takes
 * them out again; what is left empty, file and directory, is removed. What was enabled for good and until the next boot
 * is disabled together, unless DELEGATION_RUNTIME says otherwise: that in /etc first. Returns 1 where a file was
 * changed, 0 where all was so already; *ret_changed says so where something failed after that, too. */
int store_change(int root, const DelegationRequest *request, bool *ret_changed, Trouble *trouble);
