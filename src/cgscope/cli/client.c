/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/client.h"

#include "basic/log.h"
#include "cgscope/cli/module.h"

static int load(Client *client) {
        if (!client->asking)
                client->asking = module_load(ASKING_MODULE, ASKING_SYMBOL,
                                             "the part that speaks to systemd (is libsystemd installed?)");

        return client->asking ? 0 : -ELIBACC;
}

int client_open(Client *client, const ManagerOptions *options) {
        Trouble trouble = {};
        int r = load(client);

        if (r < 0)
                return r;

        r = client->asking->manager_open(options, &client->manager, &trouble);
        return log_trouble(r, &trouble);
}

int client_try(Client *client, const ManagerOptions *options) {
        int r = load(client);

        return r < 0 ? r : client->asking->manager_open(options, &client->manager, NULL);
}

void client_close(Client *client) {
        if (client->asking)
                client->asking->manager_free(client->manager);
        client->manager = NULL;
}
