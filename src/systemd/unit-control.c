/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/unit-control.h"

#include <assert.h>

#include "basic/clock.h"
#include "basic/escape.h"
#include "basic/trouble.h"
#include "basic/utf8.h"
#include "systemd/bus-peer.h"
#include "systemd/job.h"
#include "systemd/property-encode.h"
#include "systemd/unit.h"

/* At least, for it may be the deadline that has passed for which something is taken back. */
#define UNDO_TIMEOUT_USEC (2 * USEC_PER_SEC)

/* What a manager refuses, in our words: the first row counts whose @name is the error's and whose @part (NULL: any) is
 * in its text. Without @cause it is the manager's text that says it. */
static const struct Refusal {
        const char *name;
        const char *part;
        int error;
        const char *cause;
        const char *remedy;
} refusals[] = {
        { SD_BUS_ERROR_INVALID_ARGS, "non-delegated", -EPERM,
          "it is not delegated, so its manager moves no processes into it",
          "cgscope run --delegate makes one that is" },
        { SD_BUS_ERROR_INVALID_ARGS, "manager process", -EPERM, "a manager's own process cannot be moved", NULL },
        { SD_BUS_ERROR_UNIX_PROCESS_ID_UNKNOWN, NULL, -ESRCH, "a process to be moved is gone", NULL },
        { SD_BUS_ERROR_ACCESS_DENIED, "attach processes", -EACCES, "a process to be moved belongs to somebody else",
          "only root may move it" },
        { SD_BUS_ERROR_ACCESS_DENIED, "not owned by", -EACCES, "a process to be moved belongs to somebody else",
          "only root may move it" },
        { SD_BUS_ERROR_ACCESS_DENIED, "Rejected send message", -EACCES, "only root may ask the system manager for this",
          "run it as root" },
        { SD_BUS_ERROR_PROPERTY_READ_ONLY, NULL, -EROFS, NULL,
          "some settings are taken only when a scope is made: cgscope run --property" },
        { SYSTEMD_NAME ".FrozenByParent", NULL, -EBUSY, "it is frozen by a slice above it", "thaw that slice first" },
};

static const struct Refusal *find_refusal(const sd_bus_error *error) {
        for (size_t i = 0; i < ELEMENTSOF(refusals); i++)
                if (sd_bus_error_has_name(error, refusals[i].name) &&
                    (!refusals[i].part || strstr(error->message ?: "", refusals[i].part)))
                        return &refusals[i];

        return NULL;
}

static int explain_no_unit(const Manager *manager, const char *unit, Trouble *trouble) {
        return trouble_set(trouble, -ENOENT, "no unit %s: %s has none of that name; see also %s", unit,
                           manager_title(manager), manager->options.kind == MANAGER_USER ? "--system" : "--user");
}

/* Returns the error. */
static int explain(Manager *manager, const char *unit, int r, const sd_bus_error *error, Trouble *trouble) {
        const struct Refusal *refusal = find_refusal(error);

        if (sd_bus_error_has_name(error, SYSTEMD_NAME ".NoSuchUnit"))
                return explain_no_unit(manager, unit, trouble);

        r = manager_explain(manager, r, error, trouble);
        if (sd_bus_error_has_names(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, SD_BUS_ERROR_ACCESS_DENIED))
                (void) trouble_help(trouble, r,
                                    "run it as root, or where polkit can ask you"); /* the unit is where it is */
        if (refusal)
                r = refusal->error;
        if (refusal && refusal->cause)
                (void) trouble_set(trouble, r, "%s", refusal->cause);
        if (refusal && refusal->remedy)
                (void) trouble_help(trouble, r, "%s", refusal->remedy);

        return trouble_wrap(trouble, r, "%s", unit);
}

static int control(Manager *manager, const char *unit, sd_bus_message *call, sd_bus_message **ret_reply,
                   Trouble *trouble) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = manager_try(manager, call, &error, ret_reply);

        return r < 0 ? explain(manager, unit, r, &error, trouble) : 0;
}

/* The call that sets properties; the array of them is open. */
static int set_call_new(Manager *manager, const char *unit, sd_bus_message **ret) {
        int r = manager_call_new(manager, ret, "SetUnitProperties", "sb", unit, true);

        return r < 0 ? r : sd_bus_message_open_container(*ret, 'a', "(sv)");
}

int unit_set_properties(Manager *manager, const char *unit, const PropertyList *properties, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        assert(manager && unit && properties);

        r = set_call_new(manager, unit, &call);
        if (r < 0)
                return r;

        r = property_list_append(call, properties);
        if (r < 0)
                return r;

        r = sd_bus_message_close_container(call);
        return r < 0 ? r : control(manager, unit, call, NULL, trouble);
}

void unit_undo_free(UnitUndo *undo) {
        (void) sd_bus_message_unref(undo);
}

