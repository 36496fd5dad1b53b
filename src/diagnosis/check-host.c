/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-host.h"

#include <sys/stat.h>

#include "basic/parse-words.h"
#include "basic/parse.h"
#include "cgroup/group.h"
#include "proc/kernel.h"
#include "proc/mountinfo.h"

#define UNIFIED_ARGUMENT "systemd.unified_cgroup_hierarchy"

ControllerMask legacy_parse(const char *names) {
        ControllerMask mask = CONTROLLER_MASK_NONE;

        for (size_t n; *(names += strspn(names, ", ")); names += n) {
                Controller controller;

                n = strcspn(names, ", ");
                /* Until v2 it was called so. */
                controller = n == strlen("blkio") && startswith(names, "blkio") ? CONTROLLER_IO
                                                                                : controller_from_name(names, n);
                if (controller != _CONTROLLER_INVALID)
                        mask |= controller_bit(controller);
        }

        return mask & CONTROLLER_MASK_MANAGED;
}

/* Whether systemd was told to use v1. The last one counts. */
static bool asks_for_legacy(const char *arguments) {
        _cleanup_free_ char *values = NULL;
        const char *last;
        bool unified;

        if (kernel_argument_get(arguments, UNIFIED_ARGUMENT, &values) <= 0)
                return false;

        last = strrchr(values, ',');
        return parse_boolean(last ? last + 1 : values, &unified) >= 0 && !unified;
}

const char *legacy_remedy(CgroupMode mode, const Surroundings *surroundings) {
        if (surroundings->wsl)
                return "in .wslconfig of Windows, below [wsl2]: kernelCommandLine=cgroup_no_v1=all; then wsl "
                       "--shutdown";
        if (*surroundings->container)
                return "change it on the host of this container: boot that with systemd.unified_cgroup_hierarchy=1 on "
                       "the kernel command line";
        if (asks_for_legacy(surroundings->arguments))
                return "boot without " UNIFIED_ARGUMENT "=0 on the kernel command line";
        if (surroundings->systemd && mode != CGROUP_UNIFIED)
                return "boot with " UNIFIED_ARGUMENT "=1 on the kernel command line";

        /* It is no systemd that decides, or one that knows v2 alone. */
        return "boot with cgroup_no_v1=all on the kernel command line";
}

int judge_hierarchy(CgroupMode mode, const char *legacy, const Surroundings *surroundings, Finding *ret) {
        const char *names = *legacy ? legacy : "the hierarchies";

        switch (mode) {
        case CGROUP_UNIFIED:
                if (legacy_parse(legacy) != CONTROLLER_MASK_NONE)
                        return finding_problem(ret, legacy_remedy(mode, surroundings),
                                               "cgroup v2 is mounted at " CGROUP_MOUNT
                                               ", but cgroup v1 holds %s: they do not reach it",
                                               legacy);
                if (*legacy)
                        return finding_note(ret, NULL,
                                            "cgroup v2 is mounted at " CGROUP_MOUNT "; cgroup v1 holds %s, "
                                            "which is not needed here",
                                            legacy);
                return finding_ok(ret, "cgroup v2 alone, mounted at " CGROUP_MOUNT);

        case CGROUP_HYBRID:
                return finding_problem(ret, legacy_remedy(mode, surroundings),
                                       "cgroup v1 holds %s on this host; "
                                       "cgroup v2 is mounted beside it, at " CGROUP_MOUNT "/unified, and is left "
                                       "without them",
                                       names);

        case CGROUP_LEGACY:
                return finding_problem(ret, legacy_remedy(mode, surroundings),
                                       "cgroup v1 holds %s on this host; there "
                                       "is no cgroup v2",
                                       names);

        case CGROUP_ABSENT:
        default:
                return finding_set(
                        ret, FINDING_PROBLEM,
                        *surroundings->container
                                ? "have what starts this container mount cgroup v2 there"
                                : "mount it: mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 " CGROUP_MOUNT,
                        "no cgroup2 is mounted at " CGROUP_MOUNT);
        }
}

