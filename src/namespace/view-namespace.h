/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is called how in the other namespaces of a view. */

#include "namespace/view.h"

/* Enters each, once, and fills in its @pairs. Fails for lack of memory alone. */
int view_visit_all(View *view);

/* What they call @path there. *ret is freed by the caller; NULL: it cannot be known. */
int view_translate(const ViewNamespace *namespace, const char *hierarchy, const char *path, char **ret);

/* Where the namespace begins, as we see it. Freed by the caller. -ENODATA: it cannot be known. */
int view_namespace_root(const ViewNamespace *namespace, const char *hierarchy, char **ret);

void view_namespace_done(ViewNamespace *namespace);
