/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/process-number.h"

#include <sys/socket.h>

#include "basic/trouble.h"
#include "proc/proc.h"

/* Our own number as the bus sees it, which is beside the manager: of whoever holds the connection, which somebody in
 * between may. */
static int number_on_the_bus(Manager *manager, pid_t *ret) {
        const char *name;
        uint32_t number;
        int r = sd_bus_get_unique_name(manager->bus, &name);

        if (r < 0)
                return r;

        r = manager_ask_bus(manager, "GetConnectionUnixProcessID", name, 'u', &number, NULL);
        if (r < 0)
                return r;

        *ret = (pid_t) number;
        return 0;
}

/* Whether the other end of the connection, who began to listen there, is in our PID namespace: a manager for its own
 * socket, and for a bus too where that is started by it, as systemd's are. 1: it is; -ESRCH: it has ended since. */
static int peer_reads_numbers(Manager *manager) {
        struct ucred peer;
        socklen_t size = sizeof(peer);
        int fd = sd_bus_get_fd(manager->bus);

        if (fd < 0)
                return fd;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return -errno;

        /* It has no number here: it is further up, or in another branch. */
        return peer.pid == 0 ? 0 : proc_reads_numbers_as_we(peer.pid);
}

/* Either can be so by chance or for want of better, as the number of ours that is the same in two namespaces. */
static bool reads_numbers(Manager *manager) {
        pid_t number;
        int r;

        if (sd_bus_is_bus_client(manager->bus) == 0)
                return peer_reads_numbers(manager) > 0;
        if (number_on_the_bus(manager, &number) < 0 || number != getpid())
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

        return trouble_set(trouble, -EXDEV, "%s is in another PID namespace, where %d is another process's number; "
                           "ask from outside of this one", manager_title(manager), (int) pids[i]);
}

bool manager_is_elsewhere(Manager *manager) {
        return peer_reads_numbers(manager) == 0;
}
