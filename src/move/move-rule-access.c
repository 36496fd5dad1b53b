/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rule-internal.h"

#include <linux/capability.h>

/* Permissions: who may write into cgroup.procs, and on v1 whose processes. */

#define PROCS "cgroup.procs"

static int describe_right(const Mover *mover, const char *title, const struct stat *st, MoverRight right, char **ret) {
        char group[32];
        const char *as = "by a security module's leave";

        if (right == MOVER_RIGHT_OWNER)
                as = "as its owner";
        else if (right == MOVER_RIGHT_OTHERS)
                as = "as everybody may";
        else if (right == MOVER_RIGHT_CAPABILITY)
                as = "by CAP_DAC_OVERRIDE";
        else if (right == MOVER_RIGHT_GROUP) {
                (void) snprintf(group, sizeof(group), "by its group %u", (unsigned) st->st_gid);
                as = group;
        }

        return asprintf(ret, "uid %u may write " PROCS " of %s, %s", (unsigned) mover->uid, title, as) < 0 ? -ENOMEM
                                                                                                           : 0;
}

static int describe_owner(const Mover *mover, const char *what, const char *title, const struct stat *st, char **ret) {
        return asprintf(ret, "%s%s belongs to uid %u, gid %u, mode %03o, and the mover is uid %u", what, title,
                        (unsigned) st->st_uid, (unsigned) st->st_gid, (unsigned) (st->st_mode & 0777),
                        (unsigned) mover->uid) < 0
                       ? -ENOMEM
                       : 0;
}

int containment_access(const Examination *examination, const char *path, const char *title, char **ret_found) {
        const ContainmentQuestion *question = examination->question;
        _cleanup_free_ char *file = containment_file(path, PROCS);
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
        const ContainmentQuestion *question = examination->question;
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

static int add_target(const Examination *examination, ContainmentResult result, int error, const char *found) {
        return containment_add(examination->result, CONTAINMENT_TARGET, result, error, "%s", found);
}

static int find_access(const Examination *examination) {
        const ContainmentQuestion *question = examination->question;
        _cleanup_free_ char *found = NULL;
        int r = containment_access(examination, question->target, CONTAINMENT_THE_TARGET, &found);

        switch (r) {
        case 0:
                if (question->mount->read_only)
                        return add_target(examination, CONTAINMENT_VIOLATED, -EROFS,
                                          "the hierarchy is mounted read-only here");
                return add_target(examination, CONTAINMENT_MET, 0, found);
        case -EACCES:
                return add_target(examination, CONTAINMENT_VIOLATED, r, found);
        case -ENOMEM:
                return r;
        case -ENOENT:
        case -ENODEV:
                return add_target(examination, CONTAINMENT_VIOLATED, -ENODEV, "the group has gone meanwhile");
        default:
                return containment_add(examination->result, CONTAINMENT_TARGET, CONTAINMENT_UNKNOWN, -EACCES,
                                       "cannot look at " PROCS " of the target: %s", strerror(-r));
        }
}

int containment_look_at_target(const Examination *examination) {
        _cleanup_free_ char *found = NULL;
        int r = find_closed_directory(examination, &found);

        if (r < 0)
                return r;
        if (r > 0)
                return add_target(examination, CONTAINMENT_VIOLATED, -EACCES, found);
        if (examination->question->mount->all_read_only)
                return add_target(examination, CONTAINMENT_VIOLATED, -EROFS, "the hierarchy is read-only");

        return find_access(examination);
}

int containment_look_at_owner(const Examination *examination) {
        const Mover *mover = examination->question->mover;
        const Migrant *process = examination->question->process;
        bool own = mover->uid == process->uid, saved = mover->uid == process->saved_uid;

        if (mover_is_root(mover))
                return containment_add(examination->result, CONTAINMENT_OWNER, CONTAINMENT_MET, 0, "the mover is root");
        if (own || saved)
                return containment_add(examination->result, CONTAINMENT_OWNER, CONTAINMENT_MET, 0,
                                       "uid %u is the %s uid of the process", (unsigned) mover->uid,
                                       own ? "real" : "saved");

        return containment_add(examination->result, CONTAINMENT_OWNER, CONTAINMENT_VIOLATED, -EACCES,
                               "the process has the real uid %u and the saved uid %u, and the mover is uid %u",
                               (unsigned) process->uid, (unsigned) process->saved_uid, (unsigned) mover->uid);
}

/* One that is not to be seen from here: with CAP_DAC_OVERRIDE all the same. */
static int judge_unseen_ancestor(const Examination *examination) {
        const Mover *mover = examination->question->mover;
        const char *title = examination->result->ancestor ?: "which cannot be known from here";

        if (mover_has_capability(mover, CAP_DAC_OVERRIDE) && !mover->confined)
                return containment_add(examination->result, CONTAINMENT_ANCESTOR, CONTAINMENT_MET, 0,
                                       "uid %u may write any " PROCS ", by CAP_DAC_OVERRIDE", (unsigned) mover->uid);

        return containment_add(examination->result, CONTAINMENT_ANCESTOR, CONTAINMENT_UNKNOWN, -EACCES,
                               "the nearest common ancestor, %s, is outside of what is mounted here", title);
}

int containment_look_at_ancestor(const Examination *examination) {
        _cleanup_free_ char *found = NULL;
        int r;

        if (!examination->ancestor)
                return judge_unseen_ancestor(examination);

        r = containment_access(examination, examination->ancestor, examination->result->ancestor, &found);
        if (r == -ENOMEM)
                return r;
        if (r == 0)
                return containment_add(examination->result, CONTAINMENT_ANCESTOR, CONTAINMENT_MET, 0, "%s", found);
        if (r == -EACCES)
                return containment_add(examination->result, CONTAINMENT_ANCESTOR, CONTAINMENT_VIOLATED, r,
                                       "the nearest common ancestor: %s", found);

        return containment_add(examination->result, CONTAINMENT_ANCESTOR, CONTAINMENT_UNKNOWN, -EACCES,
                               "cannot look at " PROCS " of the nearest common ancestor, %s: %s", examination->result->ancestor,
                               strerror(-r));
}
