/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "namespace/path.h"

/* Moves *path behind the next "/.."; false where there is none. */
static bool skip_up(const char **path) {
        const char *rest = startswith(*path, "/..");

        if (!rest || (*rest && *rest != '/'))
                return false;

        *path = rest;
        return true;
}

size_t cgroup_path_up(const char *path) {
        size_t n = 0;

        while (skip_up(&path))
                n++;

        return n;
}

/* The part with names: "" or "/a/b". */
static const char *names_of(const char *path) {
        while (skip_up(&path))
                ;

        return streq(path, "/") ? "" : path;
}

static bool begins_with(const char *names, const char *top) {
        const char *rest = startswith(names, top);

        return rest && (!*rest || *rest == '/');
}

bool cgroup_path_is_within(const char *path, const char *top) {
        size_t up = cgroup_path_up(path), limit = cgroup_path_up(top);
        const char *names = names_of(top);

        return *names ? up == limit && begins_with(names_of(path), names) : up <= limit;
}

/* "/.." @n times, "/" for none. */
static char *steps_up(size_t n) {
        char *path = malloc(n * strlen("/..") + sizeof("/")), *end = path;

        if (!path)
                return NULL;

        for (size_t i = 0; i < n; i++)
                end = stpcpy(end, "/..");
        (void) stpcpy(end, n == 0 ? "/" : "");
        return path;
}

char *cgroup_path_common(const char *a, const char *b) {
        size_t up = cgroup_path_up(a), other = cgroup_path_up(b), length = 0;

        if (up != other)
                return steps_up(up > other ? up : other);

        for (size_t i = 0;; i++) {
                if ((!a[i] || a[i] == '/') && (!b[i] || b[i] == '/'))
                        length = i;
                if (!a[i] || a[i] != b[i])
                        break;
        }

        return length > 0 ? strndup(a, length) : strdup("/");
}

int cgroup_path_below(const char *path, const char *top, char **ret) {
        const char *names;

        if (!cgroup_path_is_within(path, top))
                return -EXDEV;
        if (cgroup_path_up(path) != cgroup_path_up(top))
                return -ENODATA;

        names = names_of(path) + strlen(names_of(top));
        *ret = strdup(*names ? names : "/");
        return *ret ? 0 : -ENOMEM;
}

char *cgroup_path_join(const char *top, const char *path) {
        char *joined;

        if (streq(path, "/"))
                return strdup(top);

        return asprintf(&joined, "%s%s", streq(top, "/") ? "" : top, path) < 0 ? NULL : joined;
}

/* How many levels lie between two places of a path. */
static size_t count_names(const char *begin, const char *end) {
        size_t n = 0;

        for (; begin < end; begin++)
                n += *begin == '/';

        return n;
}

/* Moves *names, and the place in the path that is returned, along the names that both have there. */
static const char *follow(const char *place, const char **names) {
        for (size_t n; **names; place += n, *names += n) {
                n = 1 + strcspn(*names + 1, "/");
                if (strncmp(place, *names, n) != 0 || (place[n] && place[n] != '/'))
                        break;
        }

        return place;
}

/* The trunk is the names on the way to the known group, as many as either reader says. The root of a reader lies on the
 * trunk, or where the reader's path of the group leads up first, so many levels below a place of the trunk, on a branch
 * of which no name is known. */
int cgroup_path_translate(const char *known, const char *known_there, const char *path, char **ret) {
        size_t up_here = cgroup_path_up(known), up_there = cgroup_path_up(known_there), up = cgroup_path_up(path);
        const char *here = names_of(known), *there = names_of(known_there), *names = names_of(path);
        const char *trunk = strlen(here) > strlen(there) ? here : there, *place, *fork;
        char *text, *end;

        if (!endswith(trunk, here) || !endswith(trunk, there) || up < up_here)
                return -ENODATA;

        place = trunk + strlen(trunk) - strlen(here);
        fork = trunk + strlen(trunk) - strlen(there);
        for (up -= up_here; up > 0 && place > trunk; up--)
                while (*--place != '/')
                        ;
        if (cgroup_path_up(path) == up_here)
                place = follow(place, &names);

        /* It leaves the trunk where the branch of the other root does, and may be that branch or another one. */
        if (place == fork && up == 0 && up_there > 0 && *names)
                return -ENODATA;

        up += up_there + count_names(place, fork);
        end = text = malloc(up * strlen("/..") + strlen(trunk) + strlen(names) + sizeof("/"));
        if (!text)
                return -ENOMEM;

        for (; up > 0; up--)
                end = stpcpy(end, "/..");
        if (place > fork)
                end = mempcpy(end, fork, (size_t) (place - fork));
        end = stpcpy(end, names);
        (void) stpcpy(end, end == text ? "/" : "");

        *ret = text;
        return 0;
}
