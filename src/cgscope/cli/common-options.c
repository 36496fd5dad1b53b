/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/common-options.h"

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/parse.h"
#include "basic/user-namespace.h"

/* Long enough for a machine that is starting up, short enough to wait for; what others settled on after one second and
 * ten seconds had proved too short (runc). */
#define TIMEOUT_DEFAULT_USEC (30 * USEC_PER_SEC)

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

int common_options_parse(CommonOptions *options, int id) {
        switch (id) {
        case OPTION_SYSTEM_MANAGER:
                return parse_manager(options, MANAGER_SYSTEM);
        case OPTION_USER_MANAGER:
                return parse_manager(options, MANAGER_USER);
        case OPTION_TIMEOUT:
                return parse_timeout(options);
        case OPTION_JSON:
                return parse_json(options);
        /* clang-format off */
        case OPTION_NO_ASK_PASSWORD: options->ask_password = false; return 0;
        case OPTION_QUIET:           options->quiet = true; return 0;
        case OPTION_OUTPUT:          options->columns = optarg; return 0;
        case OPTION_NO_HEADINGS:     options->headings = false; return 0;
        case OPTION_BYTES:           options->bytes = true; return 0;
        case OPTION_FULL:            options->full = true; return 0;
        case OPTION_NO_PAGER:        options->pager = false; return 0;
        /* clang-format on */
        default:
                return -EINVAL; /* a bad one, of which options_next() has told */
        }
}

uint64_t common_options_left(const CommonOptions *options) {
        return options->deadline > 0 ? deadline_left(options->deadline) : options->timeout;
}

void common_options_init(CommonOptions *options) {
        *options = (CommonOptions) {
                .manager = user_is_administrator() ? MANAGER_SYSTEM : MANAGER_USER,
                .timeout = TIMEOUT_DEFAULT_USEC,
                .ask_password = true,
                .headings = true,
                .pager = true,
        };
}
