/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is known about the kernel's files of a group. */

#include "unit/controller.h"

typedef enum AttributeForm {
        ATTRIBUTE_WHOLE,  /* one value, which a write replaces */
        ATTRIBUTE_WORD,   /* likewise; what is read says more behind the first word */
        ATTRIBUTE_KEYED,  /* lines of "KEY VALUE…", of which a write changes one */
        ATTRIBUTE_NAMES,  /* a list, to which "+NAME" adds and from which "-NAME" takes */
        ATTRIBUTE_ACTION, /* writing does something that cannot be taken back */
        ATTRIBUTE_READ_ONLY,
} AttributeForm;

typedef struct AttributeFile {
        const char *name; /* or a pattern, as fnmatch(3) has it */
        AttributeForm form;
        const char *takes;   /* "1 to 10000", for messages; of one that is read-only why, NULL where the mode says so */
        const char *numbers; /* where the numbers are that may be used, NULL: any */
        const char *unset;   /* keyed: what to write behind a key to have nothing set for it */
        const char *verb;    /* the one that does it instead */
} AttributeFile;

/* The row of the file @name; NULL: not known, which says nothing about whether a kernel has it. */
const AttributeFile *attribute_file_find(const char *name);

/* Calls @fn with the name, or pattern, of each that is not to be set: it is read-only, or a verb does it. */
void attribute_file_foreach_unset(void (*fn)(const char *name, void *userdata), void *userdata);

#define ATTRIBUTE_NAME_SIZE 256

/* Whether the name of a known file is but one slip of the fingers away from @name: that one. */
bool attribute_file_nearest(const char *name, char ret[static ATTRIBUTE_NAME_SIZE]);

/* Whether @name can be a file of the kernel's in a group: "CONTROLLER.…", "cgroup.…" or "irq.…", and no path.
 * *ret_controller may be _CONTROLLER_INVALID. */
bool attribute_file_name_is_valid(const char *name, Controller *ret_controller);

/* The part of io.max that the property @name sets ("rbps"), NULL where it sets none. */
const char *attribute_limit_of(const char *name);

/* The file @name of @group without the newline at its end. Errors as attribute_read() has them. */
int attribute_file_read(int group, const char *name, char **ret);
