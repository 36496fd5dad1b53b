/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc/mountinfo.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/parse-words.h"

#define MOUNTINFO "/proc/self/mountinfo"

/* Takes the next character off *text, which may be an escape of a space, tab, newline or backslash: "\\040". No path
 * has a NUL in it, so "\\000" is none. */
static char next_character(const char **text) {
        const char *p = *text;
        char c = '\0';

        if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' && p[3] >= '0' && p[3] <= '7')
                c = (char) ((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));

        *text = p + (c ? 4 : 1);
        return c ?: *p;
}

static char *unescape(const char *text) {
        char *result = malloc(strlen(text) + 1), *end = result;

        if (!result)
                return NULL;

        while (*text)
                *end++ = next_character(&text);

        *end = '\0';
        return result;
}

static void mount_done(CgroupMount *mount) {
        free(mount->root);
        free(mount->point);
        free(mount->flags);
        free(mount->options);
}

enum {
        FIELD_ID,
        FIELD_PARENT,
        FIELD_DEVICE,
        FIELD_ROOT,
        FIELD_POINT,
        FIELD_OPTIONS,
        _FIELD_MAX,
};

/* The first fields of @line into @fields, and the type and the options of the hierarchy behind the "-". */
static int split_line(char *line, char *fields[static _FIELD_MAX], char **ret_type, char **ret_options) {
        char *save, *word = strtok_r(line, " ", &save);

        for (size_t i = 0; i < _FIELD_MAX; i++, word = strtok_r(NULL, " ", &save)) {
                if (!word)
                        return -EBADMSG;
                fields[i] = word;
        }
        while (word && !streq(word, "-"))
                word = strtok_r(NULL, " ", &save);
        if (!word)
                return -EBADMSG;

        *ret_type = strtok_r(NULL, " ", &save);
        *ret_options = *ret_type ? strrchr(save, ' ') : NULL; /* behind the source, which can be empty */
        if (!*ret_options || !*++*ret_options)
                return -EBADMSG;

        return 0;
}

/* 0: it is the mount of something else. */
static int parse_line(char *line, CgroupMount *ret) {
        _cleanup_(mount_done) CgroupMount mount = {};
        char *fields[_FIELD_MAX], *type, *options, *end;
        int r;

        if (!strstr(line, " - cgroup"))
                return 0;
        r = split_line(line, fields, &type, &options);
        if (r < 0)
                return r;
        if (!streq(type, "cgroup") && !streq(type, "cgroup2"))
                return 0;

        mount.id = strtoull(fields[FIELD_ID], &end, 10);
        if (*end || end == fields[FIELD_ID])
                return -EBADMSG;

        mount.unified = streq(type, "cgroup2");
        mount.read_only = text_has_word(fields[FIELD_OPTIONS], ",", "ro");
        mount.all_read_only = text_has_word(options, ",", "ro");
        mount.root = unescape(fields[FIELD_ROOT]);
        mount.point = unescape(fields[FIELD_POINT]);
        mount.flags = unescape(fields[FIELD_OPTIONS]);
        mount.options = unescape(options);
        if (!mount.root || !mount.point || !mount.flags || !mount.options)
                return -ENOMEM;

        *ret = mount;
        mount = (CgroupMount) {};
        return 1;
}

/* Whether the field @escaped, up to the next space, means @text. */
static bool field_is(const char *escaped, const char *text) {
        while (*escaped && *escaped != ' ')
                if (next_character(&escaped) != *text++)
                        return false;

        return !*text;
}

/* A user may have 100,000 mounts in each of his namespaces (fs.mount-max), and each line is looked up. */
typedef struct ById {
        uint64_t id;
        CgroupMount *mount;
} ById;

static int compare_ids(const void *a, const void *b) {
        const ById *x = a, *y = b;

        return (x->id > y->id) - (x->id < y->id);
}

/* The first of the @n at @all, in order, that has @id or a higher one. */
static size_t find_id(const ById *all, size_t n, uint64_t id, CgroupMounts *mounts) {
        size_t first = 0;

        while (n > 0) {
                size_t half = n / 2;

                mounts->n_steps++;
                if (all[first + half].id < id) {
                        first += half + 1;
                        n -= half + 1;
                } else
                        n = half;
        }

        return first;
}

/* What is mounted on a mount of ours, at its own point, hides it. */
static void note_covered(CgroupMounts *mounts, const ById *all, const char *line) {
        const char *fields[_FIELD_MAX] = { line };
        uint64_t parent;

        for (size_t i = 1; i < _FIELD_MAX; i++) {
                fields[i] = fields[i - 1] + strcspn(fields[i - 1], " ");
                fields[i] += *fields[i] == ' ';
        }

        parent = strtoull(fields[FIELD_PARENT], NULL, 10);
        for (size_t i = find_id(all, mounts->n, parent, mounts); i < mounts->n && all[i].id == parent; i++) {
                mounts->n_steps++;
                if (field_is(fields[FIELD_POINT], all[i].mount->point))
                        all[i].mount->covered = true;
        }
}

