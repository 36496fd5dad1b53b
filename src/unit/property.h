/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The settings that a scope takes, in systemd's names and units of measure: systemd.resource-control(5),
 * systemd.scope(5), systemd.kill(5) and those of systemd.unit(5) that make sense for a scope. One table says for each
 * how its text is read, which D-Bus property carries it, and which controller and file of the kernel's it ends in. The
 * table and the parsed value know neither bus nor cgroup: what encodes them stands above. */

#include "basic/trouble.h"
#include "unit/property-value.h"

/* The row called @name (as a unit file spells it, "CPUQuota"), or NULL. */
const PropertyInfo *property_find(const char *name);

/* The known name nearest to @name, which may be its D-Bus name or that of a predecessor (MemoryLimit); NULL where
 * none is near. For the error message. */
const char *property_nearest(const char *name);

/* Parses "NAME=VALUE" as systemd parses it in a unit file and appends it to @list. An empty value resets, as
 * systemd-run sends it: a list becomes empty, a limit the default; other settings have no empty value. On failure
 * nothing is appended, and *trouble (to be freed by the caller; untouched on success and with -ENOMEM) says in one
 * clause, without full stop, what is wrong with which part. -ENOENT: no such setting; -EOPNOTSUPP: one that an option
 * sets (Slice); -EINVAL: bad value or no assignment; -ERANGE: out of range; -ENOMEM. */
int property_list_add(PropertyList *list, const char *assignment, Trouble *trouble);

void property_list_done(PropertyList *list);

/* What a row says. The controller is _CONTROLLER_INVALID where the setting needs none; the file is the one in the
 * group's directory that shows that the setting arrived ("memory.max"), NULL where none does. */
const char *property_info_name(const PropertyInfo *info);
const char *property_info_bus_name(const PropertyInfo *info); /* of the setting, whose values may have others, too */
Controller property_info_controller(const PropertyInfo *info);
const char *property_info_file(const PropertyInfo *info);

/* Whether its value is a list of units. */
bool property_info_takes_units(const PropertyInfo *info);

/* How it is seen in force; and why not, a clause, where it cannot be: NULL elsewhere. */
PropertySight property_info_sight(const PropertyInfo *info);
const char *property_info_unseen(const PropertyInfo *info);

/* Whether the manager puts the scope under the row's controller because of @value: not for "infinity", "no", an empty
 * list, a protection of 0, nor for a setting that only matters beside another one (CPUQuotaPeriodSec). */
bool property_value_needs_controller(const PropertyValue *value);

/* Whether @value asks for something that would not be without it: no empty list or text, no "no", "infinity", "auto" or
 * "none". What resets a setting needs nobody to enforce it. */
bool property_value_asks(const PropertyValue *value);

/* Whether a later assignment in @list takes all that the one at @index asks for back, or its place: of lists and
 * devices an empty one, of other values any. */
bool property_list_resets(const PropertyList *list, size_t index);

/* Whether only a privileged manager can enforce @value; a user manager takes it and does nothing. */
bool property_value_needs_privileges(const PropertyValue *value);

/* Calls @fn with the name of each row, in the table's order: for completions and the manual. */
void property_foreach(void (*fn)(const char *name, void *userdata), void *userdata);
