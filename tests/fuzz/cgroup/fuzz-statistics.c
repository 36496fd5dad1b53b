/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* io.stat, pressure, events and single numbers of a group: a figure is one that stands in the file, and the rows of the
 * devices come to the sum over all of them. */

#include <ctype.h>
#include <fcntl.h>
#include <sys/types.h>

#include "cgroup/group.h"
#include "cgroup/statistics-device.h"
#include "fuzz.h"

static const char *const files[] = { "io.stat",  "memory.events",  "memory.pressure", "cpu.pressure", "cgroup.events",
                                     "cpu.stat", "memory.current", "pids.peak",       "cgroup.stat" };

#define WORD_MAX 2000

/* All that stands behind "@key=" in @text, each behind a blank. */
static uint64_t add_up(const char *text, const char *key) {
        uint64_t sum = 0;

        for (const char *word = text; (word = strchr(word, ' '));) {
                const char *rest = startswith(++word, key);
                uint64_t value = 0;
                bool fits = true;

                if (!rest || rest[0] != '=' || !isdigit((unsigned char) rest[1]))
                        continue;
                for (rest++; isdigit((unsigned char) *rest); rest++)
                        if (__builtin_mul_overflow(value, 10, &value) ||
                            __builtin_add_overflow(value, (uint64_t) (*rest - '0'), &value))
                                fits = false;
                if (fits && value != STATISTIC_ABSENT && (!*rest || isspace((unsigned char) *rest)))
                        sum += value;
        }

        return sum;
}

static size_t longest_word(const char *text) {
        size_t longest = 0;

        for (const char *word = text; *word; word += *word == ' ') {
                size_t length = strcspn(word, " ");

                longest = length > longest ? length : longest;
                word += length;
        }

        return longest;
}

static void check_devices(int group, const Statistics *statistics, const char *text) {
        _cleanup_free_ DeviceStatistics *devices = NULL;
        ssize_t n = statistics_read_devices(group, &devices);

        promise(n >= 0 && devices);
        for (ssize_t i = 0; i < n; i++)
                for (size_t k = 0; k < STATISTIC_TRANSFERS; k++) {
                        char word[64];

                        (void) snprintf(word, sizeof(word), "%s=%llu", statistic_key(STATISTIC_IO_READ + k),
                                        (unsigned long long) devices[i].values[k]);
                        promise(devices[i].values[k] == STATISTIC_ABSENT || strchr(text, '='));
                        promise(devices[i].values[k] == STATISTIC_ABSENT || strstr(text, word) || strstr(text, "=0"));
                }

        for (size_t k = 0; k < STATISTIC_TRANSFERS && longest_word(text) < WORD_MAX; k++)
                promise(statistics->values[STATISTIC_IO_READ + k] ==
                        add_up(text, statistic_key(STATISTIC_IO_READ + k)));
}

/* Again and again, for who reads in pieces. Freed by the caller. */
static char *repeat(const char *text, unsigned n) {
        char *all = malloc(strlen(text) * n + 1), *end = all;

        promise(all);
        *end = '\0';
        while (n-- > 0)
                end = stpcpy(end, text);

        return all;
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
        unsigned first = fuzz_byte(&input);
        const char *file = files[first % ELEMENTSOF(files)];
        _cleanup_free_ char *one = fuzz_text(input.data, input.size);
        _cleanup_free_ char *text = repeat(one, 1 + first / ELEMENTSOF(files) % 8);
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
                check_devices(group, &statistics, text);
        promise(fuzz_counted() <= 64 * strlen(text) + 16384);

        promise(group_is_populated(group) <= 1 && group_is_frozen(group) <= 1);
        fuzz_write_file(group, "cgroup.controllers", text);
        promise(group_controllers(group, &mask) == 0 || strlen(text) >= 512);
        promise(!(mask & ~CONTROLLER_MASK_ALL));
        (void) group_read_number(group, file, 7);
        return 0;
}
