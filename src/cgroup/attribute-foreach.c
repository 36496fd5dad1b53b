/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
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

static int compare_names(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static void free_names(char **names, size_t n_names) {
        for (size_t i = 0; i < n_names; i++)
                free(names[i]);
        free(names);
}

/* The files of @directory that can be read, sorted. *ret is for free_names(), also on failure. */
static int list_files(DIR *directory, char ***ret, size_t *ret_n) {
        struct dirent *entry;

        while (errno = 0, (entry = readdir(directory))) {
                Controller controller;
                char **longer;

                if (!attribute_file_name_is_valid(entry->d_name, &controller) ||
                    !can_read(dirfd(directory), entry->d_name))
                        continue;

                longer = reallocarray(*ret, *ret_n + 1, sizeof(*longer));
                if (!longer)
                        return -ENOMEM;
                *ret = longer;

                longer[*ret_n] = strdup(entry->d_name);
                if (!longer[*ret_n])
                        return -ENOMEM;
                (*ret_n)++;
        }
        if (errno != 0)
                return -errno;

        if (*ret_n > 0)
                qsort(*ret, *ret_n, sizeof(**ret), compare_names);
        return 0;
}

static int visit_files(const Visit *visit) {
        int fd = fd_open_beneath(visit->group, ".", O_RDONLY | O_DIRECTORY), r;
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        char **names = NULL;
        size_t n_names = 0;

        if (!directory) {
                r = fd < 0 ? fd : -errno;
                (void) fd_close(fd);
                return r;
        }

        r = list_files(directory, &names, &n_names);
        for (size_t i = 0; r >= 0 && i < n_names; i++)
                r = visit->function(names[i], names[i], visit->userdata);

        free_names(names, n_names);
        (void) closedir(directory);
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
