/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <netinet/in.h>

#include "basic/parse.h"
#include "unit/property-parse.h"

/* Settings of the network filters: addresses, ports, interfaces, sets of nftables. An empty text resets. */

/* What "localhost" and its like stand for, by systemd.resource-control(5). */
static const struct {
        const char *name;
        PropertyAddress networks[2];
} address_groups[] = {
        { "any", { { .family = AF_INET }, { .family = AF_INET6 } } },
        { "localhost",
          { { .family = AF_INET, .address = { 127 }, .prefix_length = 8 },
            { .family = AF_INET6, .address = { [15] = 1 }, .prefix_length = 128 } } },
        { "link-local",
          { { .family = AF_INET, .address = { 169, 254 }, .prefix_length = 16 },
            { .family = AF_INET6, .address = { 0xfe, 0x80 }, .prefix_length = 64 } } },
        { "multicast",
          { { .family = AF_INET, .address = { 224 }, .prefix_length = 4 },
            { .family = AF_INET6, .address = { 0xff }, .prefix_length = 8 } } },
};

/* "ADDRESS" or "ADDRESS/LENGTH"; without a length it is that one host. */
static int parse_network(char *text, PropertyAddress *ret) {
        PropertyAddress network = {};
        uint64_t length = 0;
        char *slash;
        int r;

        slash = strchr(text, '/');
        if (slash)
                *slash = '\0';

        if (inet_pton(AF_INET, text, network.address) == 1) {
                network.family = AF_INET;
                length = 32;
        } else if (inet_pton(AF_INET6, text, network.address) == 1) {
                network.family = AF_INET6;
                length = 128;
        }

        if (network.family == 0)
                r = -EINVAL;
        else
                r = slash ? parse_unsigned(slash + 1, 0, length, &length) : 0;

        if (slash)
                *slash = '/';
        if (r < 0)
                return r;

        network.prefix_length = (uint32_t) length;
        *ret = network;
        return 0;
}

/* Appends what @word stands for to @items, which has room for two more. */
static int parse_address_word(char *word, PropertyAddress *items, size_t *n_items) {
        int r;

        for (size_t i = 0; i < ELEMENTSOF(address_groups); i++)
                if (streq(word, address_groups[i].name)) {
                        items[(*n_items)++] = address_groups[i].networks[0];
                        items[(*n_items)++] = address_groups[i].networks[1];
                        return 0;
                }

        r = parse_network(word, &items[*n_items]);
        if (r < 0)
                return r;

        (*n_items)++;
        return 0;
}

int property_parse_addresses(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        _cleanup_strings_ char **words = NULL;
        size_t n_words = 0;
        int r;

        r = property_parse_words(info, text, NULL, NULL, &words, trouble);
        if (r < 0)
                return r;

        while (words[n_words])
                n_words++;

        ret->kind = PROPERTY_ADDRESSES;
        ret->addresses = calloc(n_words + 1, 2 * sizeof(*ret->addresses));
        if (!ret->addresses)
                return -ENOMEM;

        for (char **word = words; *word; word++)
                if (parse_address_word(*word, ret->addresses, &ret->n_items) < 0)
                        return property_refuse(info, -EINVAL, trouble, "'%s' is no network (examples: %s)", *word,
                                               info->examples);

        return 0;
}

/* One part of a rule, "ipv4", "tcp" or ports; *stage says which of the three may still come. */
static int parse_bind_part(const char *part, unsigned *stage, PropertyBindRule *rule) {
        uint64_t first, last;
        int r;

        if (*stage < 1 && (streq(part, "ipv4") || streq(part, "ipv6"))) {
                rule->family = streq(part, "ipv4") ? AF_INET : AF_INET6;
                *stage = 1;
                return 0;
        }

        if (*stage < 2 && (streq(part, "tcp") || streq(part, "udp"))) {
                rule->protocol = streq(part, "tcp") ? IPPROTO_TCP : IPPROTO_UDP;
                *stage = 2;
                return 0;
        }

        if (*stage >= 3)
                return -EINVAL;
        *stage = 3;

        if (streq(part, "any"))
                return 0;

        r = parse_unsigned_range(part, UINT16_MAX, &first, &last);
        if (r < 0)
                return r;
        /* No port; with a number of ports the manager refuses it. */
        if (first == 0)
                return -ERANGE;

        rule->first_port = (uint16_t) first;
        rule->n_ports = (uint16_t) (last - first + 1);
        return 0;
}

