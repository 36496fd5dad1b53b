/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/diagnosis.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/parse.h"
#include "basic/user-name.h"
#include "basic/user-namespace.h"
#include "cgscope/doctor/doctor-report.h"
#include "cgscope/command/identity.h"
#include "cgscope/cli/module.h"
#include "cgscope/verbs.h"
#include "delegation/delegation.h"

/* `cgscope doctor`: which controllers reach a user, where the others stop and what helps, and what else stands in the
 * way. */

enum {
        OPTION_USER_ID = OPTION_OWN,
};

typedef struct DoctorOptions {
        CommonOptions common;
        uid_t uid;
} DoctorOptions;

static const Option options_table[] = {
        { "user-id", 0, "UID", "For this user, a number or a name [you]", OPTION_USER_ID },
        { "timeout", 0, "TIME", "Wait so long for a manager [30s]", OPTION_TIMEOUT },
        { "full", 'l', NULL, "Do not break lines that are too long", OPTION_FULL },
        { "no-pager", 0, NULL, "Do not use a pager", OPTION_NO_PAGER },
        JSON_OPTION,
        GENERAL_OPTIONS,
};

static int parse_own(void *userdata, int id _unused_) {
        DoctorOptions *options = userdata;

        return identity_parse_user_id(optarg, &options->uid);
}

static void doctor_done(Doctor *doctor) {
        free(doctor->asking_message);
        (void) fd_close(doctor->root);
}

/* What cannot be had here is for the checks to tell. */
static void open_all(Doctor *doctor) {
        Trouble trouble = {};

        doctor->mode = cgroup_mode();
        doctor->root = cgroup_open_root(&doctor->read_only);

        doctor->asking = module_load(ASKING_MODULE, ASKING_SYMBOL, "the part that speaks to systemd", &trouble);
        doctor->asking_message = trouble.cause;
}

static int examine(Doctor *doctor) {
        _cleanup_(diagnosis_done) Diagnosis diagnosis = {};
        int r;

        open_all(doctor);

        r = diagnosis_make(doctor, &diagnosis);
        if (r < 0) {
                log_oom();
                return STATUS_FAILURE;
        }

        r = doctor->options->json ? diagnosis_print_json(&diagnosis) : diagnosis_print_text(&diagnosis);
        return r < 0 ? STATUS_FAILURE : diagnosis_status(&diagnosis);
}

static int run(int argc, char *argv[]) {
        DoctorOptions options = { .uid = user_uid_outside() };
        _cleanup_(doctor_done) Doctor doctor = { .options = &options.common, .root = -EBADF };
        int status;

        if (!verb_parse(&verb_doctor, &options.common, &options, argc, argv, &status))
                return status;

        options.common.ask_password = false; /* nothing that is asked needs one */
        doctor.uid = options.uid;
        doctor.own = options.uid == user_uid_outside();
        doctor.user = user_name(options.uid);

        return examine(&doctor);
}

const Verb verb_doctor = {
        .name = "doctor",
        .synopsis = "[OPTIONS…]",
        .summary = "Show which controllers reach a user, and what helps",
        .description = "Show the way of the controllers from the root of the hierarchy to your scopes: which "
                       "arrive, where the others stop, why, and what helps. And check what else could stand in "
                       "the way.",
        .see = "EXIT STATUS",
        .example = "--json",
        .options = options_table,
        .parse = parse_own,
        .run = run,
};
