/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's files of one group, written such that all can be taken back. */

#include "basic/trouble.h"
#include "unit/property.h"

/* One run of attribute_list_apply(), or with compare of attribute_check(). */
typedef struct AttributeWriter {
        int group;
        const PropertyList *properties;

        /* NULL, or in place of writing: whether the file says it already. -EOPNOTSUPP: it does not. */
        int (*compare)(struct AttributeWriter *writer, const char *name, const char *text);

        bool about;                 /* what is written is a share of what the machine has */
        struct AttributeUndo *undo; /* what the files said before */
        size_t n_undo;
        const char *file; /* the one that could not be written, borrowed */
        Trouble trouble;  /* why, where more is known than an errno */
} AttributeWriter;

/* Writes @text to the file @name (borrowed until the writer is done) and remembers what would undo it. */
int attribute_write(AttributeWriter *writer, const char *name, const char *text);
int attribute_writef(AttributeWriter *writer, const char *name, const char *format, ...) _printf_(3, 4);

/* Takes back all writes, the last one first. */
void attribute_writer_undo(AttributeWriter *writer);
void attribute_writer_done(AttributeWriter *writer);
