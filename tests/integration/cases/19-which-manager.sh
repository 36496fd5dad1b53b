# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# The manager that answers is the one that was meant.
# The tests that need no controllers are for the container.

test_user_namespace() {
    # user 0 of a user namespace of one's own is no administrator: the user manager is asked
    local script
    script unshare -Ur cgscope run -q -u test-mapped --delegate -- sh -c '
        id -u; sed -n s/^0:://p /proc/self/cgroup
        cgscope status . >/dev/null; cgscope list -n -o unit; cgscope create ./inner && cgscope remove ./inner'
    run as_user tester bash "$script"
    expect_status 0
    expect_lines err 0
    expect_out '^0$'
    expect_out '/user@1000\.service/app\.slice/test-mapped\.scope/main$'
    expect_out '^test-mapped\.scope$'
    expect_no_scopes root tester
    # Nor is he where he made himself PID 1. The user manager enforces no such setting, which is known before it is asked.
    run nearby tester unshare -Ur --pid --fork --mount-proc cgscope run -p IPAddressDeny=any -- true
    expect_refusal 125 'your user manager'
}

test_user_namespace_bare() {
    # so where the environment names no bus, and doctor says who is asked
    local script
    script env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS unshare -Ur sh -c '
        cgscope run -q -- sed -n s/^0:://p /proc/self/cgroup; cgscope doctor; :'
    run as_user tester bash "$script"
    expect_status 0
    expect_out '/user@1000\.service/app\.slice/app-cgscope-sed-'
    expect_out 'user 0 of a user namespace, and uid 1000 outside'
    expect_out 'your user manager answers'
    expect_not_out 'you are root'
}
