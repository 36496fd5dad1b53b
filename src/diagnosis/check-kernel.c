/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-kernel.h"

const Check doctor_kernel_checks[] = {
        { "kernel", check_kernel },
        { "cgroup-kill", check_cgroup_kill },
        { "memory-peak", check_memory_peak },
        { "clone-into-cgroup", check_clone_into_cgroup },
        { "pidfd", check_pidfd },
        { "openat2", check_openat2 },
        { "pressure", check_pressure },
        { "swap", check_swap },
        { "cpuset", check_cpuset },
        { "io-weight", check_io_weight },
        { "bpf", check_bpf },
        { "real-time", check_real_time },
        {},
};
