/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/doctor/doctor-report.h"

#include "basic/json.h"
#include "basic/user-name.h"
#include "cgscope/cli/output.h"
#include "cgscope/verbs.h"

static const char *const result_names[_FINDING_MAX] = {
        [FINDING_OK] = "ok",
        [FINDING_NOTE] = "note",
        [FINDING_PROBLEM] = "problem",
        [FINDING_UNKNOWN] = "unknown",
};

const char *finding_result_to_string(FindingResult result) {
        return result_names[result];
}

static void print_levels(JsonWriter *writer, const Way *way) {
        char names[CONTROLLER_MASK_TEXT_MAX];

        json_open_array(writer, "levels");
        for (size_t i = 0; i < way->reach.n_levels; i++) {
                const ReachLevel *level = way->reach.levels + i;

                json_open_object(writer, NULL);
                json_string(writer, "control_group", level->path);
                json_words(writer, "controllers", controller_mask_format(level->controllers, ' ', names), ' ');
                json_words(writer, "handed_on", controller_mask_format(level->enabled, ' ', names), ' ');
                json_string(writer, "owner", user_name_or_number(level->owner));
                json_boolean(writer, "delegated", level->delegated);
                json_close(writer);
        }
        json_close(writer);
}

static void print_controllers(JsonWriter *writer, const Way *way) {
        json_open_array(writer, "controllers");
        for (size_t i = 0; i < way->n_controllers; i++) {
                const WayController *controller = way->controllers + i;

                json_open_object(writer, NULL);
                json_string(writer, "name", controller_to_string(controller->controller));
                if (controller->arrival == ARRIVAL_UNKNOWN)
                        json_null(writer, "arrives");
                else
                        json_boolean(writer, "arrives", controller->arrival == ARRIVAL_YES);
                json_string_or_null(writer, "stops_at", controller->stop);
                json_string_or_null(writer, "why", controller->trouble.cause);
                json_string_or_null(writer, "remedy", controller->trouble.remedy);
                json_close(writer);
        }
        json_close(writer);
}

static void print_checks(JsonWriter *writer, const Diagnosis *diagnosis) {
        json_open_array(writer, "checks");
        for (size_t i = 0; i < diagnosis->n_checks; i++) {
                const CheckedFinding *check = diagnosis->checks + i;

                json_open_object(writer, NULL);
                json_string(writer, "check", check->name);
                json_string(writer, "result", finding_result_to_string(check->finding.result));
                json_string_or_null(writer, "found", check->finding.found);
                json_string_or_null(writer, "remedy", check->finding.remedy);
                json_close(writer);
        }
        json_close(writer);
}

int diagnosis_print_json(const Diagnosis *diagnosis, const CommonOptions *options) {
        const Doctor *doctor = diagnosis->doctor;
        const Way *way = &diagnosis->way;
        _cleanup_free_ char *unknown = way->unknown.cause ? trouble_text(&way->unknown, 0) : NULL;
        bool looked = way->reach.n_levels > 0, probed = looked && way->end == WAY_PROBE;
        JsonWriter writer;

        json_begin(&writer, stdout, options->json_pretty);
        json_number(&writer, "uid", doctor->uid);
        json_string_or_null(&writer, "user", doctor->user);
        json_string_or_null(&writer, "end", looked ? way_end_to_string(way->end) : NULL);
        json_string_or_null(&writer, "probe", probed ? way->reach.levels[way->reach.n_levels - 1].path : NULL);
        print_levels(&writer, way);
        print_controllers(&writer, way);
        json_string_or_null(&writer, "unknown", unknown);
        print_checks(&writer, diagnosis);
        json_number(&writer, "status", (uint64_t) diagnosis_status(diagnosis));

        return output_check(json_end(&writer));
}
