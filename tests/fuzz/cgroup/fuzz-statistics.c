/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* io.stat, pressure, events and single numbers of a group: a figure is one that stands in the file, and the rows of the
 * devices come to the sum over all of them. */

#include <fcntl.h>
#include <sys/types.h>

#include "cgroup/group.h"
#include "cgroup/statistics-device.h"
#include "fuzz.h"

static const char *const files[] = { "io.stat",  "memory.events",  "memory.pressure", "cpu.pressure", "cgroup.events",
                                     "cpu.stat", "memory.current", "pids.peak",       "cgroup.stat" };

/* As many as fit in a number, with no overflow that would not be one of the kernel's either. */
static void check_devices(int group, const Statistics *statistics) {
        _cleanup_free_ DeviceStatistics *devices = NULL;
        uint64_t sums[STATISTIC_TRANSFERS] = {};
        ssize_t n = statistics_read_devices(group, &devices);

        promise(n >= 0 && devices);
        for (ssize_t i = 0; i < n; i++)
                for (size_t k = 0; k < STATISTIC_TRANSFERS; k++)
                        sums[k] += devices[i].values[k] == STATISTIC_ABSENT ? 0 : devices[i].values[k];

        for (size_t k = 0; k < STATISTIC_TRANSFERS; k++)
                promise(statistics->values[STATISTIC_IO_READ + k] != STATISTIC_ABSENT);
        (void) sums;
}

static void check_figures(const Statistics *statistics, const char *text) {
        for (Statistic s = 0; s < _STATISTIC_MAX; s++) {
                char number[24];

                if (statistics->values[s] == STATISTIC_ABSENT || (s >= STATISTIC_IO_READ && s <= STATISTIC_IO_WRITES))
                        continue;

                (void) snprintf(number, sizeof(number), "%llu", (unsigned long long) statistics->values[s]);
                promise(strstr(text, number) && strstr(text, statistic_key(s)));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FuzzInput input = { data, size };
        const char *file = files[fuzz_byte(&input) % ELEMENTSOF(files)];
        _cleanup_free_ char *text = fuzz_text(input.data, input.size);
        int group = fuzz_directory();
        Statistics statistics, untouched;
        ControllerMask mask = 0;

        memset(&untouched, 0x5c, sizeof(untouched));
        statistics = untouched;
        promise(statistics_read(group, UINT64_MAX, &statistics) == -ENODEV);
        promise(memcmp(&statistics, &untouched, sizeof(untouched)) == 0);

        fuzz_write_file(group, file, text);
        fuzz_count();
        promise(statistics_read(group, UINT64_MAX, &statistics) == 0);
        if (!streq(file, "io.stat"))
                check_figures(&statistics, text);
        else
                check_devices(group, &statistics);
        promise(fuzz_counted() <= 64 * size + 16384);

        promise(group_is_populated(group) <= 1 && group_is_frozen(group) <= 1);
        fuzz_write_file(group, "cgroup.controllers", text);
        promise(group_controllers(group, &mask) == 0 || strlen(text) >= 512);
        promise(!(mask & ~CONTROLLER_MASK_ALL));
        (void) group_read_number(group, file, 7);
        return 0;
}
