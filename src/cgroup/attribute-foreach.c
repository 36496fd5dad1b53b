/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "cgroup/attribute-internal.h"

typedef int (*AttributeFunction)(const char *key, const char *file, void *userdata);

typedef struct Visit {
        int group;
        AttributeFunction function;
        void *userdata;
        int result;
} Visit;

static bool can_read(int group, const char *name) {
        struct stat st;

        return fstatat(group, name, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISREG(st.st_mode) && (st.st_mode & 0444) != 0;
}

static void visit_property(const char *name, void *userdata) {
        const char *file = property_info_file(property_find(name));
        Visit *visit = userdata;

        if (visit->result < 0 || !file)
                return;
        if (!can_read(visit->group, file)) {
                if (!streq(file, "io.weight") || !can_read(visit->group, "io.bfq.weight"))
                        return;
                file = "io.bfq.weight";
        }

        visit->result = visit->function(name, file, visit->userdata);
}

static int is_file(const struct dirent *entry) {
        Controller controller;

        return attribute_file_name_is_valid(entry->d_name, &controller);
}

static int compare_entries(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int visit_files(const Visit *visit) {
        struct dirent **entries = NULL;
        int n = scandirat(visit->group, ".", &entries, is_file, compare_entries), r = n < 0 ? -errno : 0;

        for (int i = 0; i < n; i++) {
                const char *name = entries[i]->d_name;

                if (r >= 0 && can_read(visit->group, name))
                        r = visit->function(name, name, visit->userdata);
                free(entries[i]);
        }

        free(entries);
        return r < 0 ? r : 0;
}

int attribute_foreach(int group, bool files, int (*function)(const char *key, const char *file, void *userdata),
                      void *userdata) {
        Visit visit = { .group = group, .function = function, .userdata = userdata };

        property_foreach(visit_property, &visit);
        if (visit.result < 0)
                return visit.result;

        return files ? visit_files(&visit) : 0;
}
