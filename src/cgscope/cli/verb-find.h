/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which verb a command line is for. */

#include "cgscope/cli/verb.h"

/* Finds the verb in @argv, from its second word on, and moves it there where options stand before it ("cgscope --user
 * list"); @verbs ends with NULL. -EINVAL: there is none, which has been said with what may have been meant. */
int verb_find(const Verb *const verbs[], int argc, char *argv[], const Verb **ret);

/* The verb that is called @name, or NULL: said likewise. */
const Verb *verb_by_name(const Verb *const verbs[], const char *name);
