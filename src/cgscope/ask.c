/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"

/* Nobody waits for it, and a manager that does not answer by then is past caring. */
#define WITHDRAW_TIMEOUT_USEC (30 * USEC_PER_SEC)

static bool is_empty(const char *control_group) {
        _cleanup_close_ int root = cgroup_open_root(NULL);
        _cleanup_close_ int fd = root >= 0 && *control_group ? group_open(root, control_group) : -EBADF;

        return !*control_group || fd == -ENOENT || (fd >= 0 && group_is_populated(fd) == 0);
}

/* In the child that stays behind, over a connection of its own. The scope is stopped where nobody is in it: it would
 * stay for ever. One with processes ends with them, or may be another's. Nobody reads what is said here. */
static void withdraw(const char *sender, void *userdata) {
        const Request *request = userdata;
        const ManagerOptions options = {
                .kind = request->manager.kind,
                .deadline = deadline_after(WITHDRAW_TIMEOUT_USEC),
        };
        char *control_group, *message = NULL;
        Client client = {};

        if (client_open(&client, &options) < 0)
                return;

        if (client.asking->unit_settle(client.manager, sender, request->unit, &control_group, &message) > 0 &&
            is_empty(control_group))
                (void) client.asking->unit_stop(client.manager, request->unit, &message);

        client_close(&client);
}

/* The watch comes first: a process is copied, and ends, the faster the less it has loaded. */
int ask_connect(Ask *ask, Request *request) {
        char *message = NULL;
        const char *sender;
        int r;

        ask->request = request;

        r = watch_start(&ask->watch, withdraw, request);
        if (r < 0)
                return log_error_errno(r, "cannot start the process that watches over the request");

        r = client_open(&ask->client, &request->manager);
        if (r < 0)
                return r;

        r = ask->client.asking->manager_greet(ask->client.manager, &sender, &message);
        if (r < 0)
                return client_report(r, message);

        r = watch_tell(&ask->watch, sender);
        return r < 0 ? log_error_errno(r, "cannot speak to the process that watches over the request") : 0;
}

int ask_start(Ask *ask, ScopeResult *ret) {
        char *message = NULL;
        int r;

        r = ask->client.asking->scope_start(ask->client.manager, &ask->request->scope, ret, &message);

        if (r < 0 && !ret->pending)
                ask_settled(ask);

        return r < 0 ? client_report(r, message) : 0;
}

void ask_settled(Ask *ask) {
        watch_dismiss(&ask->watch);
}

void ask_end(Ask *ask) {
        client_close(&ask->client);
        ask_end_watch(ask);
}

void ask_end_watch(Ask *ask) {
        watch_end(&ask->watch);
}
