/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/parse.h"

#include <strings.h>

#include "basic/macros.h"

#define WHITESPACE " \t\n\r"

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

int parse_boolean(const char *text, bool *ret) {
        static const char *const yes[] = { "1", "yes", "y", "true", "t", "on" };
        static const char *const no[] = { "0", "no", "n", "false", "f", "off" };

        for (size_t i = 0; i < ELEMENTSOF(yes); i++)
                if (strcasecmp(text, yes[i]) == 0) {
                        *ret = true;
                        return 0;
                }

        for (size_t i = 0; i < ELEMENTSOF(no); i++)
                if (strcasecmp(text, no[i]) == 0) {
                        *ret = false;
                        return 0;
                }

        return -EINVAL;
}

/* strtoull() without what it takes besides digits: leading space, and a sign, which it would even negate by. */
static int read_number(const char *text, int base, uint64_t *ret, char **ret_end) {
        unsigned long long value;
        char *end;

        if (!is_digit(*text))
                return -EINVAL;

        errno = 0;
        value = strtoull(text, &end, base);
        if (errno != 0)
                return -ERANGE;

        *ret = value;
        *ret_end = end;
        return 0;
}

/* As read_number(), where "010" could be ten as well as eight: it is neither. */
static int read_plain_number(const char *text, uint64_t *ret, char **ret_end) {
        if (text[0] == '0' && is_digit(text[1]))
                return -EINVAL;

        return read_number(text, 10, ret, ret_end);
}

static int parse_in_range(const char *text, bool any_base, uint64_t min, uint64_t max, uint64_t *ret) {
        uint64_t value;
        char *end;
        int r;

        if (*text == '-' && is_digit(text[1]))
                return -ERANGE;

        r = any_base ? read_number(text, 0, &value, &end) : read_plain_number(text, &value, &end);
        if (r < 0)
                return r;
        if (*end)
                return -EINVAL;
        if (value < min || value > max)
                return -ERANGE;

        *ret = value;
        return 0;
}

int parse_unsigned(const char *text, uint64_t min, uint64_t max, uint64_t *ret) {
        return parse_in_range(text, false, min, max, ret);
}

int parse_unsigned_any_base(const char *text, uint64_t min, uint64_t max, uint64_t *ret) {
        return parse_in_range(text, true, min, max, ret);
}

int parse_unsigned_range(const char *text, uint64_t max, uint64_t *ret_lower, uint64_t *ret_upper) {
        uint64_t lower, upper;
        char *end;
        int r;

        r = read_plain_number(text, &lower, &end);
        if (r < 0)
                return r;

        upper = lower;
        if (*end == '-') {
                r = read_plain_number(end + 1, &upper, &end);
                if (r < 0)
                        return r;
        }

        if (*end || lower > upper)
                return -EINVAL;
        if (upper > max)
                return -ERANGE;

        *ret_lower = lower;
        *ret_upper = upper;
        return 0;
}

/* Nine decimal places: then each product below fits in 64 bits. More of them say nothing of a size or a time. */
#define SCALE_MAX UINT64_C(1000000000)

typedef struct Decimal {
        uint64_t whole;
        uint64_t fraction; /* in parts of @scale, a power of ten */
        uint64_t scale;
} Decimal;

/* "12", "12.5", "12." at *text; moves it behind them. */
static int read_decimal(const char **text, Decimal *ret) {
        Decimal d = { .scale = 1 };
        char *end;
        int r;

        r = read_number(*text, 10, &d.whole, &end);
        if (r < 0)
                return r;

        if (*end == '.')
                for (end++; is_digit(*end); end++)
                        if (d.scale < SCALE_MAX) {
                                d.fraction = d.fraction * 10 + (uint64_t) (*end - '0');
                                d.scale *= 10;
                        }

        *text = end;
        *ret = d;
        return 0;
}

/* Adds @d * @factor, rounded down, to *sum; -ERANGE where that does not fit below UINT64_MAX, which is "infinity". */
static int add_product(uint64_t *sum, const Decimal *d, uint64_t factor) {
        uint64_t product, rest;

        rest = d->fraction * (factor / d->scale) + d->fraction * (factor % d->scale) / d->scale;

        if (__builtin_mul_overflow(d->whole, factor, &product) || __builtin_add_overflow(product, rest, &product) ||
            __builtin_add_overflow(*sum, product, sum) || *sum == UINT64_MAX)
                return -ERANGE;

        return 0;
}

int parse_size(const char *text, uint64_t base, uint64_t *ret) {
        static const char suffixes[] = "BKMGTPE";
        size_t smallest = ELEMENTSOF(suffixes) - 1;
        uint64_t sum = 0;
        const char *p = text + strspn(text, WHITESPACE);
        int r;

        if (streq(p, "infinity")) {
                *ret = UINT64_MAX;
                return 0;
        }

        if (*p == '-' && is_digit(p[1]))
                return -ERANGE;

        do {
                uint64_t factor = 1;
                const char *suffix;
                size_t power = 0;
                Decimal number;

                r = read_decimal(&p, &number);
                if (r < 0)
                        return r;

                p += strspn(p, WHITESPACE);
                suffix = *p ? strchr(suffixes, *p) : NULL;
                if (suffix) {
                        power = (size_t) (suffix - suffixes);
                        p++;
                }

                /* Each next part is of a smaller unit; what has no unit comes last. */
                if (power >= smallest)
                        return -EINVAL;
                smallest = power;

                for (size_t i = 0; i < power; i++)
                        factor *= base;

                r = add_product(&sum, &number, factor);
                if (r < 0)
                        return r;

                p += strspn(p, WHITESPACE);
        } while (*p);

        *ret = sum;
        return 0;
}

