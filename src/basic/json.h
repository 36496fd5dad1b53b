/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes one JSON object to a stream, member by member. The tables come from libsmartcols; this is for the single
 * objects that it does not make. Text that is no UTF-8 is written with U+FFFD for each byte that is out of place. */

#include <stdio.h>

#include "basic/macros.h"

/* The most that one byte of text becomes in a string: "\\u001b". */
#define JSON_BYTE_MAX 6

/* Puts the character that *text begins with at @end as it stands in a JSON string, and moves *text behind it. What
 * basic/escape calls unsafe is escaped, as JSON would let most of it through to a terminal; a byte that is no UTF-8
 * becomes U+FFFD. Returns the new end. */
char *json_put_character(char *end, const char **text);

#define JSON_DEPTH_MAX 8

typedef struct JsonWriter {
        FILE *file;
        bool pretty; /* a line for each member */
        bool more;   /* a member stands before this one */
        unsigned depth;
        char closers[JSON_DEPTH_MAX]; /* of what is open */
} JsonWriter;

void json_begin(JsonWriter *writer, FILE *file, bool pretty);

/* Members. @name is NULL in an array. */
void json_string(JsonWriter *writer, const char *name, const char *value);
/* NULL is null. */
void json_string_or_null(JsonWriter *writer, const char *name, const char *value);
void json_number(JsonWriter *writer, const char *name, uint64_t value);
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
