/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/examination.h"

#include <assert.h>

#include "basic/fd.h"
#include "namespace/path.h"

void examination_go_up(char *path) {
        *strrchr(path, '/') = '\0';
        if (!*path)
                (void) stpcpy(path, "/");
}

char *examination_file(const char *group, const char *name) {
        char *path;

        group += strspn(group, "/");
        return asprintf(&path, "%s%s%s", group, *group ? "/" : "", name) < 0 ? NULL : path;
}

ssize_t examination_read(const Examination *examination, const char *group, const char *name, char *buffer,
                         size_t size) {
        _cleanup_free_ char *path = examination_file(group, name);
        ssize_t n = path ? fd_read_file(examination->question->root, path, buffer, size) : -ENOMEM;

        while (n > 0 && (buffer[n - 1] == '\n' || buffer[n - 1] == ' '))
                buffer[--n] = '\0';
        return n;
}

void examination_done(Examination *examination) {
        free(examination->source);
        free(examination->ancestor);
}

/* @path below the mount's root in *ret; NULL where it is not, or not known to be. */
static int place(const CgroupMount *mount, const char *path, char **ret) {
        int r = cgroup_path_below(path, mount->root, ret);

        if (r == -EXDEV || r == -ENODATA)
                *ret = NULL;
        return r == -ENOMEM ? r : 0;
}

/* What is mounted need not begin at the root of the namespace: it may be a part of it (a bind mount), or more than it
 * (the mount that was there before unshare(2)). In that case it is not known where in it the namespace begins. */
int examination_open(Examination *examination, const MoveQuestion *question, MoveFindings *result) {
        const char *top = question->mount->root, *path = question->process->path;
        bool known = cgroup_path_up(top) == 0;
        int r;

        assert(question->target && question->mover);

        *examination = (Examination) { .question = question, .result = result };
        r = place(question->mount, path, &examination->source);
        if (r < 0)
                return r;
        if (known && !(result->target = cgroup_path_join(top, question->target)))
                return -ENOMEM;

        if (examination->source) {
                examination->ancestor = cgroup_path_common(examination->source, question->target);
                if (!examination->ancestor)
                        return -ENOMEM;
                result->ancestor = known ? cgroup_path_join(top, examination->ancestor) : strdup(examination->ancestor);
                return result->ancestor ? 0 : -ENOMEM;
        }

        if (!known)
                return 0;

        result->ancestor = cgroup_path_common(path, result->target);
        return result->ancestor ? place(question->mount, result->ancestor, &examination->ancestor) : -ENOMEM;
}
