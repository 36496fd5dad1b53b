/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Drop-ins there and back: what we write is read as it was meant, and nothing else is taken for ours. */

#include <inttypes.h>

#include "delegation/drop-in.h"
#include "fuzz.h"

static void check_text(const char *text, size_t length) {
        static const char header[] = DROP_IN_HEADER "\n";
        DelegationDropIn drop_in = { .uid = 7, .kind = DROP_IN_ABSENT, .controllers = 0x5ca1 };
        bool has_header = length >= strlen(header) && memcmp(text, header, strlen(header)) == 0;
        char written[DROP_IN_TEXT_MAX];

        drop_in_parse(text, length, &drop_in);
        promise(drop_in.uid == 7 && !drop_in.runtime);
        if (drop_in.kind != DROP_IN_OURS) {
                promise(drop_in.kind == (has_header ? DROP_IN_EDITED : DROP_IN_FOREIGN));
                promise(drop_in.controllers == CONTROLLER_MASK_NONE);
                return;
        }

        (void) drop_in_format(drop_in.controllers, written);
        promise(strlen(written) == length && memcmp(written, text, length) == 0);
}

/* And with one byte changed it is ours no more, but where it means other controllers. */
static void check_changed(ControllerMask mask, size_t place, uint8_t byte) {
        DelegationDropIn drop_in = {};
        char written[DROP_IN_TEXT_MAX];

        (void) drop_in_format(mask, written);
        promise(strnlen(written, sizeof(written)) < sizeof(written) && fuzz_is_safe(written, strlen(written), true));
        drop_in_parse(written, strlen(written), &drop_in);
        promise(drop_in.kind == DROP_IN_OURS && drop_in.controllers == mask);

        place %= strlen(written);
        if ((uint8_t) written[place] == byte)
                return;
        written[place] = (char) byte;
        drop_in_parse(written, strlen(DROP_IN_HEADER) + 1 + place, &drop_in);
        promise(drop_in.kind != DROP_IN_OURS);
        check_text(written, sizeof(written) - 1);
}

static void check_names(uint64_t uid, bool runtime) {
        const DelegationDropIn drop_in = { .uid = uid, .runtime = runtime };
        char directory[DROP_IN_PATH_MAX], path[DROP_IN_PATH_MAX], expected[2 * DROP_IN_PATH_MAX], number[24] = "";

        if (uid != DELEGATION_EVERYBODY)
                (void) snprintf(number, sizeof(number), "%" PRIu64, uid);
        (void) snprintf(expected, sizeof(expected), "/%s/systemd/system/user@%s.service.d", runtime ? "run" : "etc",
                        number);
        promise(streq(drop_in_directory(&drop_in, directory), expected));
        promise(startswith(drop_in_path(&drop_in, path), directory) && endswith(path, drop_in_name(&drop_in)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FuzzInput input = { data, size };
        ControllerMask mask = fuzz_byte(&input) & CONTROLLER_MASK_MANAGED;
        uint64_t uid = fuzz_number(&input);
        size_t place = fuzz_byte(&input);

        if (mask != CONTROLLER_MASK_NONE)
                check_changed(mask, place, fuzz_byte(&input));
        check_names(uid, place & 1);
        check_text((const char *) data, size);
        return 0;
}