static int check_hierarchy(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *elsewhere = doctor->mode == CGROUP_ABSENT ? cgroup_mounted_elsewhere() : NULL,
                            *remedy = NULL;
        char legacy[CGROUP_LEGACY_TEXT_MAX];

        if (elsewhere && asprintf(&remedy, "mount it there as well: mount --bind %s " CGROUP_MOUNT, elsewhere) < 0)
                return remedy = NULL, -ENOMEM;
        if (elsewhere)
                return finding_problem(ret, remedy, "no cgroup2 is mounted at " CGROUP_MOUNT ", but at %s", elsewhere);

        return judge_hierarchy(doctor->mode, cgroup_legacy_controllers(legacy), &doctor->surroundings, ret);
}

bool root_is_inner(int root) {
        struct stat st;

        return fstatat(root, "cgroup.type", &st, 0) >= 0;
}

static ControllerMask disabled_controllers(const char *arguments) {
        _cleanup_free_ char *values = NULL;
        ControllerMask mask = CONTROLLER_MASK_NONE;

        if (kernel_argument_get(arguments, "cgroup_disable", &values) <= 0)
                return mask;

        for (Controller c = 0; c < _CONTROLLER_MAX; c++)
                if (text_has_word(values, ",", controller_to_string(c)))
                        mask |= controller_bit(c);
        if (text_has_word(values, ",", "blkio"))
                mask |= controller_bit(CONTROLLER_IO);
        return mask;
}

MissingReason controllers_reason(ControllerMask missing, ControllerMask legacy, bool inner,
                                 const Surroundings *surroundings) {
        ControllerMask absent = missing & ~legacy, disabled = absent & disabled_controllers(surroundings->arguments);

        if (disabled != CONTROLLER_MASK_NONE)
                return (MissingReason) { disabled, "switched off by cgroup_disable= on the kernel command line",
                                         "boot without that cgroup_disable= (some firmware adds it: then with "
                                         "cgroup_enable=memory behind it)" };
        if (absent != CONTROLLER_MASK_NONE && (inner || *surroundings->container))
                return (MissingReason) { absent, "not handed to this container",
                                         "hand them to this container on its host: Delegate= of the unit that it runs "
                                         "in" };
        if (absent != CONTROLLER_MASK_NONE)
                return (MissingReason) { absent, "not in this kernel", "boot a kernel that is built with them" };

        return (MissingReason) { missing, "held by cgroup v1", NULL };
}

int judge_controllers(ControllerMask there, ControllerMask legacy, bool inner, const Surroundings *surroundings,
                      Finding *ret) {
        ControllerMask missing = CONTROLLER_MASK_MANAGED & ~there;
        MissingReason reason = controllers_reason(missing, legacy, inner, surroundings);
        char text[CONTROLLER_MASK_TEXT_MAX];

        if (missing == CONTROLLER_MASK_NONE)
                return finding_ok(ret, "there: %s", controller_mask_format(there, ' ', text));

        return finding_problem(ret, reason.remedy, "%s: %s", reason.why,
                               controller_mask_format(reason.mask, ' ', text));
}

int check_controllers(const Doctor *doctor, Finding *ret) {
        char legacy[CGROUP_LEGACY_TEXT_MAX];
        ControllerMask there;
        int r;

        if (doctor->root < 0)
                return 0;

        r = group_controllers(doctor->root, &there);
        if (r < 0)
                return finding_cannot_look(ret, CGROUP_MOUNT "/cgroup.controllers", r);

        return judge_controllers(there, legacy_parse(cgroup_legacy_controllers(legacy)), root_is_inner(doctor->root),
                                 &doctor->surroundings, ret);
}

