/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/introspect.h"

#include "basic/json.h"
#include "cgroup/statistics.h"
#include "cgscope/version.h"
#include "unit/property.h"

static const char *targets_name(const Verb *verb) {
        bool has_target = false;

        for (size_t i = 0; i < VERB_WORDS_MAX; i++)
                has_target |= verb->words[i] && streq(verb->words[i], "target");

        if (!has_target)
                return NULL;
        if (verb->targets & AIM_ANY)
                return "any";
        if (verb->targets & AIM_UNIT_OR_GROUP)
                return "unit or group";
        return verb->targets & AIM_BELOW_BOUNDARY ? "group" : "delegated";
}

static void print_options(JsonWriter *json, const Option *options) {
        json_open_array(json, "options");
        OPTIONS_FOREACH(o, options) {
                json_open_object(json, NULL);
                json_string(json, "name", o->name);
                json_string_or_null(json, "letter", o->letter ? (char[]) { o->letter, '\0' } : NULL);
                json_string_or_null(json, "value", option_value_kind(o));
                json_boolean(json, "value_optional", option_value_is_optional(o));
                json_string_or_null(json, "help", o->help);
                json_close(json);
        }
        json_close(json);
}

static void print_columns(JsonWriter *json, const TableColumn *columns) {
        json_open_array(json, "columns");
        for (const TableColumn *c = columns; c && c->heading; c++)
                if (c->field) { /* that of a tree has none, and is not chosen */
                        json_open_object(json, NULL);
                        json_string(json, "name", c->heading);
                        json_string(json, "field", c->field);
                        json_string(json, "help", c->help);
                        json_close(json);
                }
        json_close(json);
}

static void print_verb(JsonWriter *json, const Verb *verb) {
        json_open_object(json, NULL);
        json_string(json, "name", verb->name);
        json_words(json, "synopsis", verb->synopsis, '\n');
        json_string(json, "summary", verb->summary);
        json_open_array(json, "words");
        for (size_t i = 0; i < VERB_WORDS_MAX && verb->words[i]; i++)
                json_string(json, NULL, verb->words[i]);
        json_close(json);
        json_number(json, "least", verb->least);
        if (verb->most == VERB_ANY)
                json_null(json, "most");
        else
                json_number(json, "most", verb->most);
        json_string_or_null(json, "targets", targets_name(verb));
        json_boolean(json, "changes", verb->changes);
        json_string(json, "example", verb->example);
        json_number(json, "usage_status", (uint64_t) (verb->usage_status ?: STATUS_USAGE));
        json_number(json, "failure_status", (uint64_t) (verb->failure_status ?: STATUS_FAILURE));
        print_options(json, verb->options);
        print_columns(json, verb->columns);
        json_close(json);
}

static void print_property(const char *name, void *userdata) {
        const PropertyInfo *info = property_find(name);
        JsonWriter *json = userdata;

        json_open_object(json, NULL);
        json_string(json, "name", name);
        json_string_or_null(json, "file", property_info_file(info));
        json_boolean(json, "units", property_info_takes_units(info));
        json_close(json);
}

int introspect_print(const Verb *const verbs[]) {
        JsonWriter json;

        json_begin(&json, stdout, false);
        json_string(&json, "version", version_text());

        json_open_array(&json, "verbs");
        for (size_t i = 0; verbs[i]; i++)
                print_verb(&json, verbs[i]);
        json_close(&json);

        json_open_array(&json, "controllers");
        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                json_string(&json, NULL, controller_to_string(c));
        json_close(&json);

        json_open_array(&json, "properties");
        property_foreach(print_property, &json);
        json_close(&json);

        json_open_array(&json, "figures");
        for (Statistic s = 0; s < _STATISTIC_MAX; s++)
                json_string(&json, NULL, statistic_field(s));
        json_close(&json);

        return json_end(&json);
}
