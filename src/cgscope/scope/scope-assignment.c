/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/scope/scope-assignment.h"

#include "basic/parse.h"

/* "yes" is all that there is. "no" no option says: who has the scope has its subtree. */
static const char *find_delegate(const char **value) {
        bool all;

        if (parse_boolean(*value, &all) < 0)
                return "delegate";

        *value = NULL;
        return all ? "delegate" : NULL;
}

static const char *find_collect(const char **value) {
        const char *option = streq(*value, "inactive") ? "no-collect" :
                             streq(*value, "inactive-or-failed") ? "collect" : NULL;

        *value = NULL;
        return option;
}

/* "~", and a "-" in front of what may lack, are for services. */
static const char *find_directory(const char **value) {
        return **value == '/' ? "working-directory" : NULL;
}

const char *assignment_find_option(const char *text, const char **ret_value) {
        static const struct {
                const char *name, *option;
                const char *(*find)(const char **value);
        } rows[] = {
                { "Slice=", "slice", NULL },           { "Description=", "description", NULL },
                { "User=", "uid", NULL },              { "Group=", "gid", NULL },
                { "Nice=", "nice", NULL },             { "DelegateSubgroup=", "leaf", NULL },
                { "Delegate=", NULL, find_delegate },  { "CollectMode=", NULL, find_collect },
                { "WorkingDirectory=", NULL, find_directory },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *value = startswith(text, rows[i].name);

                if (!value)
                        continue;

                *ret_value = value;
                return rows[i].find ? rows[i].find(ret_value) : rows[i].option;
        }

        return NULL;
}
