/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is known about the kernel's files, and how they are written. For the attribute*.c files only. */

#include <sys/types.h>

#include "cgroup/attribute.h"

typedef enum AttributeForm {
        ATTRIBUTE_WHOLE,     /* one value, which a write replaces */
        ATTRIBUTE_WORD,      /* likewise; what is read says more behind the first word */
        ATTRIBUTE_KEYED,     /* lines of "KEY VALUE…", of which a write changes one */
        ATTRIBUTE_NAMES,     /* a list, to which "+NAME" adds and from which "-NAME" takes */
        ATTRIBUTE_ACTION,    /* writing does something that cannot be taken back */
        ATTRIBUTE_READ_ONLY,
} AttributeForm;

typedef struct AttributeFile {
        const char *name;    /* or a pattern, as fnmatch(3) has it */
        AttributeForm form;
        const char *takes;   /* "1 to 10000", for messages; of one that is read-only why, NULL where the mode says so */
        const char *numbers; /* where the numbers are that may be used, NULL: any */
        const char *unset;   /* keyed: what to write behind a key to have nothing set for it */
        const char *verb;    /* the one that does it instead */
} AttributeFile;

/* The row of the file @name; NULL: not known, which says nothing about whether a kernel has it. */
const AttributeFile *attribute_file_find(const char *name);

/* A known file whose name is but one slip of the fingers away from @name, or NULL. */
const char *attribute_file_nearest(const char *name);

/* Whether @name can be a file of the kernel's in a group: "CONTROLLER.…", "cgroup.…" or "irq.…", and no path.
 * *ret_controller may be _CONTROLLER_INVALID. */
bool attribute_file_name_is_valid(const char *name, Controller *ret_controller);

/* The part of io.max that the property @name sets ("rbps"), NULL where it sets none. */
const char *attribute_limit_of(const char *name);

/* The file @name of @group without the newline at its end. Errors as attribute_read() has them. */
int attribute_file_read(int group, const char *name, char **ret);

/* Both parts of cpu.max in microseconds; a quota of UINT64_MAX is "max". */
int attribute_read_quota(int group, uint64_t *ret_quota, uint64_t *ret_period);

/* A quota in microseconds of each second, of those that make the same quota again the roundest; UINT64_MAX as above.
 * And what it makes. */
uint64_t attribute_share_of_quota(uint64_t quota, uint64_t period);
uint64_t attribute_quota_of_share(uint64_t share, uint64_t period);

/* A line "MAJOR:MINOR REST". False for any other. @ret_rest is borrowed from @line. */
bool attribute_parse_device_line(const char *line, dev_t *ret_device, const char **ret_rest);

/* What stands behind the number of @device in its line of @text, up to the end of which it goes; NULL: it has none. */
const char *attribute_device_line(const char *text, dev_t device);

/* One run of attribute_list_apply(), or with @compare of attribute_check(). */
typedef struct AttributeWriter {
        int group;
        const PropertyList *properties;
        bool compare;               /* nothing is written, the file is to say it already */
        bool about;                 /* what is written is a share of what the machine has */
        struct AttributeUndo *undo; /* what the files said before */
        size_t n_undo;
        const char *file;           /* the one that could not be written, borrowed */
        Trouble trouble;              /* why, where more is known than an errno */
} AttributeWriter;

/* Writes what the property says, of which others in the list may be a part. */
int attribute_encode(AttributeWriter *writer, const PropertyValue *property);

/* Whether the file @name (borrowed until the writer is done) says @text already, as far as that is the kernel's to say:
 * 0; -EOPNOTSUPP with the writer's message. */
int attribute_compare(AttributeWriter *writer, const char *name, const char *text);

/* The same for a file alone; what cannot be compared passes. */
int attribute_check_file(int group, const char *name, const char *text, Trouble *trouble);

/* Writes @text to the file @name (borrowed until the writer is done) and remembers what would undo it. */
int attribute_write(AttributeWriter *writer, const char *name, const char *text);
int attribute_writef(AttributeWriter *writer, const char *name, const char *format, ...) _printf_(3, 4);

/* Takes back all writes, the last one first. */
void attribute_writer_undo(AttributeWriter *writer);
void attribute_writer_done(AttributeWriter *writer);
