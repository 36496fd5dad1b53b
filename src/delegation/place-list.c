/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "basic/message.h"
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

int place_users(int root, bool runtime, uint64_t **ret, size_t *ret_n, char **ret_message) {
        const DropInPlace place = { .uid = DELEGATION_EVERYBODY, .runtime = runtime };
        _cleanup_(way_done) Way way = WAY_NULL;
        const char *top = runtime ? "run" : "etc";
        int r;

        r = way_open(root, &place, WAY_BASE, false, &way, ret_message);
        if (r == -ENOENT) {
                *ret = NULL;
                *ret_n = 0;
                return 0;
        }
        if (r < 0)
                return r;

        r = users_below(way_end(&way), ret, ret_n);
        if (r == -E2BIG)
                return message_set(r, ret_message, "more than %u users have directories of their own in "
                                   "/%s/systemd/system", PLACE_USERS_MAX, top);
        if (r < 0)
                return message_set(r, ret_message, "cannot list /%s/systemd/system: %s", top, strerror(-r));

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

/* Adds the file at @place. 1: there is one. */
static int list_one(int root, const DropInPlace *place, bool hidden, DelegationState *state) {
        _cleanup_(drop_in_done) DropIn file = {};
        int r;

        r = place_look(root, place, &file);
        if (r < 0 || file.kind == DROP_IN_ABSENT)
                return r;

        r = delegation_state_add_drop_in(state, &(DelegationDropIn) {
                .uid = place->uid,
                .runtime = place->runtime,
                .kind = file.kind,
                .hidden = hidden,
                .controllers = file.own | file.carried,
        });
        return r < 0 ? r : 1;
}

/* Whether a file for @uid, or with @runtime any in /etc that he would read, stands in @state. */
static bool is_listed(const DelegationState *state, size_t from, uint64_t uid, bool runtime) {
        for (size_t i = from; i < state->n_drop_ins; i++)
                if (state->drop_ins[i].uid == uid && state->drop_ins[i].runtime == runtime)
                        return true;

        return false;
}

/* All of /etc or of /run: the users' own files first. @from: where in @state the list begins. */
static int list_all(int root, bool runtime, const uint64_t *users, size_t n, size_t from, DelegationState *state) {
        bool everybody = runtime && is_listed(state, from, DELEGATION_EVERYBODY, false);
        DropInPlace place = { .runtime = runtime };
        int r;

        for (size_t i = 0; i < n; i++) {
                place.uid = users[i];
                r = list_one(root, &place, everybody || (runtime && is_listed(state, from, users[i], false)), state);
                if (r < 0)
                        return r;
        }

        place.uid = DELEGATION_EVERYBODY;
        return list_one(root, &place, everybody, state);
}

/* The four that are for @uid; behind the first they are hidden from him. */
static int list_user(int root, uint64_t uid, DelegationState *state) {
        bool hidden = false;

        for (size_t i = 0; i < 4; i++) {
                const DropInPlace place = { .uid = i % 2 ? DELEGATION_EVERYBODY : uid, .runtime = i >= 2 };
                int r;

                r = list_one(root, &place, hidden, state);
                if (r < 0)
                        return r;
                hidden |= r > 0;
        }

        return 0;
}

/* That what is above all of them is as it should be: here it is refused, not listed. */
static int check_base(int root, bool runtime, char **ret_message) {
        const DropInPlace place = { .uid = DELEGATION_EVERYBODY, .runtime = runtime };
        _cleanup_(way_done) Way way = WAY_NULL;
        int r;

        r = way_open(root, &place, WAY_BASE, false, &way, ret_message);
        return r == -ENOENT ? 0 : r;
}

int place_list(int root, uint64_t uid, DelegationState *state, char **ret_message) {
        size_t from = state->n_drop_ins;
        int r;

        for (size_t i = 0; i < 2; i++) {
                _cleanup_free_ uint64_t *users = NULL;
                size_t n = 0;

                r = check_base(root, i > 0, ret_message);
                if (r >= 0 && uid == DELEGATION_EVERYBODY)
                        r = place_users(root, i > 0, &users, &n, ret_message);
                if (r >= 0 && uid == DELEGATION_EVERYBODY)
                        r = list_all(root, i > 0, users, n, from, state);
                if (r < 0)
                        return r;
        }

        return uid == DELEGATION_EVERYBODY ? 0 : list_user(root, uid, state);
}
