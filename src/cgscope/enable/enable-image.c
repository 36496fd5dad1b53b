/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/enable/enable-image.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/trouble.h"
#include "delegation/store.h"

/* D-Bus Specification, "Well-known Message Bus Instances", at the place that systemd gives it. */
#define SYSTEM_BUS_SOCKET "/run/dbus/system_bus_socket"

/* root without a system bus is in an image that is being built. For others the lack of a bus is an error. */
bool enable_is_image(const Enable *enable) {
        return enable->root || (geteuid() == 0 && isempty(secure_getenv("DBUS_SYSTEM_BUS_ADDRESS")) &&
                                access(SYSTEM_BUS_SOCKET, F_OK) < 0);
}

/* "/srv/image/" -> "/srv/image", "/" -> "" */
static char *prefix_of(const char *path) {
        size_t length = strlen(path);

        while (length > 0 && path[length - 1] == '/')
                length--;

        return strndup(path, length);
}

/* What is wrong is said with paths as they are in the image. */
static int report(const Enable *enable, int error, Trouble *trouble) {
        if (!trouble->cause)
                (void) trouble_wrap(trouble, error, "cannot work on the drop-ins for user@.service");
        if (*enable->prefix)
                (void) trouble_wrap(trouble, error, "in %s", enable->prefix);

        return log_trouble(error, trouble);
}

static int look_and_change(Enable *enable, int root, Trouble *trouble) {
        bool changed;
        int r;

        r = store_list(root, enable->request.uid, &enable->before, trouble);
        if (r < 0)
                return r;

        enable->asked = enable->request.operation != DELEGATION_GET;
        r = enable->asked ? store_change(root, &enable->request, &changed, trouble) : 0;
        if (r < 0 && changed && trouble->cause)
                return trouble_help(trouble, r, "what was changed before that stays changed");
        if (r < 0)
                return r;

        return store_list(root, enable->request.uid, &enable->state, trouble);
}

int enable_write_image(Enable *enable) {
        const char *path = enable->root ?: "/";
        _cleanup_close_ int root = -EBADF;
        Trouble trouble = {};
        int r;

        enable->prefix = prefix_of(path);
        if (!enable->prefix)
                return log_oom();

        root = store_open(path);
        if (root < 0)
                return log_error_errno(root, "cannot open %s", path);

        r = look_and_change(enable, root, &trouble);
        return r < 0 ? report(enable, r, &trouble) : 0;
}
