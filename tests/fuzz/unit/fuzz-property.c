/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties: what is refused says why and adds nothing, what is taken the bus takes, too, and where it is one figure
 * it is the same one written anew. */

#include <inttypes.h>

#include "basic/format.h"
#include "basic/parse-words.h"
#include "systemd/fuzz-bus.h"
#include "systemd/property-encode.h"
#include "unit/property.h"

#define REPEATED 500

/* As a unit file would have it. False: it is no single figure. */
static bool write_figure(const PropertyValue *value, char *text, size_t size) {
        const char *name = property_info_name(value->info), *bus_name = property_info_bus_name(value->info);
        char share[FORMAT_MAX];

        if (value->kind == PROPERTY_BOOLEAN)
                (void) snprintf(text, size, "%s=%s", name, value->boolean ? "yes" : "no");
        else if (value->kind == PROPERTY_INT32)
                (void) snprintf(text, size, "%s=%d", name, (int) value->int32);
        else if (value->kind != PROPERTY_UINT64)
                return false;
        else if (streq(bus_name, "CPUQuotaPerSecUSec") && value->uint64 < UINT64_MAX)
                (void) snprintf(text, size, "%s=%s", name, format_ppm(value->uint64, share));
        else if (endswith(bus_name, "Weight") && value->uint64 == 0)
                (void) snprintf(text, size, "%s=idle", name);
        else if (value->uint64 == UINT64_MAX)
                (void) snprintf(text, size, "%s=%s", name, endswith(bus_name, "Weight") ? "" : "infinity");
        else
                (void) snprintf(text, size, "%s=%" PRIu64 "%s", name, value->uint64,
                                endswith(bus_name, "USec") ? "us" : "");

        return true;
}

static void check_value(const PropertyValue *value) {
        _cleanup_(property_list_done) PropertyList list = {};
        char text[256];

        if (!write_figure(value, text, sizeof(text)))
                return;

        promise(property_list_add(&list, text, NULL) == 0);
        promise(streq(list.items[0].bus_name, value->bus_name) && list.items[0].kind == value->kind);
        if (value->kind == PROPERTY_UINT64)
                promise(list.items[0].uint64 == value->uint64);
        else if (value->kind == PROPERTY_BOOLEAN)
                promise(list.items[0].boolean == value->boolean);
        else
                promise(list.items[0].int32 == value->int32);
}

static void check_list(const PropertyList *list) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;

        promise(sd_bus_message_new_signal(fuzz_bus(false), &message, "/x", "x.y", "Z") >= 0);
        promise(sd_bus_message_open_container(message, 'a', "(sv)") >= 0);
        promise(property_list_append(message, list) >= 0 && sd_bus_message_close_container(message) >= 0);
        fuzz_seal(message);

        for (size_t i = 0; i < list->n_items; i++) {
                const PropertyValue *value = &list->items[i];

                promise(!property_value_needs_controller(value) || property_value_asks(value));
                promise(!property_value_needs_privileges(value) || property_value_asks(value));
                (void) property_list_resets(list, i);
                check_value(value);
        }
}

/* @assignment with its value again and again, as of a list: whatever becomes of it, that takes no more memory than it
 * is long. */
static void check_long(const char *assignment) {
        const char *value = strchr(assignment, '=') + 1;
        size_t length = strlen(value) + 1;
        _cleanup_(property_list_done) PropertyList list = {};
        char *text = malloc((size_t) (value - assignment) + REPEATED * length + 1), *end;

        promise(text);
        end = mempcpy(text, assignment, (size_t) (value - assignment));
        for (size_t i = 0; i < REPEATED; i++)
                end = stpcpy(stpcpy(end, value), " ");

        fuzz_count();
        (void) property_list_add(&list, text, NULL);
        promise(fuzz_counted() <= 64 * strlen(text) + 4096);
        free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(property_list_done) PropertyList list = {};
        FuzzInput input = { data, size };

        while (input.size > 0) {
                _cleanup_free_ char *assignment = fuzz_line(&input);
                _cleanup_trouble_ Trouble trouble = {};
                size_t n = list.n_items, length = strlen(assignment);
                int r;

                fuzz_count();
                r = property_list_add(&list, assignment, &trouble);
                promise(fuzz_counted() <= 64 * length + sizeof(PropertyValue) * 2 * (n + 2) + 4096);
                promise(r == 0 || r == -EINVAL || r == -ERANGE || r == -ENOENT || r == -EOPNOTSUPP);
                promise(list.n_items == (r == 0 ? n + 1 : n) && trouble.error == r);
                if (r < 0)
                        promise(trouble.cause && text_is_printable(trouble.cause) && !endswith(trouble.cause, "."));
                else
                        promise(!trouble.cause && list.items[n].info && list.items[n].kind != PROPERTY_NOTHING);
                if (r == 0 && list.items[n].kind == PROPERTY_UINT64 && list.items[n].uint64 == UINT64_MAX)
                        promise(endswith(assignment, "=") || strstr(assignment, "infinity"));
                if (r == 0 && n == 0 && length < 64)
                        check_long(assignment);
        }

        check_list(&list);
        return 0;
}
