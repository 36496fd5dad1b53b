/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The checks of the user looked at and of the caller's own environment. */

#include "diagnosis/check.h"

/* check-user.c: the user's side of systemd */
int check_user_manager(const Doctor *doctor, Finding *ret);
int judge_user_manager(uid_t uid, const char *state, Finding *ret);
int check_user_bus(const Doctor *doctor, Finding *ret);
int check_answer(const Doctor *doctor, Finding *ret);
int check_linger(const Doctor *doctor, Finding *ret);
int check_cgscoped(const Doctor *doctor, Finding *ret);

/* check-environment.c: the caller's own; @uid is the effective one */
int check_identity(const Doctor *doctor, Finding *ret);
int check_runtime_dir(const Doctor *doctor, Finding *ret);
int check_session_bus(const Doctor *doctor, Finding *ret);
int check_place(const Doctor *doctor, Finding *ret);
int judge_identity(uid_t uid, const char *sudo_uid, const char *login_uid, Finding *ret);
int judge_session_bus(uid_t uid, const char *address, Finding *ret);
int judge_place(uid_t uid, const char *group, Finding *ret);
