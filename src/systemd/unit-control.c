/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/clock.h"
#include "basic/message.h"
#include "systemd/property-encode.h"
#include "systemd/unit.h"

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
          "it is not delegated, so its manager moves no processes into it", "cgscope run --delegate makes one that is" },
        { SD_BUS_ERROR_INVALID_ARGS, "manager process", -EPERM, "a manager's own process cannot be moved", NULL },
        { SD_BUS_ERROR_UNIX_PROCESS_ID_UNKNOWN, NULL, -ESRCH, "a process to be moved is gone", NULL },
        { SD_BUS_ERROR_ACCESS_DENIED, "attach processes", -EACCES, "a process to be moved belongs to somebody else",
          "only root may move it" },
        { SD_BUS_ERROR_ACCESS_DENIED, "not owned by", -EACCES, "a process to be moved belongs to somebody else",
          "only root may move it" },
        { SD_BUS_ERROR_ACCESS_DENIED, "Rejected send message", -EACCES,
          "only root may ask the system manager for this", "run it as root, or for a unit of your own (--user)" },
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

static int explain_no_unit(const Manager *manager, const char *unit, char **ret_message) {
        bool user = manager->options.kind == MANAGER_USER;

        return message_set(-ENOENT, ret_message, "no unit %s: %s has none of that name; see also %s", unit,
                   user ? "your user manager" : "the system manager", user ? "--system" : "--user");
}

/* Returns the error. */
static int explain(Manager *manager, const char *unit, int r, const sd_bus_error *error, char **ret_message) {
        _cleanup_free_ char *text = NULL;
        const struct Refusal *refusal = find_refusal(error);
        const char *cause, *remedy = refusal ? refusal->remedy : NULL;

        if (sd_bus_error_has_name(error, SYSTEMD_NAME ".NoSuchUnit"))
                return explain_no_unit(manager, unit, ret_message);

        r = manager_explain(manager, r, error, &text);
        if (!text)
                return r;

        cause = refusal && refusal->cause ? refusal->cause : text;
        return message_set(refusal ? refusal->error : r, ret_message, "%s: %s%s%s", unit, cause, remedy ? "; " : "",
                   remedy ?: "");
}

static int new_call(Manager *manager, sd_bus_message **ret, const char *method, const char *types, ...) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        va_list arguments;
        int r;

        r = sd_bus_message_new_method_call(manager->bus, &call, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, method);
        if (r < 0)
                return r;

        va_start(arguments, types);
        r = sd_bus_message_appendv(call, types, arguments);
        va_end(arguments);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(call);
        return 0;
}

static int control(Manager *manager, const char *unit, sd_bus_message *call, sd_bus_message **ret_reply,
                   char **ret_message) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = unit_call(manager, call, &error, ret_reply);

        return r < 0 ? explain(manager, unit, r, &error, ret_message) : 0;
}

int unit_set_properties(Manager *manager, const char *unit, const PropertyList *properties, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = new_call(manager, &call, "SetUnitProperties", "sb", unit, true);
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "(sv)");
        for (size_t i = 0; r >= 0 && i < properties->n_items; i++)
                r = property_value_append(call, &properties->items[i]);
        if (r >= 0)
                r = sd_bus_message_close_container(call);

        return r < 0 ? r : control(manager, unit, call, &reply, ret_message);
}

/* The manager answers when it is so. */
int unit_freeze(Manager *manager, const char *unit, bool freeze, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r = new_call(manager, &call, freeze ? "FreezeUnit" : "ThawUnit", "s", unit);

        return r < 0 ? r : control(manager, unit, call, &reply, ret_message);
}

int unit_kill(Manager *manager, const char *unit, int signal, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r = new_call(manager, &call, "KillUnit", "ssi", unit, "all", (int32_t) signal);

        return r < 0 ? r : control(manager, unit, call, &reply, ret_message);
}

/* Two refusals are about the group, which the manager does not name. */
static int explain_attach(Manager *manager, const char *unit, const char *subgroup, int r, const sd_bus_error *error,
                          char **ret_message) {
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_FILE_NOT_FOUND))
                return message_set(-ENOENT, ret_message, "%s: it has no group %s; make it first: cgscope create %s%s", unit,
                           subgroup, unit, subgroup);
        if (r == -EBUSY)
                return message_set(r, ret_message, "%s: its group %s takes no processes: it is frozen, or has controllers "
                           "enabled in cgroup.subtree_control: thaw it, or choose a group below", unit, subgroup);

        return explain(manager, unit, r, error, ret_message);
}

int unit_attach(Manager *manager, const char *unit, const char *subgroup, const pid_t *pids, size_t n_pids,
                char **ret_message) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = new_call(manager, &call, "AttachProcessesToUnit", "ss", unit, subgroup);
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "u");
        for (size_t i = 0; r >= 0 && i < n_pids; i++)
                r = sd_bus_message_append(call, "u", (uint32_t) pids[i]);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        if (r < 0)
                return r;

        r = unit_call(manager, call, &error, &reply);
        return r < 0 ? explain_attach(manager, unit, subgroup, r, &error, ret_message) : 0;
}

static int call_stop(Manager *manager, const char *unit, sd_bus_message **ret_reply, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = new_call(manager, &call, "StopUnit", "ss", unit, "replace");

        return r < 0 ? r : control(manager, unit, call, ret_reply, ret_message);
}