int property_parse_bind_rule(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        _cleanup_free_ PropertyBindRule *rule = NULL;
        _cleanup_free_ char *copy = NULL;
        unsigned stage = 0;
        char *rest, *part;
        int r;

        ret->kind = PROPERTY_BIND_RULES;
        if (isempty(text))
                return 0;

        rest = copy = strdup(text);
        rule = calloc(1, sizeof(*rule));
        if (!rest || !rule)
                return -ENOMEM;

        while ((part = strsep(&rest, ":"))) {
                r = parse_bind_part(part, &stage, rule);
                if (r == -ERANGE)
                        return property_refuse(info, r, trouble, "port %s is out of range 1 to 65535", part);
                if (r < 0)
                        return property_refuse(info, r, trouble, "'%s' is no rule (examples: %s)", text,
                                               info->examples);
        }

        ret->bind_rules = TAKE_PTR(rule);
        ret->n_items = 1;
        return 0;
}

static bool nft_name_is_valid(const char *name) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

        /* As systemd's nft_identifier_valid(), which has the length from the kernel's NFT_SET_MAXNAMELEN of old. */
        return strspn(name, letters) > 0 && strlen(name) <= 31 &&
               name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/\\_.")] == '\0';
}

typedef struct NumberedName {
        const char *name;
        int32_t number;
} NumberedName;

/* The number of @name in @names, which end with NULL; -EINVAL: it is none of them. */
static int find_number(const char *name, const NumberedName *names) {
        while (names->name && !streq(name, names->name))
                names++;

        return names->name ? names->number : -EINVAL;
}

/* "SOURCE:PROTOCOL:TABLE:SET" */
static int parse_nft_set(char *text, PropertyNftSet *ret) {
        /* NFTSetSource in systemd's src/shared/firewall-util.h; those before are networkd's. */
        static const NumberedName sources[] = { { "cgroup", 3 }, { "user", 4 }, { "group", 5 }, {} };
        static const NumberedName protocols[] = { { "arp", NFPROTO_ARP },
                                                  { "bridge", NFPROTO_BRIDGE },
                                                  { "inet", NFPROTO_INET },
                                                  { "ip", NFPROTO_IPV4 },
                                                  { "ip6", NFPROTO_IPV6 },
                                                  { "netdev", NFPROTO_NETDEV },
                                                  {} };
        char *parts[4];
        int source, protocol;

        for (size_t i = 0; i < ELEMENTSOF(parts); i++)
                if (!(parts[i] = strsep(&text, ":")))
                        return -EINVAL;

        source = find_number(parts[0], sources);
        protocol = find_number(parts[1], protocols);
        if (text || source < 0 || protocol < 0 || !nft_name_is_valid(parts[2]) || !nft_name_is_valid(parts[3]))
                return -EINVAL;

        ret->source = source;
        ret->protocol = protocol;
        ret->table = strdup(parts[2]);
        ret->set = strdup(parts[3]);
        return ret->table && ret->set ? 0 : -ENOMEM;
}

int property_parse_nft_sets(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        _cleanup_strings_ char **words = NULL;
        size_t n_words = 0;
        int r;

        r = property_parse_words(info, text, NULL, NULL, &words, trouble);
        if (r < 0)
                return r;

        while (words[n_words])
                n_words++;

        ret->kind = PROPERTY_NFT_SETS;
        ret->nft_sets = calloc(n_words + 1, sizeof(*ret->nft_sets));
        if (!ret->nft_sets)
                return -ENOMEM;

        for (char **word = words; *word; word++) {
                _cleanup_free_ char *copy = strdup(*word);

                if (!copy)
                        return -ENOMEM;

                r = parse_nft_set(copy, &ret->nft_sets[ret->n_items++]);
                if (r == -EINVAL)
                        return property_refuse(info, r, trouble, "'%s' is no set (examples: %s)", *word,
                                               info->examples);
                if (r < 0)
                        return r;
        }

        return 0;
}

/* By the kernel's dev_valid_name(), alternative names included; a number alone would be an index. */
static bool interface_name_is_valid(const char *name) {
        size_t length = strlen(name);

        if (length == 0 || length >= 128 || streq(name, ".") || streq(name, "..")) /* ALTIFNAMSIZ */
                return false;
        if (strspn(name, "0123456789") == length)
                return false;

        for (const char *p = name; *p; p++)
                if (*p <= ' ' || *p >= 0x7f || strchr("/:%", *p))
                        return false;

        return true;
}

int property_parse_interfaces(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        bool allow = *text != '~';
        char **names = NULL;
        int r;

        r = property_parse_words(info, allow ? text : text + 1, interface_name_is_valid, "network interface", &names,
                                 trouble);
        if (r < 0)
                return r;

        ret->kind = PROPERTY_INTERFACES;
        ret->interfaces.allow = allow;
        ret->interfaces.names = names;
        return 0;
}
