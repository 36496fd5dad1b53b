/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `cgscope ns`, while it finds out and prints. */

#include "cgscope/cli/common-options.h"
#include "namespace/view.h"
#include "table/table.h"

typedef struct Ns {
        CommonOptions options;
        bool tree, all_hierarchies;
        const char *unit;
        bool listed; /* a list, not some that were named */
        bool failed; /* one that was named cannot be shown */
        View view;
} Ns;

/* All that is known, as one JSON object. */
int ns_print_json(const Ns *ns);

/* For people: those that were named one after the other, all others in a table, and what the marks mean. */
int ns_print_text(Ns *ns);

extern const TableColumn ns_columns[];

/* The columns are checked before anything is looked at. */
int ns_check_columns(const Ns *ns);

/* All processes as a table, or as a tree below their namespaces; or the hierarchies of one process. */
int ns_print_list(const Ns *ns, const ViewProcess *only);

/* The mounts that all of the processes find, the same ones once; or those of one process. */
int ns_print_mounts(const Ns *ns, const ViewProcess *process);

/* The marks of all that is shown. */
unsigned ns_all_marks(const Ns *ns);
