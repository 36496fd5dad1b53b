/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oracle.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/fd.h"

/* Two subtrees beside each other, as they are delegated, with groups below that belong to this one or that. */

#define BASE_PREFIX "cgscope-oracle-"
#define DEPTH_MAX 4

static uint64_t state;

void chance_seed(uint64_t seed) {
        state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

/* xorshift64*, Marsaglia 2003 and Vigna 2016. */
unsigned chance(unsigned n) {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return (unsigned) ((state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % n;
}

static char *file_in(const char *group, const char *name, char buffer[static PATH_MAX]) {
        group += strspn(group, "/");
        (void) snprintf(buffer, PATH_MAX, "%s%s%s", group, *group ? "/" : "", name);
        return buffer;
}

int tree_write(const Hierarchy *hierarchy, const char *group, const char *name, const char *text) {
        char path[PATH_MAX];

        return fd_write_file(hierarchy->root, file_in(group, name, path), text);
}

int tree_put(const Hierarchy *hierarchy, const char *group, pid_t pid) {
        char text[16];

        (void) snprintf(text, sizeof(text), "%d", (int) pid);
        return tree_write(hierarchy, group, "cgroup.procs", text);
}

static const char *add_group(Tree *tree, const char *above, const char *name) {
        char *path, relative[PATH_MAX];

        if (tree->n_groups == GROUPS_MAX || asprintf(&path, "%s/%s", above, name) < 0)
                return NULL;
        if (mkdirat(tree->hierarchy->root, file_in(path, "", relative), 0755) < 0)
                die("mkdir", path);

        return tree->groups[tree->n_groups++] = path;
}

static uid_t any_owner(void) {
        static const uid_t owners[] = { UID_ALICE, UID_ALICE, UID_ALICE, UID_BOB, UID_BOB, 0 };

        return owners[chance(ELEMENTSOF(owners))];
}

static mode_t any_mode(void) {
        static const mode_t modes[] = { 0664, 0664, 0666, 0600, 0444, 0000, 0020, 0602 };

        return percent(70) ? 0644 : modes[chance(ELEMENTSOF(modes))];
}

/* As systemd and chown(1) of cgscope hand a group over, and then a little out of order. */
static void hand_over(const Tree *tree, const char *group, uid_t owner) {
        static const char *const files[] = { "", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "tasks" };
        gid_t gid = percent(40) ? GID_SHARED : owner;
        int root = tree->hierarchy->root;
        char path[PATH_MAX];

        for (size_t i = 0; i < ELEMENTSOF(files); i++)
                (void) fchownat(root, file_in(group, files[i], path), owner, gid, 0);
        if (percent(5))
                (void) fchownat(root, file_in(group, "cgroup.procs", path), any_owner(), gid, 0);
        (void) fchmodat(root, file_in(group, "cgroup.procs", path), any_mode(), 0);
        (void) fchmodat(root, file_in(group, "", path), percent(90) ? 0755 : percent(50) ? 0711 : 0700, 0);
}

/* Each on its own, for one that does not go should not keep the others from it. */
static void hand_on(const Tree *tree, const char *group, unsigned likely) {
        _cleanup_free_ char *controllers = strdup(tree->hierarchy->controllers);

        for (char *save, *word = strtok_r(controllers, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
                char text[64];

                (void) snprintf(text, sizeof(text), "+%s", word);
                if (percent(likely))
                        (void) tree_write(tree->hierarchy, group, "cgroup.subtree_control", text);
        }
}

/* cgroup v1's cpusets begin without processors, and then take no process. */
static void fill_cpuset(const Tree *tree, const char *group, unsigned likely) {
        if (tree->hierarchy->mount->unified)
                return;
        if (percent(likely))
                (void) tree_write(tree->hierarchy, group, "cpuset.cpus", "0");
        if (percent(likely))
                (void) tree_write(tree->hierarchy, group, "cpuset.mems", "0");
}

static void grow(Tree *tree, const char *group, unsigned depth) {
        unsigned n = depth >= DEPTH_MAX ? 0 : chance(4);

        if (depth > 1 && percent(20))
                (void) tree_write(tree->hierarchy, group, "cgroup.type", "threaded");
        hand_on(tree, group, depth == 1 ? 60 : 25);
        fill_cpuset(tree, group, 85);

        for (unsigned i = 0; i < n + (depth == 1); i++) {
                char name[] = { (char) ('k' + i), '\0' };
                const char *below = add_group(tree, group, name);

                if (!below)
                        return;
                grow(tree, below, depth + 1);
        }
}

/* Several systems may share one hierarchy of v1, so no process number will do for a name, and a lock says that somebody
 * works there. */
static void make_base(Tree *tree) {
        char path[PATH_MAX];
        uint64_t name;

        if (getrandom(&name, sizeof(name), 0) != sizeof(name))
                die("make", "a random name");
        (void) snprintf(tree->base, sizeof(tree->base), "/" BASE_PREFIX "%016jx", (uintmax_t) name);
        (void) add_group(tree, "", tree->base + 1);
        tree->lock = openat(tree->hierarchy->root, file_in(tree->base, ".", path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (tree->lock < 0 || flock(tree->lock, LOCK_EX | LOCK_NB) < 0)
                die("lock", tree->base);
}

void tree_make(Tree *tree, const Hierarchy *hierarchy) {
        static const char *const areas[] = { "a", "b" };
        const char *home;

        *tree = (Tree) { .hierarchy = hierarchy, .owner = any_owner() };
        make_base(tree);
        home = add_group(tree, tree->base, TREE_HOME + 1);
        fill_cpuset(tree, tree->base, 100);
        fill_cpuset(tree, home, 100);
        hand_on(tree, tree->base, percent(70) ? 90 : 0);

        for (size_t i = 0; i < ELEMENTSOF(areas); i++) {
                const char *area = add_group(tree, tree->base, areas[i]);

                if (area)
                        grow(tree, area, 1);
        }

        /* Owners last, so that nothing above keeps the rest from being made. One owner of both is the rule. */
        if (percent(40))
                hand_over(tree, tree->base, tree->owner);
        for (unsigned i = 2; i < tree->n_groups; i++)
                hand_over(tree, tree->groups[i], percent(85) ? tree->owner : any_owner());
}

void tree_freeze(const Tree *tree) {
        for (unsigned i = 2; i < tree->n_groups; i++)
                if (percent(10))
                        (void) tree_write(tree->hierarchy, tree->groups[i], "cgroup.freeze", "1");
}

/* What was in it needs a moment to go. */
static void remove_group(const Hierarchy *hierarchy, const char *group) {
        uint64_t deadline = deadline_after(10 * USEC_PER_SEC);
        char path[PATH_MAX];

        file_in(group, "", path);
        path[strlen(path) - 1] = '\0';
        while (unlinkat(hierarchy->root, path, AT_REMOVEDIR) < 0 && errno != ENOENT) {
                if (deadline_left(deadline) == 0)
                        die("rmdir", group);
                (void) usleep(1000);
        }
}

void tree_remove(Tree *tree) {
        while (tree->n_groups > 0) {
                char *group = tree->groups[--tree->n_groups];

                remove_group(tree->hierarchy, group);
                free(group);
        }
        (void) fd_close(tree->lock);
}

static void remove_below(const Hierarchy *hierarchy, const char *group) {
        char path[PATH_MAX];
        int fd = openat(hierarchy->root, file_in(group, ".", path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);

        for (struct dirent *entry; directory && (entry = readdir(directory));) {
                char below[PATH_MAX];

                if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
                    (size_t) snprintf(below, sizeof(below), "%s/%s", group, entry->d_name) >= sizeof(below))
                        continue;
                remove_below(hierarchy, below);
        }

        if (directory)
                (void) closedir(directory);
        (void) unlinkat(hierarchy->root, group + strspn(group, "/"), AT_REMOVEDIR);
}

void tree_remove_stale(const Hierarchy *hierarchy) {
        int fd = openat(hierarchy->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);

        for (struct dirent *entry; directory && (entry = readdir(directory));) {
                _cleanup_close_ int base = -EBADF;

                if (!startswith(entry->d_name, BASE_PREFIX))
                        continue;
                base = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (base >= 0 && flock(base, LOCK_EX | LOCK_NB) >= 0)
                        remove_below(hierarchy, entry->d_name);
        }

        if (directory)
                (void) closedir(directory);
}
