/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rules.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "basic/fd.h"

static int describe_right(const Mover *mover, const char *title, const struct stat *st, MoverRight right, char **ret) {
        char group[32];
        const char *const ways[] = {
                [MOVER_RIGHT_OWNER] = "as its owner",
                [MOVER_RIGHT_GROUP] = group,
                [MOVER_RIGHT_OTHERS] = "as everybody may",
                [MOVER_RIGHT_CAPABILITY] = "by CAP_DAC_OVERRIDE",
                [MOVER_RIGHT_UNKNOWN] = "by a security module's leave",
        };
        int r;

        (void) snprintf(group, sizeof(group), "by its group %u", (unsigned) st->st_gid);
        r = asprintf(ret, "uid %u may write " PROCS " of %s, %s", (unsigned) mover->uid, title, ways[right]);
        return r < 0 ? -ENOMEM : 0;
}

static int describe_owner(const Mover *mover, const char *what, const char *title, const struct stat *st, char **ret) {
        return asprintf(ret, "%s%s belongs to uid %u, gid %u, mode %03o, and the mover is uid %u", what, title,
                        (unsigned) st->st_uid, (unsigned) st->st_gid, (unsigned) (st->st_mode & 0777),
                        (unsigned) mover->uid) < 0
                       ? -ENOMEM
                       : 0;
}

int move_rule_may_write(const Examination *examination, const char *path, const char *title, char **ret_found) {
        const MoveQuestion *question = examination->question;
        _cleanup_free_ char *file = examination_file(path, PROCS);
        MoverRight right;
        struct stat st;
        int r, n;

        if (!file)
                return -ENOMEM;

        r = mover_may_write(question->mover, question->root, file, &st, &right);
        if (r == 0)
                n = describe_right(question->mover, title, &st, right, ret_found);
        else if (r == -EACCES)
                n = describe_owner(question->mover, PROCS " of ", title, &st, ret_found);
        else
                return r;

        return n < 0 ? n : r;
}

/* 1 with the clause where the mover may not enter @directory. */
static int check_directory(const Examination *examination, const char *directory, char **ret_found) {
        const MoveQuestion *question = examination->question;
        _cleanup_free_ char *title = NULL;
        struct stat st;

        if (mover_may_search(question->mover, question->root, *directory ? directory : ".", &st) != -EACCES)
                return 0;
        if (asprintf(&title, "/%s", directory) < 0)
                return -ENOMEM;

        return describe_owner(question->mover, "the directory ", title, &st, ret_found) < 0 ? -ENOMEM : 1;
}

/* The same for those from the mount's root down to the target. */
static int find_closed_directory(const Examination *examination, char **ret_found) {
        const char *target = examination->question->target;
        _cleanup_free_ char *path = strdup(target + strspn(target, "/"));
        int r = path ? check_directory(examination, "", ret_found) : -ENOMEM;

        for (char *end = path; r == 0 && *end;) {
                char kept;

                end = strchrnul(end + strspn(end, "/"), '/');
                kept = *end;
                *end = '\0';
                r = check_directory(examination, path, ret_found);
                *end = kept;
        }

        return r;
}

static bool is_mounted_read_only(int fd) {
        struct statfs fs;

        return fstatfs(fd, &fs) >= 0 && fs.f_flags & ST_RDONLY;
}

/* A part of a hierarchy that is mounted read-only can be writable, and the other way round. */
static bool is_read_only(const MoveQuestion *question) {
        const char *path = question->target + strspn(question->target, "/");
        _cleanup_close_ int fd = fd_open_beneath(question->root, *path ? path : ".", O_PATH | O_DIRECTORY);
        bool target = is_mounted_read_only(fd);

        return target != is_mounted_read_only(question->root) && fd >= 0 ? target : question->mount->read_only;
}

static int find_access(const Examination *examination) {
        const MoveQuestion *question = examination->question;
        _cleanup_free_ char *found = NULL;
        int r = move_rule_may_write(examination, question->target, "the target", &found);

        switch (r) {
        case 0:
                if (is_read_only(question))
                        return move_rule_violated(examination, -EROFS, "the hierarchy is mounted read-only here");
                return move_rule_met(examination, "%s", found);
        case -EACCES:
                return move_rule_violated(examination, r, "%s", found);
        case -ENOENT:
        case -ENODEV:
                return move_rule_violated(examination, -ENODEV, "the group has gone meanwhile");
        default:
                return move_rule_unreadable(examination, -EACCES, r, "cannot look at " PROCS " of the target");
        }
}

int move_rule_target(const Examination *examination) {
        _cleanup_free_ char *found = NULL;
        int r = find_closed_directory(examination, &found);

        if (r < 0)
                return r;
        if (r > 0)
                return move_rule_violated(examination, -EACCES, "%s", found);
        if (examination->question->mount->all_read_only)
                return move_rule_violated(examination, -EROFS, "the hierarchy is read-only");

        return find_access(examination);
}
