/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/property-encode.h"

#include <assert.h>
#include <netinet/in.h>

#include "basic/macros.h"

/* The content of the variant. */

static int append_text(sd_bus_message *m, const PropertyValue *value, size_t i) {
        return sd_bus_message_append(m, "(ss)", value->pairs[i].key, value->pairs[i].text);
}

static int append_number(sd_bus_message *m, const PropertyValue *value, size_t i) {
        return sd_bus_message_append(m, "(st)", value->pairs[i].key, value->pairs[i].number);
}

static int append_address(sd_bus_message *m, const PropertyValue *value, size_t i) {
        const PropertyAddress *address = &value->addresses[i];
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
        const PropertyBindRule *rule = &value->bind_rules[i];

        return sd_bus_message_append(m, "(iiqq)", rule->family, rule->protocol, rule->n_ports, rule->first_port);
}

static int append_nft_set(sd_bus_message *m, const PropertyValue *value, size_t i) {
        const PropertyNftSet *set = &value->nft_sets[i];

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

/* The type of the variant, and of an array how an item is appended. */
static const struct {
        const char *signature;
        int (*append)(sd_bus_message *m, const PropertyValue *value, size_t i);
} kinds[] = {
        [PROPERTY_BOOLEAN] = { "b" },
        [PROPERTY_INT32] = { "i" },
        [PROPERTY_UINT32] = { "u" },
        [PROPERTY_UINT64] = { "t" },
        [PROPERTY_STRING] = { "s" },
        [PROPERTY_STRINGS] = { "as" },
        [PROPERTY_BYTES] = { "ay" },
        [PROPERTY_NUMBERS] = { "a(st)", append_number },
        [PROPERTY_TEXTS] = { "a(ss)", append_text },
        [PROPERTY_ADDRESSES] = { "a(iayu)", append_address },
        [PROPERTY_BIND_RULES] = { "a(iiqq)", append_bind_rule },
        [PROPERTY_NFT_SETS] = { "a(iiss)", append_nft_set },
        [PROPERTY_INTERFACES] = { "(bas)" },
};

static int append_array(sd_bus_message *m, const PropertyValue *value) {
        int r = sd_bus_message_open_container(m, 'a', kinds[value->kind].signature + strlen("a"));

        for (size_t i = 0; r >= 0 && i < value->n_items; i++)
                r = kinds[value->kind].append(m, value, i);

        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_content(sd_bus_message *m, const PropertyValue *value) {
        switch (value->kind) {
        case PROPERTY_BOOLEAN:
                return sd_bus_message_append(m, "b", (int) value->boolean);
        case PROPERTY_INT32:
                return sd_bus_message_append(m, "i", value->int32);
        case PROPERTY_UINT32:
                return sd_bus_message_append(m, "u", value->uint32);
        case PROPERTY_UINT64:
                return sd_bus_message_append(m, "t", value->uint64);
        case PROPERTY_STRING:
                return sd_bus_message_append(m, "s", value->string);
        case PROPERTY_STRINGS:
                return sd_bus_message_append_strv(m, value->strings);
        case PROPERTY_BYTES:
                return sd_bus_message_append_array(m, 'y', value->bytes, value->n_items);
        case PROPERTY_INTERFACES:
                return append_interfaces(m, value);
        default:
                return append_array(m, value);
        }
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

        assert(message && value->bus_name && value->kind != PROPERTY_NOTHING);

        r = property_open(message, value->bus_name, kinds[value->kind].signature);
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
