/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* It is shown so. */

#include "cgscope/ns/ns.h"
#include "table/table.h"

/* json.c */
int ns_print_json(const Ns *ns);

/* block.c: those that were named, one after the other. */
int ns_print_blocks(Ns *ns);

/* print.c: all in a table, or as a tree. With -o, the columns are checked before anything is looked at. */
extern const TableColumn ns_columns[];
int ns_check_columns(const Ns *ns);
int ns_print_list(Ns *ns);

/* The hierarchies of one process. *marks gets those of what is printed. */
int ns_print_hierarchies(const Ns *ns, const NsProcess *process, unsigned *marks);

/* mounts.c: the mounts that all of the processes find, the same ones once; or those of one process. *marks gets
 * those of what is printed. */
int ns_print_mounts(const Ns *ns, const NsProcess *process, unsigned *marks);

/* notes.c: what the marks mean, and why the rest is not known. */
int ns_print_notes(const Ns *ns, unsigned marks);
