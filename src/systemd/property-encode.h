/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "unit/property.h"

/* Appends @value as one "(sv)" to the open array "a(sv)" of @message. Negative errno of sd-bus. */
int property_value_append(sd_bus_message *message, const PropertyValue *value);
