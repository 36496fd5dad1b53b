/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-user.h"

#include <sys/stat.h>

#include "basic/escape.h"
#include "basic/fd.h"
#include "basic/user-name.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "cgroup/search.h"

/* Of logind: a file for each user whose manager is kept running. */

/* Whether the group of @unit is there, with processes. */
static bool group_is_alive(const Doctor *doctor, const char *unit) {
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int group = -EBADF;

        if (doctor->root < 0 || search_unit(doctor->root, unit, (uid_t) -1, &path) < 0)
                return false;

        group = group_open(doctor->root, path);
        return group >= 0 && group_is_populated(group) > 0;
}

/* ActiveState= of @unit as PID 1 has it; "inactive" where it does not know the unit. */
static int ask_state(const Doctor *doctor, const char *unit, char **ret, Trouble *trouble) {
        Manager *manager = NULL;
        int r = check_ask(doctor, MANAGER_SYSTEM, &manager, trouble);

        if (r >= 0)
                r = doctor->asking->unit_state(manager, unit, ret, trouble);
        check_asked(doctor, manager);
        if (r == 0) {
                *ret = strdup("inactive");
                r = *ret ? 0 : -ENOMEM;
        }
        return r < 0 ? r : 0;
}

static int judge_user_manager(uid_t uid, const char *state, Finding *ret) {
        char remedy[128];

        if (streq(state, "active") || streq(state, "reloading") || streq(state, "refreshing"))
                return finding_ok(ret, "user@%u.service runs", (unsigned) uid);
        if (streq(state, "activating") || streq(state, "deactivating"))
                return finding_set(ret, FINDING_NOTE, NULL, "user@%u.service is %s just now", (unsigned) uid,
                                   streq(state, "activating") ? "starting" : "ending");

        if (streq(state, "failed")) {
                (void) snprintf(remedy, sizeof(remedy),
                                "see journalctl -u user@%u.service, then systemctl restart "
                                "user@%u.service",
                                (unsigned) uid, (unsigned) uid);
                return finding_problem(ret, remedy, "user@%u.service has failed", (unsigned) uid);
        }

        (void) snprintf(remedy, sizeof(remedy), "log in as that user, or keep one running: loginctl enable-linger %u",
                        (unsigned) uid);
        return finding_problem(ret, remedy, "no user manager runs for uid %u", (unsigned) uid);
}

int check_user_manager(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *state = NULL;
        _cleanup_trouble_ Trouble trouble = {};
        char unit[32];
        int r;

        if (doctor->uid == 0)
                return finding_ok(ret, "root's scopes are the system manager's, none is needed");

        (void) snprintf(unit, sizeof(unit), "user@%u.service", (unsigned) doctor->uid);
        if (group_is_alive(doctor, unit))
                return judge_user_manager(doctor->uid, "active", ret);

        r = ask_state(doctor, unit, &state, &trouble);
        return r < 0 ? finding_take(ret, FINDING_UNKNOWN, r, &trouble) : judge_user_manager(doctor->uid, state, ret);
}

/* For one's own bus, and for root. Connecting would start the bus. */
int check_user_bus(const Doctor *doctor, Finding *ret) {
        char directory[64], path[80];
        struct stat st;

        (void) snprintf(directory, sizeof(directory), "/run/user/%u", (unsigned) doctor->uid);
        (void) snprintf(path, sizeof(path), "%s/bus", directory);
        if (doctor->uid == 0 || access(directory, F_OK) < 0)
                return 0; /* none is needed, or no manager runs */

        if (lstat(path, &st) >= 0 && S_ISSOCK(st.st_mode))
                return finding_ok(ret, "%s is there", path);
        if (errno == EACCES)
                return finding_note(ret, "ask again as that user, or as root", "%s is for that user alone to see",
                                    path);

        return finding_problem(ret, "start it: systemctl --user start dbus.socket (package dbus-user-session)",
                               "no "
                               "user bus at unix:path=%s",
                               path);
}

/* Asks who would be asked by the verbs, in the environment as it is. */
int check_answer(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *group = NULL;
        _cleanup_trouble_ Trouble trouble = {};
        ManagerKind kind = user_is_administrator() ? MANAGER_SYSTEM : MANAGER_USER;
        Manager *manager = NULL;
        int r;

        if (!doctor->own)
                return 0;

        r = check_ask(doctor, kind, &manager, &trouble);
        if (r >= 0)
                r = doctor->asking->manager_control_group(manager, &group, &trouble);
        check_asked(doctor, manager);
        if (r < 0)
                return finding_take(ret, r == -ELIBACC ? FINDING_UNKNOWN : FINDING_PROBLEM, r, &trouble);

        return finding_set(ret, FINDING_OK, NULL, "%s answers",
                           kind == MANAGER_SYSTEM ? "the system manager" : "your user manager");
}

int check_linger(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *remedy = NULL, *word = doctor->user ? escape_word(doctor->user) : NULL;
        int r;

        if (doctor->uid == 0 || !doctor->surroundings.systemd)
                return 0;

        r = user_lingers(doctor->user);
        if (r == -EINVAL)
                return finding_unknown(ret, "uid %u has no name", (unsigned) doctor->uid);
        if (r > 0)
                return finding_ok(ret, "on: what runs in the user manager outlives the last logout");
        if (r < 0)
                return finding_cannot_look(ret, USER_LINGER_DIRECTORY, r);

        if (!word || asprintf(&remedy, "where they are to stay: loginctl enable-linger %s", word) < 0)
                return remedy = NULL, -ENOMEM;

        return finding_note(ret, remedy, "off: the user manager, and all scopes in it, end with the last logout");
}

static bool is_activatable(const char *name) {
        static const char *const places[] = {
                /* dbus-daemon(1), "servicedir" of the system bus */
                "/usr/local/share/dbus-1/system-services",
                "/usr/share/dbus-1/system-services",
                "/lib/dbus-1/system-services",
                "/run/dbus-1/system-services",
        };

        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                char path[256];

                (void) snprintf(path, sizeof(path), "%s/%s.service", places[i], name);
                if (access(path, F_OK) >= 0)
                        return true;
        }

        return false;
}

int check_cgscoped(const Doctor *doctor _unused_, Finding *ret) {
        if (!is_activatable("org.cgscope.Delegation1"))
                return finding_note(ret, "install cgscoped, with its D-Bus and polkit files",
                                    "not installed: cgscope "
                                    "enable and disable have nobody to ask");
        if (!is_activatable("org.freedesktop.PolicyKit1"))
                return finding_note(ret, "install polkit", "installed, but without polkit it serves root alone");
        if (access("/usr/share/polkit-1/actions/org.cgscope.policy", F_OK) < 0 &&
            access("/usr/local/share/polkit-1/actions/org.cgscope.policy", F_OK) < 0)
                return finding_note(ret, "install org.cgscope.policy in /usr/share/polkit-1/actions",
                                    "installed, but "
                                    "polkit does not know its actions: it serves root alone");

        return finding_ok(ret, "installed, and so is polkit: cgscope enable can ask it");
}
