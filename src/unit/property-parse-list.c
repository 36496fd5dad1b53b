/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/parse-words.h"
#include "unit/property-parse.h"
#include "unit/unit-name.h"

/* Settings that are lists of words. An empty text is the empty list, which resets. */

int property_parse_words(const PropertyInfo *info, const char *text, bool (*valid)(const char *word), const char *noun,
                         char ***ret, Trouble *trouble) {
        _cleanup_strings_ char **words = NULL;
        size_t n_words = 0;
        int r;

        words = calloc(1, sizeof(*words));
        if (!words)
                return -ENOMEM;

        for (;;) {
                char **longer, *word;

                longer = reallocarray(words, n_words + 2, sizeof(*words));
                if (!longer)
                        return -ENOMEM;
                words = longer;

                r = parse_word(&text, &word);
                if (r == -EINVAL)
                        return property_refuse(info, r, trouble, "a quote is not closed in '%s'", text);
                if (r < 0)
                        return r;
                if (r == 0)
                        break;

                words[n_words++] = word;
                words[n_words] = NULL;

                if (valid && !valid(word))
                        return property_refuse(info, -EINVAL, trouble, "'%s' is no %s", word, noun);
        }

        *ret = TAKE_PTR(words);
        return 0;
}

static int set_words(const PropertyInfo *info, const char *text, bool (*valid)(const char *word), const char *noun,
                     PropertyValue *ret, Trouble *trouble) {
        char **words = NULL;
        int r;

        r = property_parse_words(info, text, valid, noun, &words, trouble);
        if (r < 0)
                return r;

        ret->kind = PROPERTY_STRINGS;
        ret->strings = words;
        return 0;
}

int property_parse_units(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        return set_words(info, text, unit_name_is_valid, "unit name (examples: network.target, foo.service)", ret,
                         trouble);
}

/* The kinds of address that systemd.unit(5) allows in Documentation=. */
static bool url_is_valid(const char *url) {
        static const char *const schemes[] = { "http://", "https://", "file:/", "info:", "man:" };

        for (size_t i = 0; i < ELEMENTSOF(schemes); i++) {
                const char *rest = startswith(url, schemes[i]);

                if (!isempty(rest))
                        return true;
        }

        return false;
}

int property_parse_urls(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        return set_words(info, text, url_is_valid, "address (examples: man:foo(1), https://example.com/)", ret,
                         trouble);
}

int property_parse_paths(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        return set_words(info, text, property_path_is_valid, "absolute and plain path", ret, trouble);
}

/* systemd's names, not the kernel's: it knows the three of v1 still, and of v2's only those it has settings for. */
static bool managed_controller_is_valid(const char *name) {
        static const char *const names[] = { "cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq(name, names[i]))
                        return true;

        return false;
}

int property_parse_controllers(const PropertyInfo *info, const char *text, PropertyValue *ret, Trouble *trouble) {
        return set_words(info, text, managed_controller_is_valid, "controller (examples: cpu, io, memory)", ret,
                         trouble);
}
