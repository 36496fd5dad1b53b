/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/store.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "basic/parse.h"
#include "delegation/store-file.h"
#include "delegation/store-lock.h"

/* Users with directories of their own that are looked at. */
#define USERS_MAX 4096U

int store_open(const char *path) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r;

        if (fd < 0)
                return -errno;

        r = store_way_check(fd, path, NULL);
        return r < 0 ? r : TAKE_FD(fd);
}

/* --- what is there --- */

static void closedirp(DIR **dir) {
        if (*dir)
                (void) closedir(*dir);
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

/* The users, sorted, that have a directory of their own in @base. */
static int read_users(int base, uint64_t **ret, size_t *ret_n) {
        int fd = openat(base, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(closedirp) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
        _cleanup_free_ uint64_t *users = NULL;
        const struct dirent *entry;
        size_t n = 0;

        if (!dir) {
                (void) fd_close(fd);
                return -errno;
        }

        users = malloc(USERS_MAX * sizeof(*users));
        if (!users)
                return -ENOMEM;

        while ((errno = 0, entry = readdir(dir))) {
                uint64_t uid;

                if (!uid_from_name(entry->d_name, &uid))
                        continue;
                if (n == USERS_MAX)
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

static int list_one(int root, uint64_t uid, bool runtime, DelegationState *state) {
        DelegationDropIn drop_in = { .uid = uid, .runtime = runtime };
        _cleanup_(store_way_done) StoreWay way = STORE_WAY_NULL;
        char path[DROP_IN_PATH_MAX];
        const char *why;
        int r;

        r = store_way_open(root, drop_in_directory(&drop_in, path), false, &way, NULL);
        if (r >= 0)
                r = store_file_read(&way, &drop_in, &why, NULL);
        else if (r == -ENOENT)
                return 0;
        else if (r == -ELOOP || r == -EPERM) { /* not looked into; systemd does: something may be there */
                drop_in.kind = DROP_IN_FOREIGN;
                r = 0;
        }
        if (r < 0 || drop_in.kind == DROP_IN_ABSENT)
                return r;

        return delegation_state_add_drop_in(state, &drop_in);
}

/* Those in /etc, or in /run. That what is above all of them is not as it should be is refused, not listed. */
static int list_all(int root, uint64_t uid, bool runtime, DelegationState *state, Trouble *trouble) {
        const char *path = runtime ? "/run/systemd/system" : "/etc/systemd/system";
        _cleanup_(store_way_done) StoreWay way = STORE_WAY_NULL;
        _cleanup_free_ uint64_t *users = NULL;
        size_t n = 0;
        int r;

        r = store_way_open(root, path, false, &way, trouble);
        if (r < 0)
                return r == -ENOENT ? 0 : r;

        if (uid == DELEGATION_EVERYBODY) {
                r = read_users(store_way_end(&way), &users, &n);
                if (r == -E2BIG)
                        return trouble_set(trouble, r, "more than %u users have directories of their own in %s",
                                           USERS_MAX, path);
                if (r < 0)
                        return trouble_set(trouble, r, "cannot list %s: %s", path, strerror(-r));
        } else {
                r = list_one(root, uid, runtime, state);
                if (r < 0)
                        return r;
        }

        for (size_t i = 0; i < n; i++) {
                r = list_one(root, users[i], runtime, state);
                if (r < 0)
                        return r;
        }

        return list_one(root, DELEGATION_EVERYBODY, runtime, state);
}

int store_list(int root, uint64_t uid, DelegationState *state, Trouble *trouble) {
        int r;

        r = list_all(root, uid, false, state, trouble);
        return r < 0 ? r : list_all(root, uid, true, state, trouble);
}

/* --- changes --- */

typedef struct Change {
        int root;
        const DelegationRequest *request;
        int locked; /* 0, or why not */
        Trouble lock_trouble;
        bool changed;
} Change;

static int refuse_foreign(const DelegationDropIn *drop_in, const char *why, Trouble *trouble) {
        char path[DROP_IN_PATH_MAX];

        return trouble_set(
                trouble, -EEXIST, "%s %s%s%s; remove it, or give it another name", drop_in_path(drop_in, path),
                drop_in->kind == DROP_IN_EDITED ? "was changed by hand since cgscope wrote it" : "is not cgscope's",
                why ? " " : "", why ?: "");
}

/* The file at the end of @way as it shall be. What is so already needs no lock: there may be nowhere to write to. */
static int change_file(Change *change, const StoreWay *way, DelegationDropIn *drop_in, Trouble *trouble) {
        const DelegationRequest *request = change->request;
        ControllerMask controllers;
        const char *why;
        int r;

        r = store_file_read(way, drop_in, &why, trouble);
        if (r < 0)
                return r;
        if (drop_in->kind == DROP_IN_FOREIGN || drop_in->kind == DROP_IN_EDITED)
                return refuse_foreign(drop_in, why, trouble);

        controllers = request->operation == DELEGATION_ENABLE ? drop_in->controllers | request->controllers
                                                              : drop_in->controllers & ~request->controllers;
        if (controllers == drop_in->controllers) {
                if (change->locked >= 0)
                        store_file_tidy(way);
                return 0;
        }
        if (change->locked < 0)
                return -ENOLCK;

        return controllers ? store_file_write(way, drop_in, controllers, &change->changed, trouble)
                           : store_file_remove(way, drop_in, &change->changed, trouble);
}

static int change_one(Change *change, bool runtime, Trouble *trouble) {
        DelegationDropIn drop_in = { .uid = change->request->uid, .runtime = runtime };
        bool enable = change->request->operation == DELEGATION_ENABLE;
        _cleanup_(store_way_done) StoreWay way = STORE_WAY_NULL;
        char path[DROP_IN_PATH_MAX];
        int r;

        r = store_way_open(change->root, drop_in_directory(&drop_in, path), enable && change->locked >= 0, &way,
                           trouble);
        if (r == -ENOENT && change->locked < 0 && enable)
                r = -ENOLCK;
        else if (r == -ENOENT && !enable)
                r = 0;
        else if (r >= 0) {
                r = change_file(change, &way, &drop_in, trouble);
                if (r < 0)
                        store_way_unmake(&way);
        }
        if (r != -ENOLCK)
                return r;

        return trouble_move(trouble, change->locked, &change->lock_trouble);
}

/* With the lock, so what is seen stays. */
static int change_all(Change *change, Trouble *trouble) {
        bool runtime = change->request->flags & DELEGATION_RUNTIME;
        int r;

        if (runtime || change->request->operation == DELEGATION_ENABLE)
                return change_one(change, runtime, trouble);

        r = change_one(change, false, trouble);
        return r < 0 ? r : change_one(change, true, trouble);
}

int store_change(int root, const DelegationRequest *request, bool *ret_changed, Trouble *trouble) {
        Change change = { .root = root, .request = request };
        StoreLock lock = STORE_LOCK_NULL;
        int r;

        assert(request->operation != DELEGATION_GET && delegation_uid_is_valid(request->uid));
        assert(request->controllers != CONTROLLER_MASK_NONE);
        assert(request->operation == DELEGATION_DISABLE || !(request->controllers & ~CONTROLLER_MASK_MANAGED));

        change.locked = store_lock(root, STORE_LOCK_USEC, &lock, &change.lock_trouble);
        r = change_all(&change, trouble);
        store_unlock(&lock);

        trouble_done(&change.lock_trouble);
        *ret_changed = change.changed;
        return r < 0 ? r : change.changed;
}
