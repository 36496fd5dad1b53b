/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-text.h"

#include <ctype.h>

static bool is_letter_of_name(char a, char b) {
        return a == b || ((a == '-' || a == '_') && (b == '-' || b == '_')); /* as the kernel compares them */
}

static size_t name_length(const char *word, const char *name) {
        size_t i = 0;

        while (name[i] && is_letter_of_name(word[i], name[i]))
                i++;

        return name[i] ? 0 : i;
}

/* Quotes can be around the whole word or around its value. */
static int append_value(char **list, const char *value, const char *end) {
        char *joined;

        if (value < end && *value == '"')
                value++;
        if (value < end && end[-1] == '"')
                end--;
        if (asprintf(&joined, "%s%s%.*s", *list ?: "", *list ? "," : "", (int) (end - value), value) < 0)
                return -ENOMEM;

        free(*list);
        *list = joined;
        return 0;
}

int argument_get(const char *line, const char *name, char **ret) {
        _cleanup_free_ char *list = NULL;

        for (const char *word = line, *end; *(word += strspn(word, " \n")); word = end) {
                size_t n;

                end = word;
                for (bool inside = false; *end && (inside || !strchr(" \n", *end)); end++)
                        inside ^= *end == '"';
                if (end == word + 2 && startswith(word, "--"))
                        break; /* what follows is for the first process */

                word += *word == '"';
                n = name_length(word, name);
                if (n > 0 && (word + n == end || word[n] == '=') &&
                    append_value(&list, word + n + (word + n < end), end) < 0)
                        return -ENOMEM;
        }
        if (!list)
                return 0;

        *ret = TAKE_PTR(list);
        return 1;
}

int kernel_is_at_least(const char *release, unsigned major, unsigned minor) {
        unsigned a, b;

        if (!isdigit((unsigned char) *release) || sscanf(release, "%5u.%5u", &a, &b) != 2)
                return -EINVAL;

        return a > major || (a == major && b >= minor);
}

/* "4.4.0-19041-Microsoft", "5.15.153.1-microsoft-standard-WSL2": the first has no kernel of Linux beneath. */
unsigned kernel_wsl(const char *release) {
        if (strstr(release, "WSL2") || strstr(release, "microsoft"))
                return 2;

        return strstr(release, "Microsoft") || strstr(release, "WSL") ? 1 : 0;
}

bool config_has(const char *text, const char *option) {
        char line[128];
        size_t length = (size_t) snprintf(line, sizeof(line), "CONFIG_%s=y", option);

        for (const char *p = text; (p = strstr(p, line)); p++)
                if ((p == text || p[-1] == '\n') && (p[length] == '\n' || p[length] == '\0'))
                        return true;

        return false;
}

char *scheduler_in_use(const char *text, char *buffer, size_t size) {
        const char *begin = strchr(text, '['), *end = begin ? strchr(begin, ']') : NULL;

        if (end)
                begin++;
        else {
                begin = text;
                end = begin + strcspn(begin, " \n");
        }

        (void) snprintf(buffer, size, "%.*s", (int) (end - begin), begin);
        return buffer;
}

/* "8:0 enable=1 ctrl=auto …", a line a device. */
bool io_cost_is_enabled(const char *text, const char *device) {
        size_t length = strlen(device);

        for (const char *line = text, *end; *line; line = end + (*end != '\0')) {
                const char *found;

                end = strchrnul(line, '\n');
                if (strncmp(line, device, length) != 0 || line[length] != ' ')
                        continue;

                found = strstr(line, " enable=1");
                return found && found < end && strchr(" \n", found[strlen(" enable=1")]);
        }

        return false;
}

char *clean_name(const char *text, char *buffer, size_t size) {
        size_t n = 0;

        for (; *text && n + 1 < size; text++)
                if (isalnum((unsigned char) *text) || strchr("-_.+:@~", *text))
                        buffer[n++] = *text;

        buffer[n] = '\0';
        return buffer;
}
