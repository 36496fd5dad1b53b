/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "write.h"

#include "basic/message.h"
#include "delegation/place.h"

/* What was enabled for good and until the next boot is taken back together, unless only the latter is meant. First
 * where a file of the administrator's is likelier to be in the way: then nothing was done. */
static int disable(int root, const DelegationRequest *request, char **ret_message) {
        DropInPlace place = { .uid = request->uid };
        int changed = 0, r;

        if (!(request->flags & DELEGATION_RUNTIME)) {
                changed = place_disable(root, &place, request->controllers, ret_message);
                if (changed < 0)
                        return changed;
        }

        place.runtime = true;
        r = place_disable(root, &place, request->controllers, ret_message);
        return r < 0 ? r : r > 0 || changed > 0;
}

int delegation_write(int root, const DelegationRequest *request, char **ret_message) {
        const DropInPlace place = { .uid = request->uid, .runtime = request->flags & DELEGATION_RUNTIME };

        if (!delegation_uid_is_valid(request->uid))
                return message_set(-EINVAL, ret_message, "no user can have that number");

        switch (request->operation) {
        case DELEGATION_ENABLE:
                return place_enable(root, &place, request->controllers, request->flags & DELEGATION_ADOPT, ret_message);
        case DELEGATION_DISABLE:
                return disable(root, request, ret_message);
        default:
                return -EINVAL;
        }
}
