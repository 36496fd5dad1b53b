/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oracle.h"

#include <getopt.h>
#include <signal.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "basic/parse.h"
#include "namespace/path.h"

/*   move-oracle [--hierarchy NAME] [--cases N] [--seed N] [--nsdelegate] [--cgscope PROGRAM [--every N]]
 *
 * As root. NAME is "unified" (the default), a controller of v1, or "new"; --nsdelegate has it turned on and off, which
 * only the initial cgroup namespace can; PROGRAM is asked for each Nth case, too. The status is 0 where all answers are
 * the same, 1 where they are not, 77 where there is no such hierarchy. */

#define CASES_OF_A_ROUND 250
#define DIFFERENCES_SHOWN 5
#define ERRORS_MAX 8

typedef struct Counts {
        unsigned cases, allowed, refused, undecided, differ;
        int errors[ERRORS_MAX];
        unsigned n_errors[ERRORS_MAX];
        unsigned asked, told, unable; /* the program */
} Counts;

typedef struct Oracle {
        const char *hierarchy_name, *program;
        unsigned cases, every;
        uint64_t seed;
        bool toggle;
        Hierarchy hierarchy;
        bool nsdelegate;
        Tree tree;
        Subjects subjects;
        Actors actors;
        Counts counts;
} Oracle;

typedef struct Case {
        const Actor *actor;
        const Subject *subject;
        const char *target;
        char *hierarchy; /* its name */
        MoveFindings answer;
        char *source;
} Case;

static const char *name_of(int error) {
        return error == 0 ? "yes" : strerrorname_np(-error) ?: "?";
}

static void count_error(Counts *counts, int error) {
        unsigned i = 0;

        while (i < ERRORS_MAX - 1 && counts->errors[i] != 0 && counts->errors[i] != error)
                i++;
        counts->errors[i] = error;
        counts->n_errors[i]++;
}

static void show_difference(Oracle *oracle, const Case *c, const char *who, const char *predicted, const char *real) {
        if (oracle->counts.differ++ >= DIFFERENCES_SHOWN)
                return;

        printf("oracle: DIFFERENCE in case %u of seed %ju: %s says %s, the kernel says %s\n"
               "  process %d (%s) in %s\n  to %s\n  by %s in the namespace of %s, nsdelegate %s\n",
               oracle->counts.cases, (uintmax_t) oracle->seed, who, predicted, real, (int) c->subject->pid,
               c->subject->kind, c->source, c->target, c->actor->title, c->actor->namespace,
               oracle->nsdelegate ? "on" : "off");
        for (size_t i = 0; i < c->answer.n; i++)
                printf("    %-9s %-8s %s\n", move_rule_name(c->answer.findings[i].rule),
                       move_result_name(c->answer.findings[i].result), c->answer.findings[i].found);
}

static void predict(const Oracle *oracle, Case *c) {
        _cleanup_(migrant_done) Migrant process = MIGRANT_INIT;
        MoveQuestion question = {
                .root = oracle->hierarchy.root,
                .mount = oracle->hierarchy.mount,
                .process = &process,
                .target = c->target,
                .mover = &c->actor->mover,
                .compare = true,
        };
        int r = migrant_read(c->subject->pid, c->subject->pidfd, c->hierarchy, &process);

        if (r >= 0)
                r = move_examine(&question, &c->answer);
        if (r < 0) {
                errno = -r;
                die("predict a move of", c->subject->kind);
        }
        c->source = strdup(process.path);
}

/* An answer that leaves something open must not be wrong all the same. */
static void compare(Oracle *oracle, const Case *c, int real) {
        const MoveFindings *answer = &c->answer;
        bool open = answer->answer == MOVE_PERHAPS || (answer->answer == MOVE_NO && answer->error == 0);
        int predicted = answer->answer == MOVE_NO ? answer->error : 0;

        if (open)
                oracle->counts.undecided++;
        if (open ? answer->answer == MOVE_NO && real == 0 : predicted != real)
                show_difference(oracle, c, "the prediction", open ? "no" : name_of(predicted), name_of(real));

        oracle->counts.cases++;
        if (real == 0)
                oracle->counts.allowed++;
        else {
                oracle->counts.refused++;
                count_error(&oracle->counts, real);
        }
}

/* --- the program, run by whoever moves --- */

/* "no: EACCES (Permission denied): …" */
static int error_of_line(const char *line) {
        static const int errors[] = { EACCES, ENOENT, EBUSY, EOPNOTSUPP, EINVAL, ENOSPC, EPERM, EROFS, ENODEV };
        const char *word = startswith(line, "no: ");

        for (size_t i = 0; word && i < ELEMENTSOF(errors); i++) {
                const char *rest = startswith(word, strerrorname_np(errors[i]));

                if (rest && startswith(rest, " ("))
                        return -errors[i];
        }

        return 0;
}

