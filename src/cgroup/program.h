/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* BPF programs that are attached to a group: what firewalls, device lists and the like come down to. A manager takes
 * such settings, and runs the unit without them where it cannot attach them. */

#include "basic/trouble.h"
#include "unit/property.h"

/* Whether the programs that @value asks for are attached to @group. 0: they are; -EOPNOTSUPP: they are not, and
 * *trouble says which, a clause; -EPERM: this process may not look. */
int program_check(int group, const PropertyValue *value, Trouble *trouble);

/* The same as far as it can be told without the group: programs that are to be pinned somewhere are. */
int program_check_ahead(int root, const PropertyValue *value, Trouble *trouble);

/* Whether the programs of a group can be looked at, by this process: 0; -ENOSYS, -EINVAL: the kernel has no such thing;
 * -EPERM: it may not. */
int program_probe(int group);
