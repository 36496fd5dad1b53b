#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# demo-user.sh [ARGS…]: what scripts/demo.sh runs on the system it found or made, as an ordinary user:
# `cgscope ARGS…`, or without ARGS the demonstration.
set -euo pipefail

if [[ $# -gt 0 ]]; then
    exec cgscope "$@"
fi

here=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)

show() {
    printf '\n$ %s\n' "$*"
    status=0
    "$@" || status=$?
}

printf '$ id\n%s\n\n$ cat demo-scope.sh\n' "$(id)"
cat "$here/demo-scope.sh"
cd "$here"
show cgscope run --delegate cpu,io -- bash demo-scope.sh
if [[ $status -eq 125 && -e may-enable ]]; then
    printf '\nThat was refused: by default systemd hands users no io and no cpuset. It takes one command, and no new login:\n'
    show cgscope enable io
    show cgscope run --delegate cpu,io -- bash demo-scope.sh
elif [[ $status -eq 125 ]]; then
    printf '\nThat was refused: not every controller reaches users here (by default systemd hands them no io).\n'
    printf 'With the one that the job needs:\n'
    show cgscope run --delegate cpu -- bash demo-scope.sh
fi
exit "$status"
