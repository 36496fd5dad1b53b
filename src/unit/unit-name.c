/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/unit-name.h"

#include <inttypes.h>
#include <sys/random.h>

#include "basic/macros.h"

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* systemd.unit(5), "UNITS LOAD PATH": what a unit name is made of; '@' divides the instance off. */
#define NAME_CHARACTERS LETTERS_AND_DIGITS ":-_.\\"

#define ROOT_SLICE "-.slice"

/* What stands around COMMAND in a generated name: systemd.io/DESKTOP_ENVIRONMENTS,
 * "app[-<launcher>]-<id>-<random>". */
#define GENERATED_PREFIX "app-cgscope-"
#define GENERATED_SUFFIX_FORMAT "-%016" PRIx64 ".scope"
#define GENERATED_SUFFIX_LENGTH (sizeof("-0123456789abcdef.scope") - 1)
#define GENERATED_COMMAND_MAX (UNIT_NAME_MAX - (sizeof(GENERATED_PREFIX) - 1) - GENERATED_SUFFIX_LENGTH)

/* @name is made of valid characters, is not too long, and has something before @suffix, which it ends with. */
static bool name_has_shape(const char *name, const char *suffix, const char *characters) {
        const char *end = endswith(name, suffix);

        return end && end > name && strlen(name) <= UNIT_NAME_MAX && name[strspn(name, characters)] == '\0';
}

bool unit_name_is_valid(const char *name) {
        static const char *const suffixes[] = {
                ".service", ".socket", ".target", ".device", ".mount", ".automount",
                ".swap",    ".timer",  ".path",   ".slice",  ".scope",
        };

        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++)
                if (name_has_shape(name, suffixes[i], NAME_CHARACTERS "@")) {
                        const char *at = strchr(name, '@');

                        /* A template is no unit, and an instance is one of something. */
                        return !at || (at > name && at + 1 < endswith(name, suffixes[i]));
                }

        return false;
}

bool scope_name_is_valid(const char *name) {
        return name_has_shape(name, ".scope", NAME_CHARACTERS);
}

/* A slice's name is a path, '-' divides its parts, and none of them is empty: systemd.slice(5). */
static bool slice_name_is_valid(const char *name) {
        if (streq(name, ROOT_SLICE))
                return true;

        return name_has_shape(name, ".slice", NAME_CHARACTERS) && name[0] != '-' && !strstr(name, "--") &&
               endswith(name, ".slice")[-1] != '-';
}

/* @text with @suffix where it has none yet, if that is @valid. The name of a unit of another type is a mistake. */
static int name_complete(const char *text, const char *suffix, bool (*valid)(const char *name), char **ret) {
        _cleanup_free_ char *name = NULL;

        if (!endswith(text, suffix) && unit_name_is_valid(text))
                return -EINVAL;

        if (asprintf(&name, "%s%s", text, endswith(text, suffix) ? "" : suffix) < 0)
                return -ENOMEM;

        if (!valid(name))
                return -EINVAL;

        *ret = TAKE_PTR(name);
        return 0;
}

int unit_name_complete(const char *text, char **ret) {
        _cleanup_free_ char *name = NULL;

        /* Something else is meant by "..", ".scope", "-" and nothing. */
        if (!unit_name_is_valid(text) && (!*text || *text == '.' || *text == '-'))
                return -EINVAL;
        if (asprintf(&name, "%s%s", text, unit_name_is_valid(text) ? "" : ".scope") < 0)
                return -ENOMEM;
        if (!unit_name_is_valid(name))
                return -EINVAL;

        *ret = TAKE_PTR(name);
        return 0;
}

/* The perpetual scope of every manager, and what logind calls the scope of a session: "session-" and its number, with
 * a "c" before one that audit did not give. */
static bool scope_name_is_taken(const char *name) {
        const char *id = startswith(name, "session-");

        if (!id)
                return streq(name, "init.scope");

        id += *id == 'c';
        return *id != '.' && streq(id + strspn(id, "0123456789"), ".scope");
}

int scope_name_complete(const char *text, char **ret) {
        _cleanup_free_ char *name = NULL;
        int r = name_complete(text, ".scope", scope_name_is_valid, &name);

        if (r < 0)
                return r;
        if (scope_name_is_taken(name))
                return -EPERM;

        *ret = TAKE_PTR(name);
        return 0;
}

int slice_name_complete(const char *text, char **ret) {
        return name_complete(text, ".slice", slice_name_is_valid, ret);
}

/* Writes @text into @buffer as systemd-escape does, and stops before what does not fit in @size whole. '-' is escaped
 * as well: it divides the parts of the name. */
static void escape_into(const char *text, char *buffer, size_t size) {
        size_t used = 0;

        for (const char *p = text; *p; p++) {
                char piece[sizeof("\\x00")];

                /* A '.' in front would make a hidden file of the name, were the prefix ever left off. */
                if (strchr(LETTERS_AND_DIGITS ":_", *p) || (*p == '.' && p > text))
                        snprintf(piece, sizeof(piece), "%c", *p);
                else
                        snprintf(piece, sizeof(piece), "\\x%02x", (unsigned) (unsigned char) *p);

                if (used + strlen(piece) >= size)
                        break;

                used = (size_t) (stpcpy(buffer + used, piece) - buffer);
        }

        buffer[used] = '\0';
}

int scope_name_generate(const char *command, char **ret) {
        char escaped[GENERATED_COMMAND_MAX + 1];
        const char *slash, *base = command;
        uint64_t random;
        char *name;

        /* "/usr/bin/" has no last part: the whole of it is better than nothing. */
        slash = strrchr(command, '/');
        if (slash && slash[1])
                base = slash + 1;

        escape_into(*base ? base : "scope", escaped, sizeof(escaped));

        if (getrandom(&random, sizeof(random), 0) != (ssize_t) sizeof(random))
                return errno > 0 ? -errno : -EIO;

        if (asprintf(&name, GENERATED_PREFIX "%s" GENERATED_SUFFIX_FORMAT, escaped, random) < 0)
                return -ENOMEM;

        *ret = name;
        return 0;
}

int slice_name_join(const char *outer, const char *inner, char **ret) {
        _cleanup_free_ char *name = NULL;
        const char *end = endswith(outer, ".slice");

        if (!slice_name_is_valid(outer) || !slice_name_is_valid(inner))
                return -EINVAL;

        if (streq(outer, ROOT_SLICE))
                name = strdup(inner);
        else if (streq(inner, ROOT_SLICE))
                name = strdup(outer);
        else if (asprintf(&name, "%.*s-%s", (int) (end - outer), outer, inner) < 0)
                name = NULL;
        if (!name)
                return -ENOMEM;

        if (!slice_name_is_valid(name))
                return -EINVAL;

        *ret = TAKE_PTR(name);
        return 0;
}

bool unit_name_matches_directory(const char *name, const char *directory) {
        if (streq(name, directory))
                /* A name that begins so is never used as it stands: the directory "_cpu.scope" is "cpu.scope"'s. */
                return name[0] != '_' && name[0] != '.';

        /* Which other names get the '_' grows with systemd's list of controllers; no other unit has this directory. */
        return directory[0] == '_' && streq(name, directory + 1);
}