/* The length of the unit of time at @text and what it stands for; 0 where there is none. Longer names first where one
 * begins with another. The month and the year are systemd.time(7)'s, 30.44 and 365.25 days. */
static size_t read_time_unit(const char *text, uint64_t *ret_usec) {
        static const struct {
                const char *name;
                uint64_t usec;
        } units[] = {
                /* clang-format off */
                { "seconds", USEC_PER_SEC },         { "second", USEC_PER_SEC },
                { "sec", USEC_PER_SEC },             { "s", USEC_PER_SEC },
                { "minutes", 60 * USEC_PER_SEC },    { "minute", 60 * USEC_PER_SEC },
                { "min", 60 * USEC_PER_SEC },        { "months", 2629800 * USEC_PER_SEC },
                { "month", 2629800 * USEC_PER_SEC }, { "M", 2629800 * USEC_PER_SEC },
                { "msec", USEC_PER_MSEC },           { "ms", USEC_PER_MSEC },
                { "m", 60 * USEC_PER_SEC },          { "hours", 3600 * USEC_PER_SEC },
                { "hour", 3600 * USEC_PER_SEC },     { "hr", 3600 * USEC_PER_SEC },
                { "h", 3600 * USEC_PER_SEC },        { "days", 86400 * USEC_PER_SEC },
                { "day", 86400 * USEC_PER_SEC },     { "d", 86400 * USEC_PER_SEC },
                { "weeks", 604800 * USEC_PER_SEC },  { "week", 604800 * USEC_PER_SEC },
                { "w", 604800 * USEC_PER_SEC },      { "years", 31557600 * USEC_PER_SEC },
                { "year", 31557600 * USEC_PER_SEC }, { "y", 31557600 * USEC_PER_SEC },
                { "usec", 1 },                       { "us", 1 },
                { "\u03bcs", 1 },                    { "\u00b5s", 1 }, /* Greek mu, micro sign */
                /* clang-format on */
        };

        for (size_t i = 0; i < ELEMENTSOF(units); i++)
                if (startswith(text, units[i].name)) {
                        *ret_usec = units[i].usec;
                        return strlen(units[i].name);
                }

        return 0;
}

int parse_timespan(const char *text, uint64_t *ret_usec) {
        const char *p = text + strspn(text, WHITESPACE);
        uint64_t sum = 0;
        int r;

        if (streq(p, "infinity")) {
                *ret_usec = USEC_INFINITY;
                return 0;
        }

        do {
                uint64_t unit = USEC_PER_SEC;
                const char *number_end;
                Decimal number;
                size_t length;

                if (*p == '-' && is_digit(p[1]))
                        return -ERANGE;

                r = read_decimal(&p, &number);
                if (r < 0)
                        return r;
                if (p[-1] == '.')
                        return -EINVAL;

                number_end = p;
                p += strspn(p, WHITESPACE);
                length = read_time_unit(p, &unit);

                /* "1 2" is two numbers of seconds, "12x" and "1.2.3" are nothing. */
                if (length == 0 && p == number_end && *p)
                        return -EINVAL;

                r = add_product(&sum, &number, unit);
                if (r < 0)
                        return r;

                p += length;
                p += strspn(p, WHITESPACE);
        } while (*p);

        *ret_usec = sum;
        return 0;
}

/* The number before @symbol in parts of a whole; @places of its decimals count. */
static int parse_places(const char *text, const char *symbol, size_t places, uint64_t max, uint64_t *ret) {
        uint64_t value;
        const char *p;
        char *end;
        int r;

        if (*text == '-' && is_digit(text[1]))
                return -ERANGE;

        r = read_number(text, 10, &value, &end);
        if (r < 0)
                return r;

        p = end;
        if (*p == '.' && !is_digit(*++p))
                return -EINVAL;
        for (; places > 0; places--) {
                if (value > (UINT64_MAX - 9) / 10)
                        return -ERANGE;
                value = value * 10 + (p > end && is_digit(*p) ? (uint64_t) (*p++ - '0') : 0);
        }

        if (p != symbol)
                return -EINVAL;
        if (value > max)
                return -ERANGE;

        *ret = value;
        return 0;
}

/* @finer: as many decimal places more than parts of ten thousand have. */
static int parse_share(const char *text, size_t finer, uint64_t max, uint64_t *ret) {
        static const struct {
                const char *symbol;
                size_t places; /* that make a whole of one part in ten thousand */
        } symbols[] = { { "%", 2 }, { "\u2030", 1 }, { "\u2031", 0 } };

        for (size_t i = 0; i < ELEMENTSOF(symbols); i++) {
                const char *symbol = endswith(text, symbols[i].symbol);

                if (symbol)
                        return parse_places(text, symbol, symbols[i].places + finer, max, ret);
        }

        return -EINVAL; /* however large: what has no symbol is out of the range of something else */
}

int parse_permyriad(const char *text, uint64_t max, uint64_t *ret) {
        return parse_share(text, 0, max, ret);
}

int parse_ppm(const char *text, uint64_t max, uint64_t *ret) {
        return parse_share(text, 2, max, ret);
}
