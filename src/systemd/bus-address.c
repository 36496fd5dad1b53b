/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/bus-address.h"

#include <sys/stat.h>

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
static int check_runtime_dir(const char *directory, Trouble *trouble) {
        struct stat st;

        if (stat(directory, &st) < 0 || st.st_uid == geteuid())
                return 0;

        return trouble_set(trouble, -EPERM,
                           "XDG_RUNTIME_DIR=%s belongs to uid %u, you are uid %u; unset it%s, or log in as the user whose "
                       "manager you mean (machinectl shell, ssh)",
                       directory, (unsigned) st.st_uid, (unsigned) geteuid(),
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

/* *ret_address: "unix:path=DIRECTORY/@name". @directory is $XDG_RUNTIME_DIR; unset under cron and su: the place is
 * fixed all the same (pam_systemd(8)). */
static int address_in(const char *directory, const char *name, char **ret_address) {
        _cleanup_free_ char *fallback = NULL, *escaped = NULL;
        int r;

        if (!directory) {
                r = user_runtime_dir(&fallback);
                if (r < 0)
                        return r;
                directory = fallback;
        }

        escaped = escape_value(directory);
        return !escaped || asprintf(ret_address, "unix:path=%s/%s", escaped, name) < 0 ? -ENOMEM : 0;
}

static int user_bus_address(char **ret, Trouble *trouble) {
        const char *directory = variable("XDG_RUNTIME_DIR"), *address = variable("DBUS_SESSION_BUS_ADDRESS");
        int r = directory ? check_runtime_dir(directory, trouble) : 0;

        if (r < 0)
                return r;
        if (!address)
                return address_in(directory, "bus", ret);

        *ret = strdup(address);
        return *ret ? 0 : -ENOMEM;
}

int bus_address_private(char **ret, Trouble *trouble) {
        const char *directory = variable("XDG_RUNTIME_DIR");
        int r = directory ? check_runtime_dir(directory, trouble) : 0;

        return r < 0 ? r : address_in(directory, "systemd/private", ret);
}

bool bus_address_is_chosen(ManagerKind kind, const char *address) {
        _cleanup_free_ char *usual = NULL;

        if (kind == MANAGER_SYSTEM)
                return !streq(address, bus_address_usual);

        return address_in(variable("XDG_RUNTIME_DIR"), "bus", &usual) < 0 || !streq(address, usual);
}

int bus_address(ManagerKind kind, char **ret, Trouble *trouble) {
        const char *address;

        if (kind == MANAGER_USER)
                return user_bus_address(ret, trouble);

        address = variable("DBUS_SYSTEM_BUS_ADDRESS") ?: bus_address_usual;
        *ret = strdup(address);
        return *ret ? 0 : -ENOMEM;
}

/* A directory of which nothing is known but that it is not the one that logind makes. */
static char *remedy_of_runtime_dir(void) {
        const char *directory = variable("XDG_RUNTIME_DIR");
        _cleanup_free_ char *usual = NULL;
        char *remedy;

        if (user_runtime_dir(&usual) < 0)
                return NULL;
        if (!directory || streq(directory, usual))
                return strdup("");

        return asprintf(&remedy, "; XDG_RUNTIME_DIR says so: unset it%s, your user manager's is %s",
                        variable("DBUS_SESSION_BUS_ADDRESS") ? " and DBUS_SESSION_BUS_ADDRESS" : "", usual) < 0 ?
                       NULL : remedy;
}

/* What helps where it is a variable that leads astray; "" where it does not. Freed by the caller. */
static char *remedy_of_variable(ManagerKind kind, const char *address) {
        bool chosen = bus_address_is_chosen(kind, address);
        char *remedy;

        if (kind == MANAGER_SYSTEM)
                return strdup(chosen ? "; DBUS_SYSTEM_BUS_ADDRESS says so: unset it" : "");
        if (!chosen)
                return remedy_of_runtime_dir();

        return asprintf(&remedy, "; DBUS_SESSION_BUS_ADDRESS says so: unset it, or name your user manager's bus there, "
                        "unix:path=/run/user/%u/bus", (unsigned) user_uid_outside()) < 0 ? NULL : remedy;
}

static int explain_system(const char *address, int error, const char *remedy, Trouble *trouble) {
        bool absent = error == -ENOENT || error == -ECONNREFUSED;

        if (absent && access("/run/systemd/system", F_OK) < 0)
                return trouble_set(trouble, error, "no system manager: systemd is not PID 1 here");
        if (absent)
                return trouble_set(trouble, error, "no system bus at %s%s", address,
                                   *remedy ? remedy : "; start it: systemctl start dbus");

        return trouble_set(trouble, error, "cannot connect to the system bus at %s: %s%s", address,
                           strerror(-error), remedy);
}

static int explain_user(const char *address, int error, const char *remedy, Trouble *trouble) {
        bool absent = error == -ENOENT || error == -ECONNREFUSED;
        _cleanup_free_ char *directory = NULL;
        int r = user_runtime_dir(&directory);

        if (r < 0)
                return r;

        /* Who is root in a user namespace beside PID 1's, as with PrivateUsers=, and is root outside, may say so. */
        if (absent && user_uid_outside() == 0 && access(directory, F_OK) < 0)
                return trouble_set(trouble, error, "no user manager runs for root, whose scopes are the system "
                                   "manager's: --system");
        if (absent && access(directory, F_OK) < 0)
                return trouble_set(trouble, error,
                                   "no user manager runs for uid %u; log in as that user, or keep one running: "
                               "loginctl enable-linger %u", (unsigned) user_uid_outside(),
                               (unsigned) user_uid_outside());
        if (absent)
                return trouble_set(trouble, error, "no user bus at %s%s", address,
                                   *remedy ? remedy : "; start it: systemctl --user start dbus.socket (package "
                                                      "dbus-user-session)");

        return trouble_set(trouble, error, "cannot connect to the user bus at %s: %s%s", address, strerror(-error),
                           remedy);
}

int bus_explain(ManagerKind kind, const char *address, int error, Trouble *trouble) {
        _cleanup_free_ char *remedy = remedy_of_variable(kind, address);

        if (!remedy)
                return -ENOMEM;

        return kind == MANAGER_SYSTEM ? explain_system(address, error, remedy, trouble) :
                                        explain_user(address, error, remedy, trouble);
}

int bus_explain_stranger(ManagerKind kind, const char *address, const char *owner, Trouble *trouble) {
        _cleanup_free_ char *remedy = remedy_of_variable(kind, address);

        if (!remedy)
                return -ENOMEM;

        return trouble_set(trouble, -EPERM, "the bus at %s is that of %s, not %s's%s", address, owner,
                           kind == MANAGER_SYSTEM ? "the system manager" : "your user manager", remedy);
}

int bus_explain_no_systemd(ManagerKind kind, Trouble *trouble) {
        const char *address = variable("DBUS_SESSION_BUS_ADDRESS");

        if (kind == MANAGER_SYSTEM)
                return trouble_set(trouble, -ESRCH, "no systemd on the system bus: it is not PID 1 here");
        if (!address)
                return trouble_set(trouble, -ESRCH, "no systemd on the user bus; is your user manager running? See: "
                               "loginctl user-status");

        return trouble_set(trouble, -ESRCH,
                           "no systemd on the bus of DBUS_SESSION_BUS_ADDRESS=%s (dbus-run-session?); unset it, or name "
                       "your user manager's bus", address);
}