int unit_stop(Manager *manager, const char *unit, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

        return call_stop(manager, unit, &reply, ret_message);
}

/* The end of a unit, as the manager tells of it. */
typedef struct Stop {
        Manager *manager;
        const char *unit;
        char job[128];
        char owner[64];  /* the manager on the bus: what others send in its name does not count */
        char result[32]; /* "": not known yet */
        bool returned;   /* the manager left the bus and is back: it may have told nobody of the end */
} Stop;

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        const char *job, *result, *sender = sd_bus_message_get_sender(m) ?: "";
        Stop *stop = userdata;

        if (sd_bus_message_read(m, "uoss", NULL, &job, NULL, &result) >= 0 && streq(job, stop->job) &&
            streq(sender, stop->owner))
                (void) snprintf(stop->result, sizeof(stop->result), "%s", result);
        return 0;
}

static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        const char *sender = sd_bus_message_get_sender(m) ?: "", *owner;
        Stop *stop = userdata;

        if (sd_bus_message_read(m, "sss", NULL, NULL, &owner) >= 0 && streq(sender, DBUS_NAME)) {
                (void) snprintf(stop->owner, sizeof(stop->owner), "%s", owner);
                stop->returned = *owner;
        }
        return 0;
}

/* Both matches reach the bus before the calls that follow. Signals are dealt with only in wait_until_stopped(), when
 * the job's name is known: until then they wait in the connection's queue. */
static int match(Stop *stop, sd_bus_slot **ret_job, sd_bus_slot **ret_owner) {
        int r;

        r = sd_bus_match_signal_async(stop->manager->bus, ret_job, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                      "JobRemoved", on_job_removed, NULL, stop);
        if (r < 0)
                return r;

        return sd_bus_add_match_async(stop->manager->bus, ret_owner, "type='signal',sender='" DBUS_NAME "',"
                                      "member='NameOwnerChanged',arg0='" SYSTEMD_NAME "'", on_owner_changed, NULL,
                                      stop);
}

static int thaw_frozen(Manager *manager, const char *unit, char **ret_message) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *found = NULL, *reply = NULL;
        const char *path, *state;
        int r;

        r = unit_find(manager, unit, &found, &path, ret_message);
        if (r == 0)
                return explain_no_unit(manager, unit, ret_message);
        if (r >= 0)
                r = manager_get_property(manager, path, SYSTEMD_UNIT, "FreezerState", "s", &reply, ret_message);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &state);
        if (r < 0)
                return r;

        return streq(state, "running") || streq(state, "thawing") ? 0 : unit_freeze(manager, unit, false, ret_message);
}

/* 1: it is. */
static int is_stopped(Stop *stop, char **ret_message) {
        _cleanup_free_ char *state = NULL;
        int r = unit_state(stop->manager, stop->unit, &state, ret_message);

        return r < 0 ? r : r == 0 || streq(state, "inactive") || streq(state, "failed");
}

static int explain_wait(Stop *stop, int r, char **ret_message) {
        if (r != -ETIMEDOUT)
                return explain(stop->manager, stop->unit, r, NULL, ret_message);

        return message_set(r, ret_message, "%s: it was asked to stop and has not ended in time; --timeout sets how long to "
                   "wait, cgscope kill -s KILL %s ends it at once", stop->unit, stop->unit);
}

static int explain_result(const Stop *stop, char **ret_message) {
        if (streq(stop->result, "done"))
                return 0;
        if (streq(stop->result, "frozen"))
                return message_set(-EBUSY, ret_message, "%s: it is frozen, by itself or by a slice above it, and cannot be "
                           "stopped before that is thawed", stop->unit);

        return message_set(-EIO, ret_message, "%s: the job that stops it ended with \"%s\"; the reason is in the journal: "
                   "journalctl %s--unit %s", stop->unit, stop->result,
                   stop->manager->options.kind == MANAGER_USER ? "--user " : "", stop->unit);
}

static int wait_until_stopped(Stop *stop, char **ret_message) {
        sd_bus *bus = stop->manager->bus;

        while (!*stop->result) {
                uint64_t left = deadline_left(stop->manager->options.deadline);
                int r;

                if (stop->returned) {
                        stop->returned = false;
                        r = is_stopped(stop, ret_message);
                        if (r != 0)
                                return r < 0 ? r : 0;
                }

                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = left > 0 ? sd_bus_wait(bus, left) : -ETIMEDOUT;
                if (r < 0 && r != -EINTR)
                        return explain_wait(stop, r, ret_message);
        }

        return explain_result(stop, ret_message);
}

int unit_stop_wait(Manager *manager, const char *unit, char **ret_message) {
        _cleanup_(sd_bus_slot_unrefp) sd_bus_slot *job_slot = NULL, *owner_slot = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Stop stop = { .manager = manager, .unit = unit };
        const char *job;
        int r;

        r = thaw_frozen(manager, unit, ret_message);
        if (r < 0)
                return r;

        r = match(&stop, &job_slot, &owner_slot);
        if (r < 0)
                return r;

        r = call_stop(manager, unit, &reply, ret_message);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &job);
        if (r < 0)
                return r;

        (void) snprintf(stop.job, sizeof(stop.job), "%s", job);
        (void) snprintf(stop.owner, sizeof(stop.owner), "%s", sd_bus_message_get_sender(reply) ?: "");
        return wait_until_stopped(&stop, ret_message);
}
