/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A command line by the table of its verb: options, the words beside them, and what may follow a target. */

#include <getopt.h>
#include <glib.h>

#include "cgscope/verbs.h"

typedef struct Own {
        bool flag;
        const char *text, *list;
} Own;

enum {
        OPTION_LIST = OPTION_OWN,
};

static bool is_number(const char *word) {
        return *word && strspn(word, "0123456789") == strlen(word);
}

static const Option own_options[] = {
        { "flag", 'f', NULL, "A flag", OPTION_FLAG(Own, flag) },
        { "text", 't', "TEXT", "A text", OPTION_TEXT(Own, text) },
        { "list", 0, "[=LIST]", "A list", OPTION_LIST, is_number },
        GENERAL_OPTIONS,
};

static int parse_own(void *userdata, int id) {
        Own *own = userdata;

        g_assert_cmpint(id, ==, OPTION_LIST);
        own->list = optarg ? "given" : "alone";
        return 0;
}

static const Verb plain = {
        .name = "plain",
        VERB_TAKES(1, 2, "target", "setting"),
        .options = own_options,
        .parse = parse_own,
};

static const Verb with_command = {
        .name = "with",
        VERB_TAKES(2, VERB_ANY, "target", "command"),
        .options = own_options,
        .usage_status = STATUS_NOT_STARTED,
        .parse = parse_own,
};

/* The words that @line leaves, divided by '|'; or what the status is. */
static char *parse(const Verb *verb, const char *line, void *own) {
        g_auto(GStrv) split = g_strsplit(line, " ", -1);
        guint n = g_strv_length(split);
        g_autofree char **argv = g_new0(char *, n + 1);
        CommonOptions options;
        int status;
        char **words;

        memcpy(argv, split, n * sizeof(char *)); /* it is put into another order */
        optind = 0;
        words = verb_parse(verb, &options, own, (int) n, argv, &status);
        return words ? g_strjoinv("|", words) : g_strdup_printf("status %d", status);
}

static void expect(const Verb *verb, const char *line, const char *wanted) {
        g_autofree char *got = parse(verb, line, &(Own) {});

        g_assert_cmpstr(got, ==, wanted);
}

static void test_words(void) {
        expect(&plain, "plain a", "a");
        expect(&plain, "plain a -f b", "a|b");
        expect(&plain, "plain -- -f", "-f");
        expect(&plain, "plain", "status 2");
        expect(&plain, "plain a b c", "status 2");
        expect(&plain, "plain --frob a", "status 2");
        expect(&plain, "plain a --text", "status 2");
}

static void test_command(void) {
        expect(&with_command, "with a b -f", "a|b|-f");
        expect(&with_command, "with -f a --text=x -- -b", "a|-b");
        expect(&with_command, "with -- a -- b", "a|b");
        expect(&with_command, "with -- -a b", "-a|b");
        expect(&with_command, "with a", "status 125");
        expect(&with_command, "with a --", "status 125");
        expect(&with_command, "with", "status 125");
}

static void test_options(void) {
        Own own = {};
        g_autofree char *first = parse(&plain, "plain --list 12 -ft x a", &own), *second = NULL;

        g_assert_cmpstr(first, ==, "a");
        g_assert_true(own.flag);
        g_assert_cmpstr(own.list, ==, "given");

        own = (Own) {};
        second = parse(&plain, "plain --list a", &own);
        g_assert_cmpstr(second, ==, "a");
        g_assert_false(own.flag);
        g_assert_null(own.text);
        g_assert_cmpstr(own.list, ==, "alone");
}

/* Those that tests are to go by. */
static void test_examples(void) {
        for (size_t i = 0; verbs[i]; i++) {
                g_autofree char *line =
                        g_strdup_printf("%s%s%s", verbs[i]->name, *verbs[i]->example ? " " : "", verbs[i]->example);
                g_autofree void *own = g_malloc0(1 << 16);
                g_autofree char *got = parse(verbs[i], line, own);

                if (g_str_has_prefix(got, "status"))
                        g_error("%s: %s", line, got);
                g_assert_cmpuint(verbs[i]->least, <=, verbs[i]->most);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/verb/words", test_words);
        g_test_add_func("/verb/command", test_command);
        g_test_add_func("/verb/options", test_options);
        g_test_add_func("/verb/examples", test_examples);

        return g_test_run();
}
