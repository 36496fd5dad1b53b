/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/bus-peer.h"

#include <sys/socket.h>

#include "basic/clock.h"
#include "systemd/bus-address.h"

/* The other end of a user manager's bus is that user's own. Its number is 0 where it has none in our PID namespace.
 * -ENODATA: it is no socket by which the kernel could tell. */
static int get_peer(const Manager *manager, struct ucred *ret) {
        socklen_t size = sizeof(*ret);
        int fd = sd_bus_get_fd(manager->bus);

        if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret, &size) < 0 || ret->uid == (uid_t) -1)
                return -ENODATA;

        return 0;
}

static int check_peer(const Manager *manager, const char *address, Trouble *trouble) {
        char owner[32];
        struct ucred peer;

        if (get_peer(manager, &peer) < 0 || peer.uid == geteuid())
                return 0;

        (void) snprintf(owner, sizeof(owner), "uid %u", (unsigned) peer.uid);
        return bus_explain_stranger(MANAGER_USER, address, peer.uid == 0 ? "root" : owner, trouble);
}

/* Who has the name of @name on the bus, in the words of the bus. Fails where nobody has. */
static int get_identity(Manager *manager, const char *name, uid_t *ret_uid, pid_t *ret_pid) {
        _cleanup_(sd_bus_creds_unrefp) sd_bus_creds *creds = NULL;
        int r;

        (void) sd_bus_set_method_call_timeout(manager->bus, deadline_left(manager->options.deadline));
        r = sd_bus_get_name_creds(manager->bus, name, SD_BUS_CREDS_EUID | SD_BUS_CREDS_PID, &creds);
        if (r < 0)
                return r;

        r = sd_bus_creds_get_euid(creds, ret_uid);
        if (r < 0)
                return r;

        r = sd_bus_creds_get_pid(creds, ret_pid);
        return r;
}

/* A manager that re-executes is off the bus for a moment: who calls it waits for it. */
static int ping(Manager *manager) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = sd_bus_message_new_method_call(manager->bus, &call, SYSTEMD_NAME, SYSTEMD_PATH, DBUS_NAME ".Peer", "Ping");
        return r < 0 ? r : manager_call(manager, call, &reply, NULL);
}

/* *ret_uid, *ret_pid: of who has the managers' name. 0: nobody, or it cannot be known: what keeps it from being known
 * will keep the request, too. */
static int find_owner(Manager *manager, const char *address, uid_t *ret_uid, pid_t *ret_pid, Trouble *trouble) {
        const char *name;
        int r;

        r = manager_await(manager);
        if (r >= 0)
                r = sd_bus_get_unique_name(manager->bus, &name);
        if (r < 0)
                return r == -ETIMEDOUT ? manager_explain(manager, r, NULL, trouble) :
                                         bus_explain(manager->options.kind, address, r, trouble);

        r = get_identity(manager, SYSTEMD_NAME, ret_uid, ret_pid);
        if (r < 0 && ping(manager) >= 0)
                r = get_identity(manager, SYSTEMD_NAME, ret_uid, ret_pid);

        return r >= 0;
}

/* A bus that somebody has named can be, or lead to, another one than is meant, where another manager has the name that
 * we ask. That costs questions, and is spared the bus of which it is known. */
static int check_owner(Manager *manager, const char *address, Trouble *trouble) {
        ManagerKind kind = manager->options.kind;
        const char *name;
        uid_t own, uid;
        pid_t pid;
        int r;

        r = find_owner(manager, address, &uid, &pid, trouble);
        if (r <= 0)
                return r;
        if (kind == MANAGER_SYSTEM)
                return pid == 1 ? 0 : bus_explain_stranger(kind, address, "a user", trouble);
        if (pid == 1)
                return bus_explain_stranger(kind, address, "the system manager", trouble);

        r = sd_bus_get_unique_name(manager->bus, &name);
        if (r >= 0)
                r = get_identity(manager, name, &own, &pid);
        return r < 0 || own == uid ? 0 : bus_explain_stranger(kind, address, "another user", trouble);
}

int bus_peer_check(Manager *manager, const char *address, Trouble *trouble) {
        ManagerKind kind = manager->options.kind;
        int r = kind == MANAGER_USER ? check_peer(manager, address, trouble) : 0;

        if (r < 0 || !bus_address_is_chosen(kind, address))
                return r;

        return check_owner(manager, address, trouble);
}

bool bus_peer_is_system_manager(const Manager *manager) {
        struct ucred peer;

        return get_peer(manager, &peer) >= 0 && peer.pid == 1 && peer.uid == 0;
}
