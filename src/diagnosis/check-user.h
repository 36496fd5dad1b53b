/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The checks of the user's side of systemd. */

#include "diagnosis/check.h"

int check_user_manager(const Doctor *doctor, Finding *ret);
int check_user_bus(const Doctor *doctor, Finding *ret);
int check_answer(const Doctor *doctor, Finding *ret);
int check_linger(const Doctor *doctor, Finding *ret);
int check_cgscoped(const Doctor *doctor, Finding *ret);
