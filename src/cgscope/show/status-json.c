/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/status-json.h"

#include "basic/json.h"
#include "basic/user-name.h"
#include "proc/command-line.h"

/* "cpu_some_usec" is the total, "cpu_some_avg10" the share of the last ten seconds, in percent. */
static void print_pressure(JsonWriter *writer, const StatusGroup *status) {
        for (size_t i = 0; i < STATISTIC_STALLS; i++) {
                const char *total = statistic_field(STATISTIC_CPU_SOME + i);
                char name[64];

                if (status->pressure[i] == STATISTIC_ABSENT)
                        continue;
                (void) snprintf(name, sizeof(name), "%.*savg10", (int) (strlen(total) - strlen("usec")), total);
                json_hundredths(writer, name, status->pressure[i]);
        }
}

/* Indices are text, also where there is but one of them. */
static void print_limits(JsonWriter *writer, const StatusGroup *status) {
        json_open_array(writer, "limits");
        for (size_t i = 0; i < status->limits.n; i++) {
                const StatusLimit *limit = status->limits.limits + i;
                void (*put)(JsonWriter *, const char *, const char *) =
                        limit->indices ? json_string_or_null : json_value;

                json_open_object(writer, NULL);
                json_string(writer, "name", limit->name);
                put(writer, "value", limit->value);
                put(writer, "effective", limit->effective ?: limit->value);
                json_string(writer, "set_by", limit->set_by ?: status->aim->target.path);
                json_close(writer);
        }
        json_close(writer);
}

static void print_processes(JsonWriter *writer, const StatusGroup *status) {
        json_open_array(writer, "process_list");
        for (size_t i = 0; i < status->n_processes; i++) {
                _cleanup_free_ char *command = NULL;

                if (command_line_read(status->processes[i].pid, &command) == -ESRCH)
                        continue;

                json_open_object(writer, NULL);
                json_number(writer, "pid", (uint64_t) status->processes[i].pid);
                json_string(writer, "group", status->groups[status->processes[i].group]);
                if (command)
                        json_string(writer, "command", command);
                json_close(writer);
        }
        json_close(writer);
}

int status_json_print(const StatusGroup *status) {
        char names[CONTROLLER_MASK_TEXT_MAX];
        JsonWriter writer;

        json_begin(&writer, stdout, status->aim->options->json_pretty);
        json_string(&writer, "control_group", status->aim->target.path);
        json_string_or_null(&writer, "unit", status->unit);
        json_string_or_null(&writer, "boundary", status->boundary);
        json_string(&writer, "owner", user_name_or_number(status->owner));
        json_string(&writer, "state", status_group_state(status));
        json_words(&writer, "controllers", controller_mask_format(status->controllers, ' ', names), ' ');
        json_words(&writer, "enabled", controller_mask_format(status->enabled, ' ', names), ' ');
        print_limits(&writer, status);
        json_number(&writer, "processes", status->n_processes);
        statistics_write_json(&status->statistics, &writer);
        print_pressure(&writer, status);
        print_processes(&writer, status);
        return json_end(&writer);
}

int status_json_groupless(const char *unit, const char *state, bool pretty) {
        JsonWriter writer;

        json_begin(&writer, stdout, pretty);
        json_null(&writer, "control_group");
        json_string(&writer, "unit", unit);
        json_string(&writer, "state", state);
        return json_end(&writer);
}
