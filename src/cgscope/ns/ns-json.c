/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/ns/ns.h"

#include "basic/json.h"
#include "basic/log.h"
#include "namespace/view-mark.h"
#include "namespace/view-namespace.h"
#include "namespace/view-read.h"

static void print_reason(JsonWriter *writer, const char *name, ViewReason reason) {
        json_string_or_null(writer, name, reason == VIEW_KNOWN ? NULL : view_reason_text(reason));
}

static void print_marks(JsonWriter *writer, unsigned marks) {
        char text[VIEW_MARKS_TEXT_MAX];

        json_words(writer, "marks", view_marks_format(marks, text), ',');
}

static void print_row(JsonWriter *writer, const Ns *ns, const ViewProcess *process, const ViewRow *row) {
        json_string_or_null(writer, "hierarchy", row->hierarchy ? view_hierarchy_title(row->hierarchy) : NULL);
        json_string_or_null(writer, "control_group", row->ours);
        json_string_or_null(writer, "inside", row->inside);
        json_string_or_null(writer, "absolute", row->absolute);
        print_marks(writer, view_row_marks(&ns->view, process, row, ns->all_hierarchies));
}

static void print_hierarchies(JsonWriter *writer, const Ns *ns, const ViewProcess *process) {
        json_open_array(writer, "hierarchies");
        for (size_t i = 0; i < process->n_rows; i++) {
                json_open_object(writer, NULL);
                print_row(writer, ns, process, process->rows + i);
                json_close(writer);
        }
        json_close(writer);
}

static int print_mount(JsonWriter *writer, const ViewMount *mount) {
        _cleanup_free_ char *options = view_mount_options(mount->mount);

        if (!options)
                return -ENOMEM;

        json_open_object(writer, NULL);
        json_string(writer, "mount", mount->mount->point);
        json_string(writer, "hierarchy", view_hierarchy_title(mount->hierarchy));
        json_string(writer, "root", mount->mount->root);
        json_string_or_null(writer, "inside", mount->inside);
        json_words(writer, "options", options, ',');
        json_boolean(writer, "covered", mount->mount->covered);
        print_marks(writer, mount->marks);
        json_close(writer);
        return 0;
}

/* 0 is not known. */
static void print_inode(JsonWriter *writer, const char *name, uint64_t inode) {
        if (inode > 0)
                json_number(writer, name, inode);
        else
                json_null(writer, name);
}

static int print_mounts(JsonWriter *writer, const View *view, const ViewProcess *process) {
        const ViewSight *sight = process->sight == SIZE_MAX ? NULL : view->sights + process->sight;
        int r = 0;

        print_reason(writer, "mounts_reason", process->mounts_reason);
        print_inode(writer, "mount_namespace", sight ? view->tables[sight->table].mount_namespace : 0);
        if (!sight)
                return json_null(writer, "mounts"), 0;

        json_open_array(writer, "mounts");
        for (size_t i = 0; r >= 0 && i < sight->n_mounts; i++)
                r = print_mount(writer, sight->mounts + i);
        json_close(writer);
        return r;
}

static int print_process(JsonWriter *writer, const Ns *ns, const ViewProcess *process) {
        const ViewRow none = {}, *row = view_main_row(process) ?: &none;
        size_t namespace = process->namespace;
        int r;

        json_open_object(writer, NULL);
        json_number(writer, "pid", (uint64_t) process->pid);
        json_string_or_null(writer, "command", process->command);
        print_inode(writer, "namespace", namespace == SIZE_MAX ? 0 : ns->view.namespaces[namespace].inode);
        print_row(writer, ns, process, row);
        print_reason(writer, "reason", process->inside_reason);
        print_reason(writer, "absolute_reason", process->absolute_reason);
        if (ns->all_hierarchies)
                print_hierarchies(writer, ns, process);
        r = print_mounts(writer, &ns->view, process);
        json_close(writer);
        return r;
}

static int print_namespace(JsonWriter *writer, const View *view, size_t index) {
        const ViewNamespace *namespace = view->namespaces + index;
        _cleanup_free_ char *root = NULL;
        size_t n = 0;

        if (view_namespace_root(namespace, "", &root) == -ENOMEM)
                return -ENOMEM;
        for (size_t i = 0; i < view->n_processes; i++)
                n += view->processes[i].namespace == index;

        json_open_object(writer, NULL);
        json_number(writer, "namespace", namespace->inode);
        json_boolean(writer, "ours", namespace->own);
        json_boolean(writer, "initial", namespace->inode == CGROUP_NAMESPACE_INITIAL);
        json_string_or_null(writer, "root", root);
        json_number(writer, "processes", n);
        print_reason(writer, "reason", namespace->reason);
        json_close(writer);
        return 0;
}

int ns_print_json(const Ns *ns) {
        const View *view = &ns->view;
        JsonWriter writer;
        int r = 0;

        json_begin(&writer, stdout, ns->options.json_pretty);
        json_number(&writer, "own_namespace", view->own);
        json_open_array(&writer, "namespaces");
        for (size_t i = 0; r >= 0 && i < view->n_namespaces; i++)
                r = print_namespace(&writer, view, i);
        json_close(&writer);

        json_open_array(&writer, "processes");
        for (size_t i = 0; r >= 0 && i < view->n_processes; i++)
                r = print_process(&writer, ns, view->processes + i);
        json_close(&writer);

        if (r < 0)
                return log_oom();
        r = json_end(&writer);
        return r < 0 ? log_error_errno(r, "cannot write the answer") : 0;
}
