/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/frozen.h"

#include "basic/escape.h"
#include "basic/fd.h"
#include "cgroup/boundary.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"

static int explain(const char *path, Trouble *trouble) {
        _cleanup_free_ char *word = escape_word(path);

        (void) trouble_set(trouble, -EBUSY, "%s is frozen, and all in it stands still", boundary_title(path));
        return trouble_help(trouble, -EBUSY, "thaw it first: cgscope thaw " CGROUP_MOUNT "%s", word ?: path);
}

/* The root itself has no such file. */
int frozen_check(int root, const char *path, Trouble *trouble) {
        for (const char *end = path; *end && end[1];) {
                _cleanup_close_ int fd = -EBADF;
                _cleanup_free_ char *at = NULL;

                end = strchrnul(end + 1, '/');
                at = strndup(path, (size_t) (end - path));
                if (!at)
                        return -ENOMEM;

                fd = group_open(root, at);
                if (fd < 0)
                        return 0;
                if (group_read_number(fd, "cgroup.freeze", 0) > 0)
                        return explain(at, trouble);
        }

        return 0;
}

int frozen_check_above(int root, const char *path, Trouble *trouble) {
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *above = slash ? strndup(path, (size_t) (slash - path)) : strdup("");

        return above ? frozen_check(root, above, trouble) : -ENOMEM;
}
