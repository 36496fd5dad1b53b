/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/user-name.h"
#include "cgscope/cli/aim.h"
#include "cgscope/group/interrupt.h"
#include "cgscope/verbs.h"

/* `cgscope chown`: hands a group over, as systemd hands over a delegated unit: the directory and the files by which it
 * is divided, not its limits. */

/* "no change" to chown(2) */
#define ID_KEEP ((uid_t) -1)

typedef struct Chown {
        CommonOptions options;
        bool recursive;
        uid_t uid;
        gid_t gid;
} Chown;

static const Option chown_options[] = {
        { "recursive", 'R', NULL, "Also the groups below it", OPTION_FLAG(Chown, recursive) },
        CHANGING_OPTIONS,
};

static int report_unknown(int error, const char *noun, const char *text) {
        if (error == -ESRCH)
                return log_refuse(error, "no %s '%s'", noun, text);

        return log_error_errno(error, "cannot look up the %s '%s'", noun, text);
}

static int parse_owner(Chown *context, const char *text) {
        const char *colon = strchrnul(text, ':');
        _cleanup_free_ char *user = strndup(text, (size_t) (colon - text));
        int r = 0;

        context->uid = context->gid = ID_KEEP;

        if (!user)
                return log_oom();
        if (*colon ? !colon[1] : !*user)
                return log_refuse(-EINVAL, "'%s' is no owner; it is USER, USER:GROUP or :GROUP", text);

        if (*user)
                r = user_find(user, &context->uid, NULL);
        if (r < 0)
                return report_unknown(r, "user", user);
        if (*colon)
                r = user_group_find(colon + 1, &context->gid, NULL);

        return r < 0 ? report_unknown(r, "group of users", colon + 1) : 0;
}

/* The kernel does not tell which of the two. */
static int report_unmapped(const Aim *aim, const Chown *context) {
        char uid[32] = "", gid[32] = "";

        if (context->uid != ID_KEEP)
                (void) snprintf(uid, sizeof(uid), "uid %u", (unsigned) context->uid);
        if (context->gid != ID_KEEP)
                (void) snprintf(gid, sizeof(gid), "gid %u", (unsigned) context->gid);

        return log_refuse(-EINVAL, "cannot hand over %s: %s%s%s is not mapped in this user namespace (/proc/self/%s)",
                          aim->text, uid, *uid && *gid ? " or " : "", gid, *uid ? "uid_map" : "gid_map");
}

static int chown_group(Aim *aim, const void *userdata) {
        const Chown *context = userdata;
        _cleanup_free_ char *failed = NULL;
        sigset_t before;
        int r;

        /* All of it, also where a signal ends this process meanwhile. */
        interrupt_hold(&before);
        r = aim->groups->chown(&aim->target, context->uid, context->gid, context->recursive, &failed);
        interrupt_release(&before);

        if (r == -EINVAL)
                return report_unmapped(aim, context);
        if (r == -EPERM)
                return log_refuse(r,
                                  "cannot hand over %s%s%s: only root can give it to another user, and its owner to "
                                  "a group of users with that owner in it",
                                  aim->text, failed ? "/" : "", failed ?: "");
        if (r < 0 && failed)
                return log_error_errno(r, "cannot hand over %s/%s", aim->text, failed);

        return r < 0 ? aim_report(aim, r, "cannot hand over") : 0;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        Chown context = {};
        int status, r;
        char **words = verb_parse(verb, &context.options, &context, argc, argv, &status);

        if (!words)
                return status;

        r = parse_owner(&context, words[1]);
        if (r < 0)
                return verb_refusal_status(verb, r);

        words[1] = NULL; /* one target */
        return verb_for_targets(verb, &context.options, words, &(VerbAction) { chown_group }, &context);
}

const Verb verb_chown = {
        .name = "chown",
        .synopsis = "[OPTIONS…] TARGET USER[:GROUP]",
        .summary = "Hand a group over to somebody",
        .description = "Hand a group below a delegated unit over to somebody, who can then divide it and move "
                       "processes in it: the directory and the files that the kernel calls delegatable. Its "
                       "limits stay with the owner they had.",
        VERB_TAKES(2, 2, "target", "owner"),
        .targets = AIM_BELOW_BOUNDARY | AIM_WRITABLE,
        .changes = true,
        .example = "./job root",
        .options = chown_options,
        .run = run,
};
