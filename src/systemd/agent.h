/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* polkit's agent on the terminal, which asks for the password when the system manager wants one. It is a process of
 * polkit's own (pkttyagent), there only while we ask. */

#include <sys/types.h>

#include "basic/macros.h"

typedef struct Agent {
        pid_t pid; /* 0: none */
} Agent;

/* Starts the agent for the calling process and waits until it is registered. Without a terminal, for root, or where
 * polkit's agent is not installed, there is none: that is no error. */
int agent_open(Agent *agent);

/* Ends and reaps it. */
void agent_close(Agent *agent);
