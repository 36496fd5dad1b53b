/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-session.h"

#include <limits.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/parse.h"
#include "basic/user-namespace.h"
#include "cgroup/group.h"
#include "diagnosis/check-user.h"

#define NOBODY ((uid_t) -1)

static uid_t parse_uid(const char *text) {
        char digits[16];
        uint64_t uid;

        (void) snprintf(digits, sizeof(digits), "%.*s", (int) strcspn(text, "\n"), text);
        return parse_unsigned(digits, 0, UINT32_MAX, &uid) >= 0 ? (uid_t) uid : NOBODY;
}

int judge_identity(uid_t uid, const char *sudo_uid, const char *login_uid, Finding *ret) {
        uid_t before = sudo_uid ? parse_uid(sudo_uid) : NOBODY, login = login_uid ? parse_uid(login_uid) : NOBODY;
        char remedy[128];

        if (uid == 0 && before != NOBODY && before != 0) {
                (void) snprintf(remedy, sizeof(remedy), "for uid %u: without sudo, or cgscope doctor --user-id %u",
                                (unsigned) before, (unsigned) before);
                return finding_note(ret, remedy,
                                    "you are root now (sudo, from uid %u): the system manager is asked, "
                                    "and scopes are root's",
                                    (unsigned) before);
        }

        /* The kernel remembers who logged in, where it has audit and where it was a login. */
        if (login == NOBODY)
                login = before;
        if (login != NOBODY && login != uid) {
                (void) snprintf(remedy, sizeof(remedy), "for a session of its own: machinectl shell %u@, or ssh",
                                (unsigned) uid);
                return finding_set(ret, FINDING_NOTE, uid == 0 ? NULL : remedy,
                                   "you were uid %u and are uid %u now (su, sudo): session and environment are still "
                                   "the former's%s",
                                   (unsigned) login, (unsigned) uid, uid == 0 ? ", scopes are root's" : "");
        }

        return finding_set(ret, FINDING_OK, NULL,
                           uid == 0 ? "you are root: the system manager is asked" : "you are uid %u", (unsigned) uid);
}

/* Outside of a namespace of one's own one is still who one was. */
static int judge_mapped(uid_t uid, Finding *ret) {
        return finding_note(ret, NULL,
                            "you are user %u of a user namespace, and uid %u outside: your user manager is "
                            "asked",
                            (unsigned) geteuid(), (unsigned) uid);
}

int check_identity(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *login_uid = NULL;

        if (!doctor->own)
                return 0;
        if (doctor->uid != geteuid())
                return judge_mapped(doctor->uid, ret);

        (void) fd_read_path_all("/proc/self/loginuid", &login_uid); /* it is there only where the kernel has audit */
        return judge_identity(geteuid(), secure_getenv("SUDO_UID"), login_uid, ret);
}

/* The words of systemd/bus-address.c, which refuses what is somebody else's. */
static int runtime_dir_of_other(const char *directory, uid_t owner, Finding *ret) {
        return finding_set(ret, geteuid() == 0 ? FINDING_NOTE : FINDING_PROBLEM,
                           "unset it, or log in as the user whose manager you mean (machinectl shell, ssh)",
                           "XDG_RUNTIME_DIR=%s belongs to uid %u, you are uid %u", directory, (unsigned) owner,
                           (unsigned) geteuid());
}

int check_runtime_dir(const Doctor *doctor, Finding *ret) {
        const char *directory = secure_getenv("XDG_RUNTIME_DIR");
        char expected[32], remedy[64];
        struct stat st;

        if (!doctor->own || (isempty(directory) && user_is_administrator()))
                return 0; /* root needs none */

        (void) snprintf(expected, sizeof(expected), "/run/user/%u", (unsigned) doctor->uid);
        if (isempty(directory)) {
                (void) snprintf(remedy, sizeof(remedy), "export XDG_RUNTIME_DIR=%s", expected);
                return finding_note(ret, remedy,
                                    "XDG_RUNTIME_DIR is not set (cron, su, ssh without PAM?): cgscope "
                                    "looks in %s, systemctl --user does not",
                                    expected);
        }

        if (stat(directory, &st) < 0)
                return finding_set(ret, geteuid() == 0 ? FINDING_NOTE : FINDING_PROBLEM, "unset it",
                                   "XDG_RUNTIME_DIR=%s: %s", directory, strerror(errno));
        if (st.st_uid != geteuid())
                return runtime_dir_of_other(directory, st.st_uid, ret);
        if (!streq(directory, expected) && geteuid() != 0)
                return finding_note(ret, "unset it, unless that is meant",
                                    "XDG_RUNTIME_DIR=%s is not %s, where your "
                                    "user manager has its bus",
                                    directory, expected);

        return finding_ok(ret, "XDG_RUNTIME_DIR=%s", directory);
}

