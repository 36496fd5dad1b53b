/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/aim.h"

#include "basic/log.h"
#include "cgroup/group.h"
#include "namespace/path.h"

int aim_holds_caller(const Aim *aim) {
        _cleanup_free_ char *own = NULL;
        int r;

        if (aim->hidden)
                return aim->hidden_holds_caller;

        r = cgroup_of_process(0, &own);
        return r < 0 ? r : cgroup_path_is_within(own, aim->target.path);
}

int aim_spare_caller(const Aim *aim, const char *what) {
        int r = aim_holds_caller(aim);

        if (r < 0)
                return log_error_errno(r,
                                       "cannot tell whether %s holds this very process, which %s, too; --self does it "
                                       "all the same",
                                       aim->text, what);
        if (r == 0)
                return 0;

        return log_refuse(-EDEADLK, "%s holds this very process, which %s, too; --self does it all the same", aim->text,
                          what);
}
