/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the parts of view.h share. */

#include "namespace/view.h"

/* Room for one more in an array of @n. NULL: no memory. */
void *view_grow(void *array, size_t n, size_t size);

/* view-visit.c: fills in @pairs of the namespaces. */
int view_visit_all(View *view);
void view_namespace_done(ViewNamespace *namespace);

/* What they call @path there. *ret is freed by the caller; NULL: it cannot be known. */
int view_translate(const ViewNamespace *namespace, const char *hierarchy, const char *path, char **ret);
