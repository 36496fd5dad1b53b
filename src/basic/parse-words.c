/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/parse-words.h"

#include <signal.h>

#include "basic/parse.h"
#include "basic/utf8.h"

#define WHITESPACE " \t\n\r"

/* CPU numbers that a kernel can have: the largest CONFIG_NR_CPUS (arch/x86/Kconfig, MAXSMP). NUMA nodes are fewer. */
#define INDEX_MAX 8191

/* Those with names come before: signal(7). */
#define SIGNALS_END 32

int parse_index_mask(const char *text, uint8_t **ret, size_t *ret_size) {
        static const char separators[] = WHITESPACE ",";
        uint8_t mask[(INDEX_MAX + 1) / 8] = {};
        uint8_t *data = NULL;
        size_t size = 0;

        for (const char *p = text + strspn(text, separators); *p; p += strspn(p, separators)) {
                char word[sizeof("18446744073709551615-18446744073709551615")];
                size_t length = strcspn(p, separators);
                uint64_t lower, upper;
                int r;

                if (length >= sizeof(word))
                        return -EINVAL;

                memcpy(word, p, length);
                word[length] = '\0';
                p += length;

                r = parse_unsigned_range(word, INDEX_MAX, &lower, &upper);
                if (r < 0)
                        return r;

                for (uint64_t i = lower; i <= upper; i++)
                        mask[i / 8] |= (uint8_t) (1U << (i % 8));

                if (size < upper / 8 + 1)
                        size = (size_t) upper / 8 + 1;
        }

        if (size > 0) {
                data = malloc(size);
                if (!data)
                        return -ENOMEM;
                memcpy(data, mask, size);
        }

        *ret = data;
        *ret_size = size;
        return 0;
}

/* RTMIN+N and RTMAX-N. The numbers are the C library's, which keeps the first two for itself. */
static int parse_realtime_signal(const char *name, int *ret) {
        const char *offset;
        uint64_t n = 0;
        bool from_min;
        int r;

        offset = startswith(name, "RTMIN");
        from_min = offset != NULL;
        if (!offset)
                offset = startswith(name, "RTMAX");
        if (!offset)
                return -EINVAL;

        if (*offset) {
                if (*offset != (from_min ? '+' : '-'))
                        return -EINVAL;

                r = parse_unsigned_any_base(offset + 1, 0, (uint64_t) (SIGRTMAX - SIGRTMIN), &n);
                if (r < 0)
                        return r;
        }

        *ret = from_min ? SIGRTMIN + (int) n : SIGRTMAX - (int) n;
        return 0;
}

int parse_signal(const char *text, int *ret) {
        uint64_t number;
        int r;

        r = parse_unsigned_any_base(text, 1, (uint64_t) SIGRTMAX, &number);
        if (r == -ERANGE)
                return r;
        if (r >= 0) {
                *ret = (int) number;
                return 0;
        }

        text = startswith(text, "SIG") ?: text;
        for (int i = 1; i < SIGNALS_END; i++) {
                const char *name = i == SIGIO ? "IO" : sigabbrev_np(i); /* which has SIGPOLL, of the same number */

                if (name && streq(text, name)) {
                        *ret = i;
                        return 0;
                }
        }

        return parse_realtime_signal(text, ret);
}

/* Copies the word at *text without its quotes to @word (NULL: nowhere), and moves *text behind it. Returns its length.
 * -EINVAL: a quote is not closed. */
static ssize_t unquote_word(const char **text, char *word) {
        const char *p = *text;
        ssize_t length = 0;
        char quote = '\0';

        for (; *p && (quote || !strchr(WHITESPACE, *p)); p++)
                if (quote ? *p == quote : *p == '"' || *p == '\'')
                        quote = quote ? '\0' : *p;
                else if (word)
                        word[length++] = *p;
                else
                        length++;

        *text = p;
        return quote ? -EINVAL : length;
}

/* A word takes as much memory as it is long, whatever follows it: there may be many. */
int parse_word(const char **text, char **ret) {
        const char *begin = *text + strspn(*text, WHITESPACE), *end = begin;
        ssize_t length = unquote_word(&end, NULL);
        char *word;

        if (!*begin)
                return 0;
        if (length < 0)
                return (int) length;

        word = calloc(1, (size_t) length + 1);
        if (!word)
                return -ENOMEM;

        (void) unquote_word(&begin, word);
        *text = end + strspn(end, WHITESPACE);
        *ret = word;
        return 1;
}

bool text_is_printable(const char *text) {
        while (*text) {
                uint32_t c;
                size_t length = utf8_character(text, &c);

                if (length == 0 || (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) || utf8_is_noncharacter(c))
                        return false;
                text += length;
        }

        return true;
}

bool text_has_word(const char *text, const char *separators, const char *word) {
        size_t length = strlen(word);

        for (const char *p = text; *p; p += strspn(p, separators)) {
                size_t n = strcspn(p, separators);

                if (n == length && memcmp(p, word, n) == 0)
                        return true;
                p += n;
        }

        return false;
}
