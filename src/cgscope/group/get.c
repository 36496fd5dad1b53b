/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/json.h"
#include "basic/log.h"
#include "basic/memory-stream.h"
#include "cgroup/attribute-file.h"
#include "cgscope/cli/aim.h"
#include "cgscope/cli/output.h"
#include "cgscope/verbs.h"

/* `cgscope get`: settings in both vocabularies, systemd's names and the kernel's files. */

typedef struct Get {
        CommonOptions options;
        bool value;
        Aim aim;
        FILE *stream;
        JsonWriter json;
} Get;

static const Option get_options[] = {
        { "value", 0, NULL, "Print the value alone", OPTION_FLAG(Get, value) },
        { "bytes", 'b', NULL, "Print numbers in base units", OPTION_BYTES },
        MANAGER_OPTIONS,
        JSON_OPTION,
        GENERAL_OPTIONS,
};

/* A value of several lines begins on a line of its own. */
static void print_text(const Get *get, const char *key, const char *value) {
        if (get->value)
                fprintf(get->stream, "%s\n", value);
        else
                fprintf(get->stream, "%s=%s%s\n", key, strchr(value, '\n') ? "\n" : "", value);
}

static int print_key(Get *get, const char *key) {
        _cleanup_free_ char *value = NULL;
        int r = get->aim.groups->get(&get->aim.target, key, get->options.bytes || get->options.json, &value);

        if (r < 0)
                return r;

        if (get->options.json)
                json_value(&get->json, key, value);
        else
                print_text(get, key, value);
        return 0;
}

/* Of all files some cannot be read, or vanish: those are left out. */
static int print_any(const char *key, const char *file, void *userdata) {
        Get *get = userdata;
        int r = print_key(get, key);

        (void) file;
        return r == -ENODEV || error_is_shortage(r) ? r : 0;
}

/* Who sets it knows what is wrong with the name, and says it best. */
static int report_name(const Get *get, const char *key) {
        _cleanup_(attribute_list_done) AttributeList list = {};
        _cleanup_free_ char *assignment = NULL, *unit = NULL;
        Trouble trouble = {};
        int r;

        if (asprintf(&assignment, "%s=0", key) < 0)
                return assignment = NULL, log_oom();

        r = attribute_list_add(&list, assignment, &trouble);
        if (r != -EOPNOTSUPP)
                return r < 0 ? log_trouble(r, &trouble) : log_refuse(-EOPNOTSUPP, "%s: no such setting", key);

        trouble_done(&trouble);
        if (aim_is_unit(&get->aim, &unit))
                return log_refuse(r, "%s has no file, its manager keeps it; systemctl %sshow %s shows it", key,
                                  get->aim.manager == MANAGER_USER ? "--user " : "", unit);
        return log_refuse(r, "%s belongs to a unit, a group has no file for it", key);
}

static int report_key(const Get *get, const char *key, int error) {
        char nearest[ATTRIBUTE_NAME_SIZE];

        switch (error) {
        case -ENOENT:
                if (strchr(key, '.') && !attribute_file_find(key) && attribute_file_nearest(key, nearest))
                        return log_refuse(error, "unknown file '%s', did you mean %s?", key, nearest);
                return log_refuse(error,
                                  "%s has no %s: its controller is not enabled here, or this kernel lacks it; "
                                  "see cgscope controllers %s",
                                  get->aim.text, key, get->aim.text);
        case -EACCES:
                return log_refuse(error, "%s can be written only", key);
        case -EOPNOTSUPP:
                return report_name(get, key);
        default:
                return log_error_errno(error, "cannot read %s of %s", key, get->aim.text);
        }
}

static int print_all(Get *get, char *const keys[], size_t n_keys) {
        int r;

        for (size_t i = 0; i < n_keys; i++) {
                r = print_key(get, keys[i]);
                if (r < 0)
                        return report_key(get, keys[i], r);
        }

        if (n_keys > 0)
                return 0;

        r = get->aim.groups->keys(&get->aim.target, print_any, get);
        return r < 0 ? aim_report(&get->aim, r, "cannot read") : 0;
}

/* Into memory first: where a key cannot be read, nothing is printed. */
static int print(Get *get, char *const keys[], size_t n_keys) {
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        int r;

        get->stream = open_memstream(&text, &length);
        if (!get->stream)
                return log_oom();

        if (get->options.json)
                json_begin(&get->json, get->stream, get->options.json_pretty);
        r = print_all(get, keys, n_keys);
        if (r >= 0 && get->options.json)
                r = json_end(&get->json);
        if (memory_stream_close(get->stream, &text) < 0 && r >= 0)
                r = log_oom();
        if (r < 0)
                return r;

        if (fwrite(text, 1, length, stdout) != length || fflush(stdout) != 0)
                return output_check(-errno);
        return 0;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        Get get = { .aim = AIM_INIT };
        int status;
        char **words = verb_parse(verb, &get.options, &get, argc, argv, &status);

        if (!words)
                return status;

        if (aim_open(&get.aim, &get.options, words[0], verb->targets) >= 0 &&
            print(&get, words + 1, (size_t) (argv + argc - words - 1)) >= 0)
                status = EXIT_SUCCESS;
        else
                status = STATUS_FAILURE;

        aim_done(&get.aim);
        return status;
}

const Verb verb_get = {
        .name = "get",
        .synopsis = "[OPTIONS…] TARGET [KEY…]",
        .summary = "Show settings of a scope or group",
        .description = "Show settings of a unit or group: properties by systemd's names (MemoryMax) and the "
                       "kernel's files (memory.max). Without a key: all properties, and all files.",
        VERB_TAKES(1, VERB_ANY, "target", "key"),
        .targets = AIM_ANY,
        .example = ". cgroup.controllers",
        .options = get_options,
        .run = run,
};
