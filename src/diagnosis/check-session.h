/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The checks of the caller's own environment; the table has those of check-user.h, too. */

#include "diagnosis/check.h"

extern const Check session_checks[];

int check_identity(const Doctor *doctor, Finding *ret);
int check_runtime_dir(const Doctor *doctor, Finding *ret);
int check_session_bus(const Doctor *doctor, Finding *ret);
int check_place(const Doctor *doctor, Finding *ret);

/* @uid is the effective one. */
int judge_identity(uid_t uid, const char *sudo_uid, const char *login_uid, Finding *ret);
int judge_session_bus(uid_t uid, const char *address, Finding *ret);
int judge_place(uid_t uid, const char *group, Finding *ret);
