/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/property-encode.h"

#include <netinet/in.h>

#include "basic/macros.h"

/* The content of the variant, by the member of the union that the signature stands for. */

typedef int (*AppendFunction)(sd_bus_message *m, const PropertyValue *value, size_t i);

static int append_array(sd_bus_message *m, const PropertyValue *value, const char *contents, size_t n,
                        AppendFunction append) {
        int r = sd_bus_message_open_container(m, 'a', contents);

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = append(m, value, i);

        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_text(sd_bus_message *m, const PropertyValue *value, size_t i) {
        return sd_bus_message_append(m, "(ss)", value->pairs.items[i].key, value->pairs.items[i].text);
}

static int append_number(sd_bus_message *m, const PropertyValue *value, size_t i) {
        return sd_bus_message_append(m, "(st)", value->pairs.items[i].key, value->pairs.items[i].number);
}

static int append_address(sd_bus_message *m, const PropertyValue *value, size_t i) {
        const PropertyAddress *address = &value->addresses.items[i];
        size_t size = address->family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
        int r;

        r = sd_bus_message_open_container(m, 'r', "iayu");
        if (r < 0)
                return r;

        r = sd_bus_message_append(m, "i", address->family);
        if (r < 0)
                return r;

        r = sd_bus_message_append_array(m, 'y', address->address, size);
        if (r < 0)
                return r;

        r = sd_bus_message_append(m, "u", address->prefix_length);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_bind_rule(sd_bus_message *m, const PropertyValue *value, size_t i) {
        const PropertyBindRule *rule = &value->bind_rules.items[i];

        return sd_bus_message_append(m, "(iiqq)", rule->family, rule->protocol, rule->n_ports, rule->first_port);
}

static int append_nft_set(sd_bus_message *m, const PropertyValue *value, size_t i) {
        const PropertyNftSet *set = &value->nft_sets.items[i];

        return sd_bus_message_append(m, "(iiss)", set->source, set->protocol, set->table, set->set);
}

static int append_interfaces(sd_bus_message *m, const PropertyValue *value) {
        int r;

        r = sd_bus_message_open_container(m, 'r', "bas");
        if (r < 0)
                return r;

        r = sd_bus_message_append(m, "b", (int) value->interfaces.allow);
        if (r < 0)
                return r;

        r = sd_bus_message_append_strv(m, value->interfaces.names);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_content(sd_bus_message *m, const PropertyValue *value) {
        const char *signature = value->signature;

        if (streq(signature, "b"))
                return sd_bus_message_append(m, "b", (int) value->boolean);
        if (streq(signature, "i"))
                return sd_bus_message_append(m, "i", value->int32);
        if (streq(signature, "u"))
                return sd_bus_message_append(m, "u", value->uint32);
        if (streq(signature, "t"))
                return sd_bus_message_append(m, "t", value->uint64);
        if (streq(signature, "s"))
                return sd_bus_message_append(m, "s", value->string);
        if (streq(signature, "as"))
                return sd_bus_message_append_strv(m, value->strings);
        if (streq(signature, "ay"))
                return sd_bus_message_append_array(m, 'y', value->bytes.data, value->bytes.size);
        if (streq(signature, "a(st)"))
                return append_array(m, value, "(st)", value->pairs.n_items, append_number);
        if (streq(signature, "a(ss)"))
                return append_array(m, value, "(ss)", value->pairs.n_items, append_text);
        if (streq(signature, "a(iayu)"))
                return append_array(m, value, "(iayu)", value->addresses.n_items, append_address);
        if (streq(signature, "a(iiqq)"))
                return append_array(m, value, "(iiqq)", value->bind_rules.n_items, append_bind_rule);
        if (streq(signature, "a(iiss)"))
                return append_array(m, value, "(iiss)", value->nft_sets.n_items, append_nft_set);
        if (streq(signature, "(bas)"))
                return append_interfaces(m, value);

        return -EINVAL;
}

int property_open(sd_bus_message *message, const char *name, const char *signature) {
        int r;

        r = sd_bus_message_open_container(message, 'r', "sv");
        if (r < 0)
                return r;

        r = sd_bus_message_append(message, "s", name);
        return r < 0 ? r : sd_bus_message_open_container(message, 'v', signature);
}

int property_close(sd_bus_message *message) {
        int r = sd_bus_message_close_container(message);

        return r < 0 ? r : sd_bus_message_close_container(message);
}

int property_value_append(sd_bus_message *message, const PropertyValue *value) {
        int r;

        r = property_open(message, value->bus_name, value->signature);
        if (r < 0)
                return r;

        r = append_content(message, value);
        return r < 0 ? r : property_close(message);
}

int property_list_append(sd_bus_message *message, const PropertyList *properties) {
        for (size_t i = 0; i < properties->n_items; i++) {
                int r = property_value_append(message, &properties->items[i]);

                if (r < 0)
                        return r;
        }

        return 0;
}

int controllers_append(sd_bus_message *message, ControllerMask controllers) {
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "s");

        for (Controller c = 0; r >= 0 && c < _CONTROLLER_MAX; c++)
                if (controllers & controller_bit(c))
                        r = sd_bus_message_append(message, "s", controller_to_string(c));
        return r < 0 ? r : sd_bus_message_close_container(message);
}
