/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/tabular.h"

int tabular_choose(Tabular *tabular, const CommonOptions *options, const TableColumn *all, size_t n_all, size_t n_default) {
        (void) tabular;
        (void) options;
        (void) all;
        (void) n_all;
        (void) n_default;
        return -ENOSYS;
}

bool tabular_wants(const Tabular *tabular, size_t index) {
        (void) tabular;
        (void) index;
        return false;
}

int tabular_open(Tabular *tabular, const CommonOptions *options, const TableColumn *all, const char *name) {
        (void) tabular;
        (void) options;
        (void) all;
        (void) name;
        return -ENOSYS;
}

int tabular_add(Tabular *tabular, TableRow *parent, TableRow **ret) {
        (void) tabular;
        (void) parent;
        (void) ret;
        return -ENOSYS;
}

int tabular_set(Tabular *tabular, TableRow *row, size_t index, char *text) {
        (void) tabular;
        (void) row;
        (void) index;
        (void) text;
        return -ENOSYS;
}

int tabular_set_string(Tabular *tabular, TableRow *row, size_t index, const char *text) {
        (void) tabular;
        (void) row;
        (void) index;
        (void) text;
        return -ENOSYS;
}

int tabular_set_number(Tabular *tabular, TableRow *row, size_t index, uint64_t number) {
        (void) tabular;
        (void) row;
        (void) index;
        (void) number;
        return -ENOSYS;
}

int tabular_set_bytes(Tabular *tabular, TableRow *row, size_t index, uint64_t bytes) {
        (void) tabular;
        (void) row;
        (void) index;
        (void) bytes;
        return -ENOSYS;
}

int tabular_set_time(Tabular *tabular, TableRow *row, size_t index, uint64_t usec) {
        (void) tabular;
        (void) row;
        (void) index;
        (void) usec;
        return -ENOSYS;
}

int tabular_color(Tabular *tabular, TableRow *row, size_t index, const char *color) {
        (void) tabular;
        (void) row;
        (void) index;
        (void) color;
        return -ENOSYS;
}

int tabular_print(Tabular *tabular, const CommonOptions *options) {
        (void) tabular;
        (void) options;
        return -ENOSYS;
}

void tabular_done(Tabular *tabular) {
        (void) tabular;
}
