/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/skipped.h"

#include "basic/escape.h"
#include "basic/log.h"

void skipped_report(const WalkSkipped *skipped, const char *top) {
        _cleanup_free_ char *shown = skipped->first ? escape_path(skipped->first) : NULL;
        const char *slash = *top ? "/" : "";

        if (skipped->n == 1)
                (void) log_warning_errno(skipped->error, "left out what is in %s%s%s", top, slash, shown ?: "?");
        if (skipped->n > 1)
                (void) log_warning_errno(skipped->error, "left out what is in %zu groups, %s%s%s the first of them",
                                         skipped->n, top, slash, shown ?: "?");
}
