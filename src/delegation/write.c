/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "delegation/write.h"

#include "basic/trouble.h"
#include "delegation/place.h"

/* What was enabled for good and until the next boot is taken back together, unless only the latter is meant. First
 * where a file of the administrator's is likelier to be in the way: then nothing was done. */
static int disable(int root, const DelegationRequest *request, bool *ret_changed, Trouble *trouble) {
        DropInPlace place = { .uid = request->uid };
        bool changed = false;
        int r;

        if (!(request->flags & DELEGATION_RUNTIME)) {
                r = place_disable(root, &place, request->controllers, &changed, trouble);
                *ret_changed = changed;
                if (r < 0)
                        return r;
        }

        place.runtime = true;
        r = place_disable(root, &place, request->controllers, &changed, trouble);
        *ret_changed = *ret_changed || changed;
        return r < 0 ? r : *ret_changed;
}

int delegation_write(int root, const DelegationRequest *request, bool *ret_changed, Trouble *trouble) {
        const DropInPlace place = { .uid = request->uid, .runtime = request->flags & DELEGATION_RUNTIME };

        *ret_changed = false;
        if (!delegation_uid_is_valid(request->uid))
                return trouble_set(trouble, -EINVAL, "no user can have that number");

        switch (request->operation) {
        case DELEGATION_ENABLE:
                return place_enable(root, &place, request->controllers, ret_changed, trouble);
        case DELEGATION_DISABLE:
                return disable(root, request, ret_changed, trouble);
        default:
                return -EINVAL;
        }
}
