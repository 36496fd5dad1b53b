/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/bus-address.h"

#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/trouble.h"
#include "basic/user-namespace.h"

const char *bus_address_usual = SYSTEM_BUS_ADDRESS;

/* NULL where it is not set or empty; and in a program that runs with more rights than who started it. */
static const char *variable(const char *name) {
        const char *value = secure_getenv(name);

        return isempty(value) ? NULL : value;
}

/* After su or sudo this variable can be the other user's: with it one would talk to the wrong manager. The address of
 * the bus is then most likely that one's, too. */
static int check_runtime_dir(Trouble *trouble) {
        const char *directory = variable("XDG_RUNTIME_DIR");
        struct stat st;

        if (!directory || stat(directory, &st) < 0 || st.st_uid == geteuid())
                return 0;

        (void) trouble_set(trouble, -EPERM, "XDG_RUNTIME_DIR=%s belongs to uid %u, you are uid %u", directory,
                           (unsigned) st.st_uid, (unsigned) geteuid());
        return trouble_help(trouble, -EPERM,
                            "unset it%s, or log in as the user whose manager you mean (machinectl "
                            "shell, ssh)",
                            variable("DBUS_SESSION_BUS_ADDRESS") ? " and DBUS_SESSION_BUS_ADDRESS" : "");
}

static int user_runtime_dir(char **ret) {
        return asprintf(ret, "/run/user/%u", (unsigned) user_uid_outside()) < 0 ? -ENOMEM : 0;
}

/* D-Bus Specification, "Server Addresses": these bytes may stand for themselves, any as %XX. */
#define PLAIN_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/."

static char *escape_value(const char *text) {
        char *escaped = malloc(strlen("%NN") * strlen(text) + 1), *p = escaped;

        for (; escaped && *text; text++)
                if (strchr(PLAIN_BYTES, *text))
                        *p++ = *text;
                else
                        p += snprintf(p, sizeof("%NN"), "%%%02x", (unsigned char) *text);
        if (escaped)
                *p = '\0';
        return escaped;
}

/* *ret_address: "unix:path=$XDG_RUNTIME_DIR/@name". Unset under cron and su: the place is fixed all the same
 * (pam_systemd(8)). */
static int address_in_runtime_dir(const char *name, char **ret_address) {
        _cleanup_free_ char *usual = NULL, *escaped = NULL;
        const char *directory = variable("XDG_RUNTIME_DIR");

        if (!directory && user_runtime_dir(&usual) < 0)
                return -ENOMEM;

        escaped = escape_value(directory ?: usual);
        return !escaped || asprintf(ret_address, "unix:path=%s/%s", escaped, name) < 0 ? -ENOMEM : 0;
}

int bus_address_private(char **ret, Trouble *trouble) {
        int r = check_runtime_dir(trouble);

        return r < 0 ? r : address_in_runtime_dir("systemd/private", ret);
}

bool bus_address_is_chosen(ManagerKind kind, const char *address) {
        _cleanup_free_ char *usual = NULL;

        if (kind == MANAGER_SYSTEM)
                return !streq(address, bus_address_usual);

        return address_in_runtime_dir("bus", &usual) < 0 || !streq(address, usual);
}

