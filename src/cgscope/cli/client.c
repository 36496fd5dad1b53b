/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/client.h"

#include "basic/clock.h"
#include "cgscope/cli/module.h"

int client_try(Client *client, const ManagerOptions *options, Trouble *trouble) {
        if (!client->asking)
                client->asking = module_load(ASKING_MODULE, ASKING_SYMBOL,
                                             "the part that speaks to systemd (is libsystemd installed?)", trouble);

        return client->asking ? client->asking->manager_open(options, &client->manager, trouble) : -ELIBACC;
}

int client_open(Client *client, ManagerKind kind, const CommonOptions *common) {
        const ManagerOptions options = {
                .kind = kind,
                .deadline = deadline_after(common_options_left(common)),
                .timeout = common->timeout,
                .ask_password = common->ask_password,
        };
        Trouble trouble = {};

        return log_trouble(client_try(client, &options, &trouble), &trouble);
}

void client_close(Client *client) {
        if (client->asking)
                client->asking->manager_free(client->manager);
        client->manager = NULL;
}
