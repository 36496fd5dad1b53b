# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # $guest_dir comes from scopes.sh
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# What is nobody's mistake: every verb when the kernel lacks a call, or forbids it.

missing_calls() {
    "$guest_dir/missing-calls.py"
}

test_missing_calls() {
    # each system call that is newer than Linux 5.3 answers ENOSYS and EPERM: every verb says so or does without
    # deadline 200
    needs container
    local user
    for user in root tester; do
        inside "$user" missing_calls
    done
}
