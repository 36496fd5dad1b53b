/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The file of a drop-in in its directory, the end of a StoreWay. It is written whole: under another name, synced,
 * renamed, and its directory synced. Who is killed on the way leaves the old file or the new one, and at most files
 * that nobody reads and the next one removes. Errors and @trouble as in store-way.h. */

#include "delegation/drop-in.h"
#include "delegation/store-way.h"

/* What a new one is called until it is complete: no name that systemd reads. */
#define DROP_IN_NEW ".delegate.conf.cgscope"

/* Reads kind and controllers of @drop_in; DROP_IN_ABSENT where there is no file. *ret_why (static) says, in
 * parentheses, why one that is there was not read, or is NULL. */
int store_file_read(const StoreWay *way, DelegationDropIn *drop_in, const char **ret_why, Trouble *trouble);

/* Has the file hand @controllers on. *changed becomes true where it does, also where something fails after that. */
int store_file_write(const StoreWay *way, const DelegationDropIn *drop_in, ControllerMask controllers, bool *changed,
                     Trouble *trouble);

/* Removes the file, and then what store_file_tidy() does. *changed as above. */
int store_file_remove(const StoreWay *way, const DelegationDropIn *drop_in, bool *changed, Trouble *trouble);

/* Removes what somebody left who was killed, and the directory where it is empty. */
void store_file_tidy(const StoreWay *way);
