/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/delegation-message.h"

#include "basic/escape.h"
#include "systemd/property-encode.h"

/* More names than there are controllers are let through (they may repeat), but not without end. */
#define NAMES_MAX 64

#define DROP_IN_SIGNATURE "tbsas"
#define MANAGER_SIGNATURE "tasasasass"

/* By errno the first row that has it counts, and so it does by name. */
static const struct DelegationError {
        int error;
        const char *name;
} errors[] = {
        { -ESRCH, DELEGATION_ERROR_NO_SUCH_USER }, { -EOPNOTSUPP, DELEGATION_ERROR_NO_SUCH_CONTROLLER },
        { -EEXIST, DELEGATION_ERROR_NOT_OURS },    { -ELOOP, DELEGATION_ERROR_UNSAFE },
        { -EPERM, DELEGATION_ERROR_UNSAFE },
};

int delegation_error_set(sd_bus_error *error, int r, const char *message) {
        /* The bus takes UTF-8 alone, and a message is one line; it may quote an administrator's file, where anything
         * can be. */
        _cleanup_free_ char *text = escape_text(message ?: strerror(-r));

        if (!text)
                return sd_bus_error_set_errno(error, -ENOMEM);

        for (size_t i = 0; i < ELEMENTSOF(errors); i++)
                if (errors[i].error == r) {
                        (void) sd_bus_error_set(error, errors[i].name, text);
                        return r;
                }

        (void) sd_bus_error_set_errnof(error, r, "%s", text);
        return r;
}

int delegation_error_get(const sd_bus_error *error) {
        int r;

        for (size_t i = 0; i < ELEMENTSOF(errors); i++)
                if (sd_bus_error_has_name(error, errors[i].name))
                        return errors[i].error;

        r = sd_bus_error_get_errno(error);
        return r > 0 ? -r : -EIO;
}

int delegation_read_controllers(sd_bus_message *message, bool may_be_empty, ControllerMask *ret,
                                const char **ret_unknown) {
        ControllerMask mask = CONTROLLER_MASK_NONE;
        const char *name;
        unsigned n = 0;
        int r;

        if (ret_unknown)
                *ret_unknown = NULL;

        r = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "s");
        if (r < 0)
                return r;

        while ((r = sd_bus_message_read(message, "s", &name)) > 0) {
                Controller controller = controller_from_name(name, strlen(name));

                if (++n > NAMES_MAX)
                        return -EINVAL;
                if (controller == _CONTROLLER_INVALID) {
                        if (ret_unknown)
                                *ret_unknown = name;
                        return -EINVAL;
                }
                mask |= controller_bit(controller);
        }
        if (r < 0)
                return r;

        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        if (mask == CONTROLLER_MASK_NONE && !may_be_empty)
                return -EINVAL;

        *ret = mask;
        return 0;
}

static int append_drop_in(sd_bus_message *message, const DelegationDropIn *drop_in) {
        int r;

        if (drop_in->kind == DROP_IN_ABSENT)
                return -EINVAL;

        r = sd_bus_message_open_container(message, SD_BUS_TYPE_STRUCT, DROP_IN_SIGNATURE);
        if (r < 0)
                return r;

        r = sd_bus_message_append(message, "tbs", drop_in->uid, (int) drop_in->runtime,
                                  drop_in_kind_to_string(drop_in->kind));
        if (r < 0)
                return r;

        r = controllers_append(message, drop_in->controllers);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_manager(sd_bus_message *message, const DelegationManager *manager) {
        const ControllerMask masks[] = { manager->loaded, manager->slice, manager->live, manager->enabled };
        int r;

        r = sd_bus_message_open_container(message, SD_BUS_TYPE_STRUCT, MANAGER_SIGNATURE);
        if (r >= 0)
                r = sd_bus_message_append(message, "t", (uint64_t) manager->uid);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(masks); i++)
                r = controllers_append(message, masks[i]);
        if (r < 0)
                return r;

        r = sd_bus_message_append(message, "s", delegation_outcome_to_string(manager->outcome));
        return r < 0 ? r : sd_bus_message_close_container(message);
}

