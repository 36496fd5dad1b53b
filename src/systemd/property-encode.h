/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Properties in messages; negative errno of sd-bus. */

#include <systemd/sd-bus.h>

#include "unit/controller.h"
#include "unit/property.h"

/* Begins and ends one "(sv)" in the open array "a(sv)" of @message; what is appended in between is of @signature. */
int property_open(sd_bus_message *message, const char *name, const char *signature);
int property_close(sd_bus_message *message);

/* Appends @value so, or all of a list. */
int property_value_append(sd_bus_message *message, const PropertyValue *value);
int property_list_append(sd_bus_message *message, const PropertyList *properties);

/* Appends the names as "as". */
int controllers_append(sd_bus_message *message, ControllerMask controllers);
