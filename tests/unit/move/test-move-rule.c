/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <wchar.h>

#include "basic/fd.h"
#include "move/move-rule.h"

/* The rules on a tree of plain files. What the kernel itself says to all of this is the oracle's matter; here are the
 * cases that it cannot make: what cannot be read, and what is mounted otherwise. */

typedef struct Fixture {
        char *path;
        int root;
        CgroupMount mount;
        Migrant process;
        Mover mover;
        MoveFindings answer;
} Fixture;

static void put(Fixture *fixture, const char *name, const char *text) {
        g_autofree char *path = g_build_filename(fixture->path, name, NULL), *above = g_path_get_dirname(path);

        g_assert_cmpint(g_mkdir_with_parents(above, 0755), ==, 0);
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        g_assert_cmpint(chmod(path, 0644), ==, 0);
}

static void put_group(Fixture *fixture, const char *group, const char *type, const char *enabled) {
        g_autofree char *procs = g_build_filename(group, "cgroup.procs", NULL);
        g_autofree char *type_file = g_build_filename(group, "cgroup.type", NULL);
        g_autofree char *control = g_build_filename(group, "cgroup.subtree_control", NULL);
        g_autofree char *controllers = g_build_filename(group, "cgroup.controllers", NULL);
        g_autofree char *events = g_build_filename(group, "cgroup.events", NULL);

        put(fixture, procs, "");
        if (type)
                put(fixture, type_file, type);
        put(fixture, control, enabled);
        put(fixture, controllers, "");
        put(fixture, events, "populated 0\nfrozen 0\n");
}

