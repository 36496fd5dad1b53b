/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes one JSON object to a stream, member by member. The tables come from libsmartcols; this is for the single
 * objects that it does not make. Text that is no UTF-8 is written with U+FFFD for each byte that is out of place. */

#include <stdio.h>

#include "basic/macros.h"

typedef struct JsonWriter {
        FILE *file;
        bool pretty; /* a line for each member */
        bool more;   /* a member stands before this one */
} JsonWriter;

void json_begin(JsonWriter *writer, FILE *file, bool pretty);
void json_string(JsonWriter *writer, const char *name, const char *value);

/* The words of @text, divided by @separator, as an array of strings; "" is an empty array. */
void json_words(JsonWriter *writer, const char *name, const char *text, char separator);

/* Ends the object and the line, and flushes. -EIO where anything could not be written. */
int json_end(JsonWriter *writer);
