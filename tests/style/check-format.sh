#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-format.sh CLANG_FORMAT TOP: every source looks as .clang-format says. What that means changes with the version
# of the program; 14 is the one it is written for.
set -euo pipefail
clang_format=$1 top=$2

if [[ $("$clang_format" --version) != *' version 14.'* ]]; then
    printf '1..0 # SKIP for clang-format 14 alone\n'
    exit 0
fi
printf '1..1\n'
if faults=$(find "$top/src" "$top/tests" -name '*.[ch]' -exec "$clang_format" --dry-run -Werror {} + 2>&1); then
    printf 'ok 1 - the sources look as .clang-format says\n'
else
    sed 's/^/# /' <<<"$faults"
    printf 'not ok 1 - the sources look as .clang-format says\n'
    exit 1
fi
