/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-name.h"
#include "cgroup/group.h"
#include "cgscope/cli/aim.h"
#include "cgscope/cli/skipped.h"
#include "cgscope/cli/table-view.h"
#include "cgscope/verbs.h"
#include "proc/command-line.h"
#include "proc/proc.h"

/* `cgscope procs`: the processes in a group. */

typedef struct Procs {
        CommonOptions options;
        bool recursive;
        bool any; /* process was listed */
        Aim aim;
        Tabular table;
        WalkSkipped skipped;
} Procs;

static const Option procs_options[] = {
        { "recursive", 'r', NULL, "Also those in the groups below it", OPTION_FLAG(Procs, recursive) },
        LISTING_OPTIONS,
};

enum {
        COLUMN_PID,
        COLUMN_USER,
        COLUMN_COMMAND,
        COLUMN_GROUP,
        _COLUMN_MAX,
        COLUMN_DEFAULT_MAX = COLUMN_GROUP,
};

static const TableColumn procs_columns[_COLUMN_MAX + 1] = {
        [COLUMN_PID] = { "PID", "pid", "0: outside of this PID namespace", TABLE_NUMBER },
        [COLUMN_USER] = { "USER", "user", "whose it is", 0 },
        [COLUMN_COMMAND] = { "COMMAND", "command", "its command line, or its name in brackets", TABLE_SHORTEN },
        [COLUMN_GROUP] = { "GROUP", "group", "its group, from the target on", 0 },
};

static void procs_done(Procs *procs) {
        tabular_done(&procs->table);
        walk_skipped_done(&procs->skipped);
        aim_done(&procs->aim);
}

/* Those of a delegated unit are in its leaf. */
static void explain_none(const Procs *procs) {
        if (!procs->any && !procs->recursive && !procs->options.json && group_is_populated(procs->aim.target.fd) > 0)
                log_info("no process is in %s itself; -r lists those in the groups below it", procs->aim.text);
}

static void add_row(Procs *procs, pid_t pid, const char *user, char *command, const char *group) {
        TableRow *row = tabular_add(&procs->table, NULL);

        procs->any = true;
        tabular_set(&procs->table, row, COLUMN_COMMAND, command);
        tabular_set_number(&procs->table, row, COLUMN_PID, (uint64_t) pid);
        tabular_set_string(&procs->table, row, COLUMN_USER, user);
        tabular_set_path(&procs->table, row, COLUMN_GROUP, group);
}

static int report(const Aim *aim, int error) {
        switch (error) {
        case -ECANCELED: /* what failed was said */
                return error;
        case -ENOSYS:
                return log_refuse(error,
                                  "cannot list the processes in %s: /proc is not mounted here, or is that of another "
                                  "PID namespace; mount -t proc proc /proc shows this one",
                                  aim->text);
        case -EOPNOTSUPP:
                return log_refuse(error, "%s is a threaded group, in which threads are and no processes", aim->text);
        default:
                return aim_report(aim, error, "cannot list the processes in");
        }
}

/* A process that ends meanwhile is passed over. The owner of one that is outside of this PID namespace, or that /proc
 * hides, is not known. */
static int add_process(pid_t pid, const char *group, void *userdata) {
        _cleanup_close_ int proc = pid == 0 ? -EBADF : proc_open_number(pid);
        bool known = pid != 0 && proc != -EACCES;
        Procs *procs = userdata;
        struct stat st;
        char *command;
        int r;

        if (known && (proc < 0 || fstat(proc, &st) < 0))
                return proc == -ESRCH ? 0 : proc < 0 ? proc : -errno;
        r = command_line_read(pid, &command);
        if (r < 0)
                return r == -ESRCH ? 0 : r;

        add_row(procs, pid, known ? user_name_or_number(st.st_uid) : NULL, command, group);
        return procs->table.error < 0 ? -ECANCELED : 0;
}

static int list_processes(Procs *procs, const char *target) {
        int r;

        r = aim_open(&procs->aim, &procs->options, target, verb_procs.targets);
        if (r < 0)
                return r;
        r = tabular_open(&procs->table, &procs->options, procs_columns, "processes");
        if (r < 0)
                return r;

        r = procs->aim.groups->procs(&procs->aim.target, procs->recursive, add_process, procs, &procs->skipped);
        skipped_report(&procs->skipped, procs->aim.text);
        if (r < 0)
                return report(&procs->aim, r);

        explain_none(procs);
        return tabular_print(&procs->table, &procs->options);
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(procs_done) Procs procs = { .aim = AIM_INIT };
        int status, r;
        char **targets = verb_parse(verb, &procs.options, &procs, argc, argv, &status);

        if (!targets)
                return status;

        /* The command is long and comes last, where it can be cut. */
        if (!procs.options.columns && (procs.recursive || procs.options.json))
                procs.options.columns = "PID,USER,GROUP,COMMAND";
        r = tabular_choose(&procs.table, &procs.options, procs_columns, _COLUMN_MAX, COLUMN_DEFAULT_MAX);
        if (r < 0)
                return verb_refusal_status(verb, r);

        return list_processes(&procs, *targets ?: ".") < 0 ? STATUS_FAILURE : EXIT_SUCCESS;
}

const Verb verb_procs = {
        .name = "procs",
        .synopsis = "[OPTIONS…] [TARGET]",
        .summary = "List the processes in a group",
        .description = "List the processes in a unit or group; without a target, in the delegated unit that "
                       "the caller is in. Columns: PID, USER, COMMAND, GROUP.",
        VERB_TAKES(0, 1, "target"),
        .targets = AIM_ANY,
        .example = "--recursive .",
        .options = procs_options,
        .columns = procs_columns,
        .run = run,
};
