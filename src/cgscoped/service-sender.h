/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who sent a message: what the bus says, which has it from the kernel. It is not waited for: whoever waits for one
 * answer has sd-bus keep all that comes before it, and anybody may send 32 MiB at a time. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

/* Asks the bus who sent @message. @done gets the answer, for sender_read(). */
int sender_ask(sd_bus_message *message, sd_bus_message_handler_t done, void *userdata, sd_bus_slot **ret);

/* The effective uid of the sender. -ENXIO: the sender has left; -EACCES: the bus does not say. */
int sender_read(sd_bus_message *answer, uid_t *ret);
