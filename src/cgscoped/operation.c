/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "operation.h"

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "basic/message.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgscoped/operation-look.h"
#include "delegation/place.h"
#include "delegation/write.h"
#include "systemd/user-manager.h"

/* For all that is asked of PID 1. What re-executes a manager takes a minute at most (reexecute.c). */
#define OPERATION_USEC (90 * USEC_PER_SEC)

/* PID 1 hands controllers on, and takes them back, in the next iterations of its loop. So long it is waited for after a
 * refresh, and after a reload alone, which has that effect in some versions only. */
#define SETTLE_REFRESHED_USEC (2 * USEC_PER_SEC)
#define SETTLE_RELOADED_USEC (300 * USEC_PER_MSEC)
#define NAP_USEC (50 * USEC_PER_MSEC)

typedef struct Operation {
        const DelegationRequest *request;
        Manager *manager;
        int root;      /* "/" */
        int hierarchy; /* of cgroup v2; negative: there is none */
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
static int open_all(Operation *operation, char **ret_message) {
        const ManagerOptions options = { .kind = MANAGER_SYSTEM, .deadline = deadline_after(OPERATION_USEC) };
        const char *name;
        int r;

        operation->root = place_open_root("/");
        if (operation->root < 0)
                return operation->root;

        operation->hierarchy = cgroup_open_root(NULL);
        if (operation->hierarchy >= 0) {
                r = group_controllers(operation->hierarchy, &operation->available);
                if (r < 0)
                        return message_set(r, ret_message, CGROUP_MOUNT "/cgroup.controllers: %s", strerror(-r));
        }

        r = manager_open(&options, &operation->manager, ret_message);
        return r < 0 ? r : manager_greet(operation->manager, &name, ret_message);
}

static int check_controllers(const Operation *operation, char **ret_message) {
        ControllerMask foreign = operation->request->controllers & ~CONTROLLER_MASK_MANAGED;
        ControllerMask missing = operation->request->controllers & ~operation->available;
        char names[CONTROLLER_MASK_TEXT_MAX], others[CONTROLLER_MASK_TEXT_MAX];
        _cleanup_free_ char *mode = NULL;

        if (operation->request->operation != DELEGATION_ENABLE)
                return 0;
        if (foreign != CONTROLLER_MASK_NONE)
                return message_set(-EOPNOTSUPP, ret_message, "systemd does not hand %s on, but %s alone",
                                   controller_mask_format(foreign, ' ', names),
                                   controller_mask_format(CONTROLLER_MASK_MANAGED, ' ', others));
        if (missing == CONTROLLER_MASK_NONE)
                return 0;

        (void) controller_mask_format(missing, ' ', names);
        if (operation->hierarchy < 0 && cgroup_explain_mode(&mode) >= 0)
                return message_set(-EOPNOTSUPP, ret_message, "there is no %s to hand on: %s", names, mode);
        return message_set(-EOPNOTSUPP, ret_message, "there is no %s to hand on: " CGROUP_MOUNT "/cgroup.controllers "
                           "has %s; cgscope doctor says what keeps it away", names,
                           operation->available ? controller_mask_format(operation->available, ' ', others) : "none");
}

static DelegationOutcome outcome_before(const DelegationState *before, uid_t uid) {
        for (size_t i = 0; i < before->n_managers; i++)
                if (before->managers[i].uid == uid)
                        return before->managers[i].outcome;

        return OUTCOME_NONE;
}

/* Adds the user managers as they are now to @state, each with the outcome that it has in operation->state. */
static int look_at_managers(Operation *operation, DelegationState *state, char **ret_message) {
        _cleanup_free_ uid_t *uids = NULL;
        size_t n;
        int r;

        r = user_manager_list(operation->manager, &uids, &n, ret_message);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                DelegationManager looked;

                if (operation->request->uid != DELEGATION_EVERYBODY && operation->request->uid != uids[i])
                        continue;

                r = look_at_manager(operation->manager, operation->hierarchy, uids[i], &looked, ret_message);
                if (r == -ESRCH) {
                        r = 0;
                        continue;
                }
                if (r < 0)
                        break;

                looked.outcome = outcome_before(&operation->state, uids[i]);
                r = delegation_state_add_manager(state, &looked);
        }

        return r < 0 ? r : 0;
}

