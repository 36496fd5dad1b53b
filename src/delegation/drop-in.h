/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The drop-in for user@.service: what it is called, and its text. */

#include "delegation/delegation.h"

/* The first line: who wrote the file. */
#define DROP_IN_HEADER "# Written by cgscope; change it with \"cgscope enable\" and \"cgscope disable\"."

/* Room for any text of ours, and for any path. */
#define DROP_IN_TEXT_MAX 256
#define DROP_IN_PATH_MAX 96

/* systemd reads one file of each name for a user, and adds up the lists of Delegate= in them. Each of the four kinds of
 * place has a name of its own, so all of them count. */
const char *drop_in_name(const DelegationDropIn *drop_in);

/* "/etc/systemd/system/user@1000.service.d", and with "/delegate-user.conf" behind that. Both return @buffer. */
char *drop_in_directory(const DelegationDropIn *drop_in, char buffer[static DROP_IN_PATH_MAX]);
char *drop_in_path(const DelegationDropIn *drop_in, char buffer[static DROP_IN_PATH_MAX]);

/* Sets kind and controllers of @drop_in from the text of its file. Nothing is read in a text that drop_in_format() does
 * not write, and it hands on nothing that is known. */
void drop_in_parse(const char *text, size_t length, DelegationDropIn *drop_in);

/* The text of a file that hands @controllers on, of which there has to be one, and which systemd has to hand on.
 * Returns @buffer. */
char *drop_in_format(ControllerMask controllers, char buffer[static DROP_IN_TEXT_MAX]);

typedef enum DropInEffect {
        DROP_IN_SAYS_NOTHING,
        DROP_IN_ASKS,
        DROP_IN_TAKES_BACK, /* Delegate= or Delegate=no: also what files before it have asked for */
} DropInEffect;

/* What @text, of any drop-in, comes to for @controller: the last of its lines Delegate= that is about it counts. */
DropInEffect drop_in_effect(const char *text, Controller controller);
