/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Processes as a table, or as a tree below their namespaces. */

#include "cgscope/ns/ns.h"
#include "table/table.h"

extern const TableColumn ns_columns[];

/* The columns are checked before anything is looked at. */
int ns_check_columns(const Ns *ns);
int ns_print_list(const Ns *ns);

/* The hierarchies of one process. */
int ns_print_hierarchies(const Ns *ns, const ViewProcess *process);

/* The marks of all that is shown. */
unsigned ns_all_marks(const Ns *ns);
