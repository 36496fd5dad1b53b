/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

/* polkit-agent silent|dismiss|error|grant PID: whom polkit asks for a password when the process PID wants something,
 * and what it does then: nothing at all, what somebody does who presses "Cancel", fail, or grant it, which polkit
 * believes of root alone. Prints "ready", and what it is told, a line each: "action ID", "message TEXT", "detail
 * KEY=VALUE", "cancelled". Ends when it is killed. */

#define AUTHORITY \
        "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority"
#define AGENT_PATH "/org/cgscope/TestAgent"
#define CANCELLED "org.freedesktop.PolicyKit1.Error.Cancelled"
#define FAILED "org.freedesktop.PolicyKit1.Error.Failed"

static const char *mode;
static uid_t subject_uid;

static void check(int r, const char *what) {
        if (r < 0) {
                fprintf(stderr, "polkit-agent: %s: %s\n", what, strerror(-r));
                exit(1);
        }
}

/* What /proc says of the process. */
static const char *look(const char *pid, const char *file) {
        static char text[4096];
        char path[64];
        size_t n;
        FILE *f;

        snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
        f = fopen(path, "re");
        check(f ? 0 : -1, path);
        n = fread(text, 1, sizeof(text) - 1, f);
        text[n] = '\0';
        fclose(f);
        return text;
}

/* Field 22 of its stat file, behind a name that may have spaces and brackets in it. */
static uint64_t start_time(const char *pid) {
        const char *p = strrchr(look(pid, "stat"), ')');

        for (int field = 2; p && field < 22; field++)
                p = strchr(p + 1, ' ');
        check(p ? 0 : -1, "start time");
        return strtoull(p, NULL, 10);
}

static uid_t owner(const char *pid) {
        const char *p = strstr(look(pid, "status"), "\nUid:");
        unsigned uid = 0;

        check(p && sscanf(p, "\nUid: %u", &uid) == 1 ? 0 : -1, "uid");
        return (uid_t) uid;
}

/* Tells polkit that this user, root, is who he says. Has to be there before BeginAuthentication is answered. Whose the
 * agent is, is for older polkits who runs it, for newer ones whom it is for. */
static int grant(sd_bus *bus, const char *cookie) {
        const uid_t owners[] = { getuid(), subject_uid };
        int r = -1;

        for (size_t i = 0; r < 0 && i < 2; i++)
                r = sd_bus_call_method(bus, AUTHORITY, "AuthenticationAgentResponse2", NULL, NULL, "us(sa{sv})",
                                       (uint32_t) owners[i], cookie, "unix-user", 1, "uid", "u", (uint32_t) 0);
        return r;
}

static int begin(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *action, *message, *icon, *key, *value, *cookie;

        (void) userdata;
        check(sd_bus_message_read(m, "sss", &action, &message, &icon), "what polkit asks");
        printf("action %s\nmessage %s\n", action, message);
        check(sd_bus_message_enter_container(m, 'a', "{ss}"), "details");
        while (sd_bus_message_read(m, "{ss}", &key, &value) > 0)
                printf("detail %s=%s\n", key, value);
        check(sd_bus_message_exit_container(m), "details");
        check(sd_bus_message_read(m, "s", &cookie), "cookie");

        if (strcmp(mode, "silent") == 0)
                return 1;
        if (strcmp(mode, "dismiss") == 0)
                return sd_bus_error_set(error, CANCELLED, "dismissed");
        if (strcmp(mode, "error") == 0)
                return sd_bus_error_set(error, FAILED, "no way");

        check(grant(sd_bus_message_get_bus(m), cookie), "grant");
        return sd_bus_reply_method_return(m, NULL);
}

static int cancel(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        (void) userdata, (void) error;
        puts("cancelled");
        return sd_bus_reply_method_return(m, NULL);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("BeginAuthentication", "sssa{ss}sa(sa{sv})", "", begin, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("CancelAuthentication", "s", "", cancel, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

int main(int argc, char *argv[]) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus *bus = NULL;
        int r;

        if (argc != 3)
                return 2;
        mode = argv[1];
        subject_uid = owner(argv[2]);
        setvbuf(stdout, NULL, _IOLBF, 0);

        check(sd_bus_open_system(&bus), "system bus");
        check(sd_bus_add_object_vtable(bus, NULL, AGENT_PATH, "org.freedesktop.PolicyKit1.AuthenticationAgent", vtable,
                                       NULL),
              "object");
        r = sd_bus_call_method(bus, AUTHORITY, "RegisterAuthenticationAgent", &error, NULL, "(sa{sv})ss",
                               "unix-process", 2, "pid", "u", (uint32_t) strtoul(argv[2], NULL, 10), "start-time", "t",
                               start_time(argv[2]), "C", AGENT_PATH);
        if (r < 0) {
                fprintf(stderr, "polkit-agent: %s\n", error.message);
                return 1;
        }
        puts("ready");

        for (;;) {
                r = sd_bus_process(bus, NULL);
                check(r, "bus");
                if (r == 0)
                        check(sd_bus_wait(bus, UINT64_MAX), "bus");
        }
}
