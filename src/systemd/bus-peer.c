/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/bus-peer.h"

#include <assert.h>
#include <sys/socket.h>

#include "basic/trouble.h"
#include "proc/proc.h"
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

static int check_peer(const Manager *manager, Trouble *trouble) {
        char owner[32];
        struct ucred peer;

        if (get_peer(manager, &peer) < 0 || peer.uid == geteuid())
                return 0;

        (void) snprintf(owner, sizeof(owner), "uid %u", (unsigned) peer.uid);
        return bus_explain_stranger(MANAGER_USER, manager->address, peer.uid == 0 ? "root" : owner, trouble);
}

static_assert(sizeof(uid_t) == sizeof(uint32_t) && sizeof(pid_t) == sizeof(uint32_t), "the bus has them as \"u\"");

/* Who has the name of @name on the bus, in the words of the bus. Fails where nobody has. */
static int get_identity(Manager *manager, const char *name, uid_t *ret_uid, pid_t *ret_pid) {
        int r = manager_ask_bus(manager, "GetConnectionUnixUser", name, 'u', ret_uid, NULL);

        return r < 0 ? r : manager_ask_bus(manager, "GetConnectionUnixProcessID", name, 'u', ret_pid, NULL);
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
static int find_owner(Manager *manager, uid_t *ret_uid, pid_t *ret_pid, Trouble *trouble) {
        const char *name;
        int r;

        r = manager_await(manager);
        if (r >= 0)
                r = sd_bus_get_unique_name(manager->bus, &name);
        if (r < 0)
                return manager_explain(manager, r, NULL, trouble);

        r = get_identity(manager, SYSTEMD_NAME, ret_uid, ret_pid);
        if (r < 0 && ping(manager) >= 0)
                r = get_identity(manager, SYSTEMD_NAME, ret_uid, ret_pid);

        return r >= 0;
}

/* A bus that somebody has named can be, or lead to, another one than is meant, where another manager has the name that
 * we ask. That costs questions, and is spared the bus of which it is known. */
static int check_owner(Manager *manager, Trouble *trouble) {
        ManagerKind kind = manager->options.kind;
        const char *name;
        uid_t own, uid;
        pid_t pid;
        int r;

        r = find_owner(manager, &uid, &pid, trouble);
        if (r <= 0)
                return r;
        if (kind == MANAGER_SYSTEM)
                return pid == 1 ? 0 : bus_explain_stranger(kind, manager->address, "a user", trouble);
        if (pid == 1)
                return bus_explain_stranger(kind, manager->address, "the system manager", trouble);

        r = sd_bus_get_unique_name(manager->bus, &name);
        if (r >= 0)
                r = get_identity(manager, name, &own, &pid);
        return r < 0 || own == uid ? 0 : bus_explain_stranger(kind, manager->address, "another user", trouble);
}

int bus_peer_check(Manager *manager, Trouble *trouble) {
        ManagerKind kind = manager->options.kind;
        int r = kind == MANAGER_USER ? check_peer(manager, trouble) : 0;

        if (r < 0 || !bus_address_is_chosen(kind, manager->address))
                return r;

        return check_owner(manager, trouble);
}

bool bus_peer_is_system_manager(const Manager *manager) {
        struct ucred peer;

        return get_peer(manager, &peer) >= 0 && peer.pid == 1 && peer.uid == 0;
}

/* Whether the other end of the connection, who began to listen there, is in our PID namespace: a manager for its own
 * socket, and for a bus too where that is started by it, as systemd's are. 1: it is; -ESRCH: it has ended since. */
static int peer_reads_numbers(const Manager *manager) {
        struct ucred peer;
        int r = get_peer(manager, &peer);

        if (r < 0)
                return r;

        /* It has no number here: it is further up, or in another branch. */
        return peer.pid == 0 ? 0 : proc_reads_numbers_as_we(peer.pid);
}

/* Our own number as the bus sees it, which is beside the manager, is of whoever holds the connection, which somebody in
 * between may. Either can be right by chance or for want of better, as the number of ours that is the same in two
 * namespaces. */
static bool reads_numbers(Manager *manager) {
        const char *name;
        pid_t number;
        int r;

        if (sd_bus_is_bus_client(manager->bus) == 0)
                return peer_reads_numbers(manager) > 0;
        if (sd_bus_get_unique_name(manager->bus, &name) < 0 ||
            manager_ask_bus(manager, "GetConnectionUnixProcessID", name, 'u', &number, NULL) < 0 || number != getpid())
                return false;

        r = peer_reads_numbers(manager);
        return r > 0 || r == -ESRCH;
}

int manager_check_numbers(Manager *manager, const pid_t *pids, size_t n, Trouble *trouble) {
        size_t i = 0;

        while (i < n && pids[i] == 0)
                i++;
        if (i == n || reads_numbers(manager))
                return 0;

        return trouble_set(trouble, -EXDEV,
                           "%s is in another PID namespace, where %d is another process's number; "
                           "ask from outside of this one",
                           manager_title(manager), (int) pids[i]);
}

bool manager_is_elsewhere(Manager *manager) {
        return peer_reads_numbers(manager) == 0;
}
