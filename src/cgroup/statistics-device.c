/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/statistics-device.h"

#include <fcntl.h>

#include "basic/fd.h"

/* Sets the figure that @word, "rbytes=123", is about. Other words are of no concern here: discards, costs. */
static bool set_figure(DeviceStatistics *device, const char *word) {
        for (size_t i = 0; i < STATISTIC_TRANSFERS; i++) {
                const char *value = startswith(word, statistic_key(STATISTIC_IO_READ + i));

                if (!value || *value != '=')
                        continue;
                device->values[i] = statistic_parse(value + 1);
                return true;
        }

        return false;
}

/* Some kernels print a device that has no figures without the end of its line, and one that is about to go without its
 * numbers ("(unknown)"): figures belong to the last name before them in the same line, or to nobody. */
static size_t parse_line(char *line, DeviceStatistics *devices, size_t n) {
        DeviceStatistics *device = NULL;
        bool named = false;

        for (char *save, *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
                DeviceStatistics row = {};

                if (!strchr(word, '=')) {
                        named = sscanf(word, "%u:%u", &row.major, &row.minor) == 2;
                        memset(row.values, 0xff, sizeof(row.values)); /* absent */
                        device = named ? devices + n : NULL;
                        if (device)
                                *device = row;
                        continue;
                }

                if (device && set_figure(device, word) && named) {
                        named = false; /* it counts */
                        n++;
                }
        }

        return n;
}

static ssize_t parse_devices(char *text, DeviceStatistics *devices) {
        size_t n = 0;

        for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
                n = parse_line(line, devices, n);

        return (ssize_t) n;
}

ssize_t statistics_read_devices(int group, DeviceStatistics **ret) {
        _cleanup_close_ int fd = fd_open_beneath(group, "io.stat", O_RDONLY);
        _cleanup_free_ char *text = NULL;
        DeviceStatistics *devices;
        size_t n_max = 1;
        ssize_t n;

        if (fd < 0)
                return fd;

        n = fd_read_all(fd, &text);
        if (n < 0)
                return n;

        for (const char *p = text; (p = strchr(p, ':')); p++)
                n_max++;
        devices = calloc(n_max, sizeof(*devices));
        if (!devices)
                return -ENOMEM;

        n = parse_devices(text, devices);
        *ret = devices;
        return n;
}
