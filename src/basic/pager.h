/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The pager in front of the terminal. The environment is systemd's: $SYSTEMD_PAGER, $PAGER, $SYSTEMD_LESS,
 * $SYSTEMD_LESSCHARSET, $SYSTEMD_PAGERSECURE. */

#include <sys/types.h>

#include "basic/macros.h"

typedef struct Pager {
        pid_t pid; /* 0: none */
} Pager;

/* Starts a pager and makes it standard output, where that is a terminal and a pager is wanted. Having none is no
 * error. */
void pager_open(Pager *pager);

/* Flushes standard output and waits until the reader has left. */
void pager_close(Pager *pager);
