/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check.h"

#include <assert.h>
#include <fcntl.h>
#include <stdarg.h>

#include "basic/clock.h"
#include "basic/fd.h"
#include "diagnosis/check-text.h"

/* What a manager has for an answer where another one has used up all the time, and the next one may be well. */
#define LEAST_USEC (250 * USEC_PER_MSEC)

int finding_set(Finding *ret, FindingResult result, const char *remedy, const char *found, ...) {
        va_list arguments;
        int r;

        assert(result < _FINDING_MAX && found);

        finding_done(ret);

        va_start(arguments, found);
        r = vasprintf(&ret->found, found, arguments);
        va_end(arguments);
        if (r < 0) {
                ret->found = NULL;
                return -ENOMEM;
        }

        ret->remedy = remedy ? strdup(remedy) : NULL;
        if (remedy && !ret->remedy)
                return -ENOMEM;

        ret->result = result;
        return 0;
}

int finding_take(Finding *ret, FindingResult result, int error, const Trouble *trouble) {
        if (error == -ENOMEM)
                return error;

        return finding_set(ret, result, trouble->remedy, "%s", trouble->cause ?: strerror(-error));
}

void finding_done(Finding *finding) {
        free(finding->found);
        free(finding->remedy);
        *finding = (Finding) {};
}

int finding_cannot_look(Finding *ret, const char *object, int error) {
        if (error == -ENOMEM)
                return error;

        return finding_unknown(ret, "cannot look at %s: %s", object, strerror(-error));
}

/* systemd writes down what its own container manager called itself (systemd.io/CONTAINER_INTERFACE); without systemd
 * there is the environment, and what podman and docker leave in every container. */
static void find_container(char buffer[static ESCAPE_SHORT_MAX]) {
        static const char *const kinds[] = { "/run/systemd/container", "/run/host/container-manager" };
        static const struct {
                const char *path, *kind;
        } marks[] = {
                { "/run/.containerenv", "podman" },
                { "/.dockerenv", "docker" },
        };
        const char *variable = secure_getenv("container");

        buffer[0] = '\0';
        for (size_t i = 0; i < ELEMENTSOF(kinds) && !*buffer; i++) {
                _cleanup_free_ char *text = NULL;

                if (fd_read_path_all(kinds[i], &text) >= 0) {
                        text[strcspn(text, "\n")] = '\0';
                        (void) escape_short(text, buffer);
                }
        }
        if (!*buffer && variable)
                (void) escape_short(variable, buffer);
        for (size_t i = 0; i < ELEMENTSOF(marks) && !*buffer; i++)
                if (access(marks[i].path, F_OK) >= 0)
                        (void) escape_short(marks[i].kind, buffer);
}

int surroundings_read(Surroundings *ret) {
        Surroundings surroundings = {};

        if (fd_read_path_all("/proc/cmdline", &surroundings.arguments) < 0)
                surroundings.arguments = strdup("");
        if (!surroundings.arguments)
                return -ENOMEM;

        (void) kernel_release(surroundings.release);
        surroundings.wsl = kernel_wsl(surroundings.release);
        surroundings.systemd = access("/run/systemd/system", F_OK) >= 0; /* sd_booted(3) */

        find_container(surroundings.container);
        if (streq(surroundings.container, "wsl")) { /* systemd counts it among them */
                surroundings.container[0] = '\0';
                surroundings.wsl = surroundings.wsl ?: 2;
        }

        *ret = surroundings;
        return 0;
}

void surroundings_done(Surroundings *surroundings) {
        free(surroundings->arguments);
        *surroundings = (Surroundings) {};
}

int check_ask(const Doctor *doctor, ManagerKind kind, Manager **ret, Trouble *trouble) {
        ManagerOptions options = {
                .kind = kind,
                .deadline = deadline_after(LEAST_USEC),
                .timeout = doctor->timeout,
        };

        if (options.deadline < doctor->deadline)
                options.deadline = doctor->deadline;

        if (!doctor->asking)
                return trouble_set(trouble, -ELIBACC, "%s",
                                   doctor->absence.cause ?: "the part that speaks to systemd is not there");

        return doctor->asking->manager_open(&options, ret, trouble);
}

void check_asked(const Doctor *doctor, Manager *manager) {
        if (manager)
                doctor->asking->manager_free(manager);
}
