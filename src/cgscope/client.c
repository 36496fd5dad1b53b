/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client.h"

#include "basic/log.h"
#include "cgscope/module.h"

int client_open(Client *client, const ManagerOptions *options) {
        char *message = NULL;
        int r;

        if (!client->asking)
                client->asking = module_load(ASKING_MODULE, ASKING_SYMBOL,
                                             "the part that speaks to systemd (is libsystemd installed?)");
        if (!client->asking)
                return -ELIBACC;

        r = client->asking->manager_open(options, &client->manager, &message);
        return r < 0 ? client_report(r, message) : 0;
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
