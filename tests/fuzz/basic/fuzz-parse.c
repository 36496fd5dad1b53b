/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sizes, times, shares, numbers, masks, signals, words: what is refused leaves its output alone, what is taken is taken
 * again as it is written, and nothing takes more memory than the text is long. */

#include <inttypes.h>
#include <signal.h>

#include "basic/format.h"
#include "basic/parse-words.h"
#include "basic/parse.h"
#include "basic/utf8.h"
#include "fuzz.h"

#define UNTOUCHED UINT64_C(0x5ca1ab1e5ca1ab1e)

/* Whether @r is success, and else an error that parse.h has, with nothing written. */
static bool taken(int r, uint64_t value) {
        promise(r == 0 || r == -EINVAL || r == -ERANGE);
        promise(r == 0 || value == UNTOUCHED);
        return r == 0;
}

static void check_numbers(const char *text) {
        uint64_t value = UNTOUCHED, other = UNTOUCHED, lower = UNTOUCHED, upper = UNTOUCHED;
        char written[64];
        bool truth = true;
        int r;

        if (taken(parse_unsigned(text, 0, UINT64_MAX, &value), value)) {
                (void) snprintf(written, sizeof(written), "%" PRIu64, value);
                promise(streq(written, text));
                promise(parse_unsigned_any_base(text, 0, UINT64_MAX, &other) == 0 && other == value);
        }

        other = UNTOUCHED;
        if (taken(parse_unsigned_any_base(text, 5, 5000, &other), other))
                promise(other >= 5 && other <= 5000);

        r = parse_unsigned_range(text, 70000, &lower, &upper);
        if (taken(r, lower))
                promise(lower <= upper && upper <= 70000);
        else
                promise(upper == UNTOUCHED);

        r = parse_boolean(text, &truth);
        promise(r == 0 || (r == -EINVAL && truth));
}

static void check_sizes(const char *text) {
        for (uint64_t base = 1000; base <= 1024; base += 24) {
                uint64_t value = UNTOUCHED, again = UNTOUCHED;
                char written[FORMAT_MAX];

                if (!taken(parse_size(text, base, &value), value))
                        continue;

                (void) snprintf(written, sizeof(written), "%" PRIu64, value);
                if (value != UINT64_MAX)
                        promise(parse_size(written, base, &again) == 0 && again == value);

                /* Which is cut behind its second digit at the most. */
                promise(parse_size(format_bytes(value, written), 1024, &again) == 0);
                promise(again <= value && value - again <= value / 10);
        }
}

static void check_times(const char *text) {
        uint64_t value = UNTOUCHED, again = UNTOUCHED;
        char written[FORMAT_MAX];

        if (!taken(parse_timespan(text, &value), value))
                return;

        promise(parse_timespan(format_timespan(value, 1, written), &again) == 0 && again == value);
        promise(parse_timespan(format_timespan(value, USEC_PER_SEC, written), &again) == 0 && again <= value);
}

static void check_shares(const char *text) {
        uint64_t value = UNTOUCHED, again = UNTOUCHED;
        char written[FORMAT_MAX];

        if (taken(parse_permyriad(text, UINT64_MAX, &value), value))
                promise(parse_permyriad(format_permyriad(value, written), UINT64_MAX, &again) == 0 && again == value);

        value = again = UNTOUCHED;
        if (taken(parse_ppm(text, UINT64_MAX, &value), value))
                promise(parse_ppm(format_ppm(value, written), UINT64_MAX, &again) == 0 && again == value);
}

static void check_mask(const char *text) {
        _cleanup_free_ uint8_t *mask = NULL, *again = NULL;
        char *written, *end;
        size_t size = SIZE_MAX, size_again;
        int r = parse_index_mask(text, &mask, &size);

        promise(r == 0 || ((r == -EINVAL || r == -ERANGE) && !mask && size == SIZE_MAX));
        if (r < 0)
                return;

        promise(size <= 1024 && (size == 0 || mask[size - 1] != 0) && (size > 0 || !mask));
        written = end = malloc(size * 8 * sizeof("8191") + 1);
        promise(written);
        *end = '\0';
        for (size_t i = 0; i < size * 8; i++)
                if (mask[i / 8] >> i % 8 & 1)
                        end += sprintf(end, "%zu ", i);
        promise(parse_index_mask(written, &again, &size_again) == 0 && size_again == size);
        promise(size == 0 || memcmp(mask, again, size) == 0);
        free(written);
}

static void check_signal(const char *text) {
        int number = -1, r = parse_signal(text, &number);

        promise(r == 0 || ((r == -EINVAL || r == -ERANGE) && number == -1));
        promise(r < 0 || (number > 0 && number <= SIGRTMAX));
}

/* Kept until all are there, as lists are. */
static void check_words(const char *text) {
        size_t size = strlen(text), n = 0, length = 0;
        char **words = calloc(size / 2 + 2, sizeof(char *));
        const char *rest = text;
        int r;

        promise(words);
        fuzz_count();
        for (;;) {
                const char *before = rest;
                char *word = NULL;

                r = parse_word(&rest, &word);
                promise(r == 1 || r == 0 || r == -EINVAL);
                promise(r == 1 ? word && rest > before : !word && rest == before);
                if (r <= 0)
                        break;

                promise(n <= size / 2 + 1);
                length += strlen(word);
                if (!strpbrk(before, "\"'"))
                        promise(!strpbrk(word, " \t\n\r") && text_has_word(text, " \t\n\r", word));
                words[n++] = word;
        }

        promise(length <= size);
        promise(r < 0 || rest[strspn(rest, " \t\n\r")] == '\0');
        promise(fuzz_counted() <= 4 * size + 64);
        while (n > 0)
                free(words[--n]);
        free(words);
}

static void check_characters(const char *text) {
        size_t left = strlen(text);
        bool valid = true, printable = true;

        for (const char *p = text; *p;) {
                uint32_t c = 0, expected = 0;
                size_t length = utf8_character(p, &c), n = fuzz_character(p, left, &expected);

                promise(length == n && c == expected && utf8_length(p) == n);
                valid = valid && n > 0 && !((c >= 0xfdd0 && c < 0xfdf0) || c % 0x10000 >= 0xfffe);
                printable = printable && !(c < 0x20 && c != '\t') && !(c >= 0x7f && c < 0xa0);
                n += n == 0;
                p += n;
                left -= n;
        }

        promise(utf8_is_valid(text) == valid);
        promise(text_is_printable(text) == (valid && printable));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *text = fuzz_text(data, size);

        check_numbers(text);
        check_sizes(text);
        check_times(text);
        check_shares(text);
        check_mask(text);
        check_signal(text);
        check_words(text);
        check_characters(text);
        return 0;
}
