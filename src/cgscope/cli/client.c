/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/client.h"

#include "basic/log.h"
#include "cgscope/cli/module.h"

int client_try(Client *client, const ManagerOptions *options, Trouble *trouble) {
        if (!client->asking)
                client->asking = module_load(ASKING_MODULE, ASKING_SYMBOL,
                                             "the part that speaks to systemd (is libsystemd installed?)", trouble);

        return client->asking ? client->asking->manager_open(options, &client->manager, trouble) : -ELIBACC;
}

int client_open(Client *client, const ManagerOptions *options) {
        Trouble trouble = {};

        return log_trouble(client_try(client, options, &trouble), &trouble);
}

void client_close(Client *client) {
        if (client->asking)
                client->asking->manager_free(client->manager);
        client->manager = NULL;
}
