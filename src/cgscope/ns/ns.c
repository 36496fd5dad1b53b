/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "cgscope/ns/ns-reading.h"
#include "cgscope/ns/ns-text.h"
#include "cgscope/cli/table-view.h"
#include "cgscope/verbs.h"

/* `cgscope ns`: what else is to be put together of /proc/PID/cgroup and mountinfo, from here and from inside. */

static const Option ns_options[] = {
        { "unit", 'u', "UNIT", "The processes of this unit, or below this group", OPTION_TEXT(Ns, unit) },
        { "tree", 0, NULL, "By namespace", OPTION_FLAG(Ns, tree) },
        { "all-hierarchies", 0, NULL, "A row for each hierarchy, those of v1, too", OPTION_FLAG(Ns, all_hierarchies) },
        MANAGER_OPTIONS,
        TABLE_OPTIONS,
        GENERAL_OPTIONS,
};

static void ns_done(Ns *ns) {
        for (size_t i = 0; i < ns->n_processes; i++)
                ns_process_done(ns->processes + i);
        for (size_t i = 0; i < ns->n_namespaces; i++)
                (void) fd_close(ns->namespaces[i].fd);
        for (size_t i = 0; i < ns->n_tables; i++) {
                (void) fd_close(ns->tables[i].fd);
                free(ns->tables[i].text);
                cgroup_mounts_done(&ns->tables[i].mounts);
        }
        for (size_t i = 0; i < ns->n_sights; i++)
                cgroup_mounts_done(&ns->sights[i].inside);

        free(ns->processes);
        free(ns->namespaces);
        free(ns->tables);
        free(ns->sights);
}

static int check_words(const Ns *ns, size_t n) {
        if (ns->unit && n > 0)
                return log_refuse(-EINVAL, "ns: processes and --unit exclude each other");
        if (ns->options.json && ns->options.columns)
                return log_refuse(-EINVAL, "--output: JSON has all fields, without choice");
        if (ns->options.json && ns->tree)
                return log_refuse(-EINVAL, "--tree: JSON has the namespaces by themselves, and no tree");

        return ns_check_columns(ns);
}

static int look(Ns *ns, char *const texts[], size_t n) {
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        int r;

        ns->listed = n == 0;
        r = n > 0     ? ns_look_at_named(ns, texts)
            : ns->unit ? ns_look_at_unit(ns, &aim)
                       : ns_look_at_all(ns);

        return r < 0 ? r : ns_see(ns);
}

static int print(Ns *ns) {
        if (ns->options.json)
                return ns_print_json(ns);
        if (!ns->listed && ns->n_processes == 0)
                return 0; /* why, was said */
        if (!ns->listed && !ns->tree && !ns->options.columns)
                return ns_print_blocks(ns);

        return ns_print_list(ns);
}

static int run(int argc, char *argv[]) {
        _cleanup_(ns_done) Ns ns = {};
        size_t n;
        int status, r;
        char **words = verb_parse(&verb_ns, &ns.options, &ns, argc, argv, &status);

        if (!words)
                return status;
        n = (size_t) (argv + argc - words);
        if (check_words(&ns, n) < 0)
                return status;

        r = look(&ns, words, n);
        if (r == -EINVAL)
                return status;
        if (r >= 0)
                r = print(&ns);

        return r < 0 || ns.failed ? STATUS_FAILURE : EXIT_SUCCESS;
}

const Verb verb_ns = {
        .name = "ns",
        .synopsis = "[OPTIONS…] [PID…]",
        .summary = "Show how processes see their control groups",
        .description = "Show the cgroup namespaces of processes: the path of each as we see it and as it sees it, and "
                       "the mounts of control groups that it finds. What of that misleads is marked and explained. "
                       "Without PID and --unit, all processes. The exit status is 1 where one that was named cannot be "
                       "shown.",
        .see = "cgroup_namespaces(7)",
        .words = { "process" },
        .most = VERB_ANY,
        .example = "$$",
        .options = ns_options,
        .columns = ns_columns,
        .run = run,
};
