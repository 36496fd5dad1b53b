/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/format.h"

#include <inttypes.h>

#define USEC_PER_MINUTE (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MINUTE)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)
#define USEC_PER_WEEK (7 * USEC_PER_DAY)
#define USEC_PER_MONTH (2629800 * USEC_PER_SEC)
#define USEC_PER_YEAR (31557600 * USEC_PER_SEC)

char *format_bytes(uint64_t bytes, char buffer[static FORMAT_MAX]) {
        static const char suffixes[] = "BKMGTPE";
        uint64_t below = 0;
        size_t i = 0;

        if (bytes == UINT64_MAX)
                return memcpy(buffer, "infinity", sizeof("infinity"));

        /* Each digit is cut, not rounded: what is printed as 1G has reached 1G. */
        for (; bytes >= 1024; i++) {
                below = bytes % 1024 * 10 / 1024;
                bytes /= 1024;
        }

        if (below > 0)
                (void) snprintf(buffer, FORMAT_MAX, "%" PRIu64 ".%" PRIu64 "%c", bytes, below, suffixes[i]);
        else
                (void) snprintf(buffer, FORMAT_MAX, "%" PRIu64 "%c", bytes, suffixes[i]);
        return buffer;
}

typedef struct TimeUnit {
        const char *suffix;
        uint64_t usec;
        int digits; /* behind the point, down to the microsecond; 0: written without a point */
} TimeUnit;

static const TimeUnit time_units[] = {
        { "y", USEC_PER_YEAR },   { "month", USEC_PER_MONTH }, { "w", USEC_PER_WEEK },
        { "d", USEC_PER_DAY },    { "h", USEC_PER_HOUR },      { "min", USEC_PER_MINUTE },
        { "s", USEC_PER_SEC, 6 }, { "ms", USEC_PER_MSEC, 3 },  { "us", 1 },
};

/* The @rest below a unit in as many decimal places as @accuracy leaves of it. */
static int format_fraction(char *p, size_t size, const TimeUnit *unit, uint64_t rest, uint64_t accuracy) {
        int digits = unit->digits;

        for (; accuracy > 1 && digits > 0; accuracy /= 10, digits--)
                rest /= 10;

        return digits > 0 ? snprintf(p, size, ".%0*" PRIu64, digits, rest) : 0;
}

char *format_timespan(uint64_t usec, uint64_t accuracy, char buffer[static FORMAT_MAX]) {
        char *p = buffer, *end = buffer + FORMAT_MAX;

        if (usec == UINT64_MAX)
                return memcpy(buffer, "infinity", sizeof("infinity"));
        if (usec == 0)
                return memcpy(buffer, "0", sizeof("0"));

        for (size_t i = 0; i < ELEMENTSOF(time_units) && usec > 0; i++) {
                const TimeUnit *unit = time_units + i;

                if (usec < accuracy && p > buffer)
                        break;
                if (usec < unit->usec)
                        continue;

                p += snprintf(p, (size_t) (end - p), "%s%" PRIu64, p > buffer ? " " : "", usec / unit->usec);
                usec %= unit->usec;
                if (unit->digits > 0 && usec > 0) {
                        int n = format_fraction(p, (size_t) (end - p), unit, usec, accuracy);

                        if (n > 0)
                                usec = 0;
                        p += n;
                }
                p += snprintf(p, (size_t) (end - p), "%s", unit->suffix);
        }

        return buffer;
}

/* @places: how many of the digits stand behind the point, where those at the end are no zeros. */
static char *format_share(uint64_t value, int places, char buffer[static FORMAT_MAX]) {
        uint64_t scale = 1, below;

        for (int i = 0; i < places; i++)
                scale *= 10;

        below = value % scale;
        if (below == 0) {
                (void) snprintf(buffer, FORMAT_MAX, "%" PRIu64 "%%", value / scale);
                return buffer;
        }

        for (; below % 10 == 0; below /= 10)
                places--;
        (void) snprintf(buffer, FORMAT_MAX, "%" PRIu64 ".%0*" PRIu64 "%%", value / scale, places, below);
        return buffer;
}

char *format_permyriad(uint64_t value, char buffer[static FORMAT_MAX]) {
        return format_share(value, 2, buffer);
}

char *format_ppm(uint64_t value, char buffer[static FORMAT_MAX]) {
        return format_share(value, 4, buffer);
}