int check_writable(const Doctor *doctor, Finding *ret) {
        if (doctor->root < 0)
                return 0;
        if (!doctor->read_only)
                return finding_ok(ret, CGROUP_MOUNT " is mounted for reading and writing");

        return finding_set(ret, FINDING_PROBLEM,
                           *doctor->surroundings.container
                                   ? "have what starts this container mount it for writing, with a cgroup namespace "
                                     "(podman run --systemd=always; nspawn does)"
                                   : "mount -o remount,rw " CGROUP_MOUNT,
                           CGROUP_MOUNT " is mounted read-only: no group can be made or changed");
}

/* The options of the mount that we see. 1: *ret is to be freed by the caller; 0: there is nothing to say, or it is in
 * @finding. */
static int read_options(const Doctor *doctor, char **ret, Finding *finding) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        const CgroupMount *mount;
        int r;

        if (doctor->root < 0)
                return 0;

        r = cgroup_mounts_read(&mounts);
        mount = r < 0 ? NULL : cgroup_mounts_of(&mounts, doctor->root);
        if (!mount)
                return finding_cannot_look(finding, CGROUP_MOUNT " in /proc/self/mountinfo", r < 0 ? r : -ENODATA);

        *ret = strdup(mount->options);
        return *ret ? 1 : -ENOMEM;
}

/* All of the options have to be named again: the kernel takes away what is not. Inside a cgroup namespace it does not
 * look at them at all. */
static int missing_option(Finding *ret, FindingResult result, const char *options, const char *option, bool inner,
                          const char *consequence) {
        _cleanup_free_ char *remedy = NULL;
        char others[128] = "";

        for (const char *const *p = (const char *const[]) { "nsdelegate", "memory_recursiveprot", "favordynmods",
                                                            "memory_localevents", NULL };
             *p; p++)
                if (text_has_word(options, ",", *p))
                        (void) snprintf(others + strlen(others), sizeof(others) - strlen(others), "%s,", *p);

        if (asprintf(&remedy, "%smount -o remount,%s%s " CGROUP_MOUNT, inner ? "on the host of this container: " : "",
                     others, option) < 0) {
                remedy = NULL;
                return -ENOMEM;
        }

        return finding_set(ret, result, remedy, "off: %s", consequence);
}

int judge_nsdelegate(const char *options, bool inner, Finding *ret) {
        if (text_has_word(options, ",", "nsdelegate"))
                return finding_ok(ret, "on: a cgroup namespace is a boundary");

        return missing_option(ret, FINDING_PROBLEM, options, "nsdelegate", inner,
                              "a cgroup namespace is no boundary, what is in it can lift its own limits");
}

int judge_memory_recursiveprot(const char *options, bool inner, Finding *ret) {
        if (text_has_word(options, ",", "memory_recursiveprot"))
                return finding_ok(ret, "on: MemoryMin= and MemoryLow= protect all that is below");

        return missing_option(ret, FINDING_NOTE, options, "memory_recursiveprot", inner,
                              "MemoryMin= and MemoryLow= of a unit do not protect the groups below it");
}

int judge_favordynmods(const char *options, const Surroundings *surroundings, Finding *ret) {
        _cleanup_free_ char *value = NULL;
        bool named;

        if (!text_has_word(options, ",", "favordynmods"))
                return finding_ok(ret, "off, as it is by default: moving a process can take milliseconds");

        named = kernel_argument_get(surroundings->arguments, "cgroup_favordynmods", &value) > 0;
        return finding_set(ret, FINDING_NOTE, NULL,
                           "on%s: moving a process is fast, starting and ending one a little slower",
                           named ? " (cgroup_favordynmods= on the kernel command line)" : "");
}

int check_nsdelegate(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *options = NULL;
        int r = read_options(doctor, &options, ret);

        return r <= 0 ? r : judge_nsdelegate(options, root_is_inner(doctor->root), ret);
}

static int check_memory_recursiveprot(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *options = NULL;
        int r = read_options(doctor, &options, ret);

        return r <= 0 ? r : judge_memory_recursiveprot(options, root_is_inner(doctor->root), ret);
}

