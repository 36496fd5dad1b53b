/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "delegation/drop-in.h"

#define CPUSET (1U << CONTROLLER_CPUSET)
#define IO (1U << CONTROLLER_IO)
#define PIDS (1U << CONTROLLER_PIDS)
#define ALL CONTROLLER_MASK_MANAGED

#define S "[Service]\n"
#define H DROP_IN_HEADER "\n"

typedef struct Row {
        const char *text;
        DropInKind kind;
        ControllerMask controllers;
        size_t length; /* where the text has NUL bytes */
} Row;

static const Row rows[] = {
        { H S "Delegate=io\n", DROP_IN_OURS, IO },
        { H S "Delegate=cpuset io\n", DROP_IN_OURS, CPUSET | IO },

        { "", DROP_IN_FOREIGN },
        { S "Delegate=io\n", DROP_IN_FOREIGN },
        { DROP_IN_HEADER, DROP_IN_FOREIGN },
        { DROP_IN_HEADER "\r\n" S "Delegate=io\n", DROP_IN_FOREIGN },
        { " " H S "Delegate=io\n", DROP_IN_FOREIGN },
        { S "\n" H "Delegate=io\n", DROP_IN_FOREIGN },

        { H, DROP_IN_EDITED },
        { H S, DROP_IN_EDITED },
        { H S "Delegate=\n", DROP_IN_EDITED },
        { H S "Delegate=io", DROP_IN_EDITED },
        { H S "Delegate=io\n\n", DROP_IN_EDITED },
        { H S "Delegate=io \n", DROP_IN_EDITED },
        { H S "Delegate= io\n", DROP_IN_EDITED },
        { H S "Delegate=io io\n", DROP_IN_EDITED },
        { H S "Delegate=io cpuset\n", DROP_IN_EDITED },
        { H S "Delegate=cpuset,io\n", DROP_IN_EDITED },
        { H S "Delegate=yes\n", DROP_IN_EDITED },
        { H S "Delegate=no\n", DROP_IN_EDITED },
        { H S "Delegate=io hugetlb\n", DROP_IN_EDITED },
        { H S "Delegate=hugetlb\n", DROP_IN_EDITED },
        { H S "Delegate=io\n# mine\n", DROP_IN_EDITED },
        { H S "Delegate=io\nMemoryMax=1G\n", DROP_IN_EDITED },
        { H "\n" S "Delegate=io\n", DROP_IN_EDITED },
        { H S "Delegate=io\n\0", DROP_IN_EDITED, 0, sizeof(H S "Delegate=io\n") },
        { H S "Delegate=io\0cpu\n", DROP_IN_EDITED, 0, sizeof(H S "Delegate=io\0cpu\n") - 1 },
};

static void expect(const char *text, size_t length, DropInKind kind, ControllerMask controllers) {
        DelegationDropIn d = { .uid = 7, .runtime = true, .controllers = PIDS };

        g_test_message("%s", text);
        drop_in_parse(text, length, &d);
        g_assert_cmpint(d.kind, ==, kind);
        g_assert_cmphex(d.controllers, ==, controllers);
        g_assert_cmpuint(d.uid, ==, 7);
        g_assert_true(d.runtime);
}

static void test_parse(void) {
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
                expect(rows[i].text, rows[i].length ?: strlen(rows[i].text), rows[i].kind, rows[i].controllers);
}

/* Whatever is written is read again as ours, and says the same; with any byte less, more or another it is not. */
static void test_round_trip(void) {
        for (ControllerMask controllers = 1; controllers <= ALL; controllers++) {
                char text[DROP_IN_TEXT_MAX + 1];
                size_t length;

                if (controllers & ~ALL)
                        continue;

                length = strlen(drop_in_format(controllers, text));
                expect(text, length, DROP_IN_OURS, controllers);

                for (size_t i = 0; i < length; i++) {
                        DropInKind kind = i <= strlen(DROP_IN_HEADER) ? DROP_IN_FOREIGN : DROP_IN_EDITED;

                        expect(text, i, kind, 0);
                        text[i] ^= 0x10;
                        expect(text, length, kind, 0);
                        text[i] ^= 0x10;
                }
                expect(text, length + 1, DROP_IN_EDITED, 0);
        }
}

static void test_long(void) {
        g_autoptr(GString) text = g_string_new(H S "Delegate=");

        while (text->len < 4 * DROP_IN_TEXT_MAX)
                g_string_append(text, "io ");
        expect(text->str, text->len, DROP_IN_EDITED, 0);
}

static void test_format(void) {
        char text[DROP_IN_TEXT_MAX];

        g_assert_cmpstr(drop_in_format(PIDS | IO | CPUSET, text), ==, H S "Delegate=cpuset io pids\n");
        g_assert_cmpuint(strlen(drop_in_format(ALL, text)), <, sizeof(text) - 1);
}

static void test_effect(void) {
        static const struct {
                const char *text;
                DropInEffect effect;
        } texts[] = {
                { "", DROP_IN_SAYS_NOTHING },
                { "[Service]\nMemoryMax=1G\n", DROP_IN_SAYS_NOTHING },
                { "[Service]\n#Delegate=\n", DROP_IN_SAYS_NOTHING },
                { "[Service]\nDelegate=cpu\n", DROP_IN_SAYS_NOTHING },
                { "[Service]\nDelegate=cpu io\n", DROP_IN_ASKS },
                { "[Service]\n  Delegate= yes \n", DROP_IN_ASKS },
                { "[Service]\nDelegate=", DROP_IN_TAKES_BACK },
                { "[Service]\nDelegate= \r\n", DROP_IN_TAKES_BACK },
                { "[Service]\nDelegate=No\n", DROP_IN_TAKES_BACK },
                { "[Service]\nDelegate=io\nDelegate=off\n", DROP_IN_TAKES_BACK },
                { "[Service]\nDelegate=\nDelegate=cpu\n", DROP_IN_TAKES_BACK },
                { "[Service]\nDelegate=\nDelegate=cpu io\n", DROP_IN_ASKS },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                g_assert_cmpint(drop_in_effect(texts[i].text, CONTROLLER_IO), ==, texts[i].effect);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/drop-in/parse", test_parse);
        g_test_add_func("/drop-in/round-trip", test_round_trip);
        g_test_add_func("/drop-in/long", test_long);
        g_test_add_func("/drop-in/format", test_format);
        g_test_add_func("/drop-in/effect", test_effect);
        return g_test_run();
}
