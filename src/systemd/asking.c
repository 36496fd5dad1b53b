/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/asking.h"

#include "systemd/delegation-client.h"
#include "systemd/manager-open.h"
#include "systemd/manager.h"
#include "systemd/scope-disturbed.h"
#include "systemd/scope.h"
#include "systemd/unit-control.h"
#include "systemd/unit.h"
#include "systemd/user-manager.h"

extern const Asking cgscope_asking;

_public_ const Asking cgscope_asking = {
        .manager_open = manager_open,
        .manager_free = manager_free,
        .manager_greet = manager_greet,
        .scope_start = scope_start,
        .scope_was_disturbed = scope_was_disturbed,
        .unit_settle = unit_settle,
        .unit_stop = unit_stop,
        .unit_stop_wait = unit_stop_wait,
        .unit_set_properties = unit_set_properties,
        .unit_undo_prepare = unit_undo_prepare,
        .unit_undo_apply = unit_undo_apply,
        .unit_undo_free = unit_undo_free,
        .unit_freeze = unit_freeze,
        .unit_kill = unit_kill,
        .unit_attach = unit_attach,
        .unit_state = unit_state,
        .unit_look = unit_look,
        .manager_control_group = manager_control_group,
        .manager_version = manager_version,
        .manager_stop_timeout = manager_stop_timeout,
        .control_group_is_delegated = control_group_is_delegated,
        .slice_disabled_controllers = slice_disabled_controllers,
        .delegation_ask = delegation_ask,
        .user_manager_loaded = user_manager_loaded,
        .user_manager_find_reset = user_manager_find_reset,
        .user_manager_restart = user_manager_restart,
};
