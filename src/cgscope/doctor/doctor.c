/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-name.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "cgscope/cli/module.h"
#include "cgscope/command/identity.h"
#include "cgscope/command/probe.h"
#include "cgscope/doctor/doctor-report.h"
#include "cgscope/verbs.h"

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

#define DESCRIPTORS_NEEDED 32

static void doctor_done(Doctor *doctor) {
        trouble_done(&doctor->absence);
        surroundings_done(&doctor->surroundings);
        (void) fd_close(doctor->root);
}

static int probe(const Doctor *doctor, int (*look)(void *userdata, const char *path), void *userdata,
                 Trouble *trouble) {
        const CommonOptions options = {
                .manager = user_is_administrator() ? MANAGER_SYSTEM : MANAGER_USER,
                .timeout = doctor->timeout,
        };
        _cleanup_(probe_done) Probe probe = PROBE_INIT;
        int r = probe_scope(&probe, &options, trouble);

        return r < 0 ? r : look(userdata, probe.scope.group.path);
}

/* With fewer descriptors than the checks need, each would find something that is not so. */
static int check_descriptors(void) {
        int r = fd_check_room(DESCRIPTORS_NEEDED);

        return r < 0 ? log_error_errno(r, "cannot look at this host with so few descriptors (ulimit -n)") : 0;
}

/* What cannot be had here is for the checks to tell. */
static int examine(Doctor *doctor, const CommonOptions *options) {
        _cleanup_(diagnosis_done) Diagnosis diagnosis = {};
        int r;

        doctor->mode = cgroup_mode();
        doctor->root = cgroup_open_root(&doctor->read_only);
        if (doctor->root >= 0)
                (void) group_controllers(doctor->root, &doctor->there);
        doctor->asking = module_load(ASKING_MODULE, ASKING_SYMBOL, "the part that speaks to systemd", &doctor->absence);

        r = surroundings_read(&doctor->surroundings);
        if (r >= 0)
                r = diagnosis_make(doctor, &diagnosis);
        if (r < 0)
                return log_oom(), STATUS_FAILURE;

        r = options->json ? diagnosis_print_json(&diagnosis, options) : diagnosis_print_text(&diagnosis, options);
        return r < 0 ? STATUS_FAILURE : diagnosis_status(&diagnosis);
}

static int run(const Verb *verb, int argc, char *argv[]) {
        DoctorOptions options = { .uid = user_uid_outside() };
        _cleanup_(doctor_done) Doctor doctor = { .root = -EBADF, .probe = probe };
        int status;

        if (!verb_parse(verb, &options.common, &options, argc, argv, &status))
                return status;

        if (check_descriptors() < 0)
                return STATUS_FAILURE;

        doctor.timeout = options.common.timeout;
        doctor.deadline = deadline_after(options.common.timeout);
        doctor.uid = options.uid;
        doctor.own = options.uid == user_uid_outside();
        doctor.user = user_name(options.uid);

        return examine(&doctor, &options.common);
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
        .any_kernel = true,
        .parse = parse_own,
        .run = run,
};
