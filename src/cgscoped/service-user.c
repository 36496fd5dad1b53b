/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-user.h"

#include "basic/message.h"
#include "basic/user-name.h"

int user_look_up(const DelegationRequest *request, DelegationState *ret _unused_, char **ret_name) {
        uid_t uid = (uid_t) request->uid;
        const char *name;
        int r = user_name_find(uid, &name);

        if (r == -ESRCH)
                return message_set(r, ret_name, "there is no user with uid %u; see getent passwd", (unsigned) uid);
        if (r < 0)
                return message_set(r, ret_name, "cannot look uid %u up in the user database: %s", (unsigned) uid,
                                   strerror(-r));

        *ret_name = strdup(name);
        return *ret_name ? 0 : -ENOMEM;
}
