/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a setting is set to, parsed, and how one sees that it is in force. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unit/controller.h"

typedef struct PropertyInfo PropertyInfo;

/* How one sees that a setting is in force, for a manager takes also what nothing enforces. */
typedef enum PropertySight {
        PROPERTY_SEEN_MANAGER,    /* the manager does it itself: that it took it is all there is to see */
        PROPERTY_SEEN_CONTROLLER, /* the controller is there, and its figures are */
        PROPERTY_SEEN_FILE,       /* the file says the value, of a device in that device's line */
        PROPERTY_SEEN_EFFECTIVE,  /* likewise, and the kernel does not say there or in its .effective that it is not so
                                   */
        PROPERTY_SEEN_PROGRAM,    /* BPF programs are attached to the group */
        PROPERTY_SEEN_OOMD,       /* systemd-oomd runs, which does it */
        PROPERTY_SEEN_BELOW,      /* works on units below it, which a slice has alone */
        PROPERTY_SEEN_NOWHERE,    /* cannot be seen */
} PropertySight;

/* A pair of a device path (or a kind of program) and a number or a text. Owned by the value it is in, as are the
 * others below. */
typedef struct PropertyPair {
        char *key;
        uint64_t number;
        char *text;
} PropertyPair;

/* A network, "10.0.0.0/8": @family is AF_INET or AF_INET6 and says how many bytes of @address count. */
typedef struct PropertyAddress {
        int32_t family;
        uint8_t address[16];
        uint32_t prefix_length;
} PropertyAddress;

/* What may be bound to: 0 stands for any family (AF_UNSPEC), any protocol, and with @n_ports any port. */
typedef struct PropertyBindRule {
        int32_t family;
        int32_t protocol;
        uint16_t n_ports;
        uint16_t first_port;
} PropertyBindRule;

/* A set of nftables: @source and @protocol are systemd's NFTSetSource and the kernel's NFPROTO_*. */
typedef struct PropertyNftSet {
        int32_t source;
        int32_t protocol;
        char *table;
        char *set;
} PropertyNftSet;

/* What a value is: which member of the union below. */
typedef enum PropertyKind {
        PROPERTY_NOTHING, /* not parsed */
        PROPERTY_BOOLEAN,
        PROPERTY_INT32,
        PROPERTY_UINT32,
        PROPERTY_UINT64,
        PROPERTY_STRING,
        PROPERTY_STRINGS,
        PROPERTY_BYTES,
        PROPERTY_NUMBERS, /* pairs with a number */
        PROPERTY_TEXTS,   /* pairs with a text */
        PROPERTY_ADDRESSES,
        PROPERTY_BIND_RULES,
        PROPERTY_NFT_SETS,
        PROPERTY_INTERFACES,
} PropertyKind;

/* One assignment, parsed. @bus_name is what travels: MemoryMax=50% is MemoryMaxScale, a fraction of UINT32_MAX. Owns
 * what it points to, but for @info and @bus_name, which live as long as the program. */
typedef struct PropertyValue {
        const PropertyInfo *info;
        const char *bus_name;
        PropertyKind kind;
        size_t n_items; /* of those that say so */
        union {
                bool boolean;
                int32_t int32;
                uint32_t uint32;
                uint64_t uint64; /* bytes, microseconds, a weight or a count; UINT64_MAX is "infinity" */
                char *string;
                char **strings;      /* ends with NULL */
                uint8_t *bytes;      /* n_items: a bit mask, lowest byte first */
                PropertyPair *pairs; /* n_items, as the next three */
                PropertyAddress *addresses;
                PropertyBindRule *bind_rules;
                PropertyNftSet *nft_sets;
                void *items; /* any of these arrays */
                struct {
                        bool allow;
                        char **names;
                } interfaces;
        };
} PropertyValue;

typedef struct PropertyList {
        PropertyValue *items;
        size_t n_items;
} PropertyList;
