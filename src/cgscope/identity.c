/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "identity.h"

#include "basic/log.h"
#include "basic/user-name.h"

static int copy(const char *from, char **ret) {
        *ret = strdup(from);
        return *ret ? 0 : -ENOMEM;
}

static int look_up_user(const char *user, Identity *identity) {
        const struct passwd *entry;
        uid_t uid;
        int r;

        r = user_find(user, &uid, &entry);
        if (r < 0)
                return r;
        /* A number without an entry will not do: the manager does not hand the scope to one. */
        if (!entry)
                return -ESRCH;

        identity->user_given = true;
        identity->uid = entry->pw_uid;
        identity->foreign = identity->uid != geteuid();
        identity->gid = entry->pw_gid;

        r = copy(entry->pw_name, &identity->name);
        if (r >= 0)
                r = copy(entry->pw_dir, &identity->home);
        if (r >= 0)
                r = copy(isempty(entry->pw_shell) ? "/bin/sh" : entry->pw_shell, &identity->shell);
        return r;
}

static int look_up_group(const char *group, Identity *identity) {
        const struct group *entry;
        gid_t gid;
        int r;

        r = user_group_find(group, &gid, &entry);
        if (r < 0)
                return r;
        if (!entry)
                return -ESRCH;

        identity->group_given = true;
        identity->gid = gid;
        return 0;
}

int identity_look_up(const char *user, const char *group, Identity *ret, const char **ret_unknown) {
        int r = 0;

        *ret = (Identity) { .uid = geteuid(), .gid = getegid() };

        *ret_unknown = user;
        if (user)
                r = look_up_user(user, ret);
        if (r >= 0 && group) {
                *ret_unknown = group;
                r = look_up_group(group, ret);
        }
        if (r < 0)
                return r;

        (void) snprintf(ret->uid_text, sizeof(ret->uid_text), "%u", (unsigned) ret->uid);
        (void) snprintf(ret->gid_text, sizeof(ret->gid_text), "%u", (unsigned) ret->gid);
        return 0;
}

void identity_done(Identity *identity) {
        free(identity->name);
        free(identity->home);
        free(identity->shell);
}

int identity_parse_user_id(const char *text, uid_t *ret) {
        const struct passwd *entry;
        int r = user_find(text, ret, &entry);

        if (r == -ESRCH || (r >= 0 && !entry))
                return log_error("--user-id: there is no user '%s'", text), -EINVAL;

        return r < 0 ? log_error_errno(r, "--user-id: cannot look up '%s'", text) : 0;
}

/* All the supplementary groups of the user. */
static int set_groups(const Identity *identity) {
        return identity->user_given && geteuid() == 0 && initgroups(identity->name, identity->gid) < 0 ? -errno : 0;
}

int identity_assume(const Identity *identity) {
        int r = set_groups(identity);

        if (r < 0)
                return r;

        if ((identity->user_given || identity->group_given) &&
            setresgid(identity->gid, identity->gid, identity->gid) < 0)
                return -errno;
        if (identity->user_given && setresuid(identity->uid, identity->uid, identity->uid) < 0)
                return -errno;

        return 0;
}

int identity_borrow(const Identity *identity) {
        int r = set_groups(identity);

        if (r < 0)
                return r;

        return setegid(identity->gid) < 0 || seteuid(identity->uid) < 0 ? -errno : 0;
}

int identity_return(void) {
        return seteuid(getuid()) < 0 || setegid(getgid()) < 0 ? -errno : 0;
}

int identity_set_environment(const Identity *identity) {
        if (!identity->name)
                return 0;

        /* The caller's bus and runtime directory would refuse another user. */
        if (identity->foreign && (unsetenv("XDG_RUNTIME_DIR") < 0 || unsetenv("DBUS_SESSION_BUS_ADDRESS") < 0))
                return -errno;

        if (setenv("HOME", identity->home, 1) < 0 || setenv("SHELL", identity->shell, 1) < 0 ||
            setenv("USER", identity->name, 1) < 0 || setenv("LOGNAME", identity->name, 1) < 0)
                return -errno;

        return 0;
}
