/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/PID/mountinfo: what is no mount costs nobody else's mount, what is one is the same written anew, and what
 * covers one is seen to do so. */

#include "fuzz.h"
#include "proc/mountinfo.h"

static const char plain[] =
        "4294967290 1 0:26 /a\\040b /sys/fs/c\\011g rw,nosuid shared:9 - cgroup2 none rw,nsdelegate\n";

/* Of @text, which is left as it is. */
static CgroupMounts parse(const char *text) {
        _cleanup_free_ char *copy = strdup(text);
        CgroupMounts mounts = {};

        promise(copy && cgroup_mounts_parse(copy, &mounts) == 0);
        return mounts;
}

/* As the kernel does it (Linux, fs/proc_namespace.c), and more of it. */
static char *put_escaped(char *end, const char *text) {
        for (; *text; text++)
                if (strchr(" \t\n\\#", *text))
                        end += sprintf(end, "\\%03o", (unsigned char) *text);
                else
                        *end++ = *text;
        *end = '\0';
        return end;
}

static char *put_line(char *end, const CgroupMount *mount) {
        end += sprintf(end, "%llu 1 0:1 ", (unsigned long long) mount->id);
        end = stpcpy(put_escaped(end, mount->root), " ");
        end = stpcpy(put_escaped(end, mount->point), " ");
        end = stpcpy(put_escaped(end, mount->flags), mount->unified ? " - cgroup2 none " : " - cgroup none ");
        return stpcpy(put_escaped(end, mount->options), "\n");
}

static void check_same(const CgroupMount *a, const CgroupMount *b) {
        promise(a->id == b->id && a->unified == b->unified && streq(a->root, b->root) && streq(a->point, b->point) &&
                streq(a->flags, b->flags) && streq(a->options, b->options));
}

static void check_mount(const CgroupMounts *mounts, const CgroupMount *mount) {
        _cleanup_free_ char *hierarchy = NULL;

        promise(cgroup_mount_hierarchy(mount, &hierarchy) == 0);
        promise(!mount->unified || streq(hierarchy, ""));
        promise(strlen(hierarchy) <= strlen(mount->options));
        promise(!mount->unified || cgroup_mounts_find(mounts, CGROUP_HIERARCHY_UNIFIED));
        (void) cgroup_mounts_find(mounts, mount->options);
        (void) cgroup_mount_has_option(mount, mount->point);
}

/* @mounts written anew in @text, and with that behind them another one on the mount @index, whose point ends with
 * @tail: that covers it where there is nothing in it. */
static void check_covered(const CgroupMounts *mounts, char *text, size_t index, const char *tail) {
        _cleanup_(cgroup_mounts_done) CgroupMounts alone = parse(text), with = {};
        const CgroupMount *mount = mounts->mounts + index;
        char *end = strchr(text, '\0');

        end += sprintf(end, "7 %llu 0:9 / ", (unsigned long long) mount->id);
        (void) stpcpy(stpcpy(put_escaped(end, mount->point), tail), " rw - tmpfs  rw\n");
        with = parse(text);
        promise(with.n == mounts->n && alone.n == mounts->n);
        for (size_t i = 0; i < with.n; i++)
                check_same(mounts->mounts + i, with.mounts + i);
        promise(with.mounts[index].covered == (alone.mounts[index].covered || !*tail));
}

static void check_again(const CgroupMounts *mounts, size_t index, size_t size) {
        static const char *const tails[] = { "", "/x", "\\000", "\\000x" };

        for (size_t i = 0; index < mounts->n && i < ELEMENTSOF(tails); i++) {
                /* A character may become four, and beside the fields there are some sixty of a line. */
                _cleanup_free_ char *text = malloc(5 * size + 128 * (mounts->n + 1));
                char *end = text;

                promise(text);
                for (size_t k = 0; k < mounts->n; k++)
                        end = put_line(end, mounts->mounts + k);
                check_covered(mounts, text, index, tails[i]);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {}, more = {};
        _cleanup_free_ char *text = fuzz_text(data, size), *with = malloc(size + sizeof(plain) + 1);

        fuzz_count();
        mounts = parse(text);
        promise(fuzz_counted() <= 32 * size + 4096);
        for (size_t i = 0; i < mounts.n; i++)
                check_mount(&mounts, mounts.mounts + i);

        promise(with);
        (void) stpcpy(stpcpy(stpcpy(with, text), "\n"), plain);
        more = parse(with);
        promise(more.n == mounts.n + 1 && more.mounts[mounts.n].id == 4294967290 &&
                streq(more.mounts[mounts.n].root, "/a b") && streq(more.mounts[mounts.n].point, "/sys/fs/c\tg"));
        for (size_t i = 0; i < mounts.n; i++)
                check_same(mounts.mounts + i, more.mounts + i);

        if (mounts.n > 0)
                check_again(&mounts, size % mounts.n, size);
        return 0;
}
