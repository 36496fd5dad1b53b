/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>

#include "diagnosis/diagnosis.h"

int finding_set(Finding *ret, FindingResult result, const char *remedy, const char *found, ...) {
        va_list arguments;
        int r;

        finding_done(ret);

        va_start(arguments, found);
        r = vasprintf(&ret->found, found, arguments);
        va_end(arguments);
        if (r < 0) {
                ret->found = NULL;
                return -ENOMEM;
        }

        ret->remedy = remedy ? strdup(remedy) : NULL;
        if (remedy && !ret->remedy)
                return -ENOMEM;

        ret->result = result;
        return 0;
}

int finding_take(Finding *ret, FindingResult result, int error, const Trouble *trouble) {
        return finding_set(ret, result, trouble->remedy, "%s", trouble->cause ?: strerror(-error));
}

void finding_done(Finding *finding) {
        free(finding->found);
        free(finding->remedy);
        *finding = (Finding) {};
}
