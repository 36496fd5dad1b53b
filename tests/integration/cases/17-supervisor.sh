# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# Who stays beside a command is outside of the limits that it reports on, and there is a report in every case in which it
# was not itself killed on purpose. What cgscope makes, systemd-oomd sees.

setup() {
    chmod 777 .
}

test_full_group() {
    # a group that has as many processes as it may takes one more, in place and with --wait
    needs controllers pids
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --delegate=pids -- sh -c '
            cgscope create ./full TasksMax=1 && cgscope exec ./full -- sleep 1000 &
            while [ -z "$(cat "$CGSCOPE_ROOT/full/cgroup.procs" 2>/dev/null)" ]; do sleep 0.05; done
            cgscope exec ./full -- true; echo "place=$?"
            cgscope exec ./full --wait -- true; echo "wait=$?"
            cgscope kill ./full'
        expect_value place 0
        expect_value wait 0
        expect_lines err 0
    done
}
