/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The checks of the kernel: what it can do, and controllers without effect. */

#include "diagnosis/check.h"

extern const Check kernel_checks[];

int check_cgroup_kill(const Doctor *doctor, Finding *ret);
int check_memory_peak(const Doctor *doctor, Finding *ret);
int check_swap(const Doctor *doctor, Finding *ret);
int check_cpuset(const Doctor *doctor, Finding *ret);

int judge_kernel(const char *release, Finding *ret);
int judge_cpuset(const char *release, Finding *ret);
int judge_bpf(int error, bool libbpf, Finding *ret);
