/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "basic/macros.h"

/* interleave [OPTIONS] NAME COMMAND… [, NAME COMMAND…]…
 *
 * Times commands side by side: each round runs every command once, in a new order, so whatever else the machine does,
 * and what the command before left to be done, hits all alike. Prints medians, the most memory resident in one run, and
 * the ratios of the medians to those of the baselines. A command that fails ends it all: its time would mean nothing.
 */

#define CASES_MAX 16
#define BASELINES_MAX 4
#define ROUNDS_MAX 1000000

typedef struct Case {
        const char *name;
        char **argv;
        double *times; /* milliseconds, sorted in the end */
        long peak;     /* KiB that were resident at once */
} Case;

typedef struct Bench {
        Case cases[CASES_MAX];
        size_t n_cases;
        const Case *baselines[BASELINES_MAX];
        const char *baseline_names[BASELINES_MAX];
        size_t n_baselines;
        size_t rounds;
        size_t warmup;
        const char *json;
        posix_spawn_file_actions_t actions;
} Bench;

extern char **environ;

static double now(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static int run_once(const Bench *bench, Case *c, double *ret) {
        double begin = now();
        struct rusage usage;
        int status, r;
        pid_t pid;

        r = posix_spawnp(&pid, c->argv[0], &bench->actions, NULL, c->argv, environ);
        if (r != 0) {
                fprintf(stderr, "interleave: %s: %s\n", c->argv[0], strerror(r));
                return -r;
        }

        while (wait4(pid, &status, 0, &usage) < 0)
                if (errno != EINTR)
                        return -errno;
        *ret = now() - begin;
        if (usage.ru_maxrss > c->peak)
                c->peak = usage.ru_maxrss;

        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return 0;

        fprintf(stderr, "interleave: %s: %s %d\n", c->name, WIFSIGNALED(status) ? "signal" : "status",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        return -EIO;
}

/* Fisher and Yates; the same orders in every run of this program. */
static void shuffle(size_t *order, size_t n) {
        static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

        for (size_t i = n - 1; i > 0; i--) {
                size_t j, swapped = order[i];

                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                j = (size_t) (state % (i + 1));
                order[i] = order[j];
                order[j] = swapped;
        }
}

static int run_rounds(Bench *bench) {
        size_t order[CASES_MAX];

        for (size_t i = 0; i < bench->n_cases; i++) {
                order[i] = i;
                bench->cases[i].times = calloc(bench->rounds, sizeof(double));
                if (!bench->cases[i].times)
                        return -ENOMEM;
        }

        for (size_t round = 0; round < bench->warmup + bench->rounds; round++) {
                shuffle(order, bench->n_cases);
                for (size_t i = 0; i < bench->n_cases; i++) {
                        Case *c = bench->cases + order[i];
                        double time = 0;
                        int r = run_once(bench, c, &time);

                        if (r < 0)
                                return r;
                        if (round >= bench->warmup)
                                c->times[round - bench->warmup] = time;
                }
        }

        return 0;
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

/* The @percent quantile, between neighbours where it falls between. */
static double quantile(const Bench *bench, const Case *c, unsigned percent) {
        double position = (double) (bench->rounds - 1) * percent / 100;
        size_t below = (size_t) position, above = below + 1 < bench->rounds ? below + 1 : below;

        return c->times[below] + (c->times[above] - c->times[below]) * (position - (double) below);
}

static double ratio(const Bench *bench, const Case *c, const Case *baseline) {
        return quantile(bench, c, 50) / quantile(bench, baseline, 50);
}

static void print_table(const Bench *bench) {
        printf("| command | median ms | p10 | p90 | KiB |");
        for (size_t i = 0; i < bench->n_baselines; i++)
                printf(" of %s |", bench->baselines[i]->name);
        printf("\n|---|--:|--:|--:|--:|");
        for (size_t i = 0; i < bench->n_baselines; i++)
                printf("--:|");

        for (const Case *c = bench->cases; c < bench->cases + bench->n_cases; c++) {
                printf("\n| %s | %.2f | %.2f | %.2f | %ld |", c->name, quantile(bench, c, 50), quantile(bench, c, 10),
                       quantile(bench, c, 90), c->peak);
                for (size_t i = 0; i < bench->n_baselines; i++)
                        printf(" %.2f |", ratio(bench, c, bench->baselines[i]));
        }
        printf("\n");
}

/* Names are ours and need no escapes: see add_case(). */
static int print_json(const Bench *bench) {
        FILE *f = fopen(bench->json, "we");

        if (!f)
                return -errno;

        fprintf(f, "{\"rounds\":%zu,\"warmup\":%zu,\"results\":[", bench->rounds, bench->warmup);
        for (const Case *c = bench->cases; c < bench->cases + bench->n_cases; c++) {
                fprintf(f,
                        "%s{\"name\":\"%s\",\"median_ms\":%.4f,\"p10_ms\":%.4f,\"p90_ms\":%.4f,\"peak_kib\":%ld,\"ratios\":{",
                        c > bench->cases ? "," : "", c->name, quantile(bench, c, 50), quantile(bench, c, 10),
                        quantile(bench, c, 90), c->peak);
                for (size_t i = 0; i < bench->n_baselines; i++)
                        fprintf(f, "%s\"%s\":%.4f", i > 0 ? "," : "", bench->baselines[i]->name,
                                ratio(bench, c, bench->baselines[i]));
                fprintf(f, "}}");
        }
        fprintf(f, "]}\n");

        if (ferror(f)) {
                (void) fclose(f);
                return -EIO;
        }
        return fclose(f) == 0 ? 0 : -errno;
}

static int usage(const char *what) {
        fprintf(stderr,
                "interleave: %s\n"
                "usage: interleave [-n ROUNDS] [-w WARMUP] [-b BASELINE]… [--json FILE]\n"
                "       NAME COMMAND… [, NAME COMMAND…]…\n",
                what);
        return -EINVAL;
}

static int parse_count(const char *text, size_t least, size_t *ret) {
        unsigned long long value;
        char *end;

        errno = 0;
        value = strtoull(text, &end, 10);
        if (errno || end == text || *end || *text == '-' || value < least || value > ROUNDS_MAX)
                return -EINVAL;

        *ret = (size_t) value;
        return 0;
}

static int add_case(Bench *bench, char **words, size_t n_words) {
        if (n_words < 2)
                return usage("a case needs a name and a command");
        if (bench->n_cases == CASES_MAX)
                return usage("too many cases");
        if (strpbrk(words[0], "\"\\|\n"))
                return usage("a name with one of \" \\ | in it");

        bench->cases[bench->n_cases++] = (Case) { .name = words[0], .argv = words + 1 };
        return 0;
}

static int parse_cases(Bench *bench, char **words, size_t n_words) {
        size_t begin = 0;

        for (size_t i = 0; i <= n_words; i++) {
                int r;

                if (i < n_words && !streq(words[i], ","))
                        continue;

                words[i] = NULL; /* the end of a command */
                r = add_case(bench, words + begin, i - begin);
                if (r < 0)
                        return r;
                begin = i + 1;
        }

        for (size_t i = 0; i < bench->n_baselines; i++) {
                for (size_t j = 0; j < bench->n_cases; j++)
                        if (streq(bench->cases[j].name, bench->baseline_names[i]))
                                bench->baselines[i] = bench->cases + j;
                if (!bench->baselines[i])
                        return usage("the baseline is none of the cases");
        }

        return 0;
}

static int parse(Bench *bench, int argc, char *argv[]) {
        static const struct option options[] = {
                { "rounds", required_argument, NULL, 'n' },
                { "warmup", required_argument, NULL, 'w' },
                { "baseline", required_argument, NULL, 'b' },
                { "json", required_argument, NULL, 'j' },
                {},
        };
        int c, r = 0;

        while ((c = getopt_long(argc, argv, "+n:w:b:", options, NULL)) != -1) {
                switch (c) {
                case 'n':
                        r = parse_count(optarg, 1, &bench->rounds);
                        break;
                case 'w':
                        r = parse_count(optarg, 0, &bench->warmup);
                        break;
                case 'b':
                        if (bench->n_baselines == BASELINES_MAX)
                                return usage("too many baselines");
                        bench->baseline_names[bench->n_baselines++] = optarg;
                        break;
                case 'j':
                        bench->json = optarg;
                        break;
                default:
                        return usage("bad option");
                }
                if (r < 0)
                        return usage("bad number");
        }

        return parse_cases(bench, argv + optind, (size_t) (argc - optind));
}

int main(int argc, char *argv[]) {
        Bench bench = { .rounds = 200, .warmup = 20 };
        int r;

        r = parse(&bench, argc, argv);
        if (r < 0)
                return 2;

        if (posix_spawn_file_actions_init(&bench.actions) != 0 ||
            posix_spawn_file_actions_addopen(&bench.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
            posix_spawn_file_actions_addopen(&bench.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0)
                return EXIT_FAILURE;

        r = run_rounds(&bench);
        if (r >= 0) {
                for (size_t i = 0; i < bench.n_cases; i++)
                        qsort(bench.cases[i].times, bench.rounds, sizeof(double), compare);
                print_table(&bench);
                r = bench.json ? print_json(&bench) : 0;
                if (r < 0)
                        fprintf(stderr, "interleave: %s: %s\n", bench.json, strerror(-r));
        }

        for (size_t i = 0; i < bench.n_cases; i++)
                free(bench.cases[i].times);
        (void) posix_spawn_file_actions_destroy(&bench.actions);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
