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

/* One assignment, parsed. @bus_name and @signature are what travels: MemoryMax=50% is MemoryMaxScale of type "u".
 * The member of the union is chosen by @signature. Owns what it points to, but for @info, @bus_name and @signature,
 * which live as long as the program. */
typedef struct PropertyValue {
        const PropertyInfo *info;
        const char *bus_name;
        const char *signature;
        union {
                bool boolean;    /* b */
                int32_t int32;   /* i */
                uint32_t uint32; /* u */
                uint64_t uint64; /* t: bytes, microseconds, a weight or a count; UINT64_MAX is "infinity" */
                char *string;    /* s */
                char **strings;  /* as: ends with NULL */
                struct {
                        uint8_t *data;
                        size_t size;
                } bytes; /* ay: a bit mask, lowest byte first */
                struct {
                        PropertyPair *items;
                        size_t n_items;
                } pairs; /* a(st), a(ss) */
                struct {
                        PropertyAddress *items;
                        size_t n_items;
                } addresses; /* a(iayu) */
                struct {
                        PropertyBindRule *items;
                        size_t n_items;
                } bind_rules; /* a(iiqq) */
                struct {
                        PropertyNftSet *items;
                        size_t n_items;
                } nft_sets; /* a(iiss) */
                struct {
                        bool allow;
                        char **names;
                } interfaces; /* (bas) */
        };
} PropertyValue;

typedef struct PropertyList {
        PropertyValue *items;
        size_t n_items;
} PropertyList;
