/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The drop-in for user@.service as text. */

#include "delegation/delegation.h"

/* The first line: who wrote the file. */
#define DROP_IN_HEADER "# Written by cgscope; change it with \"cgscope enable\" and \"cgscope disable\"."

/* No file of this kind is longer; a longer one is the administrator's. */
#define DROP_IN_SIZE_MAX 16384U

typedef struct DropIn {
        DropInKind kind;
        ControllerMask own; /* what it hands on */

        /* Of a foreign or edited file: the first line in it that says more than which controllers to add, or, in parentheses, what else stands against that. Fit
         * to be shown: UTF-8 without control characters, cut where it is long. NULL: there is none. Owned. */
        char *other;

        bool unread; /* it was not read, for the reason in @other: nobody knows what it hands on */
} DropIn;

/* Reads @text of @length bytes as systemd does; NUL bytes make it a foreign one. Never fails but for -ENOMEM.
 * `Delegate=yes` is all that systemd manages. What takes away (`Delegate=no`, an empty `Delegate=`) counts as @other,
 * as do names that systemd refuses and those of cgroup v1 and BPF, which it does not. */
int drop_in_parse(const char *text, size_t length, DropIn *ret);
void drop_in_done(DropIn *drop_in);

/* The text of a file of ours for one user (@uid) or for everybody. -EINVAL: @own is empty, or there are controllers
 * that systemd does not hand on. *ret is freed by the caller. */
int drop_in_format(uint64_t uid, ControllerMask own, char **ret);
