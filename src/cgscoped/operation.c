/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/operation.h"

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgscoped/operation-state.h"
#include "delegation/root-check.h"
#include "delegation/store.h"
#include "systemd/manager-open.h"
#include "systemd/user-manager.h"

/* For all that is asked of PID 1 in one of the two parts, but for the time that the managers have. */
#define OPERATION_USEC (60 * USEC_PER_SEC)

/* PID 1 hands controllers on, and takes them back, in the next iterations of its loop. So long it is waited for after a
 * refresh, and after a reload alone, which has that effect in some versions only. */
#define SETTLE_REFRESHED_USEC (2 * USEC_PER_SEC)
#define SETTLE_RELOADED_USEC (300 * USEC_PER_MSEC)
#define NAP_USEC (50 * USEC_PER_MSEC)

typedef struct Operation {
        const DelegationRequest *request;
        Manager *manager;
        int root;                 /* "/" */
        int hierarchy;            /* of cgroup v2; negative: there is none */
        ControllerMask available; /* its controllers */
        DelegationState state;
} Operation;

static void operation_done(Operation *operation) {
        manager_free(operation->manager);
        operation->root = fd_close(operation->root);
        operation->hierarchy = fd_close(operation->hierarchy);
        delegation_state_done(&operation->state);
}

/* Without a hierarchy there is nothing to hand on; drop-ins can be seen, and taken away, all the same. */
static int open_all(Operation *operation, Trouble *trouble) {
        const ManagerOptions options = {
                .kind = MANAGER_SYSTEM,
                .deadline = deadline_after(OPERATION_USEC),
                .fixed = true,
        };
        const char *name;
        int r;

        operation->root = store_open("/");
        if (operation->root < 0)
                return operation->root;

        operation->hierarchy = cgroup_open_root(NULL);
        if (operation->hierarchy >= 0) {
                r = group_controllers(operation->hierarchy, &operation->available);
                if (r < 0)
                        return trouble_set(trouble, r, CGROUP_MOUNT "/cgroup.controllers: %s", strerror(-r));
        }

        r = manager_open(&options, &operation->manager, trouble);
        return r < 0 ? r : manager_greet(operation->manager, &name, trouble);
}

static int check_controllers(const Operation *operation, Trouble *trouble) {
        if (operation->request->operation != DELEGATION_ENABLE)
                return 0;

        return root_check(operation->request->controllers, operation->hierarchy >= 0, operation->available, trouble);
}

static DelegationOutcome outcome_before(const DelegationState *before, uid_t uid) {
        for (size_t i = 0; i < before->n_managers; i++)
                if (before->managers[i].uid == uid)
                        return before->managers[i].outcome;

        return OUTCOME_NONE;
}

/* Adds the user managers as they are now to @state, each with the outcome that it has in operation->state. */
static int look_at_managers(Operation *operation, DelegationState *state, Trouble *trouble) {
        _cleanup_free_ uid_t *uids = NULL;
        size_t n;
        int r;

        r = user_manager_list(operation->manager, &uids, &n, trouble);
        if (r < 0)
                return r;

        for (size_t i = 0; i < n; i++) {
                DelegationManager looked;

                if (operation->request->uid != DELEGATION_EVERYBODY && operation->request->uid != uids[i])
                        continue;

                r = look_at_manager(operation->manager, operation->hierarchy, uids[i], &looked, trouble);
                if (r == -ESRCH)
                        continue;
                if (r < 0)
                        return r;

                looked.outcome = outcome_before(&operation->state, uids[i]);
                r = delegation_state_add_manager(state, &looked);
                if (r < 0)
                        return r;
        }

        return 0;
}

/* Looks again at all of them. */
static int look_again(Operation *operation, Trouble *trouble) {
        DelegationState state = {};
        int r = look_at_managers(operation, &state, trouble);

        if (r < 0) {
                delegation_state_done(&state);
                return r;
        }

        delegation_state_done(&operation->state);
        operation->state = state;
        return 0;
}

static bool is_settled(const Operation *operation) {
        for (size_t i = 0; i < operation->state.n_managers; i++)
                if (!look_is_settled(&operation->state.managers[i], operation->available))
                        return false;

        return true;
}

static int look_until_settled(Operation *operation, uint64_t usec, Trouble *trouble) {
        uint64_t deadline = deadline_after(usec);
        int r;

        for (;;) {
                r = look_again(operation, trouble);
                if (r < 0 || is_settled(operation) || deadline_left(deadline) == 0)
                        return r;
                (void) usleep(NAP_USEC);
        }
}

/* Whether what PID 1 has loaded for @manager is not what its files say, as far as that can be told. */
static bool is_outdated(Operation *operation, const DelegationManager *manager) {
        ControllerMask asked = operation->request->controllers;

        if (operation->request->operation == DELEGATION_ENABLE ? asked & ~manager->loaded : asked & manager->loaded)
                return true;

        return user_manager_is_outdated(operation->manager, manager->uid, NULL) > 0;
}

/* Whether @manager has to look again. */
static bool is_behind(const Operation *operation, const DelegationManager *manager) {
        ControllerMask asked = operation->request->controllers;

        if (operation->request->operation == DELEGATION_ENABLE)
                return asked & manager->loaded & ~manager->enabled;

        return asked & ~manager->loaded & manager->live;
}

