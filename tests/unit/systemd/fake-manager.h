/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A systemd manager for tests, in a thread of its own: it does what a real one does rarely. A test says how a call is
 * answered by a function in the words below, which runs in that thread and may take its time. */

#include "systemd/fake-bus.h"

#define FAKE_JOB "/org/freedesktop/systemd1/job/42"
#define FAKE_OTHER_JOB "/org/freedesktop/systemd1/job/43"

typedef struct FakeManager FakeManager;
typedef void (*FakeAnswer)(FakeManager *fake, GDBusMessage *call);

struct FakeManager {
        /* The answer to each call of StartTransientUnit in turn; the last one stands for all that follow. Where one is
         * NULL, the call is answered as a manager does who is well. */
        FakeAnswer start[4];
        FakeAnswer get, reset;
        FakeAnswer get_unit; /* GetUnit, GetUnitByControlGroup */
        FakeAnswer stop;     /* StopUnit */
        FakeAnswer restart;  /* RestartUnit */
        FakeAnswer reload;   /* Reload */
        FakeAnswer list;     /* ListUnitsByPatterns */
        FakeAnswer any;      /* whatever it is, and none of these */
        FakeAnswer control;  /* what else is done to a unit: SetUnitProperties, FreezeUnit, KillUnit, ... */
        void *userdata;

        const char *destination;   /* whom signals go to; NULL: to all who listen */
        const char *unit;          /* that StartTransientUnit asked for last; owned by its message */
        const char *control_group; /* what the properties of that name say */
        const char *freezer_state, *active_state;
        bool delegate;
        guint64 units_loaded; /* UnitsLoadTimestampMonotonic */
        unsigned job_left;    /* the job that the unit's property names; 0: none */

        const char *name; /* that it has on the bus */
        FakeBus *bus;
        GDBusConnection *connection; /* NULL: not on the bus */
        GAsyncQueue *calls;
        GThread *thread;
        GDBusMessage *last_start;
        unsigned n_started;
};

FakeManager *fake_manager_new(FakeBus *bus);

/* The same for some other service on the bus. @name is borrowed. */
FakeManager *fake_service_new(FakeBus *bus, const char *name);
void fake_manager_free(FakeManager *fake);

/* For answers. */
void fake_accept(FakeManager *fake, GDBusMessage *call); /* the job, and its end with "done" */
void fake_ignore(FakeManager *fake, GDBusMessage *call);
void fake_reply(FakeManager *fake, GDBusMessage *call, GVariant *body); /* a floating tuple; NULL: an empty one */
void fake_reply_empty(FakeManager *fake, GDBusMessage *call);
void fake_reply_job(FakeManager *fake, GDBusMessage *call);
void fake_reply_error(FakeManager *fake, GDBusMessage *call, const char *name, const char *text); /* NULL: no text */
void fake_job_removed(FakeManager *fake, const char *job, const char *unit, const char *result);
void fake_signal(FakeManager *fake, const char *member, GVariant *body);
void fake_leave(FakeManager *fake);  /* leaves the bus, with all that it was sent unanswered */
void fake_return(FakeManager *fake); /* comes back to it */