/* Asks for the property. 0: this manager has none of that name, and will refuse to set it. */
static int ask(Manager *manager, const char *unit, const char *name, sd_bus_message **ret) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = manager_property_new(manager, &call, unit, unit_interface(unit), name);
        if (r < 0)
                return r;

        r = manager_try(manager, call, &error, ret);
        return sd_bus_error_is_set(&error) ? 0 : r < 0 ? r : 1;
}

/* What is set of a list is added to it, unless it is empty. */
static bool has_to_be_emptied(const char *type) {
        return streq(type, "(bas)") || (type[0] == 'a' && !streq(type, "ay"));
}

static int keep(Manager *manager, sd_bus_message *call, const char *unit, const char *name) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *type;
        int r = ask(manager, unit, name, &reply);

        if (r <= 0)
                return r;

        r = sd_bus_message_peek_type(reply, NULL, &type);
        if (r < 0)
                return r;

        /* An empty list of any type is a 0; of the one that a boolean stands before, two. */
        r = has_to_be_emptied(type) ? sd_bus_message_append(call, "(sv)", name, type, 0, 0) : 0;
        if (r < 0)
                return r;

        r = sd_bus_message_enter_container(reply, 'v', type);
        if (r < 0)
                return r;

        r = property_open(call, name, type);
        if (r < 0)
                return r;

        r = sd_bus_message_copy(call, reply, true);
        return r < 0 ? r : property_close(call);
}

static int keep_all(Manager *manager, sd_bus_message *call, const char *unit, const PropertyList *properties) {
        for (size_t i = 0; i < properties->n_items; i++) {
                int r = keep(manager, call, unit, property_info_bus_name(properties->items[i].info));

                if (r < 0)
                        return r;
        }

        return sd_bus_message_close_container(call);
}

int unit_undo_prepare(Manager *manager, const char *unit, const PropertyList *properties, UnitUndo **ret,
                      Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) UnitUndo *undo = NULL;
        int r;

        assert(manager && unit && properties && ret);

        r = set_call_new(manager, unit, &undo);
        if (r >= 0)
                r = keep_all(manager, undo, unit, properties);
        if (r < 0)
                return manager_explain(manager, r, NULL, trouble);

        *ret = TAKE_PTR(undo);
        return 0;
}

int unit_undo_apply(Manager *manager, UnitUndo *undo, Trouble *trouble) {
        uint64_t own = deadline_after(UNDO_TIMEOUT_USEC);

        assert(manager && undo);

        if (manager->options.deadline < own)
                manager->options.deadline = own;

        return manager_call(manager, undo, NULL, trouble);
}

/* The manager answers when it is so. */
int unit_freeze(Manager *manager, const char *unit, bool freeze, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, freeze ? "FreezeUnit" : "ThawUnit", "s", unit);

        return r < 0 ? r : control(manager, unit, call, NULL, trouble);
}

int unit_kill(Manager *manager, const char *unit, int signal, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, "KillUnit", "ssi", unit, "all", (int32_t) signal);

        return r < 0 ? r : control(manager, unit, call, NULL, trouble);
}

static int explain_no_group(const char *unit, const char *subgroup, Trouble *trouble) {
        _cleanup_free_ char *shown = escape_word(subgroup), *word = escape_word(unit);

        return trouble_set(trouble, -ENOENT, "%s: it has no group %s; make it first: cgscope create %s%s", unit,
                           shown ?: "?", word ?: unit, shown ?: "/?");
}

/* Two refusals are about the group, which the manager does not name. */
static int explain_attach(Manager *manager, const char *unit, const char *subgroup, int r, const sd_bus_error *error,
                          Trouble *trouble) {
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_FILE_NOT_FOUND))
                return explain_no_group(unit, subgroup, trouble);
        if (r == -EBUSY)
                return trouble_set(trouble, r,
                                   "%s: its group %s takes no processes: it is frozen, or has controllers "
                                   "enabled in cgroup.subtree_control: thaw it, or choose a group below",
                                   unit, subgroup);

        return explain(manager, unit, r, error, trouble);
}

int unit_attach(Manager *manager, const char *unit, const char *subgroup, const pid_t *pids, size_t n_pids,
                Trouble *trouble) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        assert(manager && unit && subgroup && pids);

        r = manager_check_numbers(manager, pids, n_pids, trouble);
        if (r < 0)
                return r;
        if (!utf8_is_valid(subgroup))
                return trouble_set(trouble, -EINVAL,
                                   "%s: a manager cannot be asked to move anything into its group "
                                   "%s: the name is no UTF-8, and the bus carries nothing else; from inside of %s it "
                                   "can be done without the manager",
                                   unit, subgroup, unit);

        static_assert(sizeof(pid_t) == sizeof(uint32_t), "process numbers go over the bus as they are");
        r = manager_call_new(manager, &call, "AttachProcessesToUnit", "ss", unit, subgroup);
        if (r < 0)
                return r;

        r = sd_bus_message_append_array(call, 'u', pids, n_pids * sizeof(pid_t));
        if (r < 0)
                return r;

        r = manager_try(manager, call, &error, &reply);
        return r < 0 ? explain_attach(manager, unit, subgroup, r, &error, trouble) : 0;
}

