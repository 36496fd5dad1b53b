/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options of `run` and `adopt`. Parsing checks all that can be checked without speaking to anyone. */

#include "cgscope/command/scope-options.h"

/* The tables of `run` and `adopt`, and how an option of theirs is parsed into the ScopeOptions at @userdata, which are
 * to be freed with scope_options_done() in every case. */
extern const Option run_options[], adopt_options[];
int scope_options_parse(void *userdata, int id);

/* What only makes sense together. A negative errno when it has said what is wrong. */
int scope_options_check(const ScopeOptions *options);

void scope_options_done(ScopeOptions *options);