/* A list of addresses, each with options behind commas; the first is what counts here. */
int judge_session_bus(uid_t uid, const char *address, Finding *ret) {
        char expected[64];
        const char *rest;

        (void) snprintf(expected, sizeof(expected), "unix:path=/run/user/%u/bus", (unsigned) uid);
        if (isempty(address))
                return finding_ok(ret, "DBUS_SESSION_BUS_ADDRESS is not set: your user manager's is taken");

        rest = startswith(address, expected);
        if (rest && (!*rest || strchr(",;", *rest)))
                return finding_ok(ret, "DBUS_SESSION_BUS_ADDRESS is your user manager's");

        return finding_note(ret, "unset it, or name your user manager's bus",
                            "DBUS_SESSION_BUS_ADDRESS=%s is not your "
                            "user manager's (dbus-run-session?)",
                            address);
}

int check_session_bus(const Doctor *doctor, Finding *ret) {
        if (!doctor->own || user_is_administrator())
                return 0;

        return judge_session_bus(doctor->uid, secure_getenv("DBUS_SESSION_BUS_ADDRESS"), ret);
}

/* The last name in @group that ends like a unit's. */
static void find_unit(const char *group, char buffer[static ESCAPE_SHORT_MAX]) {
        *buffer = '\0';
        for (const char *end; *group; group = end) {
                char name[NAME_MAX + 1];

                group += strspn(group, "/");
                end = strchrnul(group, '/');
                (void) snprintf(name, sizeof(name), "%.*s", (int) (end - group), group);
                if (endswith(name, ".scope") || endswith(name, ".service"))
                        (void) escape_short(name, buffer);
        }
}

/* The user in whose slice @group is. */
static uid_t find_owner(const char *group) {
        const char *slice = strstr(group, "/user-");
        unsigned uid;
        int n = 0;

        if (!slice || sscanf(slice, "/user-%10u.slice/%n", &uid, &n) != 1 || n == 0)
                return NOBODY;

        /* As logind writes it: no zero in front. */
        return n == snprintf(NULL, 0, "/user-%u.slice/", uid) ? (uid_t) uid : NOBODY;
}

int judge_place(uid_t uid, const char *group, Finding *ret) {
        uid_t owner = find_owner(group);
        char unit[ESCAPE_SHORT_MAX], remedy[64];

        find_unit(group, unit);
        if (owner != NOBODY && owner != uid && uid != 0) {
                (void) snprintf(remedy, sizeof(remedy), "for a place of your own: machinectl shell %u@, or ssh",
                                (unsigned) uid);
                return finding_note(ret, remedy, "this process is in %s of uid %u: it has come here by su or sudo",
                                    unit, (unsigned) owner);
        }
        if (startswith(unit, "session-"))
                return finding_ok(ret,
                                  "in the login session %s: cgscope run leaves it with the manager's help, "
                                  "writing to cgroup.procs does not",
                                  unit);
        if (owner != NOBODY && *unit)
                return finding_set(ret, FINDING_OK, NULL, "in %s of %s", unit,
                                   owner == uid ? "your user manager" : "a user");
        if (*unit && uid == 0)
                return finding_ok(ret, "in %s of the system manager", unit);
        if (*unit)
                return finding_note(ret, NULL,
                                    "in %s of the system manager: this is no login session (a service, "
                                    "cron, ssh without PAM)",
                                    unit);

        return finding_note(ret, NULL, "in no unit of systemd's");
}

int check_place(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *group = NULL;
        int r;

        if (!doctor->own || doctor->root < 0)
                return 0;

        r = cgroup_of_process(0, &group);
        return r < 0 ? finding_cannot_look(ret, "/proc/self/cgroup", r) : judge_place(doctor->uid, group, ret);
}

const Check session_checks[] = {
        { "identity", check_identity },
        { "user-manager", check_user_manager },
        { "user-bus", check_user_bus },
        { "runtime-dir", check_runtime_dir },
        { "session-bus", check_session_bus },
        { "answer", check_answer },
        { "place", check_place },
        { "linger", check_linger },
        { "cgscoped", check_cgscoped },
        {},
};
