/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable.h"

#include "basic/fd.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgscope/command/probe.h"
#include "cgscope/enable/enable-image.h"
#include "cgscope/enable/enable-list.h"
#include "cgscope/enable/enable-options.h"
#include "cgscope/enable/enable-restart.h"
#include "cgscope/enable/enable-text.h"
#include "cgscope/enable/enable-verdict.h"
#include "cgscope/verbs.h"
#include "delegation/root-check.h"

/* A scope is there in an instant. Of a shorter time this part, twice at most: the rest is for what is asked for. */
#define PROBE_TIMEOUT_USEC (30 * USEC_PER_SEC)
#define PROBE_PART 8

static void enable_done(Enable *enable) {
        client_close(&enable->client);
        tabular_done(&enable->tabular);
        delegation_state_done(&enable->before);
        delegation_state_done(&enable->state);
        free(enable->prefix);
}

/* What is true now is in enable->state, and what was so when it was asked last in enable->before. */
static int ask(Enable *enable, const DelegationRequest *request) {
        DelegationState state = {};
        int r = client_call(&enable->client, delegation_ask, request, &state);

        if (r < 0)
                return r;

        delegation_state_done(&enable->before);
        enable->before = enable->state;
        enable->state = state;
        return 0;
}

static int look(Enable *enable) {
        return ask(enable, &(DelegationRequest) { .operation = DELEGATION_GET, .uid = enable->request.uid });
}

/* Whether the caller's own manager has looked nobody knows but itself. Not for root, whose scopes are PID 1's. */
static void find_out(Enable *enable) {
        _cleanup_(probe_done) Probe probe = PROBE_INIT;
        CommonOptions options = enable->common;
        bool unknown = false;

        enable->probed = false;
        for (size_t i = 0; i < enable->state.n_managers; i++)
                unknown = unknown || (enable->state.managers[i].uid == user_uid_outside() &&
                                      enable_judged(enable, enable->state.managers + i, VERDICT_REACHED));
        if (!unknown || user_is_administrator())
                return;

        /* Where it fails, it stays unknown. */
        options.timeout /= PROBE_PART;
        if (options.timeout > PROBE_TIMEOUT_USEC)
                options.timeout = PROBE_TIMEOUT_USEC;
        enable->probed = probe_scope(&probe, &options, NULL) >= 0;
        enable->probe = probe.scope.controllers;
}

/* Whether the files are as wanted. One of the administrator's is refused, which is for others to say. */
static bool is_written(const Enable *enable) {
        const DelegationRequest *request = &enable->request;
        bool disable = request->operation == DELEGATION_DISABLE, written = disable;

        for (size_t i = 0; i < enable->state.n_drop_ins; i++) {
                const DelegationDropIn *d = enable->state.drop_ins + i;
                ControllerMask named = d->controllers & request->controllers;

                if (d->uid != request->uid || (d->runtime != enable->runtime && !(disable && d->runtime)))
                        continue;
                if (d->kind != DROP_IN_OURS || (disable && named))
                        return false;
                written = disable || named == request->controllers;
        }

        return written;
}

/* Whether all is as wanted: nobody shall be asked for a password for nothing. */
static bool is_done(const Enable *enable) {
        bool disable = enable->request.operation == DELEGATION_DISABLE;

        if (!is_written(enable))
                return false;

        for (size_t i = 0; i < enable->state.n_managers; i++) {
                const DelegationManager *manager = enable->state.managers + i;

                if (enable_missing(enable, manager) || (!disable && enable_judged(enable, manager, VERDICT_REACHED)))
                        return false;
        }

        return true;
}

/* Before anybody types a password. Who does not see the hierarchy as the system does leaves it to cgscoped. */
static int check_there(const Enable *enable) {
        _cleanup_close_ int root = cgroup_open_root(NULL);
        _cleanup_free_ char *path = NULL;
        ControllerMask available;
        Trouble trouble = {};

        if (enable->request.operation != DELEGATION_ENABLE || root < 0 || cgroup_of_process(1, &path) < 0 ||
            startswith(path, "/..") || group_controllers(root, &available) < 0)
                return 0;

        return log_trouble(root_check(enable->request.controllers, true, available, &trouble), &trouble);
}

/* Finds out what there is, and asks for what is wanted. */
static int look_and_change(Enable *enable) {
        int r;

        r = look(enable);
        if (r < 0)
                return r;
        find_out(enable);
        if (enable->request.operation == DELEGATION_GET || is_done(enable))
                return 0;

        r = check_there(enable);
        if (r >= 0)
                r = ask(enable, &enable->request);
        if (r < 0)
                return r;
        enable->asked = true;
        find_out(enable);
        return 0;
}

