/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"

/* Names one behind the other, and how many. */
typedef struct Names {
        char *text;
        size_t length, size, n;
} Names;

static int names_add(Names *names, const char *name) {
        size_t length = strlen(name) + 1;

        if (names->size - names->length < length) {
                size_t size = 2 * names->size + length + 256;
                char *larger = realloc(names->text, size);

                if (!larger)
                        return -ENOMEM;
                names->text = larger;
                names->size = size;
        }

        (void) memcpy(names->text + names->length, name, length);
        names->length += length;
        names->n++;
        return 0;
}

static int compare_names(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Pointers and what they point to in one block. */
static int names_sort(const Names *names, char ***ret) {
        size_t table = (names->n + 1) * sizeof(char *);
        char **sorted = malloc(table + names->length), *p;

        if (!sorted)
                return -ENOMEM;

        p = memcpy((char *) sorted + table, names->text ?: "", names->length);
        for (size_t i = 0; i < names->n; i++, p += strlen(p) + 1)
                sorted[i] = p;
        sorted[names->n] = NULL;

        qsort(sorted, names->n, sizeof(char *), compare_names);
        *ret = sorted;
        return 0;
}

static int read_entries(int group, Names *names) {
        char buffer[16384] __attribute__((__aligned__(__alignof__(struct dirent64))));

        if (lseek(group, 0, SEEK_SET) < 0)
                return -errno;

        for (;;) {
                ssize_t n = getdents64(group, buffer, sizeof(buffer));

                if (n < 0)
                        return -errno;
                if (n == 0)
                        return 0;

                for (char *p = buffer; p < buffer + n;) {
                        struct dirent64 *entry = (struct dirent64 *) p;
                        /* A dot in front hides nothing: others choose the names. */
                        bool is_group = entry->d_type == DT_DIR && !streq(entry->d_name, ".") && !streq(entry->d_name, "..");
                        int r = is_group ? names_add(names, entry->d_name) : 0;

                        if (r < 0)
                                return r;
                        p += entry->d_reclen;
                }
        }
}

int group_children(int group, char ***ret_names, size_t *ret_n) {
        _cleanup_free_ char *text = NULL;
        Names names = {};
        struct stat st;
        int r;

        if (fstat(group, &st) < 0)
                return -errno;

        /* Each directory in a directory is a link to it, beside its name and its own ".": most groups have none, and
         * their dozens of files need not be listed. */
        r = st.st_nlink == 2 ? 0 : read_entries(group, &names);
        text = names.text;
        if (r < 0)
                return r;

        r = names_sort(&names, ret_names);
        if (r >= 0)
                *ret_n = names.n;
        return r;
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
                _cleanup_close_ int fd = fd_open_beneath(group, names[i], O_RDONLY | O_DIRECTORY);

                if (fd == -ENOENT || fd == -ENODEV)
                        continue;
                if (fd < 0)
                        return fd;

                r = walk_enter(walk, names[i]);
                if (r >= 0)
                        r = walk_group(walk, fd, depth + 1);
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
