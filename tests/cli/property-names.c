/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "basic/macros.h"
#include "unit/property.h"

/* Prints the names in the table of properties, one a line. */

static void print_name(const char *name, void *userdata _unused_) {
        (void) puts(name);
}

int main(void) {
        property_foreach(print_name, NULL);
        return 0;
}
