# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Every verb in surroundings that are broken in one way each.
# The tests that need no controllers are for the container.

# Also where the driver was ended while it had a manager or a slice stand still.
teardown() {
    local top file
    for top in /sys/fs/cgroup "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service"; do
        for file in "$top"/{init.scope,sweepcold.slice}/cgroup.freeze; do
            [[ ! -e $file ]] || echo 0 >"$file"
        done
    done
    end_scopes
}

test_surroundings_root() {
    # by root, a sample: the answer that it gives elsewhere, or one line that names what is broken, in time; nothing left
    # deadline 300
    needs container
    needs plain
    swept root sweep-surroundings.py 120
}

test_surroundings_user() {
    # by a user likewise
    # deadline 300
    needs container
    needs plain
    swept tester sweep-surroundings.py 120
}
