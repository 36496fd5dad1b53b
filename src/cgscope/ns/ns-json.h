/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/ns/ns.h"

/* All that is known, as one JSON object. */
int ns_print_json(const Ns *ns);
