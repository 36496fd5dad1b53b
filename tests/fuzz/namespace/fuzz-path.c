/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Paths as /proc/PID/cgroup has them in one namespace and another: there and back. */

#include "fuzz.h"
#include "namespace/path.h"

/* "/", or steps up and then names, as the kernel prints it. */
static bool is_path(const char *path) {
        bool up = true;

        if (streq(path, "/"))
                return true;
        if (*path != '/')
                return false;

        while (*path == '/') {
                size_t length = strcspn(++path, "/");

                if (length == 0 || (length == 1 && *path == '.'))
                        return false;
                if (length == 2 && path[0] == '.' && path[1] == '.') {
                        if (!up)
                                return false;
                } else
                        up = false;
                path += length;
        }

        return true;
}

static void check_two(const char *path, const char *top) {
        _cleanup_free_ char *common = cgroup_path_common(path, top), *other = cgroup_path_common(top, path);
        _cleanup_free_ char *below = NULL, *joined = NULL;
        int r = cgroup_path_below(path, top, &below);

        promise(common && other && streq(common, other) && is_path(common));
        promise(cgroup_path_is_within(path, common) && cgroup_path_is_within(top, common));
        promise(cgroup_path_is_within(path, path) && (r == 0 || r == -EXDEV || r == -ENODATA));
        promise((r == -EXDEV) == !cgroup_path_is_within(path, top));
        promise(r < 0 || streq(common, top));
        if (r < 0)
                return;

        promise(is_path(below) && cgroup_path_up(below) == 0);
        joined = cgroup_path_join(top, below);
        promise(joined && streq(joined, path));
}

static void check_translation(const char *known, const char *there, const char *path) {
        _cleanup_free_ char *translated = NULL, *back = NULL, *again = NULL;
        int r = cgroup_path_translate(known, there, path, &translated);

        promise(r == 0 || (r == -ENODATA && !translated));
        if (r < 0)
                return;

        promise(is_path(translated));
        if (streq(path, known))
                promise(streq(translated, there));

        /* Of one that leads further up than it has to, which the kernel does not print, the shorter one. */
        r = cgroup_path_translate(there, known, translated, &back);
        promise(r == 0 || r == -ENODATA);
        if (r < 0)
                return;

        promise(streq(back, path) || cgroup_path_up(back) < cgroup_path_up(path));
        promise(cgroup_path_translate(known, there, back, &again) == 0 && streq(again, translated));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FuzzInput input = { data, size };
        _cleanup_free_ char *a = fuzz_line(&input), *b = fuzz_line(&input), *c = fuzz_line(&input);

        (void) cgroup_path_up(a);
        if (!is_path(a) || !is_path(b) || !is_path(c))
                return 0;

        check_two(a, b);
        check_two(b, a);
        check_translation(a, b, c);
        check_translation(a, b, a);
        return 0;
}
