/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the checks of the doctor share. A check is a function check_NAME() that looks, and where there is more to it
 * than looking, judge_NAME(), which only decides by what was seen. One that has nothing to say here, like that of a
 * mount option where nothing is mounted, leaves its finding empty. */

#include "diagnosis/diagnosis.h"
#include "proc/kernel.h"

/* In what the system runs. */
typedef struct Surroundings {
        char *arguments;    /* the kernel command line, "" where it cannot be read */
        char release[KERNEL_RELEASE_SIZE];
        char container[64]; /* which kind of container this is; "" for none */
        unsigned wsl;       /* the version of the Windows Subsystem for Linux; 0: it is none */
        bool systemd;       /* it is process 1 */
} Surroundings;

int surroundings_read(Surroundings *ret);
void surroundings_done(Surroundings *surroundings);

/* Reads all of @path. *ret is freed by the caller. */
int check_read(const char *path, char **ret);

/* Connects to a manager for one question. *trouble as in asking.h. -ELIBACC: there is no way to ask. */
int check_ask(const Doctor *doctor, ManagerKind kind, Manager **ret, Trouble *trouble);

/* That something could not be looked at. @object is what; -ENOMEM is returned instead. */
int finding_cannot_look(Finding *ret, const char *object, int error);

/* check-surroundings.c */
int check_container(const Doctor *doctor, Finding *ret);
int check_wsl(const Doctor *doctor, Finding *ret);
int check_systemd(const Doctor *doctor, Finding *ret);
int check_systemd_version(const Doctor *doctor, Finding *ret);
int judge_container(const Surroundings *surroundings, Finding *ret);
int judge_wsl(const Surroundings *surroundings, Finding *ret);
int judge_systemd(const Surroundings *surroundings, Finding *ret);
int judge_systemd_version(const char *version, Finding *ret);

/* check-hierarchy.c; @legacy are the controllers that v1 holds */
int check_hierarchy(const Doctor *doctor, Finding *ret);
int check_controllers(const Doctor *doctor, Finding *ret);
int judge_hierarchy(CgroupMode mode, const char *legacy, const Surroundings *surroundings, Finding *ret);
int judge_controllers(ControllerMask there, ControllerMask legacy, bool inner, const Surroundings *surroundings,
                      Finding *ret);

/* Those of @names, as cgroup_legacy_controllers() has them, that cgscope and systemd's units need. */
ControllerMask legacy_parse(const char *names);

/* check-mount.c; @options are those of the mount; @inner: its root is that of a cgroup namespace, not the kernel's */
int check_writable(const Doctor *doctor, Finding *ret);
int check_nsdelegate(const Doctor *doctor, Finding *ret);
int check_memory_recursiveprot(const Doctor *doctor, Finding *ret);
int check_favordynmods(const Doctor *doctor, Finding *ret);
int judge_nsdelegate(const char *options, bool inner, Finding *ret);
int judge_memory_recursiveprot(const char *options, bool inner, Finding *ret);
int judge_favordynmods(const char *options, const Surroundings *surroundings, Finding *ret);

/* Whether the root that we see is that of a cgroup namespace: the kernel's own has no type. */
bool root_is_inner(int root);
