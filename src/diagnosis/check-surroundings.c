/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-text.h"
#include "diagnosis/check.h"

/* The first with all that cgscope needs (User= of a delegated scope). */
#define SYSTEMD_NEEDED 252

/* What later ones have, that is of use for groups: org.freedesktop.systemd1(5), "HISTORY". */
static const struct {
        unsigned version;
        const char *call;
} newer_calls[] = {
        { 254, "QueueSignalUnit()" },
        { 254, "DelegateSubgroup=" },
        { 255, "PIDFDs=" },
        { 255, "MemoryPeak=" },
        { 258, "KillUnitSubgroup()" },
        { 258, "RemoveSubgroupFromUnit()" },
};

int judge_container(const Surroundings *surroundings, Finding *ret) {
        if (!*surroundings->container)
                return finding_set(ret, FINDING_OK, NULL, "none");

        return finding_set(ret, FINDING_NOTE, NULL,
                           "this is a container (%s): which controllers and limits it has is decided outside",
                           surroundings->container);
}

int judge_wsl(const Surroundings *surroundings, Finding *ret) {
        switch (surroundings->wsl) {
        case 0:
                return 0;
        case 1:
                return finding_set(ret, FINDING_PROBLEM, "in Windows: wsl --set-version DISTRIBUTION 2",
                                   "this is WSL 1, which has no cgroups");
        default:
                return finding_set(ret, FINDING_NOTE, NULL,
                                   "this is WSL 2: the kernel and its command line are set in .wslconfig of Windows");
        }
}

int judge_systemd(const Surroundings *surroundings, Finding *ret) {
        const char *remedy;

        if (surroundings->systemd)
                return finding_set(ret, FINDING_OK, NULL, "it is process 1");

        if (surroundings->wsl)
                remedy = "in /etc/wsl.conf, below [boot]: systemd=true; then wsl --shutdown";
        else if (*surroundings->container)
                remedy = "start the container with systemd as its first process (podman run --systemd=always … "
                         "/sbin/init)";
        else
                remedy = "boot with systemd; without it there is nobody who makes scopes";

        return finding_set(ret, FINDING_PROBLEM, remedy, "no system manager: systemd is not PID 1 here");
}

/* Those that the version @number has, or those that it has not: "PIDFDs= (255), …"; NULL where there are none. */
static int list_calls(unsigned number, bool has, char **ret) {
        _cleanup_free_ char *list = NULL;

        for (size_t i = 0; i < ELEMENTSOF(newer_calls); i++) {
                char *longer;

                if ((number >= newer_calls[i].version) != has)
                        continue;
                if (asprintf(&longer, "%s%s%s (%u)", list ?: "", list ? ", " : "", newer_calls[i].call,
                             newer_calls[i].version) < 0)
                        return -ENOMEM;
                free(list);
                list = longer;
        }

        *ret = TAKE_PTR(list);
        return 0;
}

/* "252.39-1~deb12u1", "v258~rc1". */
int judge_systemd_version(const char *version, Finding *ret) {
        _cleanup_free_ char *has = NULL, *lacks = NULL;
        char name[64];
        unsigned number;
        int r;

        if (sscanf(version + (*version == 'v'), "%5u", &number) != 1)
                return finding_set(ret, FINDING_UNKNOWN, NULL, "it does not tell its version");

        (void) clean_name(version, name, sizeof(name));
        if (number < SYSTEMD_NEEDED)
                return finding_set(ret, FINDING_PROBLEM, "upgrade it, to 252 or newer", "%s is too old", name);

        r = list_calls(number, true, &has);
        if (r >= 0)
                r = list_calls(number, false, &lacks);
        if (r < 0)
                return r;

        return finding_set(ret, FINDING_OK, NULL, "%s%s%s%s%s", name, has ? "; has " : "", has ?: "",
                           lacks ? "; lacks " : "", lacks ?: "");
}

static int look_around(int (*judge)(const Surroundings *surroundings, Finding *ret), Finding *ret) {
        _cleanup_(surroundings_done) Surroundings surroundings = {};
        int r = surroundings_read(&surroundings);

        return r < 0 ? r : judge(&surroundings, ret);
}

int check_container(const Doctor *doctor, Finding *ret) {
        (void) doctor;
        return look_around(judge_container, ret);
}

int check_wsl(const Doctor *doctor, Finding *ret) {
        (void) doctor;
        return look_around(judge_wsl, ret);
}

int check_systemd(const Doctor *doctor, Finding *ret) {
        (void) doctor;
        return look_around(judge_systemd, ret);
}

int check_systemd_version(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *version = NULL;
        _cleanup_trouble_ Trouble trouble = {};
        Manager *manager = NULL;
        int r;

        if (access("/run/systemd/system", F_OK) < 0)
                return 0;

        r = check_ask(doctor, MANAGER_SYSTEM, &manager, &trouble);
        if (r >= 0)
                r = doctor->asking->manager_version(manager, &version, &trouble);
        if (manager)
                doctor->asking->manager_free(manager);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return finding_take(ret, FINDING_UNKNOWN, trouble_wrap(&trouble, r, "cannot ask it"), &trouble);

        return judge_systemd_version(version, ret);
}
