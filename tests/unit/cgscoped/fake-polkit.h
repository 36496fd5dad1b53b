/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A polkit for tests, in a thread of its own. It asks nobody: a test says how a question is answered by a function in
 * the words below, which runs in that thread. */

#include "systemd/fake-bus.h"

#define FAKE_POLKIT_NAME "org.freedesktop.PolicyKit1"

typedef struct FakePolkit FakePolkit;
typedef void (*FakePolkitAnswer)(FakePolkit *fake, GDBusMessage *call);

struct FakePolkit {
        FakePolkitAnswer answer;     /* to CheckAuthorization; a CancelCheckAuthorization is never answered */
        GDBusConnection *connection; /* NULL: not on the bus */
        GAsyncQueue *calls;
        GThread *thread;
};

FakePolkit *fake_polkit_new(FakePolkitAnswer answer);
void fake_polkit_free(FakePolkit *fake);

/* Answers. */
void fake_polkit_authorize(FakePolkit *fake, GDBusMessage *call);
void fake_polkit_deny(FakePolkit *fake, GDBusMessage *call);
void fake_polkit_challenge(FakePolkit *fake, GDBusMessage *call);
void fake_polkit_dismiss(FakePolkit *fake, GDBusMessage *call);
void fake_polkit_fail(FakePolkit *fake, GDBusMessage *call);   /* with an error that is two lines long */
void fake_polkit_babble(FakePolkit *fake, GDBusMessage *call); /* with something else */
void fake_polkit_ignore(FakePolkit *fake, GDBusMessage *call);
void fake_polkit_leave(FakePolkit *fake, GDBusMessage *call); /* dies */

/* Answers a question that was ignored, from any thread. @body: a floating tuple. */
void fake_polkit_reply(FakePolkit *fake, GDBusMessage *call, GVariant *body);