/* What the program says must agree with what the kernel says next. It may be unable to tell. */
static void compare_program(Oracle *oracle, const Case *c, int status, const char *line, int real) {
        int predicted = error_of_line(line);
        char text[LINE_MAX_ORACLE + 32];

        if (status == 127) {
                fprintf(stderr, "oracle: %s cannot be run\n", oracle->program);
                exit(3);
        }
        oracle->counts.asked++;
        if (status == 2 || (status == 1 && predicted == 0 && real != 0)) {
                oracle->counts.unable++;
                return;
        }

        oracle->counts.told++;
        if ((status == 0 && real == 0) || (status == 1 && predicted == real))
                return;

        (void) snprintf(text, sizeof(text), "%d, \"%s\"", status, line);
        show_difference(oracle, c, "cgscope can-move", text, name_of(real));
}

/* False where the program cannot be asked: the target is not to be seen in the namespace. */
static bool run_program(const Oracle *oracle, const Case *c, int *ret_status, char line[static LINE_MAX_ORACLE]) {
        const CgroupMount *mount = oracle->hierarchy.mount;
        _cleanup_free_ char *inside = NULL;
        char pid[16], path[PATH_MAX], *argv[8], **word = argv;

        if (cgroup_path_below(c->target, c->actor->namespace, &inside) < 0)
                return false;

        (void) snprintf(pid, sizeof(pid), "%d", (int) c->subject->pid);
        (void) snprintf(path, sizeof(path), "%s%s", mount->point, streq(inside, "/") ? "" : inside);
        *word++ = (char *) oracle->program;
        *word++ = (char *) "can-move";
        if (!mount->unified || !streq(mount->point, "/sys/fs/cgroup")) {
                *word++ = (char *) "--hierarchy";
                *word++ = (char *) (mount->unified ? CGROUP_HIERARCHY_UNIFIED : c->hierarchy);
        }
        *word++ = pid;
        *word++ = path;
        *word = NULL;

        *ret_status = actor_run(c->actor, argv, line);
        return true;
}

/* --- cases and rounds --- */

static const char *any_target(const Tree *tree) {
        unsigned n = chance(100);

        return n < 4 ? "/" : n < 94 ? tree->groups[2 + chance(tree->n_groups - 2)] : tree->groups[chance(2)];
}

/* Most often somebody who has a say in most of the tree: else nearly everything ends at the first rule. */
static const Actor *any_actor(const Oracle *oracle) {
        const Actor *actor;

        for (unsigned tries = percent(60) ? 20 : 1; tries > 0; tries--) {
                actor = oracle->actors.actors + chance(oracle->actors.n);
                if (actor->mover.uid == oracle->tree.owner)
                        break;
        }

        return actor;
}

static void try_case(Oracle *oracle, char *hierarchy) {
        Case c = {
                .actor = any_actor(oracle),
                .subject = oracle->subjects.subjects + chance(oracle->subjects.n),
                .target = any_target(&oracle->tree),
                .hierarchy = hierarchy,
        };
        char line[LINE_MAX_ORACLE];
        bool asked = false;
        int status, real;

        predict(oracle, &c);
        if (oracle->program && oracle->counts.cases % oracle->every == 0)
                asked = run_program(oracle, &c, &status, line);

        real = actor_move(c.actor, c.target, c.subject->pid);
        compare(oracle, &c, real);
        if (asked)
                compare_program(oracle, &c, status, line, real);

        move_findings_done(&c.answer);
        free(c.source);
}

/* Those that wait in the tree are nobody's to move: only root could, and then they would be gone from home. */
static void run_round(Oracle *oracle, unsigned n) {
        _cleanup_free_ char *hierarchy = NULL;

        if (cgroup_mount_hierarchy(oracle->hierarchy.mount, &hierarchy) < 0)
                die("name", "the hierarchy");

        tree_make(&oracle->tree, &oracle->hierarchy);
        actors_make(&oracle->actors, &oracle->tree);
        subjects_make(&oracle->subjects, &oracle->tree);
        if (oracle->hierarchy.mount->unified)
                tree_freeze(&oracle->tree);

        for (unsigned i = 0; i < n; i++)
                try_case(oracle, hierarchy);

        subjects_end(&oracle->subjects, &oracle->hierarchy);
        actors_end(&oracle->actors);
        tree_remove(&oracle->tree);
}

