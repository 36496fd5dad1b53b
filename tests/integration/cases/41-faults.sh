# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # $guest_dir comes from scopes.sh
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# What is nobody's mistake: every verb when the kernel lacks a call, or forbids it, and when there is no memory.

missing_calls() {
    "$guest_dir/missing-calls.py"
}

# failing_allocations COUNT SEED LONG
failing_allocations() {
    CGSCOPE_TEST_SEED=$2 CGSCOPE_TEST_LONG=$3 "$guest_dir/failing-allocations.py" "$1"
}

test_missing_calls() {
    # each system call that is newer than Linux 5.3 answers ENOSYS and EPERM: every verb says so or does without
    # deadline 200
    needs container
    needs plain
    needs suite trixie
    local user
    for user in root tester; do
        inside "$user" missing_calls
    done
}

test_failing_allocations() {
    # an allocation fails, or all do for a moment: every verb says so, in one line, and leaves nothing; or does without
    # deadline 200
    needs container
    needs plain
    needs suite trixie
    local user seed=${CGSCOPE_TEST_SEED:-$RANDOM}
    note "CGSCOPE_TEST_SEED=$seed"
    for user in root tester; do
        inside "$user" "failing_allocations 3 $seed ${CGSCOPE_TEST_LONG:-0}"
    done
}
