/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A root directory of its own for each test of the store of drop-ins. */

#include <glib.h>
#include <glib/gstdio.h>

#include "basic/fd.h"
#include "delegation/store-file.h"
#include "delegation/store-lock.h"
#include "delegation/store.h"

#define CPUSET (1U << CONTROLLER_CPUSET)
#define CPU (1U << CONTROLLER_CPU)
#define IO (1U << CONTROLLER_IO)
#define MEMORY (1U << CONTROLLER_MEMORY)
#define PIDS (1U << CONTROLLER_PIDS)

#define ETC_USER "etc/systemd/system/user@1000.service.d"
#define ETC_ALL "etc/systemd/system/user@.service.d"
#define RUN_USER "run/systemd/system/user@1000.service.d"
#define RUN_ALL "run/systemd/system/user@.service.d"
#define USER_NAME "/delegate-user.conf"
#define ALL_NAME "/delegate.conf"
#define RUN_USER_NAME "/delegate-user-runtime.conf"
#define RUN_ALL_NAME "/delegate-runtime.conf"

static const DelegationDropIn etc_user = { .uid = 1000 };
static const DelegationDropIn etc_all = { .uid = DELEGATION_EVERYBODY };
static const DelegationDropIn run_user = { .uid = 1000, .runtime = true };
static const DelegationDropIn run_all = { .uid = DELEGATION_EVERYBODY, .runtime = true };

typedef struct Tree {
        char *path;
        int root;
        bool mounted;
} Tree;

/* Runs the tests as root in a mount namespace, an ordinary user's in a user namespace of his. Where that is not
 * possible they are skipped. */
int store_test_run(int argc, char *argv[], void (*add)(void));

/* Whether files can be given to another user: not in a namespace that maps one alone. */
bool store_test_can_chown(void);

void tree_setup(Tree *tree, const void *data);
void tree_teardown(Tree *tree, const void *data);

#define TREE_TEST(name, function) g_test_add("/store/" name, Tree, NULL, tree_setup, function, tree_teardown)

/* The full path of @path. */
char *tree_path(const Tree *tree, const char *path);

/* A file, and the directories above it. */
void tree_put(const Tree *tree, const char *path, const char *text);
void tree_make(const Tree *tree, const char *directory);

/* All there is beneath the root: a line for each with type, mode, owner and text. To compare. */
char *tree_dump(const Tree *tree);
void tree_expect(const Tree *tree, const char *before);

bool tree_has(const Tree *tree, const char *path);

/* The file at @place is ours and says this; CONTROLLER_MASK_NONE: there is neither file nor directory. */
void expect_ours(const Tree *tree, const DelegationDropIn *place, ControllerMask own);

/* Calls that change the file at @place alone, or, disabling in /etc, that in /run as well. @ret_changed may be NULL. */
int store_test_enable(int root, const DelegationDropIn *place, ControllerMask controllers, bool *ret_changed,
                      Trouble *trouble);
int store_test_disable(int root, const DelegationDropIn *place, ControllerMask controllers, bool *ret_changed,
                       Trouble *trouble);

/* Reads the file at @place, and *ret_why (may be NULL) says why it was not read. */
int store_test_read(int root, const DelegationDropIn *place, DelegationDropIn *ret, const char **ret_why,
                    Trouble *trouble);

/* Calls, with what they are to return. With @words, which a failure needs, they are in the message. */
void expect_enable(const Tree *tree, const DelegationDropIn *place, ControllerMask controllers, int expected,
                   const char *words);
void expect_disable(const Tree *tree, const DelegationDropIn *place, ControllerMask controllers, int expected,
                    const char *words);