static void run_rounds(Oracle *oracle) {
        bool before = oracle->nsdelegate = cgroup_mount_has_option(oracle->hierarchy.mount, "nsdelegate"),
             toggle = oracle->toggle;

        for (unsigned round = 0; oracle->counts.cases < oracle->cases; round++) {
                unsigned left = oracle->cases - oracle->counts.cases;
                bool wanted = round % 2 == 0;

                if (toggle) {
                        oracle->nsdelegate = hierarchy_set_nsdelegate(&oracle->hierarchy, wanted);
                        toggle = oracle->nsdelegate == wanted;
                        if (!toggle)
                                printf("oracle: nsdelegate is %s and cannot be changed from this cgroup namespace\n",
                                       oracle->nsdelegate ? "on" : "off");
                }
                run_round(oracle, left < CASES_OF_A_ROUND ? left : CASES_OF_A_ROUND);
        }

        if (oracle->toggle && toggle)
                (void) hierarchy_set_nsdelegate(&oracle->hierarchy, before);
}

static void print_counts(const Oracle *oracle, uint64_t usec) {
        const Counts *counts = &oracle->counts;

        printf("oracle: %u cases, %u allowed, %u refused (", counts->cases, counts->allowed, counts->refused);
        for (unsigned i = 0; i < ERRORS_MAX && counts->errors[i] != 0; i++)
                printf("%s%s %u", i > 0 ? ", " : "", name_of(counts->errors[i]), counts->n_errors[i]);
        printf("), %u undecided, %u differ\n", counts->undecided, counts->differ);
        if (counts->asked > 0)
                printf("oracle: cgscope can-move: %u asked, %u told, %u could not tell\n", counts->asked, counts->told,
                       counts->unable);
        printf("oracle: %s%s, seed %ju, %.1f s\n", oracle->hierarchy.mount->unified ? "v2" : "v1 ",
               oracle->hierarchy.mount->unified ? oracle->toggle       ? ", nsdelegate on and off"
                                                  : oracle->nsdelegate ? ", nsdelegate on"
                                                                       : ", nsdelegate off"
                                                : oracle->hierarchy.mount->options,
               (uintmax_t) oracle->seed, (double) usec / USEC_PER_SEC);
}

/* A program that never can tell is never wrong either. */
static bool is_mute(const Counts *counts) {
        if (counts->told >= counts->asked / 2)
                return false;

        fprintf(stderr, "oracle: cgscope can-move could not tell most of the time\n");
        return true;
}

static uint64_t number_of(const char *text) {
        uint64_t number;

        if (parse_unsigned(text, 1, UINT64_MAX, &number) < 0) {
                fprintf(stderr, "oracle: '%s' is no number\n", text);
                exit(2);
        }

        return number;
}

static void parse(Oracle *oracle, int argc, char *argv[]) {
        static const struct option options[] = {
                { "hierarchy", required_argument, NULL, 'h' },
                { "cases", required_argument, NULL, 'c' },
                { "seed", required_argument, NULL, 's' },
                { "nsdelegate", no_argument, NULL, 'n' },
                { "cgscope", required_argument, NULL, 'p' },
                { "every", required_argument, NULL, 'e' },
                {},
        };
        int option;

        *oracle = (Oracle) {
                .hierarchy_name = CGROUP_HIERARCHY_UNIFIED,
                .cases = 4000,
                .every = 10,
                .seed = now_usec(),
        };
        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
                switch (option) {
                case 'h':
                        oracle->hierarchy_name = optarg;
                        break;
                case 'c':
                        oracle->cases = (unsigned) number_of(optarg);
                        break;
                case 's':
                        oracle->seed = number_of(optarg);
                        break;
                case 'n':
                        oracle->toggle = true;
                        break;
                case 'p':
                        oracle->program = optarg;
                        break;
                case 'e':
                        oracle->every = (unsigned) number_of(optarg);
                        break;
                default:
                        exit(2);
                }
}

int main(int argc, char *argv[]) {
        uint64_t begin = now_usec();
        Oracle oracle;

        setvbuf(stdout, NULL, _IOLBF, 0);
        (void) signal(SIGPIPE, SIG_IGN);
        parse(&oracle, argc, argv);
        chance_seed(oracle.seed);
        if (!hierarchy_open(&oracle.hierarchy, oracle.hierarchy_name))
                return 77;

        tree_remove_stale(&oracle.hierarchy);
        run_rounds(&oracle);
        print_counts(&oracle, now_usec() - begin);
        hierarchy_done(&oracle.hierarchy);
        return oracle.counts.differ > 0 || is_mute(&oracle.counts);
}
