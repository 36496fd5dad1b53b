/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <signal.h>

#include "cgscope/command/report.h"

/* What wait(2) says. */
#define EXITED(status) ((status) << 8)
#define KILLED(signal) (signal)
#define DUMPED(signal) ((signal) | 0x80)

static DeviceStatistics devices[] = {
        /* Numbers that no driver has, so that no name is found for them. */
        { 4095, 7, { 12288, 52428800, 3, 100 } },
};

static Report empty_report(void) {
        Report report = { .unit = "a.scope", .control_group = "/a.scope", .n_devices = -1 };

        for (size_t i = 0; i < _STATISTIC_MAX; i++)
                report.statistics.values[i] = STATISTIC_ABSENT;
        return report;
}

static char *print(const Report *report, bool json) {
        char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        g_assert_cmpint(report_print(report, file, json, false), ==, 0);
        g_assert_cmpint(fclose(file), ==, 0);
        return text;
}

static void assert_prints(const Report *report, bool json, const char *expected) {
        _cleanup_free_ char *text = print(report, json);

        g_assert_cmpstr(text, ==, expected);
}

static void assert_says(const Report *report, bool json, const char *part) {
        _cleanup_free_ char *text = print(report, json);

        if (!strstr(text, part))
                g_error("no '%s' in: %s", part, text);
}

static void assert_omits(const Report *report, bool json, const char *part) {
        _cleanup_free_ char *text = print(report, json);

        if (strstr(text, part))
                g_error("there is '%s' in: %s", part, text);
}

static Report full_report(void) {
        Report report = empty_report();
        uint64_t *values = report.statistics.values;

        report.wall = 1234567;
        report.left = 2;
        report.killed = true;
        report.devices = devices;
        report.n_devices = 1;
        values[STATISTIC_CPU] = 1500;
        values[STATISTIC_CPU_USER] = 1000;
        values[STATISTIC_CPU_SYSTEM] = 500;
        values[STATISTIC_MEMORY_PEAK] = 12 * 1024 * 1024;
        values[STATISTIC_SWAP_PEAK] = 0;
        values[STATISTIC_TASKS_PEAK] = 20;
        values[STATISTIC_CPU_SOME] = 3000;
        values[STATISTIC_CPU_FULL] = 0;
        for (Statistic s = STATISTIC_EVENT_HIGH; s <= STATISTIC_EVENT_OOM_GROUP_KILL; s++)
                values[s] = 0;
        values[STATISTIC_EVENT_OOM_KILL] = 4;
        return report;
}

static void test_text(void) {
        const Report report = full_report();

        assert_prints(&report, false,
                      "         unit: a.scope\n"
                      "       status: exit status 0\n"
                      "    wall time: 1.234s\n"
                      "     cpu time: 1.500ms (1ms user, 500us system)\n"
                      "       memory: 12M peak, swap 0B peak\n"
                      "        tasks: 20 peak\n"
                      "           io: /dev/block/4095:7 12K read (3 ops), 50M written (100 ops)\n"
                      "    cpu stall: 3ms some, 0 full\n"
                      "memory events: 4 oom_kill\n"
                      "         left: 2 processes, killed\n");
}

static void test_json(void) {
        const Report report = full_report();

        assert_prints(&report, true,
                      "{\"unit\":\"a.scope\",\"control_group\":\"/a.scope\",\"exit_status\":0,\"wall_usec\":1234567,"
                      "\"memory_peak\":12582912,\"swap_peak\":0,\"tasks_peak\":20,"
                      "\"cpu_usec\":1500,\"cpu_user_usec\":1000,\"cpu_system_usec\":500,"
                      "\"cpu_some_usec\":3000,\"cpu_full_usec\":0,"
                      "\"events_high\":0,\"events_max\":0,\"events_oom\":0,\"events_oom_kill\":4,"
                      "\"events_oom_group_kill\":0,"
                      "\"devices\":[{\"device\":\"/dev/block/4095:7\",\"io_read_bytes\":12288,"
                      "\"io_written_bytes\":52428800,"
                      "\"io_reads\":3,\"io_writes\":100}],\"left\":2,\"killed\":2,\"oomd_kill\":0}\n");
}

