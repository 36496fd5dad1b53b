/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-session.h"

const Check doctor_session_checks[] = {
        { "identity", check_identity },
        { "user-manager", check_user_manager },
        { "user-bus", check_user_bus },
        { "runtime-dir", check_runtime_dir },
        { "session-bus", check_session_bus },
        { "answer", check_answer },
        { "place", check_place },
        { "linger", check_linger },
        { "cgscoped", check_cgscoped },
        {},
};
