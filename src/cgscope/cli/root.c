/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/root.h"

#include "basic/fd.h"
#include "basic/log.h"
#include "cgroup/hierarchy.h"

int root_open(const char *read_only) {
        _cleanup_free_ char *reason = NULL;
        _cleanup_close_ int root = -EBADF;
        bool is_read_only;

        root = cgroup_open_root(&is_read_only);
        if (root == -EMEDIUMTYPE && cgroup_explain_mode(&reason) >= 0)
                return log_refuse(root, "%s", reason);
        if (root < 0)
                return log_error_errno(root, "cannot open " CGROUP_MOUNT);
        if (read_only && is_read_only)
                return log_refuse(-EROFS, CGROUP_MOUNT " is mounted read-only here (in a container?): %s", read_only);

        return TAKE_FD(root);
}