static void set_up(Fixture *fixture, const void *data) {
        (void) data;
        fixture->path = g_dir_make_tmp("cgscope-move-rule-XXXXXX", NULL);
        g_assert_cmpint(chmod(fixture->path, 0755), ==, 0);
        fixture->root = open(fixture->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(fixture->root, >=, 0);
        fixture->mount = (CgroupMount) {
                .unified = true,
                .root = g_strdup("/"),
                .options = g_strdup("rw,nsdelegate"),
        };
        fixture->process = (Migrant) { .pid = 1, .pidfd = -EBADF, .proc = -EBADF, .path = strdup("/a"), .name = "job" };
        fixture->mover = (Mover) { .uid = geteuid(), .gid = getegid(), .cgroups = "/" };

        put_group(fixture, ".", NULL, "memory\n");
        put_group(fixture, "a", "domain\n", "\n");
        put_group(fixture, "b", "domain\n", "\n");
        put_group(fixture, "b/c", "domain\n", "\n");
}

static int remove_one(const char *path) {
        GDir *directory = g_dir_open(path, 0, NULL);
        const char *name;

        while (directory && (name = g_dir_read_name(directory))) {
                g_autofree char *below = g_build_filename(path, name, NULL);

                (void) remove_one(below);
        }
        if (directory)
                g_dir_close(directory);
        return g_remove(path);
}

static void tear_down(Fixture *fixture, const void *data) {
        (void) data;
        move_findings_done(&fixture->answer);
        migrant_done(&fixture->process);
        g_free(fixture->mount.root);
        g_free(fixture->mount.options);
        (void) fd_close(fixture->root);
        g_assert_cmpint(remove_one(fixture->path), ==, 0);
        g_free(fixture->path);
}

static const MoveFinding *finding_of(const Fixture *fixture, MoveRule rule) {
        for (size_t i = 0; i < fixture->answer.n; i++)
                if (fixture->answer.findings[i].rule == rule)
                        return fixture->answer.findings + i;

        return NULL;
}

static void examine(Fixture *fixture, const char *target) {
        const MoveQuestion question = {
                .root = fixture->root,
                .mount = &fixture->mount,
                .process = &fixture->process,
                .target = target,
                .mover = &fixture->mover,
        };

        move_findings_done(&fixture->answer);
        g_assert_cmpint(move_examine(&question, &fixture->answer), ==, 0);
}

static void assert_yes(Fixture *fixture, const char *target) {
        examine(fixture, target);
        if (fixture->answer.answer != MOVE_YES)
                g_error("%s: %s", target, fixture->answer.reason->found);
        g_assert_null(fixture->answer.reason);
}

/* @error 0: not known which. */
static void assert_no(Fixture *fixture, const char *target, MoveRule rule, int error) {
        examine(fixture, target);
        g_assert_cmpint(fixture->answer.answer, ==, MOVE_NO);
        g_assert_cmpstr(move_rule_name(fixture->answer.reason->rule), ==, move_rule_name(rule));
        g_assert_cmpint(fixture->answer.error, ==, error);
}

static void assert_perhaps(Fixture *fixture, const char *target, MoveRule rule) {
        examine(fixture, target);
        g_assert_cmpint(fixture->answer.answer, ==, MOVE_PERHAPS);
        g_assert_cmpstr(move_rule_name(fixture->answer.reason->rule), ==, move_rule_name(rule));
        g_assert_cmpint(fixture->answer.error, ==, 0);
}

static void move_process(Fixture *fixture, const char *path) {
        free(fixture->process.path);
        fixture->process.path = strdup(path);
}

static void mount_at(Fixture *fixture, const char *root) {
        g_free(fixture->mount.root);
        fixture->mount.root = g_strdup(root);
}

/* A user who owns nothing of this; it may read all of it. */
static void become_other(Fixture *fixture) {
        fixture->mover.uid = geteuid() + 1;
        fixture->mover.gid = GID_INVALID;
}

static void test_allowed(Fixture *fixture, const void *data) {
        (void) data;
        assert_yes(fixture, "/b");
        assert_yes(fixture, "/b/c");
        assert_yes(fixture, "/");
        g_assert_null(finding_of(fixture, MOVE_NOTE_STAYS));
        assert_yes(fixture, "/a");
        g_assert_nonnull(finding_of(fixture, MOVE_NOTE_STAYS));
}

static void test_target(Fixture *fixture, const void *data) {
        g_autofree char *directory = g_build_filename(fixture->path, "b", NULL);

        (void) data;
        become_other(fixture);
        assert_no(fixture, "/b/c", MOVE_RULE_TARGET, -EACCES);
        g_assert_nonnull(strstr(fixture->answer.reason->found, "of the target belongs"));
        g_assert_cmpstr(fixture->answer.target, ==, "/b/c");

        /* The directory on the way is named, and not what could not be looked at behind it. */
        g_assert_cmpint(chmod(directory, 0700), ==, 0);
        assert_no(fixture, "/b/c", MOVE_RULE_TARGET, -EACCES);
        g_assert_nonnull(strstr(fixture->answer.reason->found, "directory /b belongs"));

        assert_no(fixture, "/none", MOVE_RULE_TARGET, -ENODEV);
}

static void test_read_only(Fixture *fixture, const void *data) {
        (void) data;
        fixture->mount.read_only = true;
        assert_no(fixture, "/b", MOVE_RULE_TARGET, -EROFS);
        become_other(fixture);
        assert_no(fixture, "/b", MOVE_RULE_TARGET, -EACCES);
        fixture->mount.all_read_only = true;
        assert_no(fixture, "/b", MOVE_RULE_TARGET, -EROFS);
}

static void test_inner(Fixture *fixture, const void *data) {
        (void) data;
        put_group(fixture, "b", "domain\n", "cpu memory\n");
        assert_no(fixture, "/b", MOVE_RULE_INNER, -EBUSY);
        g_assert_nonnull(strstr(fixture->answer.reason->found, "hands memory on"));

        put_group(fixture, "b", "domain\n", "cpuset cpu pids\n");
        assert_yes(fixture, "/b");
        g_assert_nonnull(finding_of(fixture, MOVE_NOTE_THREADS));
        put(fixture, "b/c/cgroup.events", "populated 1\n");
        assert_no(fixture, "/b", MOVE_RULE_INNER, -EBUSY);
        put(fixture, "b/c/cgroup.type", "threaded\n");
        assert_yes(fixture, "/b");
}

static void test_domain(Fixture *fixture, const void *data) {
        (void) data;
        put(fixture, "b/c/cgroup.type", "domain invalid\n");
        assert_no(fixture, "/b/c", MOVE_RULE_DOMAIN, -EOPNOTSUPP);
        put(fixture, "b/c/cgroup.type", "threaded\n");
        put(fixture, "b/cgroup.type", "domain threaded\n");
        assert_yes(fixture, "/b/c");
        assert_yes(fixture, "/b");
        put(fixture, "b/cgroup.type", "domain invalid\n");
        assert_no(fixture, "/b/c", MOVE_RULE_DOMAIN, -EOPNOTSUPP);

        /* Its domain can be above what we see. */
        put(fixture, "b/cgroup.type", "threaded\n");
        put(fixture, "cgroup.type", "threaded\n");
        assert_perhaps(fixture, "/b/c", MOVE_RULE_DOMAIN);
}

static void test_process(Fixture *fixture, const void *data) {
        (void) data;
        fixture->process.kernel = true;
        assert_yes(fixture, "/b");
        fixture->process.bound = true;
        assert_no(fixture, "/b", MOVE_RULE_PROCESS, -EINVAL);
        fixture->process.bound = false;
        fixture->process.ended = true;
        assert_yes(fixture, "/b");
        g_assert_nonnull(finding_of(fixture, MOVE_NOTE_ENDED));
}

static void test_namespace(Fixture *fixture, const void *data) {
        (void) data;
        fixture->mover.cgroups = "/b";
        assert_no(fixture, "/b/c", MOVE_RULE_NAMESPACE, -ENOENT); /* out of /a */
        move_process(fixture, "/b");
        assert_yes(fixture, "/b/c");
        assert_no(fixture, "/a", MOVE_RULE_NAMESPACE, -ENOENT);

        g_free(fixture->mount.options);
        fixture->mount.options = g_strdup("rw");
        assert_yes(fixture, "/a");
}

/* The process is outside of the caller's own namespace: the ancestor is not to be seen. */
static void test_unseen(Fixture *fixture, const void *data) {
        (void) data;
        fixture->mover.effective = 0;
        move_process(fixture, "/../x");
        assert_no(fixture, "/b", MOVE_RULE_NAMESPACE, 0); /* EACCES or ENOENT */
        g_assert_cmpint(finding_of(fixture, MOVE_RULE_ANCESTOR)->result, ==, MOVE_UNKNOWN);

        fixture->mover.effective = UINT64_MAX;
        assert_no(fixture, "/b", MOVE_RULE_NAMESPACE, -ENOENT);

        fixture->mover.effective = 0;
        g_free(fixture->mount.options);
        fixture->mount.options = g_strdup("rw");
        assert_perhaps(fixture, "/b", MOVE_RULE_ANCESTOR);
}

/* A part of the hierarchy is mounted, or more than the namespace. */
static void test_mounts(Fixture *fixture, const void *data) {
        (void) data;
        mount_at(fixture, "/top");
        move_process(fixture, "/top/a");
        assert_yes(fixture, "/b");
        g_assert_cmpstr(fixture->answer.target, ==, "/top/b");
        g_assert_cmpstr(fixture->answer.ancestor, ==, "/top");
        move_process(fixture, "/else");
        assert_perhaps(fixture, "/b", MOVE_RULE_ANCESTOR);

        mount_at(fixture, "/../..");
        move_process(fixture, "/a");
        assert_perhaps(fixture, "/b", MOVE_RULE_ANCESTOR);
        g_assert_cmpint(finding_of(fixture, MOVE_RULE_NAMESPACE)->result, ==, MOVE_UNKNOWN);
        move_process(fixture, "/../../a");
        assert_no(fixture, "/b", MOVE_RULE_NAMESPACE, -ENOENT);
        g_assert_cmpint(finding_of(fixture, MOVE_RULE_ANCESTOR)->result, ==, MOVE_MET);
}

static void test_v1(Fixture *fixture, const void *data) {
        (void) data;
        fixture->mount.unified = false;
        fixture->process.uid = fixture->process.saved_uid = geteuid() + 7;
        fixture->mover.confined = true; /* where uid 0 is nobody special */
        assert_no(fixture, "/b", MOVE_RULE_OWNER, -EACCES);
        fixture->process.saved_uid = geteuid();
        assert_yes(fixture, "/b");
        fixture->process.saved_uid = geteuid() + 7;
        fixture->process.uid = geteuid();
        assert_yes(fixture, "/b");
        g_assert_null(finding_of(fixture, MOVE_RULE_ANCESTOR));
}

static void test_order(Fixture *fixture, const void *data) {
        (void) data;
        /* All is wrong: the first counts. */
        put_group(fixture, "b", "domain invalid\n", "memory\n");
        fixture->mover.cgroups = "/b/c";
        fixture->process.bound = true;
        assert_no(fixture, "/b", MOVE_RULE_PROCESS, -EINVAL);
        fixture->process.bound = false;
        assert_no(fixture, "/b", MOVE_RULE_NAMESPACE, -ENOENT);
        fixture->mover.cgroups = "/";
        assert_no(fixture, "/b", MOVE_RULE_DOMAIN, -EOPNOTSUPP);
        put(fixture, "b/cgroup.type", "domain\n");
        assert_no(fixture, "/b", MOVE_RULE_INNER, -EBUSY);
}

static void test_note(Fixture *fixture, const void *data) {
        (void) data;
        put(fixture, "b/cgroup.type", "domain invalid\n");
        assert_no(fixture, "/b", MOVE_RULE_DOMAIN, -EOPNOTSUPP);
        for (unsigned i = 0; i < 100; i++) {
                const MoveFindings *answer = &fixture->answer;

                g_assert_cmpint(move_findings_note(&fixture->answer, MOVE_NOTE_UNIT, "note %u", i), ==, 0);

                /* One that cannot be put into words leaves all as it is. */
                g_assert_cmpint(move_findings_note(&fixture->answer, MOVE_NOTE_UNIT, "%lc", (wint_t) 0x110000), <, 0);
                g_assert_true(answer->reason >= answer->findings && answer->reason < answer->findings + answer->n);
        }
        g_assert_cmpint(fixture->answer.reason->rule, ==, MOVE_RULE_DOMAIN);
        g_assert_cmpint(fixture->answer.error, ==, -EOPNOTSUPP);
}

static void test_freezer_and_pids(Fixture *fixture, const void *data) {
        (void) data;
        put(fixture, "b/cgroup.freeze", "1\n");
        put(fixture, "b/c/pids.max", "5\n");
        put(fixture, "b/c/pids.current", "5\n");
        fixture->process.n_threads = 1;
        assert_yes(fixture, "/b/c");
        g_assert_nonnull(strstr(finding_of(fixture, MOVE_NOTE_FREEZER)->found, "/b is frozen"));
        g_assert_nonnull(finding_of(fixture, MOVE_NOTE_PIDS));
        put(fixture, "b/c/pids.max", "max\n");
        assert_yes(fixture, "/b/c");
        g_assert_null(finding_of(fixture, MOVE_NOTE_PIDS));
}

int main(int argc, char *argv[]) {
        static const struct {
                const char *name;
                void (*function)(Fixture *fixture, const void *data);
        } tests[] = {
                { "/move-rule/allowed", test_allowed },
                { "/move-rule/target", test_target },
                { "/move-rule/read-only", test_read_only },
                { "/move-rule/inner", test_inner },
                { "/move-rule/domain", test_domain },
                { "/move-rule/process", test_process },
                { "/move-rule/namespace", test_namespace },
                { "/move-rule/unseen", test_unseen },
                { "/move-rule/mounts", test_mounts },
                { "/move-rule/v1", test_v1 },
                { "/move-rule/order", test_order },
                { "/move-rule/note", test_note },
                { "/move-rule/freezer-and-pids", test_freezer_and_pids },
        };

        g_test_init(&argc, &argv, NULL);
        for (size_t i = 0; i < ELEMENTSOF(tests); i++)
                g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].function, tear_down);

        return g_test_run();
}
