/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is to be shown of a process, and what misleads one that looks for its groups. */

#include "namespace/view.h"

typedef enum ViewMark {
        VIEW_OUTSIDE = 1 << 0,     /* a process outside of its namespace's root */
        VIEW_STALE_MOUNT = 1 << 1, /* the mount that stays after unshare -C, until cgroup2 is mounted anew */
        VIEW_SHOWS_MORE = 1 << 2,  /* another one that shows what the namespace hides */
} ViewMark;

#define VIEW_MARKS 3

/* The marks of a process by its path as it sees it, and those of mounts as seen from inside. NULL: not known. */
unsigned view_mark_path(const char *inside);
int view_mark_mounts(ViewMount *mounts, size_t n_mounts);

const char *view_mark_text(ViewMark mark);

/* "outside,stale-mount" */
#define VIEW_MARKS_TEXT_MAX 64
char *view_marks_format(unsigned marks, char buffer[static VIEW_MARKS_TEXT_MAX]);

/* "unified" for v2. */
const char *view_hierarchy_title(const char *hierarchy);

/* The row that is shown where one is: of v2, or on a host without it systemd's, or the first. NULL: nothing is known.
 */
const ViewRow *view_main_row(const ViewProcess *process);

/* @all hierarchies, or that one; at least one row, which may be empty. */
const ViewRow *view_rows(const ViewProcess *process, bool all, size_t *ret_n);

/* The marks of such a row: where one hierarchy stands for all, so do its marks. */
unsigned view_row_marks(const View *view, const ViewProcess *process, const ViewRow *row, bool all);

/* Those of the mount and those of the hierarchy, each once. Freed by the caller; NULL: no memory. */
char *view_mount_options(const CgroupMount *mount);
