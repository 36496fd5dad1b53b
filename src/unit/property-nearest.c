/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "unit/property-table.h"

/* Longest name that is compared; no setting's is as long. */
#define COMPARED_MAX 63

static size_t min3(size_t a, size_t b, size_t c) {
        size_t ab = a < b ? a : b;

        return ab < c ? ab : c;
}

static char fold(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

/* How many letters have to be put in, left out, replaced or swapped with their neighbour to make @b of @a, not minding
 * their case (the optimal string alignment distance). Both at most COMPARED_MAX long. */
static size_t edit_distance(const char *a, const char *b) {
        size_t rows[3][COMPARED_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2];
        size_t length = strlen(b);

        for (size_t j = 0; j <= length; j++)
                above[j] = j;

        for (size_t i = 1; a[i - 1]; i++) {
                size_t *oldest = before;

                row[0] = i;
                for (size_t j = 1; j <= length; j++) {
                        bool same = fold(a[i - 1]) == fold(b[j - 1]);

                        row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
                        if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]) &&
                            before[j - 2] + 1 < row[j])
                                row[j] = before[j - 2] + 1;
                }

                before = above;
                above = row;
                row = oldest;
        }

        return above[length];
}

/* The setting that took the place of @name, or that is called so on the bus. */
static const char *find_successor(const char *name) {
        static const struct {
                const char *old;
                const char *name;
        } successors[] = {
                /* Those of v1: systemd.resource-control(5), "DEPRECATED OPTIONS" (until 257) */
                { "CPUShares", "CPUWeight" },
                { "StartupCPUShares", "StartupCPUWeight" },
                { "MemoryLimit", "MemoryMax" },
                { "BlockIOAccounting", "IOAccounting" },
                { "BlockIOWeight", "IOWeight" },
                { "StartupBlockIOWeight", "StartupIOWeight" },
                { "BlockIODeviceWeight", "IODeviceWeight" },
                { "BlockIOReadBandwidth", "IOReadBandwidthMax" },
                { "BlockIOWriteBandwidth", "IOWriteBandwidthMax" },
                /* A scope has no start to wait for. */
                { "TimeoutSec", "TimeoutStopSec" },
        };

        for (size_t i = 0; i < ELEMENTSOF(successors); i++)
                if (strcasecmp(successors[i].old, name) == 0)
                        return successors[i].name;

        for (size_t i = 0; i < property_table_size; i++) {
                const PropertyInfo *info = &property_table[i];

                if (streq(info->bus_name, name) || (info->scale_name && streq(info->scale_name, name)))
                        return info->name;
        }

        return NULL;
}

const char *property_nearest(const char *name) {
        const char *nearest;
        size_t length = strlen(name), best;

        if (length > COMPARED_MAX)
                return NULL;

        nearest = find_successor(name);
        if (nearest)
                return nearest;

        /* A third of the letters wrong is another word. */
        best = (length < 3 ? 3 : length) / 3 + 1;

        for (size_t i = 0; i < property_table_size; i++) {
                size_t distance = edit_distance(name, property_table[i].name);

                if (distance < best) {
                        best = distance;
                        nearest = property_table[i].name;
                }
        }

        return nearest;
}
