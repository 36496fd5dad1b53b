/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/clock.h"
#include "basic/log.h"
#include "cgroup/group.h"
#include "cgscope/command/arrival.h"
#include "cgscope/command/in-force.h"
#include "cgscope/group/divide.h"
#include "cgscope/group/interrupt.h"
#include "cgscope/group/undercut.h"
#include "cgscope/verbs.h"

/* `cgscope set`: limits of a unit, through its manager, or of a group, in its files. */

typedef struct Set {
        ScopeOptions limits; /* what is looked for when the manager has set it */
        Aim aim;
        AttributeList attributes;
} Set;

static const Option set_options[] = {
        { "best-effort", 0, NULL, "Only warn about a limit of a unit that has no effect",
          OPTION_FLAG(Set, limits.best_effort) },
        CHANGING_OPTIONS,
};

static void set_done(Set *set) {
        property_list_done(&set->limits.properties);
        attribute_list_done(&set->attributes);
        aim_done(&set->aim);
}

/* The files of a unit's own directory are its manager's, but for these. */
static bool is_for_everybody(const char *word) {
        return startswith(word, "cgroup.subtree_control=");
}

static bool all_for_everybody(char *const words[]) {
        for (size_t i = 0; words[i]; i++)
                if (!is_for_everybody(words[i]))
                        return false;

        return true;
}

/* Of a file that a verb is for, the verb is the remedy. */
static int refuse_file(const char *unit, const char *word, int length) {
        _cleanup_(attribute_list_done) AttributeList list = {};
        _cleanup_trouble_ Trouble trouble = {};

        if (attribute_list_add(&list, word, &trouble) == -EOPNOTSUPP)
                return log_trouble(-EPERM, &trouble);

        return log_refuse(-EPERM,
                          "%.*s of %s belongs to its manager, which would overwrite it; set the property "
                          "instead (MemoryMax= for memory.max)",
                          length, word, unit);
}

static int parse_properties(Set *set, const char *unit, char *const words[]) {
        for (size_t i = 0; words[i]; i++) {
                Trouble trouble = {};
                int name = (int) strcspn(words[i], "="), r;

                if (memchr(words[i], '.', (size_t) name))
                        return refuse_file(unit, words[i], name);

                r = property_list_add(&set->limits.properties, words[i], &trouble);
                if (r == -EOPNOTSUPP)
                        r = trouble_help(&trouble, r, "that is an option of cgscope run and adopt, and stays as it is");
                if (r < 0)
                        return log_trouble(r, &trouble);
        }

        return 0;
}

/* A manager takes any limit, also where nothing enforces it. */
static int check_arrival(Set *set, const char *unit) {
        Scope scope = { .group = set->aim.target, .unit = unit }; /* shallow */
        int r = group_controllers(scope.group.fd, &scope.controllers);

        return r < 0 ? aim_report(&set->aim, r, "cannot look at") : arrival_check(&scope, &set->limits);
}

/* systemd 257 takes settings for a frozen unit, and never writes them. */
static int check_thawed(const Aim *aim, const char *unit) {
        int r = aim_check_frozen(aim, false);

        if (r < 0)
                return r;

        r = group_is_frozen(aim->target.fd);
        if (r > 0)
                return log_refuse(-EBUSY,
                                  "%s is frozen, and its manager would not apply it; thaw it first: cgscope "
                                  "thaw %s",
                                  unit, aim->text);

        return r < 0 ? aim_report(aim, r, "cannot look at") : 0;
}

/* Before anything is changed. */
static int check_ahead(Set *set, const char *unit) {
        int r;

        r = in_force_check_privileges(set->aim.manager, &set->limits.properties, set->limits.best_effort);
        if (r < 0)
                return r;

        r = check_thawed(&set->aim, unit);
        if (r < 0)
                return r;

        return arrival_check_ahead_of_unit(set->aim.target.root, set->aim.target.path, &set->limits);
}

