/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable-options.h"

#include "basic/log.h"
#include "basic/parse.h"
#include "basic/user-name.h"
#include "basic/user-namespace.h"
#include "cgscope/enable/enable-list.h"

/* clang-format off */
const Option enable_options[] = {
        { "user-id", 0, "UID", "For this user, a number or a name [you]", OPTION_TEXT(Enable, user) },
        { "all-users", 0, NULL, "For all users", OPTION_FLAG(Enable, all_users) },
        { "runtime", 0, NULL, "In /run, until the next boot", OPTION_FLAG(Enable, runtime) },
        { "no-apply", 0, NULL, "Leave running user managers as they are", OPTION_FLAG(Enable, no_apply) },
        { "restart", 0, NULL, "Restart user managers where nothing else helps", OPTION_FLAG(Enable, restart) },
        { "root", 0, "DIR", "In this image instead of the running system", OPTION_TEXT(Enable, root) },
        { "timeout", 0, "TIME", "Wait so long, for passwords as well [5min]", OPTION_TIMEOUT },
        { "no-ask-password", 0, NULL, "Do not ask for passwords", OPTION_NO_ASK_PASSWORD },
        TABLE_OPTIONS,
        GENERAL_OPTIONS,
};
/* clang-format on */

/* A number needs no entry in the user database: what was enabled for somebody who is gone can be taken back. */
static int parse_user(Enable *enable) {
        uint64_t number;
        uid_t uid;
        int r;

        if (enable->root) { /* whose names are its own */
                if (parse_unsigned(enable->user, 0, UID_NUMBER_MAX, &number) < 0 || !delegation_uid_is_valid(number))
                        return log_refuse(-EINVAL, "--user-id: with --root it takes a user's number, not '%s'",
                                          enable->user);
                enable->request.uid = number;
                return 0;
        }

        r = user_find(enable->user, &uid, NULL);
        if (r == -ESRCH || (r >= 0 && !delegation_uid_is_valid(uid)))
                return log_refuse(-EINVAL, "--user-id: there is no user '%s'", enable->user);
        if (r < 0)
                return log_error_errno(r, "--user-id: cannot look up '%s'", enable->user);

        enable->request.uid = uid;
        return 0;
}

/* For root the own number is rarely meant, and all users not always. */
static int choose_user(Enable *enable) {
        if (enable->user && enable->all_users)
                return log_refuse(-EINVAL, "--user-id and --all-users exclude each other");
        if (enable->user)
                return parse_user(enable);

        enable->request.uid = user_uid_outside();
        if (enable->all_users || enable->root ||
            (user_is_administrator() && enable->request.operation == DELEGATION_GET))
                enable->request.uid = DELEGATION_EVERYBODY;
        else if (user_is_administrator())
                return log_refuse(-EINVAL, "%s: for whom? Pass --user-id=UID, or --all-users", enable->verb);

        return 0;
}

static int parse_controllers(Enable *enable, char *const words[]) {
        for (size_t i = 0; words[i]; i++) {
                char names[CONTROLLER_MASK_TEXT_MAX], managed[CONTROLLER_MASK_TEXT_MAX];
                _cleanup_free_ char *unknown = NULL;
                ControllerMask mask;

                (void) controller_mask_format(CONTROLLER_MASK_MANAGED, ' ', managed);
                if (controller_mask_parse(words[i], &mask, &unknown) < 0)
                        return log_refuse(-EINVAL, "%s: there is no controller '%s', but %s", enable->verb,
                                          unknown ?: words[i], managed);
                if (mask & ~CONTROLLER_MASK_MANAGED)
                        return log_refuse(-EINVAL, "%s: systemd hands %s on to nobody, but %s", enable->verb,
                                          controller_mask_format(mask & ~CONTROLLER_MASK_MANAGED, ' ', names), managed);

                enable->request.controllers |= mask;
        }

        return 0;
}

/* What makes sense together. */
static int check(const Enable *enable) {
        if (enable->request.controllers == CONTROLLER_MASK_NONE &&
            (enable->runtime || enable->no_apply || enable->restart))
                return log_refuse(-EINVAL, "%s: which controllers? See cgscope %s --help", enable->verb, enable->verb);
        if (enable->no_apply && enable->restart)
                return log_refuse(-EINVAL, "--no-apply and --restart exclude each other");
        if (enable->root && (enable->no_apply || enable->restart))
                return log_refuse(-EINVAL, "--root and --%s exclude each other: nothing runs in an image",
                                  enable->restart ? "restart" : "no-apply");

        return 0;
}

int enable_check(Enable *enable, char *const words[]) {
        DelegationRequest *request = &enable->request;
        int r;

        request->flags = (enable->runtime ? DELEGATION_RUNTIME : 0) | (enable->no_apply ? DELEGATION_NO_APPLY : 0);
        r = parse_controllers(enable, words);
        if (r < 0)
                return r;
        r = check(enable);
        if (r < 0)
                return r;

        if (request->controllers == CONTROLLER_MASK_NONE)
                request->operation = DELEGATION_GET;
        r = choose_user(enable);
        return r < 0 ? r : enable_choose_columns(enable);
}
