/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who sent a message: what the bus says, which has it from the kernel. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

/* The effective uid of the sender of @message. Asks the bus and waits for its answer. -ENXIO: the sender has left;
 * -EACCES: the bus does not say. */
int sender_uid(sd_bus_message *message, uid_t *ret);
