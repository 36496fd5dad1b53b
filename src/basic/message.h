/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/macros.h"

/* For functions that return an error and say more of it in words: formats a text into *ret_message, to be freed by the
 * caller, and returns @error. @ret_message may be NULL. -ENOMEM: there is no text, and *ret_message is as it was. */
int message_set(int error, char **ret_message, const char *format, ...) _printf_(3, 4);
