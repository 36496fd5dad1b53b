/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/fd.h"
#include "basic/log.h"
#include "cgscope/enable/enable.h"
#include "delegation/place.h"

/* Each line of @text behind @sign. */
static void print_lines(const char *sign, const char *text) {
        while (*text) {
                size_t length = strcspn(text, "\n");

                log_info("%s%.*s", sign, (int) length, text);
                text += length;
                text += *text == '\n';
        }
}

/* What the file for everybody hands on, which one of a user's hides. */
static int carried(int root, const DropInPlace *place, ControllerMask *ret, char **ret_message) {
        const DropInPlace all = { .uid = DELEGATION_EVERYBODY, .runtime = place->runtime };
        _cleanup_(drop_in_done) DropIn drop_in = {};
        int r;

        *ret = CONTROLLER_MASK_NONE;
        if (place->uid == DELEGATION_EVERYBODY)
                return 0;

        r = place_read(root, &all, &drop_in, ret_message);
        if (r >= 0)
                *ret = drop_in.own | drop_in.carried;
        return r;
}

static int show(const Enable *enable, int root, const DropInPlace *place, const DropIn *drop_in, char **ret_message) {
        const DelegationDropIn file = { .uid = place->uid, .runtime = place->runtime };
        char path[ENABLE_PATH_MAX], old[DROP_IN_SIZE_MAX + 1];
        _cleanup_free_ char *new = NULL;
        ControllerMask all;
        ssize_t n;
        int r;

        r = carried(root, place, &all, ret_message);
        if (r >= 0)
                r = drop_in_format(place->uid, drop_in->own | enable->request.controllers, all, &new);
        if (r < 0)
                return r;

        n = fd_read_path(enable_path(enable, &file, path), old, sizeof(old));
        if (n < 0)
                return (int) n;

        log_info("--- %s (the administrator's)", path);
        log_info("+++ %s (cgscope's)", path);
        print_lines("-", old);
        print_lines("+", new);
        return 0;
}

int enable_show_merge(const Enable *enable) {
        const DropInPlace place = { .uid = enable->request.uid, .runtime = enable->runtime };
        _cleanup_close_ int root = place_open_root(enable->root ?: "/");
        _cleanup_(drop_in_done) DropIn drop_in = {};
        char *message = NULL;
        int r;

        if (root < 0)
                return log_error_errno(root, "cannot open %s", enable->root ?: "/");

        /* Of a file that says more, which cannot be taken over, others tell. */
        r = place_read(root, &place, &drop_in, &message);
        if (r >= 0 && (drop_in.kind == DROP_IN_FOREIGN || drop_in.kind == DROP_IN_EDITED) && !drop_in.other)
                r = show(enable, root, &place, &drop_in, &message);

        return r < 0 ? client_report(r, message) : 0;
}
