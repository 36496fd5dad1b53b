#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# run-one.sh FILE FUNCTION: one test, in the scratch directory $scratch. Status 77 with a reason in
# $scratch/.skip is a skip. Started by run-cases.sh, with a deadline.
set -Eeuo pipefail

# shellcheck source=tests/integration/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
trap 'fail "status $? at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR
# shellcheck source=/dev/null
. "$1"

has() {
    declare -F "$1" >/dev/null
}

cd "$scratch"
if has teardown; then
    trap teardown EXIT
    # Past its deadline a test is told to end, and still tidies up.
    trap 'exit 143' TERM
fi
if has setup; then
    setup
fi
"$2"