static int check_favordynmods(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *options = NULL;
        int r = read_options(doctor, &options, ret);

        return r <= 0 ? r : judge_favordynmods(options, &doctor->surroundings, ret);
}

/* The first with all that cgscope needs (User= of a delegated scope). */
#define SYSTEMD_NEEDED 252

/* What later ones have, that is of use for groups: org.freedesktop.systemd1(5), "HISTORY". */
static const struct {
        unsigned version;
        const char *call;
} newer_calls[] = {
        { 254, "QueueSignalUnit()" }, { 254, "DelegateSubgroup=" },  { 255, "PIDFDs=" },
        { 255, "MemoryPeak=" },       { 258, "KillUnitSubgroup()" }, { 258, "RemoveSubgroupFromUnit()" },
};

int check_container(const Doctor *doctor, Finding *ret) {
        if (!*doctor->surroundings.container)
                return finding_ok(ret, "none");

        return finding_note(ret, NULL,
                            "this is a container (%s): which controllers and limits it has is decided "
                            "outside",
                            doctor->surroundings.container);
}

int check_wsl(const Doctor *doctor, Finding *ret) {
        switch (doctor->surroundings.wsl) {
        case 0:
                return 0;
        case 1:
                return finding_problem(ret, "in Windows: wsl --set-version DISTRIBUTION 2",
                                       "this is WSL 1, which has "
                                       "no cgroups");
        default:
                return finding_note(ret, NULL,
                                    "this is WSL 2: the kernel and its command line are set in .wslconfig "
                                    "of Windows");
        }
}

int check_systemd(const Doctor *doctor, Finding *ret) {
        const Surroundings *surroundings = &doctor->surroundings;
        const char *remedy;

        if (surroundings->systemd)
                return finding_ok(ret, "it is process 1");

        if (surroundings->wsl)
                remedy = "in /etc/wsl.conf, below [boot]: systemd=true; then wsl --shutdown";
        else if (*surroundings->container)
                remedy = "start the container with systemd as its first process (podman run --systemd=always … "
                         "/sbin/init)";
        else
                remedy = "boot with systemd; without it there is nobody who makes scopes";

        return finding_problem(ret, remedy, "no system manager: systemd is not PID 1 here");
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
        char name[ESCAPE_SHORT_MAX];
        unsigned number;
        int r;

        if (sscanf(version + (*version == 'v'), "%5u", &number) != 1)
                return finding_unknown(ret, "it does not tell its version");

        (void) escape_short(version, name);
        if (number < SYSTEMD_NEEDED)
                return finding_problem(ret, "upgrade it, to 252 or newer", "%s is too old", name);

        r = list_calls(number, true, &has);
        if (r >= 0)
                r = list_calls(number, false, &lacks);
        if (r < 0)
                return r;

        return finding_set(ret, FINDING_OK, NULL, "%s%s%s%s%s", name, has ? "; has " : "", has ?: "",
                           lacks ? "; lacks " : "", lacks ?: "");
}

static int check_systemd_version(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *version = NULL;
        _cleanup_trouble_ Trouble trouble = {};
        Manager *manager = NULL;
        int r;

        if (!doctor->surroundings.systemd)
                return 0;

        r = check_ask(doctor, MANAGER_SYSTEM, &manager, &trouble);
        if (r >= 0)
                r = doctor->asking->manager_version(manager, &version, &trouble);
        check_asked(doctor, manager);
        if (r < 0)
                return finding_take(ret, FINDING_UNKNOWN, trouble_wrap(&trouble, r, "cannot ask it"), &trouble);

        return judge_systemd_version(version, ret);
}

const Check host_checks[] = {
        { "hierarchy", check_hierarchy },
        { "controllers", check_controllers },
        { "writable", check_writable },
        { "nsdelegate", check_nsdelegate },
        { "recursiveprot", check_memory_recursiveprot },
        { "favordynmods", check_favordynmods },
        { "container", check_container },
        { "wsl", check_wsl },
        { "systemd", check_systemd },
        { "systemd-version", check_systemd_version },
        {},
};
