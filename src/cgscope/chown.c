/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <grp.h>
#include <pwd.h>

#include "basic/log.h"
#include "basic/parse.h"
#include "cgroup/control.h"
#include "cgroup/walk.h"
#include "cgscope/aim.h"
#include "cgscope/verbs.h"

/* `cgscope chown`: hands a group over, as systemd hands over a delegated unit: the directory and the files by which it
 * is divided, not its limits. */

/* (uid_t) -1 means "no change" to chown(2). */
#define ID_MAX (UINT32_MAX - 1)
#define ID_KEEP ((uid_t) -1)

typedef struct Chown {
        CommonOptions options;
        bool recursive;
        uid_t uid;
        gid_t gid;
        char *failed; /* the group below the target that it was about; NULL: the target */
} Chown;

static const Option chown_options[] = {
        { "recursive", 'R', NULL, "Also the groups below it", OPTION_FLAG(Chown, recursive) },
        MANAGER_OPTIONS,
        ASKING_OPTIONS,
        GENERAL_OPTIONS,
};

static void chown_done(Chown *context) {
        free(context->failed);
}

static const VerbUsage chown_usage = {
        .synopsis = "cgscope chown [OPTIONS…] TARGET USER[:GROUP]",
        .summary = "Hand a group below a delegated unit over to somebody, who can then divide it and move "
                   "processes in it: the directory and the files that the kernel calls delegatable. Its "
                   "limits stay with the owner they had.",
        .table = chown_options,
        .n_table = ELEMENTSOF(chown_options),
};

/* A name first, as in chown(1): one may look like a number. */
static int parse_user(const char *text, uid_t *ret) {
        const struct passwd *entry = getpwnam(text);
        uint64_t number;

        if (!entry && parse_unsigned(text, 0, ID_MAX, &number) < 0)
                return log_error("no user '%s'", text), -EINVAL;

        *ret = entry ? entry->pw_uid : (uid_t) number;
        return 0;
}

static int parse_group(const char *text, gid_t *ret) {
        const struct group *entry = getgrnam(text);
        uint64_t number;

        if (!entry && parse_unsigned(text, 0, ID_MAX, &number) < 0)
                return log_error("no group of users '%s'", text), -EINVAL;

        *ret = entry ? entry->gr_gid : (gid_t) number;
        return 0;
}

static int parse_owner(Chown *context, const char *text) {
        const char *colon = strchrnul(text, ':');
        _cleanup_free_ char *user = strndup(text, (size_t) (colon - text));
        int r = 0;

        context->uid = context->gid = ID_KEEP;

        if (!user)
                return log_oom();
        if (*colon ? !colon[1] : !*user)
                return log_error("'%s' is no owner; it is USER, USER:GROUP or :GROUP", text), -EINVAL;

        if (*user)
                r = parse_user(user, &context->uid);
        if (r >= 0 && *colon)
                r = parse_group(colon + 1, &context->gid);

        return r;
}

static int chown_one(int fd, const char *path, unsigned depth, void *userdata) {
        Chown *context = userdata;
        int r = group_chown(fd, context->uid, context->gid);

        if (r < 0 && depth > 0)
                context->failed = strdup(path);
        return r;
}

/* From the bottom up: who owns a group could change what is below it while that is still on its way. */
static int chown_target(Chown *context, const Aim *aim) {
        const char *slash, *failed;
        int r;

        if (context->recursive)
                r = group_walk(aim->target.fd, WALK_AFTER, chown_one, context);
        else
                r = group_chown(aim->target.fd, context->uid, context->gid);

        slash = context->failed ? "/" : "";
        failed = context->failed ?: "";
        if (r == -EPERM)
                return log_error("cannot hand over %s%s%s: only root can give it to another user, and its owner "
                                 "to a group of users with that owner in it", aim->text, slash, failed), r;
        if (r < 0 && !context->failed)
                return aim_report(aim, r, "cannot hand over");

        return r < 0 ? log_error_errno(r, "cannot hand over %s%s%s", aim->text, slash, failed) : 0;
}

int verb_chown(int argc, char *argv[]) {
        _cleanup_(chown_done) Chown context = {};
        _cleanup_(aim_done) Aim aim = AIM_INIT;
        int rest, r;

        r = common_options_parse(&context.options, &chown_usage, &context, argc, argv, &rest);
        if (r <= 0)
                return r < 0 ? STATUS_USAGE : EXIT_SUCCESS;
        if (argc - rest != 2) {
                log_error("chown: one target and one owner are needed; see cgscope chown --help");
                return STATUS_USAGE;
        }

        if (parse_owner(&context, argv[rest + 1]) < 0)
                return STATUS_USAGE;

        r = aim_open(&aim, &context.options, argv[rest], AIM_BELOW_BOUNDARY | AIM_WRITABLE);
        if (r >= 0)
                r = chown_target(&context, &aim);

        return r < 0 ? STATUS_FAILURE : EXIT_SUCCESS;
}