/* What is not known is not there, and no 0. */
static void test_absent(void) {
        const Report report = empty_report();

        assert_prints(&report, false,
                      "         unit: a.scope\n"
                      "       status: exit status 0\n"
                      "    wall time: 0\n");
        assert_prints(&report, true,
                      "{\"unit\":\"a.scope\",\"control_group\":\"/a.scope\",\"exit_status\":0,\"wall_usec\":0,"
                      "\"left\":0,\"killed\":0,\"oomd_kill\":0}\n");
}

static void test_status(void) {
        Report report = empty_report();

        report.status = EXITED(7);
        assert_says(&report, false, "status: exit status 7\n");
        assert_says(&report, true, "\"exit_status\":7,");
        assert_omits(&report, true, "signal");

        report.status = KILLED(SIGKILL);
        assert_says(&report, false, "status: killed by SIGKILL\n");
        assert_says(&report, true, "\"signal\":\"SIGKILL\",");
        assert_omits(&report, true, "exit_status");

        report.status = DUMPED(SIGSEGV);
        assert_says(&report, false, "status: killed by SIGSEGV, core dumped\n");

        report.status = KILLED(SIGRTMIN + 3);
        assert_says(&report, false, "status: killed by SIGRTMIN+3\n");
}

static void test_outlivers(void) {
        Report report = empty_report();

        report.left = 1;
        assert_says(&report, false, "left: 1 process\n");
        assert_says(&report, true, "\"left\":1,\"killed\":0,");

        /* In a group that others use, nobody knows whose they are. */
        report.left = STATISTIC_ABSENT;
        assert_omits(&report, false, "left");
        assert_omits(&report, true, "left");
}

static void test_oomd(void) {
        Report report = empty_report();

        assert_omits(&report, false, "systemd-oomd");
        report.oomd_kill = 3;
        assert_says(&report, false, "killed by: systemd-oomd\n");
        assert_says(&report, true, "\"oomd_kill\":3}");
}

static void test_stopped(void) {
        Report report = empty_report();

        assert_omits(&report, false, "stopped");
        assert_omits(&report, true, "stopped");
        report.stopped_by = "RuntimeMaxSec";
        assert_says(&report, false, "   stopped by: RuntimeMaxSec\n");
        assert_says(&report, true, "\"stopped_by\":\"RuntimeMaxSec\",");
}

static void test_group(void) {
        Report report = empty_report();

        report.unit = NULL;
        report.control_group = "/a.scope/x\"y";
        report.n_devices = 0;
        report.statistics.values[STATISTIC_EVENT_HIGH] = 0;
        assert_says(&report, false, "        group: /a.scope/$'x\"y'\n");
        assert_says(&report, false, "           io: none\n");
        assert_says(&report, false, "memory events: none\n");
        assert_says(&report, true, "{\"control_group\":\"/a.scope/x\\\"y\",");
        assert_says(&report, true, "\"devices\":[],");
}

static void test_unwritable(void) {
        const Report report = empty_report();
        FILE *file = fopen("/dev/full", "we");

        g_assert_cmpint(report_print(&report, file, false, false), ==, -ENOSPC);
        g_assert_cmpint(report_print(&report, file, true, false), ==, -ENOSPC);
        (void) fclose(file);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/report/text", test_text);
        g_test_add_func("/report/json", test_json);
        g_test_add_func("/report/absent", test_absent);
        g_test_add_func("/report/status", test_status);
        g_test_add_func("/report/outlivers", test_outlivers);
        g_test_add_func("/report/oomd", test_oomd);
        g_test_add_func("/report/stopped", test_stopped);
        g_test_add_func("/report/group", test_group);
        g_test_add_func("/report/unwritable", test_unwritable);

        return g_test_run();
}
