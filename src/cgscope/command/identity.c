/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/identity.h"

#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "basic/log.h"
#include "basic/user-name.h"

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

        identity->name = strdup(entry->pw_name);
        identity->home = strdup(entry->pw_dir);
        identity->shell = strdup(isempty(entry->pw_shell) ? "/bin/sh" : entry->pw_shell);
        return identity->name && identity->home && identity->shell ? 0 : -ENOMEM;
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
        int r;

        *ret = (Identity) { .uid = geteuid(), .gid = getegid() };

        *ret_unknown = user;
        r = user ? look_up_user(user, ret) : 0;
        if (r < 0)
                return r;

        *ret_unknown = group;
        r = group ? look_up_group(group, ret) : 0;
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
        free(identity->own_groups);
}

int identity_parse_user_id(const char *text, uid_t *ret) {
        const struct passwd *entry;
        int r = user_find(text, ret, &entry);

        if (r == -ESRCH || (r >= 0 && !entry))
                return log_refuse(-EINVAL, "--user-id: there is no user '%s'", text);

        return r < 0 ? log_error_errno(r, "--user-id: cannot look up '%s'", text) : 0;
}

/* All the supplementary groups of the user. A group alone is not to come on top of root's. */
static int set_groups(const Identity *identity) {
        int r = 0;

        if (geteuid() != 0)
                return 0;

        if (identity->user_given)
                r = initgroups(identity->name, identity->gid);
        else if (identity->group_given)
                r = setgroups(0, NULL);

        return r < 0 ? -errno : 0;
}

/* Who possesses a keyring may use the keys in it, whoever made them, and setresuid(2) and execve(2) leave it as it is
 * (session-keyring(7)). -ENOSYS, -EPERM: the kernel has no keys, or a filter of system calls forbids this one, to the
 * command as well. */
static int leave_keyring(void) {
        long id = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);

        return id < 0 && errno != ENOSYS && errno != EPERM ? -errno : 0;
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

        return identity->foreign ? leave_keyring() : 0;
}

static int keep_own(Identity *identity) {
        int n = getgroups(0, NULL);
        gid_t *groups;

        if (n < 0)
                return -errno;

        groups = reallocarray(identity->own_groups, (size_t) n + 1, sizeof(*groups));
        if (!groups)
                return -ENOMEM;

        identity->own_groups = groups;
        identity->n_own_groups = getgroups(n, groups);
        identity->own_uid = geteuid();
        identity->own_gid = getegid();
        return identity->n_own_groups < 0 ? -errno : 0;
}

int identity_borrow(Identity *identity) {
        int r = keep_own(identity);

        if (r < 0)
                return r;

        r = set_groups(identity);
        if (r < 0)
                return r;

        return setegid(identity->gid) < 0 || seteuid(identity->uid) < 0 ? -errno : 0;
}

/* The user first: only root may set groups. */
int identity_return(const Identity *identity) {
        if (seteuid(identity->own_uid) < 0)
                return -errno;
        if (identity->own_uid == 0 && setgroups((size_t) identity->n_own_groups, identity->own_groups) < 0)
                return -errno;

        return setegid(identity->own_gid) < 0 ? -errno : 0;
}

/* The name of the next variable of sudo's, at its end cut off there. */
static bool find_sudo_variable(char name[static 64]) {
        for (char **variable = environ; *variable; variable++) {
                size_t length = strcspn(*variable, "=");

                if (!startswith(*variable, "SUDO_") || length >= 64)
                        continue;

                *(char *) mempcpy(name, *variable, length) = '\0';
                return true;
        }

        return false;
}

/* The caller's bus, directories and agents would refuse another user, or serve one that they are not for. */
static int unset_callers_own(void) {
        static const char *const names[] = {
                "XDG_RUNTIME_DIR",
                "DBUS_SESSION_BUS_ADDRESS",
                "SSH_AUTH_SOCK",
                "SSH_AGENT_PID",
                "XAUTHORITY",
                "WAYLAND_DISPLAY",
                "KRB5CCNAME",
                "GNUPGHOME",
                "XDG_CONFIG_HOME",
                "XDG_CACHE_HOME",
                "XDG_DATA_HOME",
                "XDG_STATE_HOME",
                "MAIL",
                "CREDENTIALS_DIRECTORY",
                "NOTIFY_SOCKET",
        };
        char name[64];

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (unsetenv(names[i]) < 0)
                        return -errno;
        while (find_sudo_variable(name))
                if (unsetenv(name) < 0)
                        return -errno;

        return 0;
}

int identity_set_environment(const Identity *identity) {
        int r;

        if (!identity->name)
                return 0;

        r = identity->foreign ? unset_callers_own() : 0;
        if (r < 0)
                return r;

        if (setenv("HOME", identity->home, 1) < 0 || setenv("SHELL", identity->shell, 1) < 0 ||
            setenv("USER", identity->name, 1) < 0 || setenv("LOGNAME", identity->name, 1) < 0)
                return -errno;

        return 0;
}
