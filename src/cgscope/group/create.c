/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "cgscope/group/divide.h"
#include "cgscope/group/interrupt.h"
#include "cgscope/verbs.h"

/* `cgscope create`: a group below a boundary, with limits. */

typedef struct Create {
        CommonOptions options;
        bool parents;
        Aim aim;
        AttributeList attributes;
        Division division;
} Create;

static const Option create_options[] = {
        { "parents", 'p', NULL, "Make the groups above it, too; it may be there", OPTION_FLAG(Create, parents) },
        { "evacuate", 0, "LEAF", "Move processes that are in the way into this group",
          OPTION_TEXT(Create, division.evacuate) },
        CHANGING_OPTIONS,
};

static void create_done(Create *create) {
        division_done(&create->division);
        attribute_list_done(&create->attributes);
        aim_done(&create->aim);
}

/* Signals that come after the last look wait until we have ended: all of it was made. */
static int make(Create *create) {
        sigset_t before;
        int r;

        interrupt_hold(&before);
        r = divide_make(&create->division, &create->aim, &create->attributes, create->parents, &before);
        if (r >= 0) {
                if (!interrupt_is_pending(&before))
                        return 0;
                create->aim.groups->undo(&create->division);
        }

        interrupt_release(&before);
        return r < 0 ? r : -EINTR;
}

static int run(const Verb *verb, int argc, char *argv[]) {
        _cleanup_(create_done) Create create = { .aim = AIM_INIT, .division = DIVISION_INIT };
        int status, r;
        char **words = verb_parse(verb, &create.options, &create, argc, argv, &status);

        if (!words)
                return status;

        r = divide_check(&create.division);
        if (r >= 0)
                r = divide_parse(words + 1, &create.attributes);
        if (r < 0)
                return verb_refusal_status(verb, r);

        if (aim_open(&create.aim, &create.options, words[0], verb->targets) < 0 || make(&create) < 0)
                return STATUS_FAILURE;

        return EXIT_SUCCESS;
}

const Verb verb_create = {
        .name = "create",
        .synopsis = "[OPTIONS…] TARGET [KEY=VALUE…]",
        .summary = "Make a group",
        .description = "Make a group in a delegated subtree, with limits: systemd's names (MemoryMax=1G) "
                       "or the kernel's files (memory.max=1G). The controllers that they need are enabled "
                       "from the delegated unit down to the group.",
        .see = "and systemd.resource-control(5) for properties",
        VERB_TAKES(1, VERB_ANY, "target", "setting"),
        .targets = AIM_MAY_BE_ABSENT | AIM_BELOW_BOUNDARY | AIM_WRITABLE,
        .changes = true,
        .example = "./other cgroup.max.depth=3",
        .options = create_options,
        .run = run,
};
