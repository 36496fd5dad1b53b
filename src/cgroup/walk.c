/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "cgroup/group.h"

/* A dot in front hides nothing: others choose the names. */
static int is_group(const struct dirent *entry) {
        return entry->d_type == DT_DIR && !streq(entry->d_name, ".") && !streq(entry->d_name, "..");
}

static int compare_entries(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

/* Pointers and what they point to in one block. Frees the entries. */
static char **names_of(struct dirent **entries, size_t n) {
        size_t size = sizeof(char *);
        char **names, *p;

        for (size_t i = 0; i < n; i++)
                size += sizeof(char *) + strlen(entries[i]->d_name) + 1;

        names = malloc(size);
        p = (char *) (names ? names + n + 1 : NULL);
        for (size_t i = 0; i < n; i++) {
                if (names) {
                        names[i] = p;
                        p = stpcpy(p, entries[i]->d_name) + 1;
                }
                free(entries[i]);
        }
        if (names)
                names[n] = NULL;

        free(entries);
        return names;
}

int group_children(int group, char ***ret_names, size_t *ret_n) {
        struct dirent **entries = NULL;
        struct stat st;
        int n;

        if (fstat(group, &st) < 0)
                return -errno;

        /* Each directory in a directory is a link to it, beside its name and its own ".": most groups have none, and
         * their dozens of files need not be listed. */
        n = st.st_nlink == 2 ? 0 : scandirat(group, ".", &entries, is_group, compare_entries);
        if (n < 0)
                return -errno;

        *ret_n = (size_t) n;
        *ret_names = names_of(entries, *ret_n);
        return *ret_names ? 0 : -ENOMEM;
}

typedef struct Walk {
        WalkOrder order;
        WalkFunction function;
        void *userdata;
        char *path; /* of the group that is being looked at */
        size_t length, size;
} Walk;

static int walk_enter(Walk *walk, const char *name) {
        size_t needed = walk->length + strlen(name) + 2;

        if (needed > walk->size) {
                char *larger = realloc(walk->path, 2 * needed);

                if (!larger)
                        return -ENOMEM;
                walk->path = larger;
                walk->size = 2 * needed;
        }

        if (walk->length > 0)
                walk->path[walk->length++] = '/';
        walk->length = (size_t) (stpcpy(walk->path + walk->length, name) - walk->path);
        return 0;
}

static int walk_group(Walk *walk, int group, unsigned depth);

static int walk_children(Walk *walk, int group, unsigned depth) {
        _cleanup_free_ char **names = NULL;
        size_t n, length = walk->length;
        int r;

        r = group_children(group, &names, &n);
        if (r < 0)
                return r;

        for (size_t i = 0; i < n; i++) {
                _cleanup_close_ int fd = group_open(group, names[i]);

                if (fd == -ENOENT || fd == -ENODEV)
                        continue;
                if (fd < 0)
                        return fd;

                r = walk_enter(walk, names[i]);
                r = r < 0 ? r : walk_group(walk, fd, depth + 1);
                walk->path[walk->length = length] = '\0';
                if (r < 0)
                        return r;
        }

        return 0;
}

/* The kernel answers ENODEV, from a file of it, for a group that was removed while it was open. */
static int walk_group(Walk *walk, int group, unsigned depth) {
        int r = 0;

        if (walk->order == WALK_BEFORE)
                r = walk->function(group, walk->path, depth, walk->userdata);
        if (r == 0)
                r = walk_children(walk, group, depth);
        if (r >= 0 && walk->order == WALK_AFTER)
                r = walk->function(group, walk->path, depth, walk->userdata);

        return depth > 0 && (r == -ENODEV || r == -ENOENT) ? 0 : r < 0 ? r : 0;
}

int group_walk(int group, WalkOrder order, WalkFunction function, void *userdata) {
        Walk walk = { .order = order, .function = function, .userdata = userdata, .size = 256 };
        int r;

        walk.path = calloc(1, walk.size);
        if (!walk.path)
                return -ENOMEM;

        r = walk_group(&walk, group, 0);
        free(walk.path);
        return r;
}
