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
        char **names;
        struct stat st;
        int n;

        if (fstat(group, &st) < 0)
                return -errno;

        /* Each directory in a directory is a link to it, beside its name and its own ".": most groups have none, and
         * their dozens of files need not be listed. */
        n = st.st_nlink == 2 ? 0 : scandirat(group, ".", &entries, is_group, compare_entries);
        if (n < 0)
                return -errno;

        names = names_of(entries, (size_t) n);
        if (!names)
                return -ENOMEM;

        *ret_n = (size_t) n;
        *ret_names = names;
        return 0;
}

/* So many levels from the top on stay open. The others are closed while the walk is further down, and opened anew by
 * their "..": no group moves in the hierarchy. */
#define LEVELS_KEPT 8

/* A group that was entered and not yet left. */
typedef struct Level {
        int fd; /* -EBADF: closed for the time being */
        dev_t device;
        ino_t inode;
        char **names; /* of the groups right below it */
        size_t n, next;
        size_t length; /* of its path */
} Level;

typedef struct Walker {
        const Walk *walk;
        Level *levels;
        size_t n_levels, n_allocated;
        char *path; /* of the group that is being looked at */
        size_t length, size;
        int n_skipped;
} Walker;

void walk_skipped_done(WalkSkipped *skipped) {
        free(skipped->first);
        *skipped = (WalkSkipped) {};
}

static bool is_forbidden(int error) {
        return error == -EACCES || error == -EXDEV;
}

/* The kernel answers ENODEV, from a file of it, for a group that was removed while it was open. */
static bool is_gone(int error) {
        return error == -ENODEV || error == -ENOENT;
}

/* Takes note of the group that is being looked at. */
static void skip(Walker *walker, int error) {
        WalkSkipped *skipped = walker->walk->skipped;

        walker->n_skipped++;
        if (skipped && skipped->n++ == 0) {
                skipped->first = strdup(walker->path);
                skipped->error = error;
        }
}

/* What is left of @error of the group that is being looked at, which is at @depth. */
static int pass_over(Walker *walker, size_t depth, int error) {
        if (depth == 0 || !is_forbidden(error))
                return depth > 0 && is_gone(error) ? 0 : error;

        skip(walker, error);
        return 0;
}

static int append_name(Walker *walker, const char *name) {
        size_t needed = walker->length + strlen(name) + 2;

        if (needed > walker->size) {
                char *larger = realloc(walker->path, 2 * needed);

                if (!larger)
                        return -ENOMEM;
                walker->path = larger;
                walker->size = 2 * needed;
        }

        if (walker->length > 0 && walker->path[walker->length - 1] != '/')
                walker->path[walker->length++] = '/';
        walker->length = (size_t) (stpcpy(walker->path + walker->length, name) - walker->path);
        return 0;
}

static void cut_path(Walker *walker, size_t length) {
        walker->path[walker->length = length] = '\0';
}

/* The descriptor of the top is the caller's. */
static void drop_level(Walker *walker) {
        Level *level = walker->levels + --walker->n_levels;

        if (walker->n_levels > 0)
                (void) fd_close(level->fd);
        free(level->names);
}

static void walker_done(Walker *walker) {
        while (walker->n_levels > 0)
                drop_level(walker);
        free(walker->levels);
        free(walker->path);
}

/* Enters the group @fd, which is taken over, but not the top. */
static int enter_level(Walker *walker, int fd) {
        const Walk *walk = walker->walk;
        size_t depth = walker->n_levels;
        Level *level;
        int r = 0, listed;

        if (depth == walker->n_allocated) {
                size_t n = 2 * walker->n_allocated + 16;
                Level *levels = reallocarray(walker->levels, n, sizeof(Level));

                if (!levels)
                        return depth > 0 ? fd_close(fd) : 0, -ENOMEM;
                walker->levels = levels;
                walker->n_allocated = n;
        }

        level = walker->levels + walker->n_levels++;
        *level = (Level) { .fd = fd, .length = walker->length };

        if (walk->order == WALK_BEFORE)
                r = walk->function(fd, walker->path, (unsigned) depth, walk->userdata);
        if (r > 0 || (r < 0 && !is_forbidden(r)))
                return r > 0 ? 0 : pass_over(walker, depth, r);

        listed = group_children(fd, &level->names, &level->n);
        return pass_over(walker, depth, r < 0 ? r : listed);
}

/* Where the way up is barred, all is passed over up to a level that is still open. */
static int reopen_level(Walker *walker, int below) {
        Level *level = walker->levels + walker->n_levels - 1;
        struct stat st;
        int fd;

        if (level->fd >= 0)
                return 0;

        fd = openat(below, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 && errno != EACCES && errno != ENOENT)
                return -errno;
        if (fd >= 0 && fstat(fd, &st) >= 0 && st.st_dev == level->device && st.st_ino == level->inode) {
                level->fd = fd;
                return 0;
        }

        (void) fd_close(fd);
        cut_path(walker, level->length);
        skip(walker, -EACCES);
        while (level->fd < 0) {
                drop_level(walker);
                level = walker->levels + walker->n_levels - 1;
        }
        return 0;
}

static int leave_level(Walker *walker) {
        const Walk *walk = walker->walk;
        size_t depth = walker->n_levels - 1;
        Level *level = walker->levels + depth;
        _cleanup_close_ int fd = depth > 0 ? TAKE_FD(level->fd) : -EBADF;
        int r = 0;

        cut_path(walker, level->length);
        if (walk->order == WALK_AFTER)
                r = walk->function(depth > 0 ? fd : level->fd, walker->path, (unsigned) depth, walk->userdata);
        r = is_forbidden(r) && depth > 0 && !level->names ? 0 : pass_over(walker, depth, r); /* noted once */

        drop_level(walker);
        return r < 0 || depth == 0 ? r : reopen_level(walker, fd);
}

/* The next group right below the last level. */
static int descend(Walker *walker) {
        Level *level = walker->levels + walker->n_levels - 1;
        const char *name = level->names[level->next++];
        struct stat st;
        int fd, r;

        cut_path(walker, level->length);
        r = append_name(walker, name);
        if (r >= 0 && walker->walk->filter)
                r = walker->walk->filter(walker->path, walker->walk->userdata) ?: -ENOENT;
        if (r < 0)
                return r == -ENOENT ? 0 : r;

        fd = group_open(level->fd, name);
        if (fd < 0)
                return pass_over(walker, walker->n_levels, fd);

        if (walker->n_levels > LEVELS_KEPT && fstat(level->fd, &st) >= 0) {
                level->device = st.st_dev;
                level->inode = st.st_ino;
                level->fd = fd_close(level->fd);
        }

        return enter_level(walker, fd);
}

int group_walk_all(int group, const Walk *walk) {
        _cleanup_(walker_done) Walker walker = { .walk = walk };
        int r;

        r = append_name(&walker, walk->path ?: "");
        if (r >= 0)
                r = enter_level(&walker, group);

        while (r >= 0 && walker.n_levels > 0) {
                const Level *level = walker.levels + walker.n_levels - 1;

                r = level->next < level->n ? descend(&walker) : leave_level(&walker);
        }

        return r < 0 ? r : walker.n_skipped;
}
