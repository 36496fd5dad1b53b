/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/process/can-move.h"

#include "basic/escape.h"
#include "basic/json.h"
#include "basic/log.h"
#include "basic/sheet.h"
#include "basic/terminal.h"
#include "cgscope/cli/table-view.h"

enum {
        COLUMN_RULE,
        COLUMN_RESULT,
        COLUMN_FOUND,
};

static const TableColumn columns[] = {
        [COLUMN_RULE] = { "RULE", "rule", "The rule of the kernel's, or what the note is about", 0 },
        [COLUMN_RESULT] = { "RESULT", "result", "met, violated, unknown or note", 0 },
        [COLUMN_FOUND] = { "FOUND", "found", "What was found", TABLE_LINES },
};

/* What the two columns before the last one take at most, with what stands between. */
#define FOUND_INDENT 21

static const char *error_name(int error) {
        return strerrorname_np(-error) ?: "an unknown error";
}

/* Those that the kernel could answer, where it is not known which. */
static void print_possible(const MoveFindings *answer) {
        for (const MoveFinding *finding = answer->findings; finding < answer->reason; finding++)
                if (finding->result == MOVE_UNKNOWN && finding->error != answer->reason->error)
                        printf("%s or ", error_name(finding->error));

        printf("%s", error_name(answer->reason->error));
}

static void print_answer(const CanMove *can_move) {
        _cleanup_free_ char *name = escape_text(can_move->process.name), *target = escape_text(can_move->text);
        const MoveFindings *answer = &can_move->answer;

        switch (answer->answer) {
        case MOVE_YES:
                printf("yes: uid %u may move process %d (%s) into %s\n", (unsigned) can_move->mover.uid,
                       (int) can_move->pid, name ?: "?", target ?: "?");
                return;
        case MOVE_NO:
                fputs("no: ", stdout);
                if (answer->error < 0)
                        printf("%s (%s)", error_name(answer->error), strerror(-answer->error));
                else
                        print_possible(answer);
                break;
        case MOVE_PERHAPS:
        default:
                printf("cannot tell (perhaps %s)", error_name(answer->reason->error));
        }

        fputs(": ", stdout);
        escape_print(stdout, answer->reason->found);
        putchar('\n');
}

/* The paths, which the findings speak of by these names. */
static void print_places(const CanMove *can_move) {
        _cleanup_free_ char *path = escape_path(can_move->process.path);
        const MoveFindings *answer = &can_move->answer;
        Sheet sheet = { stdout, .label_width = strlen("Ancestor") };

        putchar('\n');
        sheet_line(&sheet, "Process", "%d (%s), in %s", (int) can_move->pid, can_move->process.name, path ?: "?");
        sheet_path(&sheet, "Target", answer->target ?: can_move->target);
        if (answer->ancestor && can_move->mount->unified)
                sheet_path(&sheet, "Ancestor", answer->ancestor);
        putchar('\n');
}

static void add_finding(Tabular *table, const MoveFinding *finding, unsigned width) {
        TableRow *row = tabular_add(table, NULL);

        tabular_set(table, row, COLUMN_FOUND, sheet_fold(finding->found, width));
        tabular_set_string(table, row, COLUMN_RULE, move_rule_name(finding->rule));
        tabular_set_string(table, row, COLUMN_RESULT, move_result_name(finding->result));
        if (finding->result == MOVE_VIOLATED)
                tabular_color(table, row, SIZE_MAX, TERMINAL_RED);
}

static int print_table(CanMove *can_move) {
        _cleanup_(tabular_done) Tabular table = {};
        const MoveFindings *answer = &can_move->answer;
        unsigned width = sheet_room(terminal_width(), FOUND_INDENT);
        int r;

        r = tabular_choose(&table, &can_move->options, columns, ELEMENTSOF(columns), ELEMENTSOF(columns));
        if (r >= 0)
                r = tabular_open(&table, &can_move->options, columns, "rules");
        if (r < 0)
                return r;

        for (size_t i = 0; i < answer->n; i++)
                add_finding(&table, answer->findings + i, width);

        return tabular_print(&table, &can_move->options);
}

static void print_error(JsonWriter *writer, int error) {
        json_string_or_null(writer, "errno", error < 0 ? error_name(error) : NULL);
}

static void print_rules(JsonWriter *writer, const MoveFindings *answer) {
        json_open_array(writer, "rules");
        for (size_t i = 0; i < answer->n; i++) {
                const MoveFinding *finding = answer->findings + i;

                json_open_object(writer, NULL);
                json_string(writer, "rule", move_rule_name(finding->rule));
                json_string(writer, "result", move_result_name(finding->result));
                print_error(writer, finding->error);
                json_string(writer, "found", finding->found);
                json_close(writer);
        }
        json_close(writer);
}

static int print_json(const CanMove *can_move) {
        const MoveFindings *answer = &can_move->answer;
        JsonWriter writer;

        json_begin(&writer, stdout, can_move->options.json_pretty);
        json_number(&writer, "pid", (uint64_t) can_move->pid);
        json_string(&writer, "command", can_move->process.name);
        json_number(&writer, "uid", can_move->mover.uid);
        json_string(&writer, "hierarchy",
                    isempty(can_move->hierarchy_name) ? CGROUP_HIERARCHY_UNIFIED : can_move->hierarchy_name);
        json_string(&writer, "source", can_move->process.path);
        json_string(&writer, "control_group", answer->target ?: can_move->target);
        json_string_or_null(&writer, "ancestor", answer->ancestor);
        if (answer->answer == MOVE_PERHAPS)
                json_null(&writer, "allowed");
        else
                json_boolean(&writer, "allowed", answer->answer == MOVE_YES);
        print_error(&writer, answer->error);
        print_rules(&writer, answer);
        return json_end(&writer);
}

int can_move_print(CanMove *can_move) {
        int r;

        if (can_move->options.json) {
                r = print_json(can_move);
                return r < 0 ? log_error_errno(r, "cannot write the answer") : 0;
        }
        if (can_move->options.quiet)
                return 0;

        print_answer(can_move);
        print_places(can_move);
        can_move->options.pager = false;
        return fflush(stdout) == 0 ? print_table(can_move) : log_error_errno(-errno, "cannot write the answer");
}
