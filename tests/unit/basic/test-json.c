/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "basic/json.h"

static void test_string(void) {
        static const struct {
                const char *text, *json;
        } rows[] = {
                { "", "{\"n\":\"\"}\n" },
                { "plain", "{\"n\":\"plain\"}\n" },
                { "a\"b\\c/", "{\"n\":\"a\\\"b\\\\c/\"}\n" },
                { "a\nb\tc\x01\x7f", "{\"n\":\"a\\u000ab\\u0009c\\u0001\\u007f\"}\n" },
                { "gr\u00fc\u00df \u20ac \U0001f600", "{\"n\":\"gr\u00fc\u00df \u20ac \U0001f600\"}\n" },
                { "\xc2\x9b\u202e\uffff\U0001fffe", "{\"n\":\"\\u009b\\u202e\\uffff\\ud83f\\udffe\"}\n" },
                { "\x80\x90\x80\x80", "{\"n\":\"\\ufffd\\ufffd\\ufffd\\ufffd\"}\n" },
                { "\xff", "{\"n\":\"\\ufffd\"}\n" },
                { "a\xc3", "{\"n\":\"a\\ufffd\"}\n" },
                { "\xc3(", "{\"n\":\"\\ufffd(\"}\n" },
                { "\xc0\x80", "{\"n\":\"\\ufffd\\ufffd\"}\n" },
                { "\xe2\x82", "{\"n\":\"\\ufffd\\ufffd\"}\n" },
                { "\xe0\x9f\xbf", "{\"n\":\"\\ufffd\\ufffd\\ufffd\"}\n" },
                { "\xed\xa0\x80", "{\"n\":\"\\ufffd\\ufffd\\ufffd\"}\n" },
                { "\xf0\x8f\xbf\xbf", "{\"n\":\"\\ufffd\\ufffd\\ufffd\\ufffd\"}\n" },
                { "\xf4\x90\x80\x80", "{\"n\":\"\\ufffd\\ufffd\\ufffd\\ufffd\"}\n" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *buffer = NULL;
                JsonWriter writer;
                size_t size;
                FILE *file = open_memstream(&buffer, &size);

                json_begin(&writer, file, false);
                json_string(&writer, "n", rows[i].text);
                g_assert_cmpint(json_end(&writer), ==, 0);
                fclose(file);
                g_assert_cmpstr(buffer, ==, rows[i].json);
        }
}

static void test_object(void) {
        static const struct {
                bool pretty;
                const char *json;
        } rows[] = {
                { false, "{\"unit\":\"a.scope\",\"none\":[],\"some\":[\"cpu\",\"io\"],"
                         "\"gap\":[\"a\",\"\",\"b\"]}\n" },
                { true, "{\n        \"unit\": \"a.scope\",\n        \"none\": [],\n"
                        "        \"some\": [\"cpu\",\"io\"],\n"
                        "        \"gap\": [\"a\",\"\",\"b\"]\n}\n" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *buffer = NULL;
                JsonWriter writer;
                size_t size;
                FILE *file = open_memstream(&buffer, &size);

                json_begin(&writer, file, rows[i].pretty);
                json_string(&writer, "unit", "a.scope");
                json_words(&writer, "none", "", ' ');
                json_words(&writer, "some", "cpu io", ' ');
                json_words(&writer, "gap", "a,,b", ',');
                g_assert_cmpint(json_end(&writer), ==, 0);
                fclose(file);
                g_assert_cmpstr(buffer, ==, rows[i].json);
        }
}

static void write_nested(JsonWriter *writer) {
        json_number(writer, "zero", 0);
        json_number(writer, "most", UINT64_MAX);
        json_hundredths(writer, "part", 105);
        json_boolean(writer, "yes", true);
        json_boolean(writer, "no", false);
        json_null(writer, "nothing");
        json_open_array(writer, "empty");
        json_close(writer);
        json_open_array(writer, "rows");
        json_open_object(writer, NULL);
        json_number(writer, "pid", 1);
        json_close(writer);
        json_open_object(writer, NULL);
        json_close(writer);
        json_string(writer, NULL, "x");
        json_close(writer);
        json_string(writer, "last", "y");
}

static void test_nested(void) {
        static const struct {
                bool pretty;
                const char *json;
        } rows[] = {
                { false, "{\"zero\":0,\"most\":18446744073709551615,\"part\":1.05,\"yes\":true,\"no\":false,"
                         "\"nothing\":null,\"empty\":[],\"rows\":[{\"pid\":1},{},\"x\"],\"last\":\"y\"}\n" },
                { true, "{\n        \"zero\": 0,\n        \"most\": 18446744073709551615,\n"
                        "        \"part\": 1.05,\n        \"yes\": true,\n        \"no\": false,\n"
                        "        \"nothing\": null,\n        \"empty\": [],\n        \"rows\": [\n"
                        "                {\n                        \"pid\": 1\n                },\n"
                        "                {},\n                \"x\"\n        ],\n        \"last\": \"y\"\n}\n" },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *buffer = NULL;
                JsonWriter writer;
                size_t size;
                FILE *file = open_memstream(&buffer, &size);

                json_begin(&writer, file, rows[i].pretty);
                write_nested(&writer);
                g_assert_cmpint(json_end(&writer), ==, 0);
                fclose(file);
                g_assert_cmpstr(buffer, ==, rows[i].json);
        }
}

/* What an early return left open is closed all the same. */
static void test_left_open(void) {
        _cleanup_free_ char *buffer = NULL;
        JsonWriter writer;
        size_t size;
        FILE *file = open_memstream(&buffer, &size);

        json_begin(&writer, file, false);
        json_open_array(&writer, "a");
        json_open_object(&writer, NULL);
        g_assert_cmpint(json_end(&writer), ==, 0);
        fclose(file);
        g_assert_cmpstr(buffer, ==, "{\"a\":[{}]}\n");
}

static void test_full_disk(void) {
        FILE *file = fopen("/dev/full", "we");
        JsonWriter writer;

        if (!file) {
                g_test_skip("no /dev/full");
                return;
        }
        json_begin(&writer, file, false);
        json_string(&writer, "n", "x");
        g_assert_cmpint(json_end(&writer), ==, -ENOSPC);
        fclose(file);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/json/string", test_string);
        g_test_add_func("/json/object", test_object);
        g_test_add_func("/json/nested", test_nested);
        g_test_add_func("/json/left-open", test_left_open);
        g_test_add_func("/json/full-disk", test_full_disk);

        return g_test_run();
}
