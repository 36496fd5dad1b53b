/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/common-options.h"

#include "basic/log.h"
#include "basic/parse.h"
#include "basic/user-namespace.h"
#include "cgscope/version.h"

/* Long enough for a machine that is starting up, short enough to wait for; what others settled on after one second and
 * ten seconds had proved too short (runc). */
#define TIMEOUT_DEFAULT_USEC (30 * USEC_PER_SEC)

#define HELP_WIDTH 80

/* In lines that a terminal of 80 columns shows whole. The text is UTF-8, of one column for each character. */
static void print_wrapped(const char *text) {
        size_t column = 0;

        for (const char *p = text + strspn(text, " \n"); *p; p += strspn(p, " \n")) {
                size_t length = strcspn(p, " \n"), width = 0;

                for (size_t i = 0; i < length; i++)
                        width += ((unsigned char) p[i] & 0xc0) != 0x80;

                if (column > 0 && column + 1 + width > HELP_WIDTH)
                        column = 0, putchar('\n');
                column += (size_t) printf("%s", column > 0 ? " " : "") + width;
                (void) fwrite(p, 1, length, stdout);
                p += length;
        }

        putchar('\n');
}

static void print_help(const VerbUsage *usage) {
        printf("%s\n\n", usage->synopsis);
        print_wrapped(usage->summary);
        putchar('\n');
        options_help(usage->table, usage->n_table);
        printf("\nSee cgscope(1) for details%s%s.\n", usage->see ? ", " : "", usage->see ?: "");
}

static int parse_json(CommonOptions *options) {
        options->json = !optarg || !streq(optarg, "off");
        options->json_pretty = optarg && streq(optarg, "pretty");
        if (options->json && optarg && !options->json_pretty && !streq(optarg, "short"))
                return log_refuse(-EINVAL, "--json: '%s' is none of short, pretty, off", optarg);

        return 0;
}

static int parse_timeout(CommonOptions *options) {
        if (parse_timespan(optarg, &options->timeout) < 0 || options->timeout == 0)
                return log_refuse(-EINVAL, "--timeout: '%s' is no time (examples: 5s, 500ms, infinity)", optarg);

        return 0;
}

static int parse_manager(CommonOptions *options, ManagerKind kind) {
        if (options->manager_given && options->manager != kind)
                return log_refuse(-EINVAL, "--system and --user exclude each other");

        options->manager = kind;
        options->manager_given = true;
        return 0;
}

static int parse_common(CommonOptions *options, int id) {
        switch (id) {
        case OPTION_SYSTEM_MANAGER:
                return parse_manager(options, MANAGER_SYSTEM);
        case OPTION_USER_MANAGER:
                return parse_manager(options, MANAGER_USER);
        case OPTION_TIMEOUT:
                return parse_timeout(options);
        case OPTION_JSON:
                return parse_json(options);
        case OPTION_NO_ASK_PASSWORD: options->ask_password = false; return 0;
        case OPTION_QUIET:           options->quiet = true; return 0;
        case OPTION_OUTPUT:          options->columns = optarg; return 0;
        case OPTION_NO_HEADINGS:     options->headings = false; return 0;
        case OPTION_BYTES:           options->bytes = true; return 0;
        case OPTION_FULL:            options->full = true; return 0;
        case OPTION_NO_PAGER:        options->pager = false; return 0;
        default:
                return -EINVAL; /* a bad one, of which options_next() has told */
        }
}

/* Up to the first word that is no option: optind is its index. Returns as common_options_parse(). */
static int parse_words(OptionParser *parser, CommonOptions *options, const VerbUsage *usage, void *userdata, int argc,
                       char *argv[]) {
        int id, r;

        while ((id = options_next(parser, argc, argv)) != -1) {
                if (id == OPTION_HELP || id == OPTION_VERSION) {
                        if (id == OPTION_HELP)
                                print_help(usage);
                        else
                                version_print();
                        return 0;
                }

                if (id >= OPTION_FLAG_FIRST) {
                        *(bool *) ((char *) userdata + (id - OPTION_FLAG_FIRST)) = true;
                        continue;
                }

                r = id >= OPTION_OWN ? usage->own(userdata, id, argc, argv) : parse_common(options, id);
                if (r < 0)
                        return r;
        }

        return 1;
}

int common_options_parse(CommonOptions *options, const VerbUsage *usage, void *userdata, int argc, char *argv[],
                         int *ret_rest) {
        OptionParser parser;
        int r;

        *options = (CommonOptions) {
                .manager = user_is_administrator() ? MANAGER_SYSTEM : MANAGER_USER,
                .timeout = usage->timeout ?: TIMEOUT_DEFAULT_USEC,
                .ask_password = true,
                .headings = true,
                .pager = true,
        };

        options_init(&parser, usage->table, usage->n_table, usage->in_order);

        r = parse_words(&parser, options, usage, userdata, argc, argv);
        if (r > 0 && usage->target_first && optind < argc && !streq(argv[optind - 1], "--")) {
                char *target = argv[optind++];

                r = parse_words(&parser, options, usage, userdata, argc, argv);
                argv[--optind] = target; /* next to the command, in the place of an option or of "--" */
        }
        if (r <= 0)
                return r;

        if (options->quiet)
                log_set_quiet();
        *ret_rest = optind;
        return 1;
}
