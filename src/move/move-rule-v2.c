/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rules.h"

#include <fcntl.h>
#include <linux/capability.h>

#include "basic/fd.h"
#include "basic/parse-words.h"
#include "cgroup/walk.h"
#include "namespace/path.h"

#define TEXT_SIZE 1024

/* One that is not to be seen from here: with CAP_DAC_OVERRIDE all the same. */
static int judge_unseen_ancestor(const Examination *examination) {
        const Mover *mover = examination->question->mover;
        const char *title = examination->result->ancestor ?: "which cannot be known from here";

        if (mover_has_capability(mover, CAP_DAC_OVERRIDE) && !mover->confined)
                return move_rule_met(examination, "uid %u may write any " PROCS ", by CAP_DAC_OVERRIDE",
                                     (unsigned) mover->uid);

        return move_rule_unknown(examination, -EACCES,
                                 "the nearest common ancestor, %s, is outside of what is mounted here", title);
}

int move_rule_ancestor(const Examination *examination) {
        _cleanup_free_ char *found = NULL;
        int r;

        if (!examination->ancestor)
                return judge_unseen_ancestor(examination);

        r = move_rule_may_write(examination, examination->ancestor, examination->result->ancestor, &found);
        if (r == -ENOMEM)
                return r;
        if (r == 0)
                return move_rule_met(examination, "%s", found);
        if (r == -EACCES)
                return move_rule_violated(examination, r, "the nearest common ancestor: %s", found);

        return move_rule_unknown(examination, -EACCES,
                                 "cannot look at " PROCS " of the nearest common ancestor, %s: %s",
                                 examination->result->ancestor, strerror(-r));
}

int move_rule_namespace(const Examination *examination) {
        const MoveQuestion *question = examination->question;
        const char *source = question->process->path, *root = question->mover->cgroups;
        const char *target = examination->result->target;

        if (!cgroup_mount_has_option(question->mount, "nsdelegate"))
                return move_rule_met(examination, "no namespace is a boundary here: mounted without nsdelegate");
        if (!cgroup_path_is_within(source, root))
                return move_rule_violated(examination, -ENOENT,
                                          "%s, where the process is, is outside of the mover's cgroup namespace",
                                          source);
        if (!target)
                return move_rule_unknown(examination, -ENOENT,
                                         "what is mounted here begins above this cgroup namespace, so where in it the "
                                         "target is cannot be known; mount cgroup2 anew");
        if (!cgroup_path_is_within(target, root))
                return move_rule_violated(examination, -ENOENT,
                                          "the target is outside of the mover's cgroup namespace");

        return move_rule_met(examination, "both groups are inside of the mover's cgroup namespace");
}

/* The domain that a threaded group belongs to is the nearest group above it that is not threaded. *ret is freed by the
 * caller; the type of that one is in @type, "" for the root of the hierarchy. */
static int find_domain(const Examination *examination, char **ret, char type[static TEXT_SIZE]) {
        _cleanup_free_ char *path = strdup(examination->question->target);

        if (!path)
                return -ENOMEM;

        for (;;) {
                ssize_t n = examination_read(examination, path, "cgroup.type", type, TEXT_SIZE);
                bool top = streq(path, "/");

                if (n == -ENOENT && top)
                        *type = '\0';
                else if (n < 0)
                        return (int) n;
                else if (streq(type, "threaded") && top)
                        return -EXDEV; /* its domain is above what is mounted */

                if (!streq(type, "threaded")) {
                        *ret = TAKE_PTR(path);
                        return 0;
                }

                examination_go_up(path);
        }
}

int move_rule_domain(const Examination *examination) {
        _cleanup_free_ char *domain = NULL;
        char type[TEXT_SIZE];
        bool threaded;
        int r;

        r = find_domain(examination, &domain, type);
        if (r < 0)
                return move_rule_unreadable(examination, -EOPNOTSUPP, r, "cannot read the cgroup.type of the target");

        threaded = !streq(domain, examination->question->target);
        if (streq(type, "domain invalid"))
                return move_rule_violated(
                        examination, -EOPNOTSUPP,
                        "%sthe target is a 'domain invalid': a group above it has threaded groups below",
                        threaded ? "the domain of " : "");
        if (threaded)
                return move_rule_met(examination, "the target is threaded and takes all threads of a process at once");
        if (!*type)
                return move_rule_met(examination, "the target is the root of the hierarchy");

        return move_rule_met(examination, "the target is a '%s'", type);
}

