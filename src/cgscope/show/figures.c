/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/show/figures.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>

#include "basic/fd.h"

void figures_choose(const Tabular *tabular, const TableColumn *all, Figures *ret) {
        assert(tabular && all && ret);

        ret->n = 0;
        for (size_t i = 0; i < tabular->n_columns; i++) {
                size_t column = tabular->columns[i];
                Statistic statistic = statistic_from_field(all[column].field);

                if (statistic == _STATISTIC_MAX)
                        continue;
                ret->chosen[ret->n].column = column;
                ret->chosen[ret->n++].statistic = statistic;
        }
}

void figures_set(Tabular *tabular, TableRow *row, const Figures *figures, const Statistics *statistics) {
        for (size_t i = 0; i < figures->n; i++) {
                size_t column = figures->chosen[i].column;
                uint64_t value = statistics->values[figures->chosen[i].statistic];

                switch (statistic_unit(figures->chosen[i].statistic)) {
                case UNIT_BYTES:
                        tabular_set_bytes(tabular, row, column, value);
                        break;
                case UNIT_USEC:
                        tabular_set_time(tabular, row, column, value);
                        break;
                case UNIT_BOOLEAN:
                case UNIT_NONE:
                default:
                        tabular_set_number(tabular, row, column, value);
                }
        }
}

int limit_read(int group, const char *file, uint64_t *ret) {
        _cleanup_close_ int fd = fd_open_beneath(group, file, O_RDONLY);
        uint64_t limit, period;
        char text[64];
        ssize_t length;
        int n;

        if (fd < 0)
                return fd;

        length = read(fd, text, sizeof(text) - 1); /* the kernel gives it whole */
        if (length < 0)
                return -errno;

        text[length] = '\0';
        n = sscanf(text, "%" SCNu64 " %" SCNu64, &limit, &period);
        if (n == 2 && period > 0)
                *ret = (uint64_t) ((double) limit * (double) USEC_PER_SEC / (double) period);
        else
                *ret = n == 1 ? limit : UINT64_MAX;

        return 0;
}
