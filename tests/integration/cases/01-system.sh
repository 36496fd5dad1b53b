# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/lib.sh
# The ground the other cases stand on: a systemd that is up, with two users' managers.

test_system_is_up() {
    # systemd is up and no unit has failed
    run systemctl is-system-running
    expect_status 0
    expect_out '^running$'
}

test_user_service() {
    # a user's command reaches that user's manager
    run as_user tester systemctl --user is-active init.scope
    expect_status 0
    run as_user other sh -c 'id -u; exit 3'
    expect_status 3
    expect_equal "$out" 1001
}

test_user_session() {
    # a login session is in a session scope
    run as_session tester sh -c 'cat /proc/self/cgroup; echo told >&2; exit 4'
    expect_status 4
    expect_out '0::/user.slice/user-1000.slice/session-.*\.scope'
    expect_equal "$err" told
    expect_lines err 1
}

test_controllers() {
    # with the controllers there, cpu and io can be let through to a user
    needs controllers cpu io memory pids
    delegate_to_user tester cpu io memory pids
    # shellcheck disable=SC2016 # the shell in the scope expands it
    run as_user tester systemd-run --user --scope --quiet -p Delegate=yes \
        sh -c 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/cgroup.controllers"'
    expect_status 0
    expect_out '\bcpu\b.*\bio\b'
    undelegate_from_user tester
}

test_installed() {
    # cgscope is installed and says its version
    run cgscope --version
    expect_status 0
}
