/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscoped/service-user.h"

#include "basic/user-name.h"

int user_look_up(const DelegationRequest *request, DelegationState *ret _unused_, Trouble *trouble) {
        uid_t uid = (uid_t) request->uid;
        const char *name;
        int r = user_name_find(uid, &name);

        if (r == -ESRCH)
                return trouble_set(trouble, r, "there is no user with uid %u; see getent passwd", (unsigned) uid);
        if (r < 0)
                return trouble_set(trouble, r, "cannot look uid %u up in the user database: %s", (unsigned) uid,
                                   strerror(-r));

        return trouble_set(trouble, 0, "%s", name);
}