int bus_address(ManagerKind kind, char **ret, Trouble *trouble) {
        const char *address = variable(kind == MANAGER_USER ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS");
        int r = kind == MANAGER_USER ? check_runtime_dir(trouble) : 0;

        if (r < 0)
                return r;
        if (!address && kind == MANAGER_USER)
                return address_in_runtime_dir("bus", ret);

        *ret = strdup(address ?: bus_address_usual);
        return *ret ? 0 : -ENOMEM;
}

/* What helps is to unset a variable that leads astray, or else @otherwise (may be NULL). Of a directory nothing is
 * known but that it is not the one that logind makes. */
static int help_with_variables(ManagerKind kind, const char *address, int error, const char *otherwise,
                               Trouble *trouble) {
        const char *directory = kind == MANAGER_USER ? variable("XDG_RUNTIME_DIR") : NULL;
        bool chosen = bus_address_is_chosen(kind, address);
        _cleanup_free_ char *usual = NULL;

        if (user_runtime_dir(&usual) < 0)
                return -ENOMEM;

        if (chosen && kind == MANAGER_SYSTEM)
                return trouble_help(trouble, error, "DBUS_SYSTEM_BUS_ADDRESS says so: unset it");
        if (chosen)
                return trouble_help(trouble, error,
                                    "DBUS_SESSION_BUS_ADDRESS says so: unset it, or name your user "
                                    "manager's bus there, unix:path=%s/bus",
                                    usual);
        if (directory && !streq(directory, usual))
                return trouble_help(trouble, error, "XDG_RUNTIME_DIR says so: unset it%s, your user manager's is %s",
                                    variable("DBUS_SESSION_BUS_ADDRESS") ? " and DBUS_SESSION_BUS_ADDRESS" : "", usual);

        return otherwise ? trouble_help(trouble, error, "%s", otherwise) : error;
}

/* What a unit's sandbox hides looks as if it were not there. ProtectHome=tmpfs puts an empty directory over all users'.
 */
static char *find_hidden(const char *address) {
        const char *path = startswith(address, "unix:path=");
        struct stat run, user;

        if (path && startswith(path, "/run/user/") && stat("/run", &run) >= 0 && stat("/run/user", &user) >= 0 &&
            run.st_dev != user.st_dev)
                return strdup("/run/user");

        return path ? path_find_hidden(path) : NULL;
}

static int explain_hidden(ManagerKind kind, const char *address, const char *hidden, int error, Trouble *trouble) {
        return trouble_set(trouble, error,
                           "cannot connect to the %s bus at %s: %s is hidden by the sandbox of the unit that this "
                           "process is in (%sInaccessiblePaths=)",
                           kind == MANAGER_SYSTEM ? "system" : "user", address, hidden,
                           startswith(hidden, "/run/user") ? "ProtectHome=, " : "");
}

/* Nobody listens at @address. */
static int explain_absent_user(const char *address, int error, Trouble *trouble) {
        unsigned uid = (unsigned) user_uid_outside();
        _cleanup_free_ char *directory = NULL;

        if (user_runtime_dir(&directory) < 0)
                return -ENOMEM;

        if (access(directory, F_OK) >= 0) {
                (void) trouble_set(trouble, error, "no user bus at %s", address);
                return help_with_variables(MANAGER_USER, address, error,
                                           "start it: systemctl --user start dbus.socket "
                                           "(package dbus-user-session)",
                                           trouble);
        }

        /* Who is root in a user namespace beside PID 1's, as with PrivateUsers=, and is root outside, may say so. */
        if (uid == 0)
                return trouble_set(trouble, error,
                                   "no user manager runs for root, whose scopes are the system "
                                   "manager's: --system");

        (void) trouble_set(trouble, error, "no user manager runs for uid %u", uid);
        return trouble_help(trouble, error, "log in as that user, or keep one running: loginctl enable-linger %u", uid);
}

int bus_explain(ManagerKind kind, const char *address, int error, Trouble *trouble) {
        bool absent = error == -ENOENT || error == -ECONNREFUSED;
        _cleanup_free_ char *hidden = find_hidden(address);

        if (hidden)
                return explain_hidden(kind, address, hidden, error, trouble);
        if (error == -EAFNOSUPPORT)
                return trouble_set(trouble, error,
                                   "cannot connect to the %s bus at %s: the unit that this process is in may not use "
                                   "AF_UNIX (RestrictAddressFamilies=)",
                                   kind == MANAGER_SYSTEM ? "system" : "user", address);
        if (absent && kind == MANAGER_USER)
                return explain_absent_user(address, error, trouble);
        if (absent && access("/run/systemd/system", F_OK) < 0)
                return trouble_set(trouble, error, "no system manager: systemd is not PID 1 here");
        if (absent) {
                (void) trouble_set(trouble, error, "no system bus at %s", address);
                return help_with_variables(kind, address, error, "start it: systemctl start dbus", trouble);
        }

        (void) trouble_set(trouble, error, "cannot connect to the %s bus at %s: %s",
                           kind == MANAGER_SYSTEM ? "system" : "user", address, strerror(-error));
        return help_with_variables(kind, address, error, NULL, trouble);
}

int bus_explain_stranger(ManagerKind kind, const char *address, const char *owner, Trouble *trouble) {
        (void) trouble_set(trouble, -EPERM, "the bus at %s is that of %s, not %s's", address, owner,
                           kind == MANAGER_SYSTEM ? "the system manager" : "your user manager");
        return help_with_variables(kind, address, -EPERM, NULL, trouble);
}

int bus_explain_no_systemd(ManagerKind kind, Trouble *trouble) {
        const char *address = variable("DBUS_SESSION_BUS_ADDRESS");

        if (kind == MANAGER_SYSTEM)
                return trouble_set(trouble, -ESRCH, "no systemd on the system bus: it is not PID 1 here");
        if (!address) {
                (void) trouble_set(trouble, -ESRCH, "no systemd on the user bus");
                return trouble_help(trouble, -ESRCH, "is your user manager running? See: loginctl user-status");
        }

        (void) trouble_set(trouble, -ESRCH, "no systemd on the bus of DBUS_SESSION_BUS_ADDRESS=%s (dbus-run-session?)",
                           address);
        return trouble_help(trouble, -ESRCH, "unset it, or name your user manager's bus");
}