int delegation_append_state(sd_bus_message *message, const DelegationState *state) {
        int r;

        if (state->n_drop_ins > DELEGATION_STATE_ROWS_MAX || state->n_managers > DELEGATION_STATE_ROWS_MAX)
                return -E2BIG;

        r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "(" DROP_IN_SIGNATURE ")");
        for (size_t i = 0; r >= 0 && i < state->n_drop_ins; i++)
                r = append_drop_in(message, &state->drop_ins[i]);
        if (r >= 0)
                r = sd_bus_message_close_container(message);

        if (r >= 0)
                r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "(" MANAGER_SIGNATURE ")");
        for (size_t i = 0; r >= 0 && i < state->n_managers; i++)
                r = append_manager(message, &state->managers[i]);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

/* 0: no more of them. */
static int read_drop_in(sd_bus_message *message, DelegationState *state) {
        DelegationDropIn drop_in = { .kind = DROP_IN_ABSENT };
        int r, runtime;
        const char *kind;

        r = sd_bus_message_enter_container(message, SD_BUS_TYPE_STRUCT, DROP_IN_SIGNATURE);
        if (r <= 0)
                return r;
        if (sd_bus_message_read(message, "tbs", &drop_in.uid, &runtime, &kind) < 0 ||
            delegation_read_controllers(message, true, &drop_in.controllers, NULL) < 0 ||
            sd_bus_message_exit_container(message) < 0)
                return -EBADMSG;

        drop_in.runtime = runtime;
        drop_in.kind = drop_in_kind_from_string(kind);
        if (drop_in.kind == DROP_IN_ABSENT || !delegation_uid_is_valid(drop_in.uid) ||
            state->n_drop_ins >= DELEGATION_STATE_ROWS_MAX)
                return -EBADMSG;

        r = delegation_state_add_drop_in(state, &drop_in);
        return r < 0 ? r : 1;
}

static int read_manager(sd_bus_message *message, DelegationState *state) {
        DelegationManager manager = {};
        ControllerMask *const masks[] = { &manager.loaded, &manager.slice, &manager.live, &manager.enabled };
        const char *outcome;
        uint64_t uid;
        int r;

        r = sd_bus_message_enter_container(message, SD_BUS_TYPE_STRUCT, MANAGER_SIGNATURE);
        if (r <= 0)
                return r;
        if (sd_bus_message_read(message, "t", &uid) < 0)
                return -EBADMSG;
        for (size_t i = 0; i < ELEMENTSOF(masks); i++)
                if (delegation_read_controllers(message, true, masks[i], NULL) < 0)
                        return -EBADMSG;
        if (sd_bus_message_read(message, "s", &outcome) < 0 || sd_bus_message_exit_container(message) < 0)
                return -EBADMSG;

        manager.uid = (uid_t) uid;
        manager.outcome = delegation_outcome_from_string(outcome);
        if (uid == DELEGATION_EVERYBODY || !delegation_uid_is_valid(uid) || manager.outcome == _OUTCOME_MAX ||
            state->n_managers >= DELEGATION_STATE_ROWS_MAX ||
            (state->n_managers > 0 && manager.uid <= state->managers[state->n_managers - 1].uid))
                return -EBADMSG;

        r = delegation_state_add_manager(state, &manager);
        return r < 0 ? r : 1;
}

static int read_rows(sd_bus_message *message, const char *contents, DelegationState *state,
                     int (*read_row)(sd_bus_message *message, DelegationState *state)) {
        int r = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, contents);

        if (r < 0)
                return r;
        do
                r = read_row(message, state);
        while (r > 0);

        return r < 0 ? r : sd_bus_message_exit_container(message);
}

int delegation_read_state(sd_bus_message *message, DelegationState *ret) {
        DelegationState state = {};
        int r;

        if (!sd_bus_message_has_signature(message, DELEGATION_STATE_SIGNATURE))
                return -EBADMSG;

        r = read_rows(message, "(" DROP_IN_SIGNATURE ")", &state, read_drop_in);
        if (r >= 0)
                r = read_rows(message, "(" MANAGER_SIGNATURE ")", &state, read_manager);
        if (r < 0) {
                delegation_state_done(&state);
                return r == -ENOMEM ? r : -EBADMSG;
        }

        *ret = state;
        return 0;
}
