#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the transcripts in src/man/cgscope-delegation.7 anew, from what their commands print on a real systemd.
#
#   scripts/transcripts.sh [container|vm] [SUITE]
#
# In the container (default) those stay as they are that need what it lacks. SUITE is bookworm, trixie (default) or sid.
# Needs root; what a system needs is installed and made by scripts/test.sh.
set -euo pipefail

top=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd)
page=$top/src/man/cgscope-delegation.7
new=$(mktemp)
trap 'rm -f "$new"' EXIT

# shellcheck disable=SC2016 # for the other shell
# The page, with what was seen, is all that goes to standard output.
"$top/tests/integration/system.sh" "${1:-container}" "${2:-trixie}" -- bash -c '
    export CGSCOPE_TRANSCRIPTS=/opt/cgscope/transcripts.7
    cp "/usr/share/man/man7/${1##*/}" "$CGSCOPE_TRANSCRIPTS"
    /opt/cgscope/tests/integration/run-cases.sh --filter "^98-manual" >&2 && cat "$CGSCOPE_TRANSCRIPTS"' bash "$page" \
    </dev/null >"$new"
cat "$new" >"$page"
