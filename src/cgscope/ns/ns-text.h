/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/ns/ns.h"

/* For people: those that were named one after the other, all others in a table, and what the marks mean. */
int ns_print_text(Ns *ns);
