/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/ask.h"

#include <assert.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/parse-words.h"
#include "basic/user-namespace.h"
#include "cgroup/frozen.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/search.h"
#include "cgroup/unit-path.h"
#include "unit/unit-name.h"

/* A description is for one line of a list. */
#define DESCRIPTION_MAX 512

/* Nobody waits for it, and a manager with a thousand requests before ours has taken more than half a minute. One that
 * does not answer by then is past caring. */
#define WITHDRAW_TIMEOUT_USEC (600 * USEC_PER_SEC)

/* Between two attempts. */
#define WITHDRAW_NAP_USEC USEC_PER_SEC

/* For all that comes up to the command: where one were lacking then, processes would be in the scope already. */
#define DESCRIPTORS_NEEDED 16

/* More often PID 1 does not re-execute itself while one scope is asked for. */
#define AGAIN_MAX 3

static int inherit_slice(Ask *ask, const ScopeOptions *options, Trouble *trouble) {
        _cleanup_free_ char *path = NULL, *outer = NULL;
        int r;

        r = cgroup_of_process(0, &path);
        if (r >= 0)
                r = slice_of_path(path, options->common.manager == MANAGER_USER, &outer);
        if (r == -ENXIO)
                return trouble_set(trouble, r, "--slice-inherit: we are in no slice of your user manager, but in %s",
                                   path);
        if (r >= 0 && options->slice)
                r = slice_name_join(outer, options->slice, &ask->slice);
        if (r < 0)
                return trouble_wrap(trouble, r, "--slice-inherit: cannot find the slice that we are in");

        if (!options->slice)
                ask->slice = TAKE_PTR(outer);
        return 0;
}

/* The command line, in one line that fits; NULL where it is no text. */
static int describe_command(char *const argv[], char **ret) {
        char text[DESCRIPTION_MAX];
        size_t n = 0;

        for (size_t i = 0; argv[i] && n < sizeof(text); i++)
                n += (size_t) snprintf(text + n, sizeof(text) - n, "%s%s", i > 0 ? " " : "", argv[i]);

        /* What was cut in the middle of a character loses the rest of it. */
        for (n = strlen(text); n > sizeof(text) - 5 && !text_is_printable(text); n--)
                text[n - 1] = '\0';

        *ret = text_is_printable(text) ? strdup(text) : NULL;
        return *ret || !text_is_printable(text) ? 0 : -ENOMEM;
}

static int describe(Ask *ask, const ScopeOptions *options, char *const argv[], Trouble *trouble) {
        if (!options->description)
                return describe_command(argv, &ask->description);

        /* The bus takes UTF-8 only, and a line is one line. */
        if (!text_is_printable(options->description))
                return trouble_set(trouble, -EINVAL, "--description: this is no text of one line in UTF-8");

        ask->description = strdup(options->description);
        return ask->description ? 0 : -ENOMEM;
}

int ask_init(Ask *ask, const ScopeOptions *options, const char *command, char *const argv[], Trouble *trouble) {
        int r;

        *ask = (Ask) ASK_INIT;

        if (options->unit)
                r = (ask->unit = strdup(options->unit)) ? 0 : -ENOMEM;
        else
                r = scope_name_generate(command, &ask->unit);
        if (r < 0)
                return trouble_wrap(trouble, r, "cannot name the scope");

        r = describe(ask, options, argv, trouble);
        if (r < 0)
                return r;

        r = options->slice_inherit ? inherit_slice(ask, options, trouble) : 0;
        if (r < 0)
                return r;

        ask->manager = (ManagerOptions) {
                .kind = options->common.manager,
                .deadline = deadline_after(options->common.timeout),
                .timeout = options->common.timeout,
                .ask_password = options->common.ask_password,
        };
        ask->request = (ScopeRequest) {
                .unit = ask->unit,
                .description = ask->description,
                .slice = ask->slice ?: options->slice,
                .collect = options->collect,
                .all_controllers = options->all_controllers,
                .controllers = options->controllers,
                .properties = &options->properties,
                .reset_failed = options->unit != NULL,

                /* A name with 64 random bits of ours is nobody else's: to be in a group of that name proves that the
                 * manager made it and put us there. With a name that was chosen only the manager can tell. */
                .inquire = options->unit != NULL,
        };
        return 0;
}

/* The manager's own default, where none is named (systemd.special(7)). */
int ask_check_slice(const Ask *ask, int root, Trouble *trouble) {
        bool of_user = ask->manager.kind == MANAGER_USER;
        const char *slice = ask->request.slice ?: of_user ? "app.slice" : "system.slice";
        _cleanup_free_ char *path = NULL;
        int r = search_slice(slice, of_user ? user_uid_outside() : UID_INVALID, &path);

        if (r < 0)
                return r;

        return trouble_wrap(trouble, frozen_check(root, path, trouble), "no scope can begin in %s", slice);
}

static int is_empty(const char *control_group) {
        _cleanup_close_ int root = cgroup_open_root(NULL), fd = -EBADF;
        int r;

        if (!*control_group)
                return true;
        if (root < 0)
                return root;

        fd = group_open(root, control_group);
        if (fd < 0)
                return fd == -ENOENT ? true : fd;

        r = group_is_populated(fd);
        return r < 0 ? r : r == 0;
}

/* What another attempt may get over. Without memory nothing can be loaded either, and without a bus there is no manager
 * any more. */
static bool is_passing(int error) {
        return error == -ENOMEM || error == -ENFILE || error == -EMFILE || error == -ELIBACC;
}

/* The scope is stopped where nobody is in it: it would stay for ever. One with processes ends with them, or may be
 * another's. */
static int try_to_withdraw(const Ask *ask, const char *sender, const ManagerOptions *options) {
        _cleanup_free_ char *control_group = NULL;
        Client client = {};
        int r = client_try(&client, options, NULL);

        if (r < 0)
                return is_passing(r) ? r : 0;

        r = client.asking->unit_settle(client.manager, sender, ask->unit, &control_group, NULL);
        if (r > 0) {
                r = is_empty(control_group);
                if (r > 0)
                        r = client.asking->unit_stop(client.manager, ask->unit, NULL);
                else if (!is_passing(r))
                        r = 0;
        }

        client_close(&client);
        return r;
}

/* In the child that stays behind, over connections of its own. */
static void withdraw(const char *sender, void *userdata) {
        const Ask *ask = userdata;
        const ManagerOptions options = {
                .kind = ask->manager.kind,
                .deadline = deadline_after(WITHDRAW_TIMEOUT_USEC),
        };

        while (try_to_withdraw(ask, sender, &options) < 0 && deadline_left(options.deadline) > 0)
                (void) usleep(WITHDRAW_NAP_USEC);
}

/* The watch comes first: a process is copied, and ends, the faster the less it has loaded. */
int ask_connect(Ask *ask, Trouble *trouble) {
        const char *sender;
        int r;

        r = fd_check_room(DESCRIPTORS_NEEDED);
        if (r < 0)
                return trouble_wrap(trouble, r, "cannot ask for a scope with so few descriptors (ulimit -n)");

        r = watch_start(&ask->watch, withdraw, ask);
        if (r < 0)
                return trouble_wrap(trouble, r, "cannot start the process that watches over the request");

        r = client_try(&ask->client, &ask->manager, trouble);
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
        const ScopeRequest *request = &ask->request;

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

        assert(ask->client.manager && ask->request.n_pids > 0);

        do {
                since = now_usec();
                r = ask->client.asking->scope_start(ask->client.manager, &ask->request, &ask->result, trouble);
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
        free(ask->unit);
        free(ask->slice);
        free(ask->description);
}
