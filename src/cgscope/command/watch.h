/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Somebody who stays behind. A manager can take a process into a scope that is just dying, or dead and not yet reaped:
 * such a process never gets there, no event ever ends the scope, and it stays "running" without processes for ever. So
 * while a request is under way, a child waits in a session of its own, where no signal to our terminal or process
 * group reaches it. Where we end without a word, killed or failed, it sees to it that nothing comes of the request. */

#include <sys/types.h>

#include "basic/macros.h"

/* What the child does when it is left alone. @word is the last that watch_tell() told it. */
typedef void (*WatchFunction)(const char *word, void *userdata);

#define WATCH_WORD_MAX 255

typedef struct Watch {
        pid_t pid;  /* 0: none */
        int writer; /* it waits at the other end */
        bool dismissed;
} Watch;

#define WATCH_INIT \
        { .writer = -EBADF }

/* Starts the child. It keeps no descriptor of ours. Until it is told something there is nothing to do for it: it ends
 * quietly when we do. */
int watch_start(Watch *watch, WatchFunction alone, void *userdata);
int watch_tell(Watch *watch, const char *word);

/* All is well: it ends. Returns at once. */
void watch_dismiss(Watch *watch);

/* Reaps it. Where it was not dismissed it is left alone now, and given a moment to finish. */
void watch_end(Watch *watch);
