/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What may be called, and what of it is let through: numbers and sets, nothing else. */

#include <systemd/sd-bus.h>

/* The interface; its handlers take a Queue. */
extern const sd_bus_vtable service_vtable[];
