/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd/fuzz-bus.h"

#include <sys/socket.h>

#include "basic/utf8.h"

sd_bus *fuzz_bus(bool anew) {
        static sd_bus *bus;
        int fds[2];

        if (anew)
                bus = sd_bus_close_unref(bus);
        if (bus)
                return bus;

        promise(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
        promise(sd_bus_new(&bus) >= 0 && sd_bus_set_fd(bus, fds[0], fds[0]) >= 0 && sd_bus_start(bus) >= 0);
        (void) close(fds[1]);
        return bus;
}

/* A word that means something to somebody, or a line of the input. */
static void append_string(sd_bus_message *message, FuzzInput *input) {
        static const char *const words[] = { "cgscope", "edited", "administrator", "none",   "applied",
                                             "left",    "busy",   "no-answer",     "failed", "cpu",
                                             "io",      "memory", "pids",          "cpuset", "hugetlb",
                                             "rdma",    "misc",   "dmem",          "" };
        unsigned choice = fuzz_byte(input);
        _cleanup_free_ char *line = choice < ELEMENTSOF(words) ? NULL : fuzz_line(input);
        const char *text = line ?: words[choice < ELEMENTSOF(words) ? choice : 0];

        promise(sd_bus_message_append_basic(message, 's', utf8_is_valid(text) ? text : "?") >= 0);
}

static size_t type_length(const char *signature) {
        size_t length = strspn(signature, "a"), open = 0;

        do {
                open += signature[length] == '(';
                open -= signature[length] == ')';
                length++;
        } while (open > 0);

        return length;
}

static void append_all(sd_bus_message *message, const char *signature, size_t length, FuzzInput *input);

static void append_container(sd_bus_message *message, const char *signature, size_t length, FuzzInput *input) {
        char contents[64];
        bool array = *signature == 'a';
        size_t inner = array ? length - 1 : length - 2;
        unsigned n = array ? fuzz_byte(input) % 8 : 1;

        promise(inner < sizeof(contents));
        *(char *) mempcpy(contents, signature + 1, inner) = '\0';
        promise(sd_bus_message_open_container(message, array ? 'a' : 'r', contents) >= 0);
        for (; n > 0; n--)
                append_all(message, contents, inner, input);
        promise(sd_bus_message_close_container(message) >= 0);
}

/* @length bytes of @signature. */
static void append_all(sd_bus_message *message, const char *signature, size_t length, FuzzInput *input) {
        for (const char *p = signature, *end = signature + length; p < end; p += type_length(p)) {
                uint64_t number;

                if (*p == 'a' || *p == '(') {
                        append_container(message, p, type_length(p), input);
                        continue;
                }
                if (*p == 's') {
                        append_string(message, input);
                        continue;
                }

                number = fuzz_number(input);
                promise(sd_bus_message_append_basic(message, *p,
                                                    *p == 'b' ? (const void *) &(int) { number & 1 }
                                                              : (const void *) &number) >= 0);
        }
}

void fuzz_append(sd_bus_message *message, const char *signature, FuzzInput *input) {
        static const char *const others[] = { "",
                                              "s",
                                              "t",
                                              "tas",
                                              "tasb(s)",
                                              "tasu",
                                              "uasb",
                                              "ta(s)b",
                                              "asb",
                                              "tssss",
                                              "a(t)s",
                                              "a(tbsas)",
                                              "a(tbsas)a(tasasass)" };
        unsigned choice = fuzz_byte(input);

        if (choice < ELEMENTSOF(others))
                signature = others[choice];
        append_all(message, signature, strlen(signature), input);
}

void fuzz_seal(sd_bus_message *message) {
        promise(sd_bus_message_seal(message, 1, 0) >= 0 && sd_bus_message_rewind(message, true) >= 0);
}
