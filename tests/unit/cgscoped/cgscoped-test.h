/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of the service share: a bus, a fake polkit, callers, and cgscoped itself in a process of its own, with
 * an operation that changes nothing but keeps a record. That process is the test program once more. */

#include "cgscoped/fake-polkit.h"
#include "cgscoped/service.h"

#define DESTINATION "org.cgscope.Delegation1"
#define ERROR_ACCESS "org.freedesktop.DBus.Error.AccessDenied"
#define ERROR_INTERACTIVE "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
#define ERROR_INVALID "org.freedesktop.DBus.Error.InvalidArgs"
#define ERROR_LIMITS "org.freedesktop.DBus.Error.LimitsExceeded"
#define NOBODY_ELSE 4294967290U /* in no user database */

/* What the operation does. */
typedef enum FakeOperation {
        OPERATION_WELL,  /* answers at once: one drop-in, one manager */
        OPERATION_GATED, /* waits for service_test_open_gate() */
        OPERATION_FAIL,  /* refuses, in two lines of text that are no UTF-8 */
        OPERATION_DIE,
        OPERATION_DIE_LAST,    /* and the service can start no other */
        OPERATION_FAIL_LATE,   /* changes a file and fails */
        OPERATION_IDLE,        /* changes nothing, but has PID 1 read its files */
        OPERATION_SLOW_FINISH, /* the second part records "finish …", waits at the gate but for root's managers,
                                * records "finished …" */
} FakeOperation;

typedef struct ServiceTest {
        FakeBus *bus;
        FakePolkit *polkit; /* NULL: none */

        FakeOperation operation; /* may be set until the service is started; so may: */
        ServiceOptions options;
        pid_t pid; /* of the service; 0: not started, or at its end */

        char *directory;
        int notify, gate;
        int enough; /* for a test that restarts it */
} ServiceTest;

/* One who asks: a connection of its own. */
typedef struct Caller {
        GDBusConnection *connection;

        GMutex mutex; /* for what stands below */
        GCond changed;
        GPtrArray *received; /* what was answered, and signals */
} Caller;

/* The main function of a test program but its tests, which @add adds. */
int service_test_main(int argc, char *argv[], void (*add)(void));
int service_test_serve(char *arguments[]); /* for it: the service itself */
void service_test_add(const char *name, void (*fn)(ServiceTest *test, gconstpointer data));

/* The uid that asks in these tests and is in the user database: the test's own, or nobody's where that is root's. */
uid_t service_test_uid(void);
const char *service_test_user(void);

/* Starts the service; and waits until systemd would know that it is there. */
void service_test_spawn(ServiceTest *test);
void service_test_start(ServiceTest *test);

/* A new bus, on which calls to the service wait until somebody starts it. */
void service_test_activatable(ServiceTest *test);

/* A new bus, which fails to start polkit. */
void service_test_broken_polkit(ServiceTest *test);

/* What it told systemd next: "STOPPING=1"; or that it told nothing so far. */
void service_test_expect(ServiceTest *test, const char *text);
void service_test_expect_nothing(ServiceTest *test);

/* Waits for its end, and gives what it said on standard error, to be freed. The exit status is to be @status. */
char *service_test_end(ServiceTest *test, int status);

/* The record of the operations, a line each: "begin enable UID CONTROLLERS FLAGS" and "end …". To be freed. */
char *service_test_record(ServiceTest *test);

/* Waits until @n operations have begun. */
void service_test_await(ServiceTest *test, unsigned n);

/* Lets @n operations that wait, or will, go on. */
void service_test_open_gate(ServiceTest *test, unsigned n);

/* How many operations of a name ("get", "enable") ran beside each other at most. */
unsigned service_test_overlap(ServiceTest *test, const char *name);

/* A new connection of @uid's. Only root can be somebody else. */
Caller *caller_new(uid_t uid);
void caller_free(Caller *caller);

/* Sends a call and returns its number. @parameters: a floating tuple. */
uint32_t caller_send(Caller *caller, const char *member, GVariant *parameters, bool interactive);

/* Waits for the answer to a call, to be unreffed. */
GDBusMessage *caller_await(Caller *caller, uint32_t serial);

/* Both. */
GDBusMessage *caller_call(Caller *caller, const char *member, GVariant *parameters);

/* Waits until the service has read all that was sent to it so far. */
void caller_sync(Caller *caller);

/* The next signal Changed: for whom. */
uint64_t caller_await_changed(Caller *caller);

/* The call ended with the error @name (NULL: with none) and, up to NULL, each of the words in its text of one line.
 * Takes @answer. */
void assert_answer(GDBusMessage *answer, const char *name, ...) G_GNUC_NULL_TERMINATED;

/* "(tasb)" */
GVariant *change_new(uint64_t uid, const char *controllers, bool runtime);
