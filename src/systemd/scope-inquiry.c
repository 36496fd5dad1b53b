/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/scope-internal.h"

/* The answer to an inquiry: a property in a variant, copied to @to. */
static int read_text(Start *start, sd_bus_message *m, char *to, size_t size) {
        const sd_bus_error *error = sd_bus_message_get_error(m);
        const char *text;
        int r;

        if (error)
                return start_fail_errno(start, -sd_bus_message_get_errno(m), error);

        r = sd_bus_message_read(m, "v", "s", &text);
        if (r < 0)
                return start_fail_errno(start, r, NULL);

        if ((size_t) snprintf(to, size, "%s", text) >= size)
                return start_fail_errno(start, -ENAMETOOLONG, NULL);
        return 0;
}

static void inquiry_answered(Start *start) {
        if (--start->n_inquiries > 0 || start->phase != PHASE_INQUIRING)
                return;

        if (start->lost) {
                start->lost = false;
                start->inquired_again = true;
                (void) start_inquire(start);
        } else
                start->phase = PHASE_DONE;
}

static int on_control_group(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        Start *start = userdata;

        /* As the call itself: lost while the manager re-executes, it is made again, once. */
        if (!start->inquired_again && sd_bus_error_has_name(sd_bus_message_get_error(m), SD_BUS_ERROR_NO_REPLY))
                start->lost = true;
        else
                (void) read_text(start, m, start->result->control_group, sizeof(start->result->control_group));
        inquiry_answered(start);
        return 0;
}

static int on_invocation_id(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        Start *start = userdata;
        const uint8_t *id;
        size_t size;

        /* For the command's environment only: without it all goes on. */
        if (!sd_bus_message_get_error(m) && sd_bus_message_enter_container(m, SD_BUS_TYPE_VARIANT, "ay") >= 0 &&
            sd_bus_message_read_array(m, 'y', (const void **) &id, &size) >= 0 && size == 16)
                for (size_t i = 0; i < size; i++)
                        (void) snprintf(start->result->invocation_id + 2 * i, 3, "%02x", id[i]);

        inquiry_answered(start);
        return 0;
}

static int get_async(Start *start, const char *path, const char *interface, const char *name,
                     sd_bus_message_handler_t handler) {
        int r;

        r = sd_bus_call_method_async(start->manager->bus, start_next_slot(start), SYSTEMD_NAME, path, DBUS_PROPERTIES, "Get",
                                     handler, start, "ss", interface, name);
        if (r >= 0)
                start->n_inquiries++;
        return r;
}

int start_inquire(Start *start) {
        _cleanup_free_ char *path = NULL;
        int r;

        start->phase = PHASE_INQUIRING;

        r = sd_bus_path_encode(SYSTEMD_UNIT_PREFIX, start->request->unit, &path);
        if (r >= 0)
                r = get_async(start, path, SYSTEMD_SCOPE, "ControlGroup", on_control_group);
        if (r >= 0)
                r = get_async(start, path, SYSTEMD_UNIT, "InvocationID", on_invocation_id);

        return r < 0 ? start_fail_errno(start, r, NULL) : 0;
}

int start_await_job(Start *start, const char *job, const char *sender) {
        (void) snprintf(start->owner, sizeof(start->owner), "%s", sender ?: "");
        if ((size_t) snprintf(start->job, sizeof(start->job), "%s", job) >= sizeof(start->job))
                return start_fail_errno(start, -EBADMSG, NULL);

        start->phase = PHASE_JOB;
        for (size_t i = 0; i < ELEMENTSOF(start->removed); i++)
                if (streq(start->job, start->removed[i].job) && streq(start->owner, start->removed[i].sender))
                        return start_job_ended(start, start->removed[i].result);
        return 0;
}

static int on_job(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        Start *start = userdata;
        const char *job;
        uint32_t id;
        int r;

        if (start->phase != PHASE_JOB && start->phase != PHASE_CALLING)
                return 0;
        if (sd_bus_message_get_error(m))
                return start_fail_errno(start, -sd_bus_message_get_errno(m), sd_bus_message_get_error(m));

        r = sd_bus_message_read(m, "v", "(uo)", &id, &job);
        if (r < 0)
                return start_fail_errno(start, r, NULL);
        if (id == 0)
                return start_inquire(start);

        return start_await_job(start, job, sd_bus_message_get_sender(m));
}

int start_ask_for_job(Start *start) {
        _cleanup_free_ char *path = NULL;
        int r;

        r = sd_bus_path_encode(SYSTEMD_UNIT_PREFIX, start->request->unit, &path);
        if (r >= 0)
                r = sd_bus_call_method_async(start->manager->bus, start_next_slot(start), SYSTEMD_NAME, path,
                                             DBUS_PROPERTIES, "Get", on_job, start, "ss", SYSTEMD_UNIT, "Job");
        return r < 0 ? start_fail_errno(start, r, NULL) : 0;
}
