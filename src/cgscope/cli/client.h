/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The asking half as a verb uses it: loaded when it is needed, connected to one manager. What goes wrong is said. */

#include "basic/log.h"
#include "cgscope/cli/common-options.h"
#include "systemd/asking.h"

typedef struct Client {
        const Asking *asking; /* NULL: not loaded */
        Manager *manager;
} Client;

/* Loads the module and begins to connect, with the time and the rights to ask that the options give. */
int client_open(Client *client, ManagerKind kind, const CommonOptions *common);

/* Likewise, but nothing is said: *trouble tells what went wrong. NULL: it does not matter. */
int client_try(Client *client, const ManagerOptions *options, Trouble *trouble);

/* Calls @function of the asking half with the manager and what is given here, and says what goes wrong. Returns what
 * the call does. */
#define client_call(client, function, ...)                                                             \
        ({                                                                                             \
                Trouble _trouble = {};                                                                 \
                int _called = (client)->asking->function((client)->manager, ##__VA_ARGS__, &_trouble); \
                                                                                                       \
                _called < 0 ? log_trouble(_called, &_trouble) : _called;                               \
        })

/* Disconnects, where it is not left to exec or exit. */
void client_close(Client *client);
