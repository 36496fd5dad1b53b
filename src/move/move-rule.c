/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "move/move-rule-internal.h"

#include <stdarg.h>

#include "basic/fd.h"
#include "namespace/path.h"

static const char *const rule_names[_CONTAINMENT_RULE_MAX] = {
        [CONTAINMENT_TARGET] = "target",
        [CONTAINMENT_PROCESS] = "process",
        [CONTAINMENT_OWNER] = "owner",
        [CONTAINMENT_ANCESTOR] = "ancestor",
        [CONTAINMENT_NAMESPACE] = "namespace",
        [CONTAINMENT_DOMAIN] = "domain",
        [CONTAINMENT_INNER] = "inner",
        [CONTAINMENT_CPUSET] = "cpuset",
        [CONTAINMENT_REALTIME] = "real-time",
        [CONTAINMENT_NOTE_ENDED] = "ended",
        [CONTAINMENT_NOTE_STAYS] = "stays",
        [CONTAINMENT_NOTE_THREADS] = "threads",
        [CONTAINMENT_NOTE_PIDS] = "pids",
        [CONTAINMENT_NOTE_FREEZER] = "freezer",
        [CONTAINMENT_NOTE_DEADLINE] = "deadline",
        [CONTAINMENT_NOTE_V1] = "v1",
        [CONTAINMENT_NOTE_V2] = "v2",
        [CONTAINMENT_NOTE_UNIT] = "unit",
        [CONTAINMENT_NOTE_MANAGER] = "manager",
};

const char *containment_rule_name(ContainmentRule rule) {
        return rule_names[rule];
}

const char *containment_result_name(ContainmentResult result) {
        static const char *const names[] = {
                [CONTAINMENT_MET] = "met",
                [CONTAINMENT_VIOLATED] = "violated",
                [CONTAINMENT_UNKNOWN] = "unknown",
                [CONTAINMENT_NOTE] = "note",
        };

        return names[result];
}

static void decide(Containment *containment);

/* Adds a finding, or leaves all as it is. */
static int add(Containment *containment, ContainmentRule rule, ContainmentResult result, int error, const char *format,
               va_list arguments) {
        _cleanup_free_ char *found = NULL;
        ContainmentFinding *findings;

        if (vasprintf(&found, format, arguments) < 0) {
                found = NULL;
                return -ENOMEM;
        }

        findings = reallocarray(containment->findings, containment->n + 1, sizeof(ContainmentFinding));
        if (!findings)
                return -ENOMEM;
        containment->findings = findings;
        findings[containment->n++] = (ContainmentFinding) {
                .rule = rule,
                .result = result,
                .error = error,
                .found = TAKE_PTR(found),
        };
        decide(containment); /* the findings may lie elsewhere now */
        return 0;
}

int containment_add(Containment *containment, ContainmentRule rule, ContainmentResult result, int error,
                    const char *format, ...) {
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = add(containment, rule, result, error, format, arguments);
        va_end(arguments);
        return r;
}

int containment_note(Containment *containment, ContainmentRule rule, const char *format, ...) {
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = add(containment, rule, CONTAINMENT_NOTE, 0, format, arguments);
        va_end(arguments);
        return r;
}

void containment_done(Containment *containment) {
        for (size_t i = 0; i < containment->n; i++)
                free(containment->findings[i].found);
        free(containment->findings);
        free(containment->target);
        free(containment->ancestor);
        *containment = (Containment) {};
}

/* What is violated refuses the move, whatever else is unknown; but the first one has the say in why. */
static void decide(Containment *containment) {
        const ContainmentFinding *unknown = NULL;

        containment->answer = CONTAINMENT_YES;
        containment->error = 0;
        containment->reason = NULL;

        for (size_t i = 0; i < containment->n; i++) {
                const ContainmentFinding *finding = containment->findings + i;

                if (finding->result == CONTAINMENT_UNKNOWN && !unknown)
                        unknown = finding;
                if (finding->result != CONTAINMENT_VIOLATED)
                        continue;

                containment->answer = CONTAINMENT_NO;
                containment->error = unknown && unknown->error != finding->error ? 0 : finding->error;
                containment->reason = finding;
                return;
        }

        if (unknown) {
                containment->answer = CONTAINMENT_PERHAPS;
                containment->reason = unknown;
        }
}

char *containment_file(const char *group, const char *name) {
        char *path;

        group += strspn(group, "/");
        return asprintf(&path, "%s%s%s", group, *group ? "/" : "", name) < 0 ? NULL : path;
}

ssize_t containment_read(const Examination *examination, const char *group, const char *name, char *buffer,
                         size_t size) {
        _cleanup_free_ char *path = containment_file(group, name);
        ssize_t n = path ? fd_read_file(examination->question->root, path, buffer, size) : -ENOMEM;

        while (n > 0 && (buffer[n - 1] == '\n' || buffer[n - 1] == ' '))
                buffer[--n] = '\0';
        return n;
}

static void examination_done(Examination *examination) {
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
static int find_places(Examination *examination) {
        const ContainmentQuestion *question = examination->question;
        Containment *result = examination->result;
        const char *top = question->mount->root, *path = question->process->path;
        bool known = cgroup_path_up(top) == 0;
        int r = place(question->mount, path, &examination->source);

        if (r < 0)
                return r;
        if (known && !(result->target = cgroup_path_join(top, question->target)))
                return -ENOMEM;

        if (examination->source) {
                examination->ancestor = cgroup_path_common(examination->source, question->target);
                if (!examination->ancestor)
                        return -ENOMEM;
                result->ancestor = known ? cgroup_path_join(top, examination->ancestor)
                                         : strdup(examination->ancestor);
                return result->ancestor ? 0 : -ENOMEM;
        }

        if (!known)
                return 0;

        result->ancestor = cgroup_path_common(path, result->target);
        return result->ancestor ? place(question->mount, result->ancestor, &examination->ancestor) : -ENOMEM;
}

static int look_at_process(const Examination *examination) {
        const Migrant *process = examination->question->process;

        if (process->bound)
                return containment_add(examination->result, CONTAINMENT_PROCESS, CONTAINMENT_VIOLATED, -EINVAL,
                                       "%s is a kernel thread that stays where it is", process->name);

        return containment_add(examination->result, CONTAINMENT_PROCESS, CONTAINMENT_MET, 0, "%s is %s%s", process->name,
                               process->kernel  ? "a kernel thread that may be moved"
                               : process->ended ? "a process that has ended"
                                                : "an ordinary process",
                               process->deleted ? ", in a group that is gone" : "");
}

typedef int (*LookFunction)(const Examination *examination);

static const LookFunction rules_v1[] = {
        containment_look_at_target,
        look_at_process,
        containment_look_at_owner,
        containment_look_at_cpuset,
        containment_look_at_realtime,
        containment_note_all,
        NULL,
};

static const LookFunction rules_v2[] = {
        containment_look_at_target,
        look_at_process,
        containment_look_at_ancestor,
        containment_look_at_namespace,
        containment_look_at_domain,
        containment_look_at_inner,
        containment_look_at_cpuset,
        containment_look_at_realtime,
        containment_note_all,
        NULL,
};

int containment_examine(const ContainmentQuestion *question, Containment *ret) {
        _cleanup_(containment_done) Containment result = {};
        _cleanup_(examination_done) Examination examination = { .question = question, .result = &result };
        int r = find_places(&examination);

        for (const LookFunction *rule = question->mount->unified ? rules_v2 : rules_v1; r >= 0 && *rule; rule++)
                r = (*rule)(&examination);
        if (r < 0)
                return r;

        *ret = result;
        result = (Containment) {};
        return 0;
}
