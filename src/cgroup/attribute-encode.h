/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From a property to what its file takes. */

#include "cgroup/attribute-writer.h"

/* Writes what the property says, of which others in the list may be a part. */
int attribute_encode(AttributeWriter *writer, const PropertyValue *property);

/* The number that a limit of memory or tasks comes to, of a share that of what the machine has. -EINVAL: it is none. */
int attribute_limit(const PropertyValue *value, uint64_t *ret);
