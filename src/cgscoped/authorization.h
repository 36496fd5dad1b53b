/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether polkit lets somebody have what he asks for. Its answer is not waited for: somebody may have to type a
 * password first. Whatever is no clear yes is a no. */

#include "cgscoped/service-queue.h"

/* @refusal: NULL where it is a yes. */
typedef void (*AuthorizationFunction)(Request *request, const sd_bus_error *refusal);

/* Looking is free, and root may do all of it anyway. */
bool authorization_is_needed(const Request *request);

/* Asks. @done is called once, later; then *ret is to be freed, and in any case before @request. Needs to run as root:
 * polkit takes details from nobody else. */
int authorization_ask(Request *request, AuthorizationFunction done, Authorization **ret);

/* Takes the question back where it is not answered yet: a dialog that is on somebody's screen goes away. */
void authorization_free(Authorization *authorization);
