/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cgscope/ns/ns.h"

/* The mounts that all of the processes find, the same ones once; or those of one process. */
int ns_print_mounts(const Ns *ns, const ViewProcess *process);
