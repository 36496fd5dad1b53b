/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Targets, paths of groups and names of units: what is refused says why, what is taken can be shown and typed again,
 * and what a path says of units and managers does not change with what lies below. */

#include <inttypes.h>

#include "basic/escape.h"
#include "basic/parse-words.h"
#include "cgroup/group.h"
#include "cgroup/target.h"
#include "cgroup/unit-path.h"
#include "fuzz.h"
#include "unit/unit-name.h"

/* The name of a unit that a manager takes, by systemd.unit(5). */
static bool is_plain_name(const char *name) {
        for (const char *p = name; *p; p++)
                if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                      strchr(":-_.\\@", *p)))
                        return false;

        return strlen(name) <= 255 && strchr(name, '.');
}

/* As it is shown, to be typed. */
static char *show(const TargetName *name) {
        _cleanup_free_ char *rest = escape_path(name->rest);
        char *text = NULL;

        promise(rest);
        switch (name->kind) {
        case TARGET_UNIT:
                promise(asprintf(&text, "%s%s", name->unit, rest) >= 0);
                break;
        case TARGET_OWN:
                promise(asprintf(&text, ".%s", rest) >= 0);
                break;
        case TARGET_PATH:
                promise(asprintf(&text, "/sys/fs/cgroup%s", rest) >= 0);
                break;
        case TARGET_PROCESS:
                promise(asprintf(&text, "@%d", (int) name->pid) >= 0 && !*name->rest);
        }

        return text;
}

static void check_target(const char *text) {
        TargetName name = { .pid = 77 }, again = {};
        _cleanup_trouble_ Trouble trouble = {};
        _cleanup_free_ char *shown = NULL;
        int r = target_name_parse(text, &name, &trouble);

        if (r < 0) {
                promise(r == -EINVAL && trouble.error == r && trouble.cause);
                promise(name.pid == 77 && !name.unit && !name.rest);
                return;
        }

        promise(!trouble.cause && name.rest && strlen(name.rest) <= strlen(text) + 1);
        promise(name.kind != TARGET_UNIT || is_plain_name(name.unit));
        promise(!strstr(name.rest, "//") && (!*name.rest || *name.rest == '/'));
        shown = show(&name);
        promise(fuzz_is_safe(shown, strlen(shown), false));
        promise(target_name_parse(shown, &again, NULL) == 0);
        promise(again.kind == name.kind && again.pid == name.pid && streq(again.rest, name.rest));
        promise(name.kind != TARGET_UNIT || streq(again.unit, name.unit));
        target_name_done(&name);
        target_name_done(&again);
}

static void check_names(const char *text) {
        _cleanup_free_ char *scope = NULL, *slice = NULL, *generated = NULL, *joined = NULL, *again = NULL;
        int r;

        r = scope_name_complete(text, &scope);
        promise(r == 0 || ((r == -EINVAL || r == -EPERM) && !scope));
        if (r == 0) {
                promise(scope_name_is_valid(scope) && unit_name_is_valid(scope) && is_plain_name(scope));
                promise(!streq(scope, "init.scope") && scope_name_complete(scope, &again) == 0 && streq(scope, again));
        }

        promise(scope_name_generate(text, &generated) == 0 && scope_name_is_valid(generated) &&
                unit_name_is_valid(generated) && is_plain_name(generated));
        promise(!unit_name_is_valid(text) || is_plain_name(text));

        if (slice_name_complete(text, &slice) == 0) {
                promise(unit_name_is_valid(slice) && is_plain_name(slice));
                if (slice_name_join("work.slice", slice, &joined) == 0)
                        promise(streq(slice, "-.slice") || startswith(joined, "work-"));
        }

        if (group_name_is_valid(text))
                promise(*text && strlen(text) <= 255 && *text != '.' && !strchr(text, '/') &&
                        fuzz_is_safe(text, strlen(text), false));
        promise(unit_name_matches_directory(text, text) || *text == '_' || *text == '.');
}

static void check_controllers(const char *text) {
        char written[CONTROLLER_MASK_TEXT_MAX];
        _cleanup_free_ char *unknown = NULL;
        ControllerMask mask = 0x5ca1, again;
        int r = controller_mask_parse(text, &mask, &unknown);

        promise(r == 0 || (r == -EINVAL && mask == 0x5ca1));
        promise(!unknown || strstr(text, unknown));
        promise(r < 0 || mask == controller_mask_read(text));
        mask = controller_mask_read(text);
        promise(!(mask & ~CONTROLLER_MASK_ALL));
        if (mask == 0)
                return;

        (void) controller_mask_format(mask, ',', written);
        promise(controller_mask_parse(written, &again, NULL) == 0 && again == mask);
}

/* A user's manager lies in slices, and is called as the manager of the system calls it. */
static void check_manager(const char *path) {
        _cleanup_free_ char *part = NULL, *below = NULL, *slice = NULL;
        uid_t uid = manager_of_path(path);

        if (uid == UID_INVALID) {
                promise(slice_of_path(path, true, &slice) == -ENXIO && !slice);
                return;
        }

        promise(asprintf(&part, "user@%" PRIu32 ".service/", uid) >= 0 && strstr(path, part));
        promise(asprintf(&below, "%s/user@7.service/x.scope/user@8.service/y", path) >= 0);
        promise(manager_of_path(below) == uid);
        promise(slice_of_path(path, true, &slice) == 0 && endswith(slice, ".slice"));
}

static void check_unit(const char *path) {
        _cleanup_free_ char *unit = NULL, *below = NULL, *again = NULL, *slice = NULL;
        size_t length = SIZE_MAX, length_again;
        int r = unit_of_path(path, &unit, &length);

        promise(slice_of_path(path, false, &slice) == 0 && endswith(slice, ".slice"));
        if (r < 0) {
                promise(r == -ENODATA && !unit && length == SIZE_MAX);
                return;
        }

        promise(length <= strlen(path) && !strchr(unit, '/') && length >= strlen(unit) &&
                memcmp(path + length - strlen(unit), unit, strlen(unit)) == 0);

        /* A group of any name below, but one that a slice's unit could have. */
        promise(asprintf(&below, "%.*s/group", (int) length, path) >= 0);
        promise(unit_of_path(below, &again, &length_again) == 0 && streq(unit, again) && length == length_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *text = fuzz_text(data, size);

        check_target(text);
        check_names(text);
        check_controllers(text);
        check_unit(text);
        check_manager(text);
        return 0;
}
