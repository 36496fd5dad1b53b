/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/property-encode.h"

#include <netinet/in.h>

#include "basic/macros.h"

/* The content of the variant, by the member of the union that the signature stands for. */

static int append_pairs(sd_bus_message *m, const PropertyValue *value) {
        bool texts = streq(value->signature, "a(ss)");
        int r;

        r = sd_bus_message_open_container(m, 'a', texts ? "(ss)" : "(st)");
        if (r < 0)
                return r;

        for (size_t i = 0; i < value->pairs.n_items; i++) {
                const PropertyPair *pair = &value->pairs.items[i];

                r = texts ? sd_bus_message_append(m, "(ss)", pair->key, pair->text)
                          : sd_bus_message_append(m, "(st)", pair->key, pair->number);
                if (r < 0)
                        return r;
        }

        return sd_bus_message_close_container(m);
}

static int append_address(sd_bus_message *m, const PropertyAddress *address) {
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
        if (r < 0)
                return r;

        return sd_bus_message_close_container(m);
}

static int append_addresses(sd_bus_message *m, const PropertyValue *value) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "(iayu)");
        for (size_t i = 0; r >= 0 && i < value->addresses.n_items; i++)
                r = append_address(m, &value->addresses.items[i]);
        if (r < 0)
                return r;

        return sd_bus_message_close_container(m);
}

static int append_bind_rules(sd_bus_message *m, const PropertyValue *value) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "(iiqq)");
        for (size_t i = 0; r >= 0 && i < value->bind_rules.n_items; i++) {
                const PropertyBindRule *rule = &value->bind_rules.items[i];

                r = sd_bus_message_append(m, "(iiqq)", rule->family, rule->protocol, rule->n_ports, rule->first_port);
        }
        if (r < 0)
                return r;

        return sd_bus_message_close_container(m);
}

static int append_nft_sets(sd_bus_message *m, const PropertyValue *value) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "(iiss)");
        for (size_t i = 0; r >= 0 && i < value->nft_sets.n_items; i++) {
                const PropertyNftSet *set = &value->nft_sets.items[i];

                r = sd_bus_message_append(m, "(iiss)", set->source, set->protocol, set->table, set->set);
        }
        if (r < 0)
                return r;

        return sd_bus_message_close_container(m);
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
        if (r < 0)
                return r;

        return sd_bus_message_close_container(m);
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
        if (streq(signature, "a(st)") || streq(signature, "a(ss)"))
                return append_pairs(m, value);
        if (streq(signature, "a(iayu)"))
                return append_addresses(m, value);
        if (streq(signature, "a(iiqq)"))
                return append_bind_rules(m, value);
        if (streq(signature, "a(iiss)"))
                return append_nft_sets(m, value);
        if (streq(signature, "(bas)"))
                return append_interfaces(m, value);

        return -EINVAL;
}

int property_value_append(sd_bus_message *message, const PropertyValue *value) {
        int r;

        r = sd_bus_message_open_container(message, 'r', "sv");
        if (r < 0)
                return r;

        r = sd_bus_message_append(message, "s", value->bus_name);
        if (r < 0)
                return r;

        r = sd_bus_message_open_container(message, 'v', value->signature);
        if (r < 0)
                return r;

        r = append_content(message, value);
        if (r < 0)
                return r;

        r = sd_bus_message_close_container(message);
        if (r < 0)
                return r;

        return sd_bus_message_close_container(message);
}