/* Looks again at all of them. */
static int look_again(Operation *operation, char **ret_message) {
        DelegationState state = {};
        int r = look_at_managers(operation, &state, ret_message);

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

static int look_until_settled(Operation *operation, uint64_t usec, char **ret_message) {
        uint64_t deadline = deadline_after(usec);
        int r;

        for (;;) {
                r = look_again(operation, ret_message);
                if (r < 0 || is_settled(operation) || deadline_left(deadline) == 0)
                        return r;
                (void) usleep(NAP_USEC);
        }
}

/* Whether what PID 1 has loaded for @manager is not what its files say, as far as that can be told. */
static bool is_outdated(Operation *operation, const DelegationManager *manager) {
        _cleanup_free_ char *message = NULL;
        ControllerMask asked = operation->request->controllers;

        if (operation->request->operation == DELEGATION_ENABLE ? asked & ~manager->loaded : asked & manager->loaded)
                return true;

        return user_manager_is_outdated(operation->manager, manager->uid, &message) > 0;
}

/* Whether @manager has to look again. */
static bool is_behind(const Operation *operation, const DelegationManager *manager) {
        ControllerMask asked = operation->request->controllers;

        if (operation->request->operation == DELEGATION_ENABLE)
                return asked & manager->loaded & ~manager->enabled;

        return asked & ~manager->loaded & manager->live;
}

/* 1: it was done. */
static int reload(Operation *operation, bool changed, char **ret_message) {
        bool needed = changed;
        int r;

        for (size_t i = 0; i < operation->state.n_managers && !needed; i++)
                needed = is_outdated(operation, &operation->state.managers[i]);
        if (!needed)
                return 0;

        r = manager_reload(operation->manager, ret_message);
        if (r < 0)
                return r;

        /* Where that alone took back what was disabled, no manager is to be disturbed. */
        r = operation->request->operation == DELEGATION_DISABLE ?
                    look_until_settled(operation, SETTLE_RELOADED_USEC, ret_message) :
                    look_again(operation, ret_message);
        return r < 0 ? r : 1;
}

/* 1: some were. */
static int refresh(Operation *operation, char **ret_message) {
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

        r = user_manager_refresh(operation->manager, uids, n_behind, outcomes, ret_message);
        for (size_t i = 0; i < n; i++)
                if (operation->state.managers[i].outcome == OUTCOME_LEFT)
                        operation->state.managers[i].outcome = outcomes[k++];

        return r < 0 ? r : 1;
}

/* What cannot be done now is no failure: the files are there, and the state says what is true of each manager. */
static void apply(Operation *operation, bool changed) {
        _cleanup_free_ char *message = NULL, *reason = NULL;
        int r, reloaded = 0, refreshed = 0;

        r = look_again(operation, &message);
        if (r >= 0)
                r = reloaded = reload(operation, changed, &message);
        if (r >= 0)
                r = refreshed = refresh(operation, &reason);
        if (r >= 0 && (reloaded > 0 || refreshed > 0))
                r = look_until_settled(operation, refreshed > 0 ? SETTLE_REFRESHED_USEC : SETTLE_RELOADED_USEC,
                                       &message);

        if (reason)
                log_warning("not all user managers could be made to look for their controllers: %s", reason);
        else if (r < 0)
                log_warning("what was asked for could not be put into effect: %s", message ?: strerror(-r));
}

static int look(Operation *operation, bool changed, char **ret_message) {
        _cleanup_free_ char *message = NULL;
        int r;

        r = look_again(operation, &message);
        if (r >= 0)
                r = place_list(operation->root, operation->request->uid, &operation->state, &message);
        if (r < 0 && changed)
                return message_set(r, ret_message, "the drop-in was changed, but what came of it cannot be seen: %s",
                                   message ?: strerror(-r));

        *ret_message = TAKE_PTR(message);
        return r < 0 ? r : 0;
}

int operation_run(const DelegationRequest *request, DelegationState *ret, char **ret_message) {
        _cleanup_(operation_done) Operation operation = { .request = request, .root = -EBADF, .hierarchy = -EBADF };
        int r, changed = 0;

        r = open_all(&operation, ret_message);
        if (r >= 0)
                r = check_controllers(&operation, ret_message);
        if (r < 0)
                return r;

        if (request->operation != DELEGATION_GET) {
                changed = delegation_write(operation.root, request, ret_message);
                if (changed < 0)
                        return changed;
                apply(&operation, changed > 0);
        }

        r = look(&operation, changed > 0, ret_message);
        if (r < 0)
                return r;

        *ret = operation.state;
        operation.state = (DelegationState) {};
        return 0;
}
