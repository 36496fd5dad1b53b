/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/output.h"

#include <unistd.h>

#include "basic/fd.h"
#include "basic/log.h"

int output_check(int result) {
        if (result >= 0 || fd_reader_has_gone(STDOUT_FILENO))
                return 0;

        return log_error_errno(result, "cannot write to standard output");
}
