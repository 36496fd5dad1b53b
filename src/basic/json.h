/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes one JSON object to a stream, member by member. Text that is no UTF-8 is written with U+FFFD for each byte that
 * is out of place, and what basic/escape calls unsafe is escaped, as JSON would let most of it through to a terminal.
 */

#include <stdio.h>

#include "basic/macros.h"

typedef struct JsonWriter {
        FILE *file;
        bool pretty; /* a line for each member */
        bool more;   /* a member stands before this one */
        unsigned depth;
        uint64_t arrays; /* which of the open levels are arrays; from the 64th on each second one is, as in a tree */
} JsonWriter;

void json_begin(JsonWriter *writer, FILE *file, bool pretty);

/* Members. @name is NULL in an array. */
void json_string(JsonWriter *writer, const char *name, const char *value);
/* NULL is null. */
void json_string_or_null(JsonWriter *writer, const char *name, const char *value);
void json_number(JsonWriter *writer, const char *name, uint64_t value);
/* What reads as a decimal number is written as one, other text as a string, NULL as null. */
void json_value(JsonWriter *writer, const char *name, const char *text);
void json_boolean(JsonWriter *writer, const char *name, bool value);
void json_null(JsonWriter *writer, const char *name);

/* 125 is written as 1.25. */
void json_hundredths(JsonWriter *writer, const char *name, uint64_t value);

/* The words of @text, divided by @separator, as an array of strings; "" is an empty array. */
void json_words(JsonWriter *writer, const char *name, const char *text, char separator);

/* What is written next is a member of this object or array, until it is closed. */
void json_open_object(JsonWriter *writer, const char *name);
void json_open_array(JsonWriter *writer, const char *name);
void json_close(JsonWriter *writer);

/* Ends the object and the line, and flushes. -EIO where anything could not be written. */
int json_end(JsonWriter *writer);
