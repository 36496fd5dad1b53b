/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

/* delegation-caller [-u USER] [-s] [-i] [-n COUNT] [-w WINDOW] [-p PINGS] [-t SECONDS] METHOD UID FLAGS [CONTROLLER…]:
 * calls a method of cgscoped's past the command: COUNT times over one connection, with WINDOW calls unanswered at most.
 * METHOD is Get, which takes UID alone, or EnableWithFlags or DisableWithFlags. -u: as this user, from the beginning.
 * -s: stops itself first, so that somebody can get ready. -i: polkit may ask somebody. -p: after each of these, so many
 * calls of Ping with nearly the largest body that the system bus takes, answered with "pong"; when the bus has all of
 * it, "sent" is said on the standard error. -t: how long user managers may take to look again. When all are answered it
 * says how often each answer came, "COUNT ok" or "COUNT ERROR-NAME: TEXT" with the first such text. */

#define NAME "org.cgscope.Delegation1"
#define PATH "/org/cgscope/Delegation1"
#define ANSWERS_MAX 16
#define PING_SIZE ((size_t) 31 << 20) /* a message may have 32 MiB there */

static struct {
        char *name, *text;
        unsigned count;
} answers[ANSWERS_MAX];
static unsigned waiting;
static uint64_t seconds;

static void check(int r, const char *what) {
        if (r < 0) {
                fprintf(stderr, "delegation-caller: %s: %s\n", what, strerror(-r));
                exit(1);
        }
}

static void become(const char *name) {
        const struct passwd *user = getpwnam(name);

        if (!user || initgroups(name, user->pw_gid) < 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
            setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
                check(-EPERM, name);
}

static void count(const char *name, const char *text) {
        unsigned i = 0;

        while (i < ANSWERS_MAX - 1 && answers[i].name && strcmp(answers[i].name, name) != 0)
                i++;
        if (!answers[i].name) {
                answers[i].name = strdup(name);
                answers[i].text = strdup(text ? text : "");
        }
        answers[i].count++;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *ret_error) {
        const sd_bus_error *error = sd_bus_message_get_error(m);

        (void) ret_error;
        count(error ? error->name : userdata, error ? error->message : NULL);
        waiting--;
        return 1;
}

static void call(sd_bus *bus, bool interactive, char *words[]) {
        sd_bus_message *m = NULL;

        check(sd_bus_message_new_method_call(bus, &m, NAME, PATH, NAME, words[0]), words[0]);
        check(sd_bus_message_append(m, "t", (uint64_t) strtoull(words[1], NULL, 10)), words[1]);
        if (strcmp(words[0], "Get") != 0) {
                check(sd_bus_message_append_strv(m, words + 3), "controllers");
                check(sd_bus_message_append(m, "tt", (uint64_t) strtoull(words[2], NULL, 10), seconds * 1000000),
                      words[2]);
        }
        check(sd_bus_message_set_allow_interactive_authorization(m, interactive), "interactive");
        check(sd_bus_call_async(bus, NULL, m, on_answer, (char *) "ok", UINT64_MAX), "call");
        sd_bus_message_unref(m);
        waiting++;
}

static void ping(sd_bus *bus) {
        sd_bus_message *m = NULL;
        void *body;

        check(sd_bus_message_new_method_call(bus, &m, NAME, PATH, "org.freedesktop.DBus.Peer", "Ping"), "Ping");
        check(sd_bus_message_append_array_space(m, 'y', PING_SIZE, &body), "Ping");
        memset(body, 'x', PING_SIZE);
        check(sd_bus_call_async(bus, NULL, m, on_answer, (char *) "pong", UINT64_MAX), "Ping");
        sd_bus_message_unref(m);
        waiting++;
}

static void process(sd_bus *bus) {
        int r = sd_bus_process(bus, NULL);

        check(r, "bus");
        if (r == 0)
                check(sd_bus_wait(bus, UINT64_MAX), "bus");
}

int main(int argc, char *argv[]) {
        unsigned calls = 1, window = 1, pings = 0;
        bool interactive = false;
        sd_bus *bus = NULL;
        int c;

        while ((c = getopt(argc, argv, "+u:sin:w:p:t:")) >= 0)
                if (c == 'u')
                        become(optarg);
                else if (c == 's')
                        (void) raise(SIGSTOP);
                else if (c == 'i')
                        interactive = true;
                else if (c == 'n')
                        calls = (unsigned) atoi(optarg);
                else if (c == 'w')
                        window = (unsigned) atoi(optarg);
                else if (c == 'p')
                        pings = (unsigned) atoi(optarg);
                else if (c == 't')
                        seconds = strtoull(optarg, NULL, 10);
                else
                        return 2;
        if (argc - optind < 3 && (argc - optind < 2 || strcmp(argv[optind], "Get") != 0))
                return 2;

        check(sd_bus_open_system(&bus), "system bus");
        while (calls > 0 || waiting > 0)
                if (calls > 0 && waiting < window) {
                        call(bus, interactive, argv + optind);
                        for (unsigned i = 0; i < pings; i++)
                                ping(bus);
                        calls--;
                        if (calls == 0 && pings > 0) {
                                check(sd_bus_flush(bus), "bus");
                                fputs("sent\n", stderr);
                        }
                } else
                        process(bus);

        for (unsigned i = 0; i < ANSWERS_MAX && answers[i].name; i++) {
                printf("%u %s%s%s\n", answers[i].count, answers[i].name, *answers[i].text ? ": " : "", answers[i].text);
                free(answers[i].name);
                free(answers[i].text);
        }
        sd_bus_flush_close_unref(bus);
        return 0;
}