/* The table of a change is told with the rest; that of the state is what was asked for. */
static int show(Enable *enable) {
        if (enable->common.quiet && !enable->common.json && enable->request.operation != DELEGATION_GET)
                return 0;

        return enable_show(enable);
}

/* What is true after that is shown, but what came of the managers stays known. Where this process is among what ends,
 * it says all before that. */
static int restart_others(Enable *enable) {
        int r;

        r = enable_restart(enable, false);
        if (r <= 0)
                return r;
        r = look(enable);
        if (r < 0)
                return r;

        for (size_t i = 0; i < enable->state.n_managers; i++)
                for (size_t k = 0; k < enable->before.n_managers; k++)
                        if (enable->state.managers[i].uid == enable->before.managers[k].uid)
                                enable->state.managers[i].outcome = enable->before.managers[k].outcome;

        enable->probed = false;
        return 0;
}

/* What managers have of a time that somebody asked for: the rest is for the answer. */
static uint64_t managers_timeout(const Enable *enable) {
        uint64_t timeout = enable->common.timeout;

        if (timeout == ENABLE_TIMEOUT_USEC)
                return 0;

        timeout = timeout / 4 * 3;
        return timeout < DELEGATION_TIMEOUT_MAX_USEC ? timeout : DELEGATION_TIMEOUT_MAX_USEC;
}

static int run(Enable *enable) {
        bool changes = enable->request.operation != DELEGATION_GET;
        int r;

        enable->request.timeout = managers_timeout(enable);
        enable->common.ask_password = enable->common.ask_password && changes;
        r = client_open(&enable->client, MANAGER_SYSTEM, &enable->common);
        if (r < 0)
                return r;
        r = look_and_change(enable);
        if (r < 0)
                return r;

        if (changes)
                enable_say_changes(enable);
        r = enable->restart ? restart_others(enable) : 0;
        if (r < 0)
                return r;
        r = show(enable);
        if (r < 0)
                return r;
        r = enable->restart ? enable_restart(enable, true) : 0;
        if (r < 0)
                return r;

        enable_say_steps(enable);
        return 0;
}

static int run_image(Enable *enable) {
        int r;

        r = enable_write_image(enable);
        if (r < 0)
                return r;

        if (enable->request.operation != DELEGATION_GET)
                enable_say_changes(enable);
        return show(enable);
}

/* Whether all that was asked for is in effect wherever a manager runs. What is left after disabling is no failure. */
static bool is_in_effect(const Enable *enable) {
        for (size_t i = 0; i < enable->state.n_managers; i++)
                if (enable->request.operation == DELEGATION_ENABLE &&
                    enable_missing(enable, enable->state.managers + i) != CONTROLLER_MASK_NONE)
                        return false;

        return true;
}

static int run_verb(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(enable_done) Enable enable = {
                .verb = verb->name,
                .request.operation = verb == &verb_enable ? DELEGATION_ENABLE : DELEGATION_DISABLE,
        };
        int status, r;
        char **words = verb_parse(verb, &enable.common, &enable, argc, argv, &status);

        if (!words)
                return status;

        r = enable_check(&enable, words);
        if (r < 0)
                return verb_refusal_status(verb, r);

        enable.image = enable_is_image(&enable);
        r = enable.image ? run_image(&enable) : run(&enable);
        return r < 0 || enable.restart_failed || !is_in_effect(&enable) ? STATUS_FAILURE : EXIT_SUCCESS;
}

#define VERB_OF_BOTH                                                                           \
        .changes = true, .example = "--all-users --runtime cpuset", .options = enable_options, \
        .columns = enable_columns, .timeout = ENABLE_TIMEOUT_USEC, .run = run_verb

const Verb verb_enable = {
        .name = "enable",
        .synopsis = "[OPTIONS…] [CONTROLLER…]",
        .summary = "Have more controllers handed on to users",
        .description = "Have systemd hand controllers (cpuset, cpu, io, memory, pids) on to a user, by "
                       "default to you, at once and for good; you are asked for a password where that is "
                       "needed. Without a controller: show what reaches whom.",
        VERB_TAKES(0, VERB_ANY, "controller"),
        VERB_OF_BOTH,
};

const Verb verb_disable = {
        .name = "disable",
        .synopsis = "[OPTIONS…] CONTROLLER…",
        .summary = "Take that back",
        .description = "Take back what enable did. Scopes that run keep their controllers until they end.",
        VERB_TAKES(1, VERB_ANY, "controller"),
        VERB_OF_BOTH,
};
