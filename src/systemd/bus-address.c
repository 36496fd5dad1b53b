/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-address.h"

#include <sys/stat.h>

#include "basic/message.h"

/* D-Bus Specification, "Well-known Message Bus Instances", at the place that systemd gives it. */
#define SYSTEM_BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"

/* After su or sudo this variable can be the other user's: with it one would talk to the wrong manager. */
static int check_runtime_dir(const char *directory, char **ret_message) {
        struct stat st;

        if (stat(directory, &st) < 0 || st.st_uid == geteuid())
                return 0;

        return message_set(-EPERM, ret_message,
                       "XDG_RUNTIME_DIR=%s belongs to uid %u, you are uid %u; unset it, or log in as the user whose "
                       "manager you mean (machinectl shell, ssh)",
                       directory, (unsigned) st.st_uid, (unsigned) geteuid());
}

static int user_runtime_dir(char **ret) {
        return asprintf(ret, "/run/user/%u", (unsigned) geteuid()) < 0 ? -ENOMEM : 0;
}

/* *ret_address: "unix:path=DIRECTORY/@name". @directory is $XDG_RUNTIME_DIR; unset under cron and su: the place is
 * fixed all the same (pam_systemd(8)). */
static int address_in(const char *directory, const char *name, char **ret_address) {
        _cleanup_free_ char *fallback = NULL;
        int r;

        if (isempty(directory)) {
                r = user_runtime_dir(&fallback);
                if (r < 0)
                        return r;
                directory = fallback;
        }

        return asprintf(ret_address, "unix:path=%s/%s", directory, name) < 0 ? -ENOMEM : 0;
}

static int user_bus_address(char **ret, char **ret_message) {
        const char *directory = getenv("XDG_RUNTIME_DIR"), *address = getenv("DBUS_SESSION_BUS_ADDRESS");
        int r;

        if (!isempty(directory)) {
                r = check_runtime_dir(directory, ret_message);
                if (r < 0)
                        return r;
        }

        if (!isempty(address)) {
                *ret = strdup(address);
                return *ret ? 0 : -ENOMEM;
        }

        return address_in(directory, "bus", ret);
}

int bus_address_private(char **ret, char **ret_message) {
        const char *directory = getenv("XDG_RUNTIME_DIR");
        int r = isempty(directory) ? 0 : check_runtime_dir(directory, ret_message);

        return r < 0 ? r : address_in(directory, "systemd/private", ret);
}

int bus_address(ManagerKind kind, char **ret, char **ret_message) {
        const char *address;

        if (kind == MANAGER_USER)
                return user_bus_address(ret, ret_message);

        address = getenv("DBUS_SYSTEM_BUS_ADDRESS");
        *ret = strdup(isempty(address) ? SYSTEM_BUS_ADDRESS : address);
        return *ret ? 0 : -ENOMEM;
}

int bus_explain(ManagerKind kind, const char *address, int error, char **ret_message) {
        _cleanup_free_ char *directory = NULL;
        bool absent = error == -ENOENT || error == -ECONNREFUSED;
        int r;

        if (kind == MANAGER_SYSTEM) {
                if (absent && access("/run/systemd/system", F_OK) < 0)
                        return message_set(error, ret_message, "no system manager: systemd is not PID 1 here");
                if (absent)
                        return message_set(error, ret_message, "no system bus at %s; start it: systemctl start dbus",
                                       address);
                return message_set(error, ret_message, "cannot connect to the system bus at %s: %s", address,
                               strerror(-error));
        }

        r = user_runtime_dir(&directory);
        if (r < 0)
                return r;

        if (absent && access(directory, F_OK) < 0)
                return message_set(error, ret_message,
                               "no user manager runs for uid %u; log in as that user, or keep one running: "
                               "loginctl enable-linger %u", (unsigned) geteuid(), (unsigned) geteuid());
        if (absent)
                return message_set(error, ret_message,
                               "no user bus at %s; start it: systemctl --user start dbus.socket (package "
                               "dbus-user-session)", address);
        return message_set(error, ret_message, "cannot connect to the user bus at %s: %s", address, strerror(-error));
}

int bus_explain_no_systemd(ManagerKind kind, char **ret_message) {
        const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");

        if (kind == MANAGER_SYSTEM)
                return message_set(-ESRCH, ret_message, "no systemd on the system bus: it is not PID 1 here");
        if (isempty(address))
                return message_set(-ESRCH, ret_message, "no systemd on the user bus; is your user manager running? See: "
                               "loginctl user-status");

        return message_set(-ESRCH, ret_message,
                       "no systemd on the bus of DBUS_SESSION_BUS_ADDRESS=%s (dbus-run-session?); unset it, or name "
                       "your user manager's bus", address);
}