/* Puts the words of @controllers that do not count threads (the kernel's .threaded) into @names. */
static bool has_domain_controllers(char *controllers, char *names) {
        char *end = names;

        *names = '\0';
        for (char *save, *word = strtok_r(controllers, " ", &save); word; word = strtok_r(NULL, " ", &save))
                if (!text_has_word("cpu cpuset pids", " ", word))
                        end = stpcpy(stpcpy(end, end > names ? " " : ""), word);

        return *names;
}

/* Whether processes are in or below the group @name in @group, which is no threaded one. */
static int is_populated_domain(int group, const char *name) {
        _cleanup_close_ int child = fd_open_beneath(group, name, O_PATH | O_DIRECTORY);
        char text[TEXT_SIZE];
        ssize_t n = child < 0 ? child : fd_read_file(child, "cgroup.type", text, sizeof(text));

        if (n >= 0 && startswith(text, "threaded"))
                return 0;
        if (n >= 0)
                n = fd_read_file(child, "cgroup.events", text, sizeof(text));
        if (n == -ENOENT || n == -ENODEV)
                return 0; /* gone meanwhile */

        return n < 0 ? (int) n : strstr(text, "populated 1") != NULL;
}

/* 1 and the name of such a group in @name, or 0. */
static int find_populated_domain(const Examination *examination, char **ret_name) {
        _cleanup_free_ char *path = examination_file(examination->question->target, ".");
        _cleanup_free_ char **names = NULL;
        _cleanup_close_ int group = -EBADF;
        size_t n;
        int r, failure = 0;

        if (!path)
                return -ENOMEM;

        group = fd_open_beneath(examination->question->root, path, O_RDONLY | O_DIRECTORY);
        r = group < 0 ? group : group_children(group, &names, &n);
        if (r < 0)
                return r;

        for (size_t i = 0; i < n; i++) {
                r = is_populated_domain(group, names[i]);
                if (r > 0) {
                        *ret_name = strdup(names[i]);
                        return *ret_name ? 1 : -ENOMEM;
                }
                if (r < 0)
                        failure = r;
        }

        return failure;
}

/* A group whose controllers all count threads may hold processes beside groups below it: it becomes the root of a
 * threaded subtree, unless processes are in those groups. */
static int judge_thread_root(const Examination *examination, const char *controllers) {
        _cleanup_free_ char *child = NULL;
        int r = find_populated_domain(examination, &child);

        if (r < 0)
                return move_rule_unreadable(examination, -EBUSY, r,
                                            "cannot see whether processes are in the groups below the target");
        if (r > 0)
                return move_rule_violated(examination, -EBUSY,
                                          "the target hands %s on to the groups below it, and processes are in %s",
                                          controllers, child);

        return move_rule_met(examination,
                             "the target hands on only %s, for which it may be the root of a threaded subtree",
                             controllers);
}

int move_rule_inner(const Examination *examination) {
        char text[TEXT_SIZE], controllers[TEXT_SIZE], names[TEXT_SIZE], type[TEXT_SIZE];
        ssize_t n, m;

        n = examination_read(examination, examination->question->target, "cgroup.subtree_control", text, sizeof(text));
        m = examination_read(examination, examination->question->target, "cgroup.type", type, sizeof(type));
        if (n < 0 || (m < 0 && m != -ENOENT))
                return move_rule_unreadable(examination, -EBUSY, (int) (n < 0 && m != -ENOMEM ? n : m),
                                            "cannot read the cgroup.subtree_control of the target");
        if (n == 0)
                return move_rule_met(examination, "the target hands no controller on to groups below it");
        if (m < 0)
                return move_rule_met(examination, "the root of the hierarchy may hold processes beside groups");
        if (streq(type, "threaded"))
                return move_rule_met(examination, "the rule is not for threaded groups");

        (void) stpcpy(controllers, text);
        if (has_domain_controllers(text, names))
                return move_rule_violated(
                        examination, -EBUSY,
                        "the target hands %s on to the groups below it and can hold no process itself", names);

        return judge_thread_root(examination, controllers);
}