static int call_for_job(Manager *manager, const char *method, const char *unit, sd_bus_message **ret_reply,
                        Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = manager_call_new(manager, &call, method, "ss", unit, "replace");

        return r < 0 ? r : control(manager, unit, call, ret_reply, trouble);
}

int unit_stop(Manager *manager, const char *unit, Trouble *trouble) {
        return call_for_job(manager, "StopUnit", unit, NULL, trouble);
}

static int thaw_frozen(Manager *manager, const char *unit, Trouble *trouble) {
        _cleanup_free_ char *state = NULL;
        int r = unit_is_loaded(manager, unit, trouble);

        if (r == 0)
                return explain_no_unit(manager, unit, trouble);
        if (r < 0)
                return r;

        r = manager_get_text(manager, unit, SYSTEMD_UNIT, "FreezerState", &state, trouble);
        if (r < 0)
                return r;

        return streq(state, "running") || streq(state, "thawing") ? 0 : unit_freeze(manager, unit, false, trouble);
}

/* What follows is about a unit that is stopped, or else restarted, by a job. */

/* Whether a manager that was away meanwhile has done it. 1: it has. */
static int is_done(const JobWatch *watch, bool stop, Trouble *trouble) {
        _cleanup_free_ char *state = NULL;
        int r = unit_state(watch->manager, watch->unit, &state, trouble);

        if (r <= 0)
                return r < 0 ? r : 1;
        if (stop)
                return streq(state, "inactive") || streq(state, "failed");

        r = unit_has_job(watch->manager, watch->unit, trouble);
        return r < 0 ? r : r == 0;
}

static int explain_wait(const JobWatch *watch, bool stop, int r, Trouble *trouble) {
        _cleanup_free_ char *word = escape_word(watch->unit);

        if (r != -ETIMEDOUT)
                return explain(watch->manager, watch->unit, r, NULL, trouble);
        if (stop)
                return trouble_set(trouble, r,
                                   "%s: it was asked to stop and has not ended in time; --timeout sets "
                                   "how long to wait, cgscope kill -s KILL %s ends it at once",
                                   watch->unit, word ?: watch->unit);

        return trouble_set(trouble, r,
                           "%s: it was asked to restart and has not done so in time; systemctl status %s "
                           "says how far it is",
                           watch->unit, word ?: watch->unit);
}

static int explain_result(const JobWatch *watch, bool stop, Trouble *trouble) {
        _cleanup_free_ char *word = escape_word(watch->unit);
        const char *result = watch->jobs[0].result;

        if (streq(result, "done"))
                return 0;
        if (streq(result, "frozen"))
                return trouble_set(trouble, -EBUSY,
                                   "%s: it is frozen, by itself or by a slice above it, and "
                                   "cannot be stopped before that is thawed",
                                   watch->unit);

        return trouble_set(trouble, -EIO,
                           "%s: the job that %ss it ended with \"%s\"; the reason is in the "
                           "journal: journalctl %s--unit %s",
                           watch->unit, stop ? "stop" : "restart", result,
                           watch->manager->options.kind == MANAGER_USER ? "--user " : "", word ?: watch->unit);
}

static int await_job(JobWatch *watch, bool stop, Trouble *trouble) {
        while (!watch->jobs[0].ended) {
                int r;

                if (watch->returned) {
                        watch->returned = false;
                        r = is_done(watch, stop, trouble);
                        if (r != 0)
                                return r < 0 ? r : 0;
                }

                r = job_watch_step(watch, watch->manager->options.deadline);
                if (r < 0)
                        return explain_wait(watch, stop, r, trouble);
        }

        return explain_result(watch, stop, trouble);
}

static int stop_or_restart(Manager *manager, const char *unit, bool stop, Trouble *trouble) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_watch_done) JobWatch watch = {};
        Job job = {};
        int r;

        r = job_watch_begin(&watch, manager, unit, &job, 1);
        if (r < 0)
                return r;

        r = call_for_job(manager, stop ? "StopUnit" : "RestartUnit", unit, &reply, trouble);
        if (r < 0)
                return r;

        r = job_watch_take(&watch, &job, reply);
        return r < 0 ? r : await_job(&watch, stop, trouble);
}

int unit_stop_wait(Manager *manager, const char *unit, Trouble *trouble) {
        int r = thaw_frozen(manager, unit, trouble);

        return r < 0 ? r : stop_or_restart(manager, unit, true, trouble);
}

int unit_restart_wait(Manager *manager, const char *unit, Trouble *trouble) {
        return stop_or_restart(manager, unit, false, trouble);
}
