# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Every verb that changes something, asked twice, by many at once, and interrupted.
# The tests that need no controllers are for the container.

test_interrupted_root() {
    # by root: killed, ended and stopped at random instants, it is done or not done, and nothing else is left
    # deadline 300
    needs container
    swept root sweep-interrupted.py 6 40
}

test_interrupted_user() {
    # by a user likewise
    # deadline 300
    needs container
    swept tester sweep-interrupted.py 6 40
}
