/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/nearest.h"

#include <ctype.h>

/* The longest name that is compared; what it could be meant for is shorter. */
#define COMPARED_MAX 63

static size_t min3(size_t a, size_t b, size_t c) {
        size_t ab = a < b ? a : b;

        return ab < c ? ab : c;
}

static bool is_same(char a, char b) {
        return tolower((unsigned char) a) == tolower((unsigned char) b);
}

size_t nearest_distance(const char *a, const char *b) {
        size_t rows[3][COMPARED_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2];
        size_t length = strlen(b);

        if (length > COMPARED_MAX || strlen(a) > COMPARED_MAX)
                return SIZE_MAX;

        for (size_t j = 0; j <= length; j++)
                above[j] = j;

        for (size_t i = 1; a[i - 1]; i++) {
                size_t *oldest = before;

                row[0] = i;
                for (size_t j = 1; j <= length; j++) {
                        row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + !is_same(a[i - 1], b[j - 1]));
                        if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) && is_same(a[i - 2], b[j - 1]) &&
                            before[j - 2] + 1 < row[j])
                                row[j] = before[j - 2] + 1;
                }

                before = above;
                above = row;
                row = oldest;
        }

        return above[length];
}

Nearest nearest_begin(const char *typed) {
        size_t length = strlen(typed);

        return (Nearest) { .typed = typed, .distance = (length < 3 ? 3 : length) / 3 + 1 };
}

void nearest_offer(Nearest *nearest, const char *name) {
        size_t length = strlen(name), typed = strlen(nearest->typed), distance;

        /* Each letter more or less is one that has to be left out or put in. */
        if ((length > typed ? length - typed : typed - length) >= nearest->distance)
                return;

        distance = nearest_distance(nearest->typed, name);
        if (distance < nearest->distance) {
                nearest->distance = distance;
                nearest->name = name;
        }
}
