/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/scope/run-confine.h"

#include "basic/log.h"
#include "cgroup/boundary.h"

/* `cgscope run --cgroup-namespace`. The namespace begins where its maker is at that moment, so it is made while that is
 * still in the scope's own group. Root makes it with its own rights and becomes the command's user afterwards; anybody
 * else goes through a user namespace. Who supervises stays outside: from inside, the scope's own files could not be
 * written. */

static bool is_wanted(const Run *run) {
        return run->options.command.cgroup_namespace.wanted;
}

static int report_identity(const Run *run, int error) {
        return log_error_errno(error, "cannot become uid %s", run->identity.uid_text);
}

int run_assume(Run *run) {
        Identity *identity = &run->identity;
        int r;

        run->borrowed = is_wanted(run) && geteuid() == 0 && (identity->user_given || identity->group_given);
        r = run->borrowed ? identity_borrow(identity) : identity_assume(identity);

        return r < 0 ? report_identity(run, r) : 0;
}

/* Root's rights back, for as long as they are needed. */
static int take_rights(const Run *run) {
        int r = run->borrowed ? identity_return(&run->identity) : 0;

        return r < 0 ? log_error_errno(r, "cannot become root again") : 0;
}

/* The user's now, for good. */
static int settle(Run *run) {
        int r = take_rights(run);

        if (r < 0 || !run->borrowed)
                return r;

        run->borrowed = false;
        r = identity_assume(&run->identity);
        return r < 0 ? report_identity(run, r) : 0;
}

/* Here, or for the command to come. */
static int confine(Run *run) {
        ConfinementFlags flags;
        int r = take_rights(run);

        if (r < 0)
                return r;

        flags = confine_flags(&run->options.command.cgroup_namespace);
        r = scope_options_supervise(&run->options) ? confine_prepare(flags, &run->confinement) : confine_self(flags);
        if (r < 0)
                return r;

        return run->borrowed ? run_assume(run) : 0;
}

int run_confine_at_boundary(Run *run) {
        return is_wanted(run) && !run->options.command.cgroup_namespace.leaf ? confine(run) : 0;
}

int run_confine_at_leaf(Run *run) {
        int r = 0;

        if (!is_wanted(run))
                return 0;
        if (run->options.command.cgroup_namespace.leaf) {
                (void) boundary_mark_namespace(run->scope.leaf);
                if (!scope_options_supervise(&run->options))
                        r = confine(run);
        }

        return r < 0 || scope_options_supervise(&run->options) ? r : settle(run);
}

int run_confine_command(void *userdata) {
        Run *run = userdata;
        const NamespaceOptions *options = &run->options.command.cgroup_namespace;
        int r;

        if (!is_wanted(run))
                return 0;

        r = take_rights(run);
        if (r < 0)
                return r;

        r = options->leaf ? confine_self(confine_flags(options)) : confine_by(&run->confinement);
        return r < 0 ? r : settle(run);
}

int run_confine_supervisor(void *userdata) {
        return settle(userdata);
}