static int note_all_covered(CgroupMounts *mounts, char *text) {
        _cleanup_free_ ById *all = calloc(mounts->n + 1, sizeof(ById));

        if (!all)
                return -ENOMEM;

        for (size_t i = 0; i < mounts->n; i++)
                all[i] = (ById) { mounts->mounts[i].id, mounts->mounts + i };
        qsort(all, mounts->n, sizeof(ById), compare_ids);

        for (char *save, *line = strtok_r(text, "\n", &save); line && mounts->n > 0; line = strtok_r(NULL, "\n", &save))
                note_covered(mounts, all, line);

        return 0;
}

void cgroup_mounts_done(CgroupMounts *mounts) {
        for (size_t i = 0; i < mounts->n; i++)
                mount_done(mounts->mounts + i);
        free(mounts->mounts);
        *mounts = (CgroupMounts) {};
}

static int add_mount(CgroupMounts *mounts, CgroupMount *mount) {
        int r = ARRAY_APPEND(mounts->mounts, mounts->n, *mount);

        if (r < 0)
                mount_done(mount);
        return r;
}

int cgroup_mounts_parse(char *text, CgroupMounts *ret) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        _cleanup_free_ char *again = strdup(text);
        char *save, *line;
        int r;

        if (!again)
                return -ENOMEM;

        for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                CgroupMount mount;

                r = parse_line(line, &mount);
                if (r == -EBADMSG) /* whatever it is, the others are what they are */
                        continue;
                if (r > 0)
                        r = add_mount(&mounts, &mount);
                if (r < 0)
                        return r;
        }

        r = note_all_covered(&mounts, again);
        if (r < 0)
                return r;

        *ret = mounts;
        mounts = (CgroupMounts) {};
        return 0;
}

int cgroup_mounts_read(CgroupMounts *ret) {
        _cleanup_free_ char *text = NULL;
        int r = fd_read_path_all(MOUNTINFO, &text);

        return r == -ENOENT ? -ENOSYS : r < 0 ? r : cgroup_mounts_parse(text, ret);
}

const CgroupMount *cgroup_mounts_of(const CgroupMounts *mounts, int fd) {
        struct statx st;

        if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_MNT_ID, &st) < 0 || !(st.stx_mask & STATX_MNT_ID))
                return NULL;

        for (size_t i = 0; i < mounts->n; i++)
                if (mounts->mounts[i].id == st.stx_mnt_id)
                        return mounts->mounts + i;

        return NULL;
}

bool mount_is_tmpfs(int fd) {
        _cleanup_free_ char *text = NULL;
        struct statx st;

        if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) < 0 ||
            !(st.stx_mask & STATX_MNT_ID) || fd_read_path_all(MOUNTINFO, &text) < 0)
                return false;

        for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
                if (strtoull(line, NULL, 10) == st.stx_mnt_id)
                        return strstr(line, " - tmpfs ");

        return false;
}

static bool is_hierarchy(const CgroupMount *mount, const char *name) {
        char named[256];

        if (mount->unified || streq(name, CGROUP_HIERARCHY_UNIFIED))
                return mount->unified && streq(name, CGROUP_HIERARCHY_UNIFIED);

        (void) snprintf(named, sizeof(named), "name=%s", name);
        return text_has_word(mount->options, ",", name) || text_has_word(mount->options, ",", named);
}

/* "rw" and the like are in the same list as the controllers; none is called so. */
static bool is_plain_option(const char *word) {
        static const char *const options[] = { "rw",          "ro",       "none",           "all",
                                               "xattr",       "noprefix", "clone_children", "cpuset_v2_mode",
                                               "favordynmods" };

        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (streq(word, options[i]))
                        return true;

        return startswith(word, "release_agent=");
}

const CgroupMount *cgroup_mounts_find(const CgroupMounts *mounts, const char *name) {
        const CgroupMount *found = NULL;

        if (isempty(name) || strchr(name, ',') || is_plain_option(name))
                return NULL;

        for (size_t i = 0; i < mounts->n; i++) {
                const CgroupMount *mount = mounts->mounts + i;

                if (is_hierarchy(mount, name) && (!found || (!streq(found->root, "/") && streq(mount->root, "/"))))
                        found = mount;
        }

        return found;
}

bool cgroup_mount_has_option(const CgroupMount *mount, const char *option) {
        return text_has_word(mount->options, ",", option);
}

int cgroup_mount_hierarchy(const CgroupMount *mount, char **ret) {
        _cleanup_free_ char *options = strdup(mount->options), *name = malloc(strlen(mount->options) + 1);
        char *end = name;

        if (!options || !name)
                return -ENOMEM;

        *end = '\0';
        for (char *save, *word = strtok_r(options, ",", &save); word && !mount->unified;
             word = strtok_r(NULL, ",", &save))
                if (!is_plain_option(word))
                        end = stpcpy(stpcpy(end, end > name ? "," : ""), word);

        *ret = TAKE_PTR(name);
        return 0;
}
