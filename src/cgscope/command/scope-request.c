/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/scope-request.h"

#include "basic/clock.h"
#include "basic/parse-words.h"
#include "cgroup/group.h"
#include "unit/unit-name.h"

/* A description is for one line of a list. */
#define DESCRIPTION_MAX 512

/* The slice that the group @path is in: the last of the unbroken row of slices, at the root or, for a user manager,
 * below that manager's own group. */
static int slice_of_group(const char *path, ManagerKind manager, char **ret) {
        const char *slice = "-.slice", *p = path;
        size_t slice_length = strlen(slice);

        if (manager == MANAGER_USER) {
                p = strstr(path, "/user@");
                if (!p)
                        return -ENXIO;
                p = strchrnul(p + 1, '/');
        }

        while (*p == '/') {
                size_t length = strcspn(++p, "/");

                if (length <= strlen(".slice") || memcmp(p + length - strlen(".slice"), ".slice", strlen(".slice")))
                        break;

                slice = p;
                slice_length = length;
                p += length;
        }

        *ret = strndup(slice, slice_length);
        return *ret ? 0 : -ENOMEM;
}

static int inherit_slice(Request *request, const ScopeOptions *options, Trouble *trouble) {
        _cleanup_free_ char *path = NULL, *outer = NULL;
        int r;

        r = cgroup_of_process(0, &path);
        if (r >= 0)
                r = slice_of_group(path, options->common.manager, &outer);
        if (r == -ENXIO)
                return trouble_set(trouble, r, "--slice-inherit: we are in no slice of your user manager, but in %s", path);
        if (r >= 0 && options->slice)
                r = slice_name_join(outer, options->slice, &request->slice);
        if (r < 0)
                return trouble_wrap(trouble, r, "--slice-inherit: cannot find the slice that we are in");

        if (!options->slice)
                request->slice = TAKE_PTR(outer);
        return 0;
}

/* The command line, in one line that fits; NULL where it is no text. */
static int describe_command(char *const argv[], char **ret) {
        char text[DESCRIPTION_MAX];
        size_t n = 0;

        for (size_t i = 0; argv[i] && n < sizeof(text); i++)
                n += (size_t) snprintf(text + n, sizeof(text) - n, "%s%s", i > 0 ? " " : "", argv[i]);

        /* What was cut in the middle of a character loses the rest of it. */
        for (n = strlen(text); n > sizeof(text) - 5 && !text_is_printable(text); n--)
                text[n - 1] = '\0';

        *ret = text_is_printable(text) ? strdup(text) : NULL;
        return *ret || !text_is_printable(text) ? 0 : -ENOMEM;
}

static int describe(Request *request, const ScopeOptions *options, char *const argv[], Trouble *trouble) {
        if (!options->description)
                return describe_command(argv, &request->description);

        /* The bus takes UTF-8 only, and a line is one line. */
        if (!text_is_printable(options->description))
                return trouble_set(trouble, -EINVAL, "--description: this is no text of one line in UTF-8");

        request->description = strdup(options->description);
        return request->description ? 0 : -ENOMEM;
}

int request_init(Request *request, const ScopeOptions *options, const char *command, char *const argv[],
                 Trouble *trouble) {
        int r;

        *request = (Request) {};

        if (options->unit)
                r = (request->unit = strdup(options->unit)) ? 0 : -ENOMEM;
        else
                r = scope_name_generate(command, &request->unit);
        if (r < 0)
                return trouble_wrap(trouble, r, "cannot name the scope");

        r = describe(request, options, argv, trouble);
        if (r < 0)
                return r;

        r = options->slice_inherit ? inherit_slice(request, options, trouble) : 0;
        if (r < 0)
                return r;

        request->manager = (ManagerOptions) {
                .kind = options->common.manager,
                .deadline = deadline_after(options->common.timeout),
                .ask_password = options->common.ask_password,
        };
        request->scope = (ScopeRequest) {
                .unit = request->unit,
                .description = request->description,
                .slice = request->slice ?: options->slice,
                .collect = options->collect,
                .all_controllers = options->all_controllers,
                .controllers = options->controllers,
                .properties = &options->properties,
                .reset_failed = options->unit != NULL,

                /* A name with 64 random bits of ours is nobody else's: to be in a group of that name proves that the
                 * manager made it and put us there. With a name that was chosen only the manager can tell. */
                .inquire = options->unit != NULL,
        };
        return 0;
}

void request_done(Request *request) {
        free(request->unit);
        free(request->slice);
        free(request->description);
}