/* A manager that has not answered the call before, @error, will not answer this one, and come to it in its turn. */
static int take_back(const Set *set, const char *unit, UnitUndo *undo, int error) {
        const Client *client = &set->aim.client;
        _cleanup_trouble_ Trouble trouble = {};
        int r;

        r = client->asking->unit_undo_apply(client->manager, undo, &trouble);
        if (r < 0 && (r != -ETIMEDOUT || error != -ETIMEDOUT))
                (void) log_trouble(trouble_wrap(&trouble, r, "%s: its manager did not take back what was set", unit),
                                   &trouble);

        return error;
}

/* Nobody is left to be asked for anything. */
static int report_lost(const char *unit, int error, Trouble *trouble) {
        return log_trouble(trouble_help(trouble, error, "whether it was set says cgscope get %s", unit), trouble);
}

/* What does not arrive is not left with the manager either: it would come into force one day. A call without an answer
 * has gone out, and a busy manager may come to it later. */
static int set_or_undo(Set *set, const char *unit, UnitUndo *undo) {
        const Client *client = &set->aim.client;
        Trouble trouble = {};
        int r;

        r = client->asking->unit_set_properties(client->manager, unit, &set->limits.properties, &trouble);
        if (r >= 0) {
                r = check_arrival(set, unit);
                return r < 0 ? take_back(set, unit, undo, r) : 0;
        }
        if (r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE)
                return report_lost(unit, r, &trouble);

        (void) log_trouble(r, &trouble);
        return r == -ETIMEDOUT ? take_back(set, unit, undo, r) : r;
}

static int set_unit(Set *set, const char *unit) {
        UnitUndo *undo = NULL;
        sigset_t before;
        int r;

        set->limits.common.manager = set->aim.manager;

        r = check_ahead(set, unit);
        if (r < 0)
                return r;

        set->limits.deadline = deadline_after(set->limits.common.timeout);
        r = aim_call(&set->aim, unit_undo_prepare, unit, &set->limits.properties, &undo);
        if (r < 0)
                return r;

        undercut_warn_properties(&set->aim, &set->limits.properties);
        interrupt_hold(&before);
        r = set_or_undo(set, unit, undo);
        interrupt_release(&before);
        set->aim.client.asking->unit_undo_free(undo);
        return r;
}

/* All of them, or none, also where a signal ends this process meanwhile. */
static int set_group(const Set *set) {
        sigset_t before;
        int r;

        interrupt_hold(&before);
        r = divide_apply(&set->aim, &set->attributes);
        interrupt_release(&before);
        return r;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(set_done) Set set = { .aim = AIM_INIT };
        _cleanup_free_ char *unit = NULL;
        bool by_manager;
        int status, r;
        char **words = verb_parse(verb, &set.limits.common, &set, argc, argv, &status);

        if (!words)
                return status;
        if (aim_open(&set.aim, &set.limits.common, *words++, verb->targets) < 0)
                return STATUS_FAILURE;

        by_manager = aim_is_unit(&set.aim, &unit) && !(boundary_is_top(&set.aim.target) && all_for_everybody(words));
        r = by_manager ? parse_properties(&set, unit, words) : divide_parse(words, &set.attributes);
        if (r < 0)
                return r == -EPERM ? STATUS_FAILURE : verb_refusal_status(verb, r);

        r = by_manager ? set_unit(&set, unit) : set_group(&set);
        return r < 0 ? STATUS_FAILURE : EXIT_SUCCESS;
}

const Verb verb_set = {
        .name = "set",
        .synopsis = "[OPTIONS…] TARGET KEY=VALUE…",
        .summary = "Set limits of a scope or group",
        .description = "Set limits: systemd's names (MemoryMax=1G) on a unit, for as long as it lives, or "
                       "on a group; on a group also the kernel's files (memory.max=1G). All or none.",
        .see = "and systemd.resource-control(5) for properties",
        VERB_TAKES(2, VERB_ANY, "target", "setting"),
        .targets = AIM_UNIT_OR_GROUP | AIM_WRITABLE,
        .changes = true,
        .example = "./job cgroup.max.depth=3",
        .options = set_options,
        .run = run,
};
