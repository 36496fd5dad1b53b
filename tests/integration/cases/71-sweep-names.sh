# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Hostile names in every place of every verb, and of all that is shown.
# The tests that need no controllers are for the container.

test_names_root() {
    # by root, a sample: what is printed is harmless and JSON is JSON, a failure is one line, no success is another's
    # deadline 300
    needs container
    swept root sweep-names.py 200
}

test_names_user() {
    # by a user likewise
    # deadline 300
    needs container
    swept tester sweep-names.py 200
}
