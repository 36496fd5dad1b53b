/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "basic/trouble.h"
#include "basic/parse.h"
#include "delegation/place-internal.h"

static void closedirp(DIR **dir) {
        if (*dir)
                (void) closedir(*dir);
}

/* Each call has an offset of its own. */
static DIR *read_directory(int dir) {
        int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);

        if (!d)
                (void) fd_close(fd);

        return d;
}

/* "user@1000.service.d", as systemd would write it: no sign, no zero in front. */
static bool uid_from_name(const char *name, uint64_t *ret) {
        const char *digits = startswith(name, "user@"), *end = digits ? endswith(digits, ".service.d") : NULL;
        char text[sizeof("4294967295")];
        size_t length;

        if (!end)
                return false;

        length = (size_t) (end - digits);
        if (length >= sizeof(text))
                return false;

        memcpy(text, digits, length);
        text[length] = '\0';
        return parse_unsigned(text, 0, UINT32_MAX, ret) >= 0 && delegation_uid_is_valid(*ret);
}

static int compare(const void *a, const void *b) {
        const uint64_t *x = a, *y = b;

        return *x < *y ? -1 : *x > *y;
}

static int users_below(int base, uint64_t **ret, size_t *ret_n) {
        _cleanup_(closedirp) DIR *dir = read_directory(base);
        _cleanup_free_ uint64_t *users = NULL;
        const struct dirent *entry;
        size_t n = 0;

        if (!dir)
                return -errno;

        users = malloc(PLACE_USERS_MAX * sizeof(*users));
        if (!users)
                return -ENOMEM;

        while ((errno = 0, entry = readdir(dir))) {
                uint64_t uid;

                if (!uid_from_name(entry->d_name, &uid))
                        continue;
                if (n == PLACE_USERS_MAX)
                        return -E2BIG;
                users[n++] = uid;
        }
        if (errno != 0)
                return -errno;

        qsort(users, n, sizeof(*users), compare);
        *ret = TAKE_PTR(users);
        *ret_n = n;
        return 0;
}

int place_users(int root, bool runtime, uint64_t **ret, size_t *ret_n, Trouble *trouble) {
        const DropInPlace place = { .uid = DELEGATION_EVERYBODY, .runtime = runtime };
        _cleanup_(way_done) Way way = WAY_NULL;
        const char *top = runtime ? "run" : "etc";
        int r;

        r = way_open(root, &place, WAY_BASE, false, &way, trouble);
        if (r == -ENOENT) {
                *ret = NULL;
                *ret_n = 0;
                return 0;
        }
        if (r < 0)
                return r;

        r = users_below(way_end(&way), ret, ret_n);
        if (r == -E2BIG)
                return trouble_set(trouble, r, "more than %u users have directories of their own in "
                                   "/%s/systemd/system", PLACE_USERS_MAX, top);
        if (r < 0)
                return trouble_set(trouble, r, "cannot list /%s/systemd/system: %s", top, strerror(-r));

        return 0;
}

bool place_is_littered(int root, const DropInPlace *place) {
        _cleanup_(way_done) Way way = WAY_NULL;
        _cleanup_(closedirp) DIR *dir = NULL;
        const struct dirent *entry;

        if (way_open(root, place, WAY_LEAF, false, &way, NULL) < 0)
                return false;
        if (faccessat(way_end(&way), DROP_IN_NEW, F_OK, AT_SYMLINK_NOFOLLOW) >= 0)
                return true;

        dir = read_directory(way_end(&way));
        if (!dir)
                return false;

        while ((entry = readdir(dir)))
                if (!streq(entry->d_name, ".") && !streq(entry->d_name, ".."))
                        return false;

        return true;
}

/* A directory that is not as it should be is not looked into. systemd does: something may be there. */
int place_look(int root, const DropInPlace *place, DropIn *ret) {
        int r;

        r = place_read(root, place, ret, NULL);
        if (r == -ELOOP || r == -EPERM) {
                *ret = (DropIn) { .kind = DROP_IN_FOREIGN, .unread = true };
                r = 0;
        }

        return r;
}

/* Adds the file at @place. */
static int list_one(int root, const DropInPlace *place, DelegationState *state) {
        _cleanup_(drop_in_done) DropIn file = {};
        int r;

        r = place_look(root, place, &file);
        if (r < 0 || file.kind == DROP_IN_ABSENT)
                return r;

        return delegation_state_add_drop_in(state, &(DelegationDropIn) {
                .uid = place->uid,
                .runtime = place->runtime,
                .kind = file.kind,
                .controllers = file.own,
        });
}

/* That what is above all of them is as it should be: here it is refused, not listed. */
static int check_base(int root, bool runtime, Trouble *trouble) {
        const DropInPlace place = { .uid = DELEGATION_EVERYBODY, .runtime = runtime };
        _cleanup_(way_done) Way way = WAY_NULL;
        int r;

        r = way_open(root, &place, WAY_BASE, false, &way, trouble);
        return r == -ENOENT ? 0 : r;
}

/* Those in /etc, or in /run: the users' own first. */
static int list_all(int root, uint64_t uid, bool runtime, DelegationState *state, Trouble *trouble) {
        DropInPlace place = { .runtime = runtime };
        _cleanup_free_ uint64_t *users = NULL;
        size_t n = 0;
        int r;

        r = check_base(root, runtime, trouble);
        if (r >= 0 && uid == DELEGATION_EVERYBODY)
                r = place_users(root, runtime, &users, &n, trouble);
        if (r < 0)
                return r;

        for (size_t i = 0; i < n; i++) {
                place.uid = users[i];
                r = list_one(root, &place, state);
                if (r < 0)
                        return r;
        }

        if (uid != DELEGATION_EVERYBODY) {
                place.uid = uid;
                r = list_one(root, &place, state);
                if (r < 0)
                        return r;
        }

        place.uid = DELEGATION_EVERYBODY;
        return list_one(root, &place, state);
}

int place_list(int root, uint64_t uid, DelegationState *state, Trouble *trouble) {
        int r;

        r = list_all(root, uid, false, state, trouble);
        return r < 0 ? r : list_all(root, uid, true, state, trouble);
}
