/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Prints all that the program's tables know as JSON, for its tests: verbs with their options and columns, controllers,
 * properties, figures. */

#include "cgscope/cli/verb.h"

/* @verbs ends with NULL. Negative errno where standard output failed. */
int introspect_print(const Verb *const verbs[]);
