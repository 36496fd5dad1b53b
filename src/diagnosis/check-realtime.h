/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Real-time processes outside the root group, which can keep the cpu controller from all groups. */

#include "diagnosis/check.h"

typedef struct RealTime {
        char *names; /* "pipewire (1234), rtkit-daemon (77)": the first few of them */
        unsigned n;
        pid_t first;   /* the first one's number */
        bool with_cpu; /* one is in a group with the cpu controller, so this kernel allows that */
} RealTime;

/* @grouped: whether kernel_groups_real_time() (proc/kernel.h), negative where that is not known */
int check_real_time(const Doctor *doctor, Finding *ret);
int judge_real_time(const RealTime *real_time, int grouped, Finding *ret);
