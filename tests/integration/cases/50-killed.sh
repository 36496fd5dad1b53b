# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# Nothing is left behind, however and whenever cgscope is killed, and however many run at once.
# The tests that need no controllers are for the container.

setup() {
    runs=300 many=1000 at_once=50 helped=40
    # Emulated, each takes a second or so.
    [[ $CGSCOPE_SYSTEM != vm ]] || runs=40 many=100 at_once=10 helped=10
}

teardown() {
    local pid user
    pid=$(manager_pid tester)
    kill -CONT "$pid" 2>/dev/null || true
    for user in root tester; do
        manager_of "$user" stop 'careless-*.scope' 2>/dev/null || true
    done
}

# expect_none_left: as kill-race.py has it.
expect_none_left() {
    expect_status 0
    expect_value left 0
    expect_value processes 0
}

test_killed_root() {
    # killed at random instants, its zombie kept or not: no scope and no process is left (root)
    # deadline 150
    run "$kill_race" kill "$runs" --
    expect_none_left
    [[ $(value killed) -gt $((runs / 4)) ]] || fail 'most were done before they were killed'
}

test_killed_user() {
    # the same for a user's scopes
    # deadline 150
    run as tester "$kill_race" kill "$runs" --
    expect_none_left
    [[ $(value killed) -gt $((runs / 4)) ]] || fail 'most were done before they were killed'
}

test_killed_helper() {
    # the process that helps cgscope is killed instead: 125 and one line, or the command runs; nothing is left
    # deadline 150
    local user
    for user in root tester; do
        run as "$user" "$kill_race" helper "$helped"
        expect_none_left
        expect_value errors 0
        [[ $(value killed) -gt 0 ]] || fail 'none was killed in time'
    done
}

test_killed_while_stopped() {
    # killed while its manager is stopped, its zombie kept or reaped: nothing is left when the manager goes on
    # deadline 100
    run nearby tester "$kill_race" stopped "$(manager_pid tester)"
    expect_none_left
    expect_value held_left 0
    expect_value held_processes 0
    unit_is tester init.scope loaded || fail 'the manager does not answer'
}

test_many() {
    # many at once: each succeeds in a scope of its own, and none is left
    # deadline 200
    local user
    for user in root tester; do
        run as "$user" "$kill_race" many "$many" "$at_once"
        expect_none_left
        expect_value errors 0
        expect_value distinct "$many"
    done
}

test_leak_is_seen() {
    # a client that does not wait for its job leaves scopes without processes, and the count above sees them
    # deadline 150
    [[ $CGSCOPE_SYSTEM == container ]] || return 0 # a race, and emulation shifts it
    run as tester "$kill_race" leak 150
    expect_status 0
    [[ $(value left) -gt 0 ]] || skip 'the leak did not show here'
    manager_of tester show -p SubState --value 'careless-*.scope' | sort -u >states
    [[ " $(xargs <states) " == *' running '* ]] || fail 'what was left was no scope that runs'
}

is_elsewhere() {
    [[ $(readlink "/proc/$1/ns/cgroup") != "$(readlink /proc/self/ns/cgroup)" ]]
}

test_killed_ns() {
    # `ns` is killed while its children look from inside of namespaces: none of them stays
    # deadline 100
    for _ in {1..4}; do
        unshare --cgroup sleep 1000 &
        wait_until is_elsewhere $!
    done
    run "$kill_race" kill 60 -- cgscope ns
    expect_none_left
    [[ $(value killed) -gt 15 ]] || fail 'most were done before they were killed'
}
