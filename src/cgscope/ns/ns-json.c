/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/json.h"
#include "basic/log.h"
#include "cgscope/ns/ns-finding.h"
#include "cgscope/ns/ns-text.h"

/* NULL: nothing is missing. */
static const char *reason_or_null(NsReason reason) {
        return reason == NS_KNOWN ? NULL : ns_reason_text(reason);
}

static void print_marks(JsonWriter *writer, unsigned marks) {
        char text[NS_MARKS_TEXT_MAX];

        json_words(writer, "marks", ns_marks_format(marks, ",", text), ',');
}

static void print_row(JsonWriter *writer, const NsRow *row) {
        const char *name = row->hierarchy && !*row->hierarchy ? CGROUP_HIERARCHY_UNIFIED : row->hierarchy;

        json_string_or_null(writer, "hierarchy", name);
        json_string_or_null(writer, "control_group", row->ours);
        json_string_or_null(writer, "inside", row->inside);
        json_string_or_null(writer, "absolute", row->absolute);
        print_marks(writer, row->marks);
}

/* 1: there was one more. */
static int print_hierarchy(JsonWriter *writer, const Ns *ns, const NsProcess *process, const char **text) {
        _cleanup_(ns_row_done) NsRow row = {};
        int r = ns_next_row(ns, process, text, &row);

        if (r > 0) {
                json_open_object(writer, NULL);
                print_row(writer, &row);
                json_close(writer);
        }

        return r;
}

static int print_hierarchies(JsonWriter *writer, const Ns *ns, const NsProcess *process) {
        const char *text = process->ours.text ?: "";
        int r;

        json_open_array(writer, "hierarchies");
        do
                r = print_hierarchy(writer, ns, process, &text);
        while (r > 0);
        json_close(writer);

        return r;
}

static int print_mount(JsonWriter *writer, const NsSight *sight, const CgroupMount *mount) {
        _cleanup_free_ char *hierarchy = NULL, *options = ns_mount_options(mount);
        const CgroupMount *inside;
        unsigned marks;
        int r = options ? cgroup_mount_hierarchy(mount, &hierarchy) : -ENOMEM;

        if (r < 0)
                return r;

        inside = ns_mount_inside(sight, mount, &marks);
        json_open_object(writer, NULL);
        json_string(writer, "mount", mount->point);
        json_string(writer, "hierarchy", *hierarchy ? hierarchy : CGROUP_HIERARCHY_UNIFIED);
        json_string(writer, "root", mount->root);
        json_string_or_null(writer, "inside", inside ? inside->root : NULL);
        json_words(writer, "options", options, ',');
        json_boolean(writer, "covered", mount->covered);
        print_marks(writer, marks);
        json_close(writer);
        return 0;
}

static int print_mounts(JsonWriter *writer, const Ns *ns, const NsProcess *process) {
        const NsSight *sight;
        const NsTable *table;
        int r = 0;

        json_string_or_null(writer, "mounts_reason", reason_or_null(process->sight_reason));
        if (process->sight == SIZE_MAX) {
                json_null(writer, "mount_namespace");
                json_null(writer, "mounts");
                return 0;
        }

        sight = ns->sights + process->sight;
        table = ns->tables + sight->table;
        if (table->mount_namespace > 0)
                json_number(writer, "mount_namespace", table->mount_namespace);
        else
                json_null(writer, "mount_namespace");

        json_open_array(writer, "mounts");
        for (size_t i = 0; r >= 0 && i < table->mounts.n; i++)
                r = print_mount(writer, sight, table->mounts.mounts + i);
        json_close(writer);
        return r;
}

static int print_process(JsonWriter *writer, const Ns *ns, const NsProcess *process) {
        _cleanup_(ns_row_done) NsRow row = {};
        int r = ns_main_row(ns, process, &row);

        if (r < 0)
                return r;

        json_open_object(writer, NULL);
        json_number(writer, "pid", (uint64_t) process->pid);
        json_string_or_null(writer, "command", process->command);
        if (process->namespace != SIZE_MAX)
                json_number(writer, "namespace", ns->namespaces[process->namespace].inode);
        else
                json_null(writer, "namespace");
        print_row(writer, &row);
        json_string_or_null(writer, "reason", reason_or_null(process->namespace_reason ?: process->inside.reason));
        json_string_or_null(writer, "absolute_reason", reason_or_null(process->absolute.reason));
        if (ns->all_hierarchies)
                r = print_hierarchies(writer, ns, process);
        if (r >= 0)
                r = print_mounts(writer, ns, process);
        json_close(writer);
        return r;
}

static int print_namespace(JsonWriter *writer, const Ns *ns, size_t index) {
        const NsNamespace *namespace = ns->namespaces + index;
        _cleanup_free_ char *root = NULL;
        size_t n = 0;

        if (ns_namespace_root(ns, index, "", &root) == -ENOMEM)
                return -ENOMEM;
        for (size_t i = 0; i < ns->n_processes; i++)
                n += ns->processes[i].namespace == index;

        json_open_object(writer, NULL);
        json_number(writer, "namespace", namespace->inode);
        json_boolean(writer, "ours", namespace->own);
        json_boolean(writer, "initial", namespace->inode == CGROUP_NAMESPACE_INITIAL);
        json_string_or_null(writer, "root", root);
        json_number(writer, "processes", n);
        json_string_or_null(writer, "reason", reason_or_null(namespace->reason));
        json_close(writer);
        return 0;
}

int ns_print_json(const Ns *ns) {
        JsonWriter writer;
        int r = 0;

        json_begin(&writer, stdout, ns->options.json_pretty);
        json_number(&writer, "own_namespace", ns->own);
        json_open_array(&writer, "namespaces");
        for (size_t i = 0; r >= 0 && i < ns->n_namespaces; i++)
                r = print_namespace(&writer, ns, i);
        json_close(&writer);

        json_open_array(&writer, "processes");
        for (size_t i = 0; r >= 0 && i < ns->n_processes; i++)
                r = print_process(&writer, ns, ns->processes + i);
        json_close(&writer);

        if (r < 0)
                return log_oom();
        r = json_end(&writer);
        return r < 0 ? log_error_errno(r, "cannot write the answer") : 0;
}
