/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "cgscope/doctor/doctor-report.h"
#include "diagnosis/way-reason.h"

/* The exit status of the doctor, and his JSON, from findings that are made up here. */

typedef struct Row {
        Arrival memory, hugetlb;
        const char *unknown;
        FindingResult check;
} Row;

static const Row *current;

/* --- what would be found out --- */

int doctor_way_look(const Doctor *doctor, Way *ret) {
        (void) doctor;
        *ret = (Way) {
                .end = WAY_PROBE,
                .reach = { .manager = REACH_NOWHERE, .levels = g_new0(ReachLevel, 2), .n_levels = 2 },
                .n_controllers = 2,
                .unknown.cause = g_strdup(current->unknown),
        };
        ret->reach.levels[0] = (ReachLevel) { .path = g_strdup("/"), .controllers = CONTROLLER_MASK_MANAGED };
        ret->reach.levels[1] =
                (ReachLevel) { .path = g_strdup("/a \"b\".scope"), .owner = 12345678, .delegated = true };
        ret->controllers[0] = (WayController) {
                .controller = CONTROLLER_MEMORY,
                .arrival = current->memory,
                .stop = current->memory == ARRIVAL_NO ? "/" : NULL,
                .trouble.remedy = current->memory == ARRIVAL_NO ? g_strdup("a\nb") : NULL,
        };
        ret->controllers[1] = (WayController) { .controller = CONTROLLER_HUGETLB, .arrival = current->hugetlb };
        return 0;
}

int doctor_way_judge(const Doctor *doctor, Way *way) {
        (void) doctor, (void) way;
        return 0;
}

void doctor_way_done(Way *way) {
        for (size_t i = 0; i < way->reach.n_levels; i++)
                free(way->reach.levels[i].path);
        for (size_t i = 0; i < way->n_controllers; i++)
                trouble_done(&way->controllers[i].trouble);
        free(way->reach.levels);
        trouble_done(&way->unknown);
}

const char *way_end_to_string(WayEnd end) {
        return end == WAY_PROBE ? "probe" : "?";
}

static int check_current(const Doctor *doctor, Finding *ret) {
        (void) doctor;
        return finding_set(ret, current->check, NULL, "%d", 7);
}

static int check_nothing(const Doctor *doctor, Finding *ret) {
        (void) doctor, (void) ret;
        return 0;
}

const Check host_checks[] = { { "nothing", check_nothing }, {} };
const Check kernel_checks[] = { { "current", check_current }, {} };
const Check session_checks[] = { { "nothing", check_nothing }, {} };

/* --- the tests --- */

static const CommonOptions options;
static const Doctor doctor = { .uid = 1000, .root = -EBADF };

static void test_status(void) {
        static const struct {
                Row row;
                int status;
        } rows[] = {
                { { ARRIVAL_YES, ARRIVAL_YES, NULL, FINDING_OK }, 0 },
                { { ARRIVAL_YES, ARRIVAL_NO, NULL, FINDING_OK }, 0 }, /* nobody hands that on */
                { { ARRIVAL_YES, ARRIVAL_YES, NULL, FINDING_NOTE }, 0 },
                { { ARRIVAL_NO, ARRIVAL_YES, NULL, FINDING_OK }, 1 },
                { { ARRIVAL_YES, ARRIVAL_YES, NULL, FINDING_PROBLEM }, 1 },
                { { ARRIVAL_NO, ARRIVAL_YES, "why", FINDING_UNKNOWN }, 1 },
                { { ARRIVAL_UNKNOWN, ARRIVAL_YES, "why", FINDING_PROBLEM }, 1 },
                { { ARRIVAL_UNKNOWN, ARRIVAL_YES, NULL, FINDING_OK }, 2 },
                { { ARRIVAL_YES, ARRIVAL_UNKNOWN, NULL, FINDING_OK }, 0 },
                { { ARRIVAL_YES, ARRIVAL_YES, "why", FINDING_OK }, 2 },
                { { ARRIVAL_YES, ARRIVAL_YES, NULL, FINDING_UNKNOWN }, 2 },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Diagnosis diagnosis;

                current = &rows[i].row;
                g_assert_cmpint(diagnosis_make(&doctor, &diagnosis), ==, 0);
                g_assert_cmpuint(diagnosis.n_checks, ==, 1); /* those with nothing to say are left out */
                g_assert_cmpint(diagnosis_status(&diagnosis), ==, rows[i].status);
                diagnosis_done(&diagnosis);
        }
}

static void test_json(void) {
        static const Row row = { ARRIVAL_NO, ARRIVAL_UNKNOWN, "no \x1b", FINDING_UNKNOWN };
        Diagnosis diagnosis;

        if (!g_test_subprocess()) {
                g_test_trap_subprocess(NULL, 0, 0);
                g_test_trap_assert_passed();
                g_test_trap_assert_stdout(
                        "*{\"uid\":1000,\"user\":null,\"end\":\"probe\",\"probe\":\"/a \\\"b\\\".scope\",\"levels\":["
                        "{\"control_group\":\"/\",\"controllers\":[\"cpuset\",\"cpu\",\"io\",\"memory\",\"pids\"],"
                        "\"handed_on\":[],\"owner\":\"root\",\"delegated\":false},"
                        "{\"control_group\":\"/a \\\"b\\\".scope\",\"controllers\":[],\"handed_on\":[],"
                        "\"owner\":\"12345678\",\"delegated\":true}],\"controllers\":["
                        "{\"name\":\"memory\",\"arrives\":false,\"stops_at\":\"/\",\"why\":null,"
                        "\"remedy\":\"a\\u000ab\"},"
                        "{\"name\":\"hugetlb\",\"arrives\":null,\"stops_at\":null,\"why\":null,\"remedy\":null}],"
                        "\"unknown\":\"no \\u001b\",\"checks\":["
                        "{\"check\":\"current\",\"result\":\"unknown\",\"found\":\"7\",\"remedy\":null}],"
                        "\"status\":1}\n*");
                return;
        }

        current = &row;
        g_assert_cmpint(diagnosis_make(&doctor, &diagnosis), ==, 0);
        g_assert_cmpint(diagnosis_print_json(&diagnosis, &options), ==, 0);
        diagnosis_done(&diagnosis);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/doctor-report/status", test_status);
        g_test_add_func("/doctor-report/json", test_json);

        return g_test_run();
}
