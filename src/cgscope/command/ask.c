/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/ask.h"

#include <assert.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"

/* Nobody waits for it, and a manager that does not answer by then is past caring. */
#define WITHDRAW_TIMEOUT_USEC (30 * USEC_PER_SEC)

/* More often PID 1 does not re-execute itself while one scope is asked for. */
#define AGAIN_MAX 3

static bool is_empty(const char *control_group) {
        _cleanup_close_ int root = cgroup_open_root(NULL);
        _cleanup_close_ int fd = root >= 0 && *control_group ? group_open(root, control_group) : -EBADF;

        return !*control_group || fd == -ENOENT || (fd >= 0 && group_is_populated(fd) == 0);
}

/* In the child that stays behind, over a connection of its own. The scope is stopped where nobody is in it: it would
 * stay for ever. One with processes ends with them, or may be another's. */
static void withdraw(const char *sender, void *userdata) {
        const Request *request = userdata;
        const ManagerOptions options = {
                .kind = request->manager.kind,
                .deadline = deadline_after(WITHDRAW_TIMEOUT_USEC),
        };
        char *control_group;
        Client client = {};

        if (client_try(&client, &options, NULL) < 0)
                return;

        if (client.asking->unit_settle(client.manager, sender, request->unit, &control_group, NULL) > 0 &&
            is_empty(control_group))
                (void) client.asking->unit_stop(client.manager, request->unit, NULL);

        client_close(&client);
}

/* The watch comes first: a process is copied, and ends, the faster the less it has loaded. */
int ask_connect(Ask *ask, Trouble *trouble) {
        const char *sender;
        int r;

        r = watch_start(&ask->watch, withdraw, &ask->request);
        if (r < 0)
                return trouble_wrap(trouble, r, "cannot start the process that watches over the request");

        r = client_try(&ask->client, &ask->request.manager, trouble);
        if (r < 0)
                return r;

        r = ask->client.asking->manager_greet(ask->client.manager, &sender, trouble);
        if (r < 0)
                return r;

        r = watch_tell(&ask->watch, sender);
        return r < 0 ? trouble_wrap(trouble, r, "cannot speak to the process that watches over the request") : 0;
}

/* Whether @pid is in the scope that was to be made, or cannot be looked at. A manager moves it there or not at all. */
static bool was_moved(const ScopeRequest *request, pid_t pid) {
        _cleanup_free_ char *path = NULL, *group = NULL;
        const char *found;

        if (cgroup_of_process(pid, &path) < 0 || asprintf(&group, "/%s", request->unit) < 0)
                return true;

        found = strstr(path, group);
        return found && strchr("/", found[strlen(group)]);
}

/* What failed because PID 1 was away just then is as if it had never been asked for, under the same name: the watch
 * knows no other. Any other failure would only come again. */
static bool is_worth_another(const Ask *ask, uint64_t since) {
        const ScopeRequest *request = &ask->request.scope;

        if (!ask->result.failed)
                return false;

        for (size_t i = 0; i < request->n_pids; i++)
                if (was_moved(request, request->pids[i]))
                        return false;

        return ask->client.asking->scope_was_disturbed(ask->client.manager, request->unit, since, NULL) > 0;
}

int ask_start(Ask *ask, Trouble *trouble) {
        uint64_t since;
        unsigned again = 0;
        int r;

        assert(ask->client.manager && ask->request.scope.n_pids > 0);

        do {
                since = now_usec();
                r = ask->client.asking->scope_start(ask->client.manager, &ask->request.scope, &ask->result, trouble);
        } while (r < 0 && again++ < AGAIN_MAX && is_worth_another(ask, since));

        if (r < 0 && !ask->result.pending)
                ask_settled(ask);

        return r;
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

void ask_done(Ask *ask) {
        ask_end(ask);
        request_done(&ask->request);
}
