/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is said of a request in the end: to the caller, who may be gone by then, to all, and in the journal. */

#include "cgscoped/service-queue.h"

void answer_error(const Request *request, const sd_bus_error *error);
void answer_errno(const Request *request, int r, const char *text);
void answer_state(const Request *request, const DelegationState *state);

/* The signal that something was changed. */
void answer_changed(const Request *request);

/* For the journal. @error: 0 or a negative errno, @text being that in words. */
void answer_log(const Request *request, int error, const char *text);
