/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/format.h"

char *format_bytes(uint64_t bytes, char buffer[static FORMAT_MAX]) {
        (void) bytes;
        (void) buffer;
        return NULL;
}

char *format_timespan(uint64_t usec, uint64_t accuracy, char buffer[static FORMAT_MAX]) {
        (void) usec;
        (void) accuracy;
        (void) buffer;
        return NULL;
}

char *format_permyriad(uint64_t value, char buffer[static FORMAT_MAX]) {
        (void) value;
        (void) buffer;
        return NULL;
}
