/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/drop-in.h"

#include <assert.h>
#include <inttypes.h>

#define BEFORE_LIST DROP_IN_HEADER "\n[Service]\nDelegate="

const char *drop_in_name(const DelegationDropIn *drop_in) {
        if (drop_in->uid == DELEGATION_EVERYBODY)
                return drop_in->runtime ? "delegate-runtime.conf" : "delegate.conf";

        return drop_in->runtime ? "delegate-user-runtime.conf" : "delegate-user.conf";
}

char *drop_in_directory(const DelegationDropIn *drop_in, char buffer[static DROP_IN_PATH_MAX]) {
        const char *top = drop_in->runtime ? "run" : "etc";

        if (drop_in->uid == DELEGATION_EVERYBODY)
                (void) snprintf(buffer, DROP_IN_PATH_MAX, "/%s/systemd/system/user@.service.d", top);
        else
                (void) snprintf(buffer, DROP_IN_PATH_MAX, "/%s/systemd/system/user@%" PRIu64 ".service.d", top,
                                drop_in->uid);

        return buffer;
}

char *drop_in_path(const DelegationDropIn *drop_in, char buffer[static DROP_IN_PATH_MAX]) {
        (void) stpcpy(stpcpy(strchr(drop_in_directory(drop_in, buffer), '\0'), "/"), drop_in_name(drop_in));
        return buffer;
}

void drop_in_parse(const char *text, size_t length, DelegationDropIn *drop_in) {
        static const char header[] = DROP_IN_HEADER "\n";
        char copy[DROP_IN_TEXT_MAX], ours[DROP_IN_TEXT_MAX];
        ControllerMask controllers;
        const char *list;

        drop_in->kind = DROP_IN_FOREIGN;
        drop_in->controllers = CONTROLLER_MASK_NONE;
        if (length < strlen(header) || memcmp(text, header, strlen(header)) != 0)
                return;

        drop_in->kind = DROP_IN_EDITED;
        if (length >= sizeof(copy))
                return;
        *(char *) mempcpy(copy, text, length) = '\0';
        list = startswith(copy, BEFORE_LIST);
        if (!list)
                return;

        controllers = controller_mask_read(list) & CONTROLLER_MASK_MANAGED;
        if (controllers == CONTROLLER_MASK_NONE || strlen(drop_in_format(controllers, ours)) != length ||
            memcmp(ours, text, length) != 0)
                return;

        drop_in->kind = DROP_IN_OURS;
        drop_in->controllers = controllers;
}

char *drop_in_format(ControllerMask controllers, char buffer[static DROP_IN_TEXT_MAX]) {
        char names[CONTROLLER_MASK_TEXT_MAX];

        assert(controllers != CONTROLLER_MASK_NONE && !(controllers & ~CONTROLLER_MASK_MANAGED));

        (void) snprintf(buffer, DROP_IN_TEXT_MAX, BEFORE_LIST "%s\n", controller_mask_format(controllers, ' ', names));
        return buffer;
}

/* Booleans as systemd reads them (systemd.syntax(7)). */
static bool is_boolean(const char *value, bool which) {
        static const char *const words[2][6] = { { "no", "n", "false", "f", "off", "0" },
                                                 { "yes", "y", "true", "t", "on", "1" } };

        for (size_t i = 0; i < ELEMENTSOF(words[which]); i++)
                if (strcasecmp(value, words[which][i]) == 0)
                        return true;

        return false;
}

DropInEffect drop_in_effect(const char *text, Controller controller) {
        DropInEffect effect = DROP_IN_SAYS_NOTHING;

        while (*text) {
                size_t length = strcspn(text, "\n");
                _cleanup_free_ char *line = strndup(text + strspn(text, " \t"), length);
                char *value = line ? (char *) startswith(line, "Delegate=") : NULL;

                text += length + (text[length] == '\n');
                if (!value)
                        continue;

                value[strcspn(value, "\n")] = '\0';
                value += strspn(value, " \t");
                for (size_t n = strlen(value); n > 0 && strchr(" \t\r", value[n - 1]); n--)
                        value[n - 1] = '\0';
                if (!*value || is_boolean(value, false))
                        effect = DROP_IN_TAKES_BACK;
                else if (is_boolean(value, true) || controller_mask_read(value) & controller_bit(controller))
                        effect = DROP_IN_ASKS;
        }

        return effect;
}
