# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/delegation.sh
. "${BASH_SOURCE[0]%/*}/../delegation.sh"
# The service under those who wish it ill.

teardown() {
    [[ -z ${stopped-} ]] || kill -CONT "$stopped" 2>/dev/null || true
    restore
}

# flood_while_stopped WORDS…: the service does nothing until the bus holds all of a flood: a call of tester's as "ask"
# takes it, and three of the largest messages. Then it goes on. What was answered is in "flood".
flood_while_stopped() {
    local flood_pid
    ask root Get 1000
    stopped=$(service_pid)
    kill -STOP "$stopped"
    "$caller" -u tester -p 3 "$@" >flood 2>flood.sent </dev/null &
    flood_pid=$!
    wait_until grep -qs ^sent flood.sent
    kill -CONT "$stopped"
    wait "$flood_pid"
    stopped=''
}

# The most that the service ever had in its memory, in KiB.
peak_of() {
    awk '/^VmHWM:/ { print $2 }' "/proc/$1/status"
}

test_largest_messages() {
    # of the largest messages that lie before an answer the service holds one at a time, and lives; root is served
    local pid n
    ask root Get 1000
    expect_answer 'ok$'
    pid=$(service_pid)
    for n in 1 2; do
        flood_while_stopped Get 1000
        run cat flood
        expect_out '^1 ok$'
        expect_out '^3 pong$'
    done
    expect_equal "$(service_pid)" "$pid"
    [[ $(peak_of "$pid") -lt 65536 ]] || fail "the service had $(peak_of "$pid") KiB"
    ask root Get 1000
    expect_answer 'ok$'
}

test_no_start_limit() {
    # however often it ended within a short time, it is started again for who asks next
    # deadline 90
    local n
    for ((n = 0; n < 8; n++)); do
        ask tester Get 1000
        expect_answer 'ok$'
        systemctl kill --signal=KILL cgscoped.service
        wait_until service_is_down
    done
    ask root Get 1000
    expect_answer 'ok$'
    systemctl reset-failed cgscoped.service 2>/dev/null || true
}

service_is_down() {
    [[ $(systemctl show -p ActiveState --value cgscoped.service) != active ]]
}
