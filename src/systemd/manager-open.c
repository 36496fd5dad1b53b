/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/manager-open.h"

#include <assert.h>

#include "basic/clock.h"
#include "basic/trouble.h"
#include "basic/user-namespace.h"
#include "systemd/bus-address.h"
#include "systemd/bus-peer.h"

static int connect_to(Manager *manager, const char *address, bool is_bus) {
        int r;

        manager->opened = now_usec();
        free(manager->address);
        manager->address = strdup(address);
        if (!manager->address)
                return -ENOMEM;

        r = sd_bus_new(&manager->bus);
        if (r < 0)
                return r;

        r = sd_bus_set_address(manager->bus, address);
        if (r < 0)
                return r;

        r = sd_bus_set_bus_client(manager->bus, is_bus);
        if (r < 0)
                return r;

        r = sd_bus_set_allow_interactive_authorization(manager->bus, manager->options.ask_password);
        if (r < 0)
                return r;

        return sd_bus_start(manager->bus);
}

/* -EACCES, or a bus that does not answer, is no lack of one; and a bus that somebody has named is the one that is
 * meant. */
static bool can_do_without_bus(const Manager *manager, int error) {
        return manager->options.kind == MANAGER_SYSTEM && (error == -ENOENT || error == -ECONNREFUSED) &&
               isempty(secure_getenv("DBUS_SYSTEM_BUS_ADDRESS")) && user_is_administrator();
}

static int connect_directly(Manager *manager) {
        int r;

        manager->bus = sd_bus_unref(manager->bus);
        r = connect_to(manager, "unix:path=" SYSTEMD_PRIVATE_SOCKET, false);
        if (r >= 0 && !bus_peer_is_system_manager(manager))
                r = -EPERM;
        if (r < 0)
                return r;

        manager->direct = true;
        return 0;
}

int manager_open(const ManagerOptions *options, Manager **ret, Trouble *trouble) {
        _cleanup_(manager_freep) Manager *manager = NULL;
        _cleanup_free_ char *address = NULL;
        int r;

        assert(options && ret);

        manager = calloc(1, sizeof(*manager));
        if (!manager)
                return -ENOMEM;
        manager->options = *options;

        r = bus_address(options->kind, &address, trouble);
        if (r < 0)
                return r;

        r = connect_to(manager, address, true);
        if (r < 0 && (!can_do_without_bus(manager, r) || connect_directly(manager) < 0))
                return bus_explain(options->kind, address, r, trouble);

        if (!manager->direct) {
                r = bus_peer_check(manager, trouble);
                if (r < 0)
                        return r;
        }

        /* The agent tells polkit by a number for whom it answers. */
        if (options->kind == MANAGER_SYSTEM && options->ask_password && !manager_is_elsewhere(manager))
                (void) agent_open(&manager->agent);

        *ret = TAKE_PTR(manager);
        return 0;
}

int manager_open_private(uint64_t deadline, Manager **ret, Trouble *trouble) {
        _cleanup_(manager_freep) Manager *manager = NULL;
        _cleanup_free_ char *address = NULL;
        int r;

        manager = calloc(1, sizeof(*manager));
        if (!manager)
                return -ENOMEM;
        manager->options = (ManagerOptions) { .kind = MANAGER_USER, .deadline = deadline, .fixed = true };

        r = bus_address_private(&address, trouble);
        if (r < 0)
                return r;

        r = connect_to(manager, address, false);
        if (r >= 0)
                r = manager_await(manager);
        if (r < 0)
                return trouble_set(trouble, r, "no user manager answers at %s: %s", address, strerror(-r));

        *ret = TAKE_PTR(manager);
        return 0;
}
