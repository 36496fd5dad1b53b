/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What went to and came from each block device. */

#include "cgroup/statistics.h"

/* One device's row of io.stat; the values are in the order of the statistics, from STATISTIC_IO_READ on. */
typedef struct DeviceStatistics {
        unsigned major, minor;
        uint64_t values[STATISTIC_TRANSFERS];
} DeviceStatistics;

/* All of io.stat, in *ret, to be freed by the caller; returns how many, -ENOENT without the controller. */
ssize_t statistics_read_devices(int group, DeviceStatistics **ret);
