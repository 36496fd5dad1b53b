/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The checks of the kernel: what it can do, and controllers without effect. */

#include "diagnosis/check.h"

/* check-feature.c: what the kernel has */
int check_kernel(const Doctor *doctor, Finding *ret);
int check_cgroup_kill(const Doctor *doctor, Finding *ret);
int check_memory_peak(const Doctor *doctor, Finding *ret);
int check_clone_into_cgroup(const Doctor *doctor, Finding *ret);
int check_pidfd(const Doctor *doctor, Finding *ret);
int check_openat2(const Doctor *doctor, Finding *ret);
int check_pressure(const Doctor *doctor, Finding *ret);
int check_swap(const Doctor *doctor, Finding *ret);
int check_cpuset(const Doctor *doctor, Finding *ret);
int check_bpf(const Doctor *doctor, Finding *ret); /* for root alone: of others nobody attaches programs */
int judge_kernel(const char *release, Finding *ret);
int judge_cpuset(const char *release, Finding *ret);
int judge_bpf(int error, bool libbpf, Finding *ret);

/* check-io.c; @block is /sys/block, @cost the io.cost.qos of the root group, "" where that is not to be seen */
int check_io_weight(const Doctor *doctor, Finding *ret);
int judge_io_weight(int block, const char *cost, Finding *ret);

/* The real-time processes outside the root group. */
typedef struct RealTime {
        char *names;   /* "pipewire (1234), rtkit-daemon (77)": the first few of them */
        unsigned n;
        pid_t first;   /* the first one's number */
        bool with_cpu; /* one is in a group with the cpu controller, so this kernel allows that */
} RealTime;

/* check-realtime.c; @grouped: whether kernel_groups_real_time() (proc/kernel.h), negative where that is not known */
int check_real_time(const Doctor *doctor, Finding *ret);
int judge_real_time(const RealTime *real_time, int grouped, Finding *ret);
