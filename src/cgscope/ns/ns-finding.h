/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What was found out means this: pure. */

#include "cgscope/ns/ns.h"

/* A hierarchy as a row shows it. NULL: not known. */
typedef struct NsRow {
        char *hierarchy; /* "" for v2 */
        char *ours, *inside, *absolute;
        unsigned marks;
} NsRow;

/* The row of a process in the hierarchy that *text, which is what we see of it, begins with; moves that behind it. 1:
 * there was one; 0: no more. */
int ns_next_row(const Ns *ns, const NsProcess *process, const char **text, NsRow *ret);

/* The one that is shown where one is: v2, or on a host without it systemd's, or the first. */
int ns_main_row(const Ns *ns, const NsProcess *process, NsRow *ret);
void ns_row_done(NsRow *row);

/* The marks of a process by its path as it sees it, and of mount @index as seen from inside. */
unsigned ns_judge_path(const char *inside);
unsigned ns_judge_mount(const CgroupMounts *inside, size_t index);

/* The same mount as seen from inside. NULL: not known. */
const CgroupMount *ns_mount_inside(const NsSight *sight, const CgroupMount *mount, unsigned *ret_marks);

const char *ns_mark_text(NsMark mark);
const char *ns_reason_text(NsReason reason);

/* "outside,stale-mount", or divided by other characters. */
#define NS_MARKS_TEXT_MAX 64
char *ns_marks_format(unsigned marks, const char *separator, char buffer[static NS_MARKS_TEXT_MAX]);

/* Those of the mount and those of the hierarchy, each once. Freed by the caller; NULL: no memory. */
char *ns_mount_options(const CgroupMount *mount);

/* Where the namespace begins, as we see it. Freed by the caller. -ENODATA: it cannot be known. */
int ns_namespace_root(const Ns *ns, size_t namespace, const char *hierarchy, char **ret);
