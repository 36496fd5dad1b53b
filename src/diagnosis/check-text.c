/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-text.h"

/* "4.4.0-19041-Microsoft", "5.15.153.1-microsoft-standard-WSL2": the first has no kernel of Linux beneath. */
unsigned kernel_wsl(const char *release) {
        if (strstr(release, "WSL2") || strstr(release, "microsoft"))
                return 2;

        return strstr(release, "Microsoft") || strstr(release, "WSL") ? 1 : 0;
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
