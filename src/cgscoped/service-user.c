/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-user.h"

#include <pwd.h>

#include "basic/message.h"

int user_look_up(const DelegationRequest *request, DelegationState *ret _unused_, char **ret_name) {
        _cleanup_free_ char *buffer = NULL;
        struct passwd entry, *found = NULL;
        int r = ERANGE;

        for (size_t size = 4096; r == ERANGE && size <= 1024 * 1024; size *= 4) {
                char *larger = realloc(buffer, size);

                if (!larger)
                        return -ENOMEM;
                buffer = larger;
                r = getpwuid_r((uid_t) request->uid, &entry, buffer, size, &found);
        }

        /* What getpwuid(3) lists for "not found" beside no error. */
        if (!found && (r == 0 || r == ENOENT || r == ESRCH || r == EBADF || r == EPERM))
                return message_set(-ESRCH, ret_name, "there is no user with uid %u; see getent passwd",
                                   (unsigned) request->uid);
        if (!found)
                return message_set(-r, ret_name, "cannot look uid %u up in the user database: %s",
                                   (unsigned) request->uid, strerror(r));

        *ret_name = strdup(entry.pw_name);
        return *ret_name ? 0 : -ENOMEM;
}
