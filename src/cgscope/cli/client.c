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
        char *message = NULL;
        int r = load(client);

        if (r < 0)
                return r;

        r = client->asking->manager_open(options, &client->manager, &message);
        return r < 0 ? client_report(r, message) : 0;
}

int client_try(Client *client, const ManagerOptions *options) {
        _cleanup_free_ char *message = NULL;
        int r = load(client);

        return r < 0 ? r : client->asking->manager_open(options, &client->manager, &message);
}

void client_close(Client *client) {
        if (client->asking)
                client->asking->manager_free(client->manager);
        client->manager = NULL;
}

int client_report(int error, char *message) {
        if (message)
                log_error("%s", message);
        else
                log_error_errno(error, "cannot ask the manager");

        free(message);
        return error;
}