/* Whether PID 1 has to read its files again although none was changed here. */
static int is_reload_due(Operation *operation, Trouble *trouble) {
        int r = look_again(operation, trouble);

        if (r < 0)
                return r;

        for (size_t i = 0; i < operation->state.n_managers; i++)
                if (is_outdated(operation, &operation->state.managers[i]))
                        return 1;

        return 0;
}

/* 1: some were. */
static int refresh(Operation *operation, Trouble *trouble) {
        _cleanup_free_ DelegationOutcome *outcomes = NULL;
        _cleanup_free_ uid_t *uids = NULL;
        size_t n = operation->state.n_managers, n_behind = 0, k = 0;
        int r;

        uids = calloc(n + 1, sizeof(*uids));
        outcomes = calloc(n + 1, sizeof(*outcomes));
        if (!uids || !outcomes)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++)
                if (is_behind(operation, &operation->state.managers[i])) {
                        operation->state.managers[i].outcome = OUTCOME_LEFT;
                        uids[n_behind++] = operation->state.managers[i].uid;
                }
        if (n_behind == 0 || (operation->request->flags & DELEGATION_NO_APPLY))
                return 0;

        r = user_manager_refresh(operation->manager, uids, n_behind, outcomes, trouble);
        for (size_t i = 0; i < n; i++)
                if (operation->state.managers[i].outcome == OUTCOME_LEFT)
                        operation->state.managers[i].outcome = outcomes[k++];

        return r < 0 ? r : 1;
}

static void warn(int error, const char *words, Trouble *trouble) {
        (void) trouble_wrap(trouble, error, "%s", words);
        (void) log_trouble_full(LOG_WARNING, error, trouble);
}

/* What cannot be done now is no failure: the files are there, and the state says what is true of each manager. */
static void apply(Operation *operation) {
        bool disable = operation->request->operation == DELEGATION_DISABLE;
        uint64_t deadline = operation->manager->options.deadline;
        _cleanup_trouble_ Trouble trouble = {};
        int r;

        /* Where the reload alone takes back what was disabled, no manager is to be disturbed. */
        r = disable ? look_until_settled(operation, SETTLE_RELOADED_USEC, &trouble) : look_again(operation, &trouble);
        if (r < 0)
                return warn(r, "what was asked for could not be put into effect", &trouble);

        operation->manager->options.deadline = deadline_after(operation->request->timeout ?: DELEGATION_TIMEOUT_USEC);
        r = refresh(operation, &trouble);
        operation->manager->options.deadline = deadline;
        if (r < 0 || trouble.error < 0)
                warn(r < 0 ? r : trouble.error, "not all user managers could be made to look for their controllers",
                     &trouble);
        if (r < 0 || (r == 0 && disable))
                return;

        r = look_until_settled(operation, r > 0 ? SETTLE_REFRESHED_USEC : SETTLE_RELOADED_USEC, &trouble);
        if (r < 0)
                warn(r, "what was asked for could not be put into effect", &trouble);
}

static int look(Operation *operation, Trouble *trouble) {
        int r = look_again(operation, trouble);

        return r < 0 ? r : store_list(operation->root, operation->request->uid, &operation->state, trouble);
}

static int reload(Operation *operation, DelegationState *ret) {
        _cleanup_trouble_ Trouble trouble = {};
        int r;

        r = manager_reload(operation->manager, &trouble);
        if (r < 0) {
                warn(r, "the system manager did not read its files again", &trouble);
                return r;
        }

        ret->effect |= DELEGATION_RELOADED;
        return r;
}

/* A failure after something was changed is answered, but what was changed is to be in force: it stays where it is. */
int operation_change(const DelegationRequest *request, DelegationState *ret, Trouble *trouble) {
        _cleanup_(operation_done) Operation operation = { .request = request, .root = -EBADF, .hierarchy = -EBADF };
        bool changed;
        int r;

        *ret = (DelegationState) {};
        r = open_all(&operation, trouble);
        if (r < 0)
                return r;
        r = check_controllers(&operation, trouble);
        if (r < 0)
                return r;

        r = store_change(operation.root, request, &changed, trouble);
        ret->effect = changed ? DELEGATION_CHANGED : 0;
        if (changed || (r >= 0 && !request->spare && is_reload_due(&operation, NULL) > 0))
                (void) reload(&operation, ret);

        return r < 0 ? r : 0;
}

int operation_repair(const DelegationRequest *request, DelegationState *ret, Trouble *trouble) {
        _cleanup_(operation_done) Operation operation = { .request = request, .root = -EBADF, .hierarchy = -EBADF };
        int r;

        *ret = (DelegationState) {};
        r = open_all(&operation, trouble);
        return r < 0 ? r : reload(&operation, ret);
}

int operation_finish(const DelegationRequest *request, DelegationState *ret, Trouble *trouble) {
        _cleanup_(operation_done) Operation operation = { .request = request, .root = -EBADF, .hierarchy = -EBADF };
        int r;

        r = open_all(&operation, trouble);
        if (r < 0)
                return r;

        if (request->operation != DELEGATION_GET)
                apply(&operation);

        r = look(&operation, trouble);
        if (r < 0)
                return r;

        *ret = operation.state;
        operation.state = (DelegationState) {};
        return 0;
}
