# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# What somebody types who has read little of the manual.
# The tests that need no controllers are for the container.

setup() {
    chmod 777 .
}

# start_job USER: the delegated scope test-job-1.
start_job() {
    start "$1" cgscope run -q -u test-job-1 --delegate -- sleep 1000
    wait_until eval "[[ \$(group_of $started) == */test-job-1.scope/main ]]"
}

# told USER STATUS PATTERN ARGS…: refuses in one line.
told() {
    local user=$1 wanted=$2 pattern=$3
    shift 3
    run nearby "$user" cgscope "$@"
    expect_refusal "$wanted" "^cgscope: $pattern"
}

test_names() {
    # a unit's name without its suffix is a scope's in all verbs, as with run -u; what is near is named
    needs container
    local user words job=test-job-1
    for user in root tester; do
        start_job "$user"
        for words in "status $job" "tree $job" "procs -r $job" "controllers $job" "get $job/main cgroup.procs" \
            "create $job/g" "remove $job/g" "freeze $job" "thaw $job" "ns -u $job" "move --steal $job/main $started"; do
            # shellcheck disable=SC2086 # words
            run nearby "$user" cgscope $words
            expect_status 0
        done
        for words in "get main cgroup.procs" "remove -r main" "stop main" "kill main"; do
            # shellcheck disable=SC2086 # words
            run nearby "$user" cgscope exec "$job/main" -- cgscope $words
            expect_refusal 1 "has no unit main.scope; the group of that name is ./main"
        done
        told "$user" 4 '.* has no unit test-job-2.scope; ' status test-job-2
        told "$user" 125 '.* has no unit echo.scope; ' exec echo hi
        run nearby "$user" cgscope stop "$job"
        expect_status 0
        wait_until unit_is "$user" "$job.scope" not-found
        run nearby "$user" cgscope stop "$job"
        expect_status 0
        expect_err '^test-job-1.scope is not there'
    done
    for words in "4 status" "1 stop" "1 kill" "1 remove"; do
        told root "${words% *}" 'the system manager has no unit dbus.scope; it has dbus.service' "${words#* }" dbus
        told root "${words% *}" "the system manager has no unit $$.scope; the group of a process is @$$" "${words#* }" $$
    done
    told tester 4 '.* has no unit user@1000.service, the system manager has; --system looks there' \
        status user@1000.service
    told tester 1 '.* has no unit systemd-journald.service, the system manager has' freeze systemd-journald.service
}

test_own() {
    # status without a target, outside of any delegated unit: 4, as for a unit that is not there
    needs container
    local user
    for user in root tester; do
        start "$user" sh -c "cgscope status 2>$scratch/$user; echo \$? >>$scratch/$user"
        wait_until grep -qx '[0-9]*' "$scratch/$user"
        expect_equal "$(tail -n 1 "$scratch/$user")" 4
        grep -q 'start one with cgscope run --delegate' "$scratch/$user" || fail "$(<"$scratch/$user")"
    done
}

test_keys() {
    # keys that are near to others, or for another verb, or for units alone
    needs container
    start_job tester
    nearby tester cgscope create test-job-1/g
    told tester 1 "unknown file 'cpu.stats', did you mean cpu.stat\\?" get test-job-1/g cpu.stats
    told tester 1 "unknown file 'memory.presure', did you mean memory.pressure\\?" get test-job-1/g memory.presure
    told tester 2 "unknown file 'memory.mxa', did you mean memory.max\\?" set test-job-1/g memory.mxa=1
    run nearby tester cgscope get test-job-1/g MemoryHigh
    expect_not_err 'did you mean'
    run nearby tester cgscope procs test-job-1
    expect_status 0
    expect_err '^no process is in test-job-1.scope itself; -r lists those in the groups below it'
    told tester 1 "unknown property 'MemoryMxa', did you mean MemoryMax\\?" get test-job-1 MemoryMxa
    told tester 1 'RuntimeMaxSec has no file, its manager keeps it; systemctl --user show test-job-1.scope' \
        get test-job-1 RuntimeMaxSec
    told tester 1 'RuntimeMaxSec belongs to a unit, a group has no file for it' get test-job-1/g RuntimeMaxSec
    told tester 2 'Description is set by --description; that is an option of cgscope run and adopt' \
        set test-job-1 Description=x
    manager_of tester stop test-job-1.scope
}

test_doctor_quietly() {
    # doctor -q: the problems and what helps, and nothing else
    needs container
    run nearby tester cgscope doctor --no-pager
    local all=$out wanted
    run nearby tester cgscope doctor -q --no-pager
    expect_status 1
    expect_lines err 0
    expect_not_out '^(ok|note|GROUP|The way)'
    # What begins with a blank is the remedy of the line above it.
    wanted=$(awk '/^[a-z]/ { shown = /^(problem|unknown)/ } /^[^a-z ]/ || /^$/ { shown = 0 } shown' <<<"$all")
    expect_equal "$out" "$wanted"
}

test_narrow() {
    # at 80 columns names are whole: empty columns are left out, what is cut shows it, a pipe is never cut
    needs container
    local unit name columns
    name="app-$(printf 'x%.0s' {1..90}).scope"
    start tester cgscope run -q -u "$name" --delegate -- sleep 1000
    wait_until eval "[[ \$(group_of $started) == */$name/main ]]"
    for columns in list "tree $name"; do
        run nearby tester script -qec "stty cols 80; TERM=xterm NO_COLOR=1 LC_ALL=C.UTF-8 SYSTEMD_PAGER= cgscope $columns" /dev/null
        expect_status 0
        out=${out//$'\r'/}
        expect_out "[ ─]$name\$"
        expect_not_out '^UNIT|^GROUP|CONTROLLERS'
        # shellcheck disable=SC2086 # words
        run nearby tester cgscope $columns
        expect_out "$name +"
        expect_not_out …
    done
    run nearby tester script -qec 'stty cols 80; TERM=xterm NO_COLOR=1 LC_ALL=C.UTF-8 SYSTEMD_PAGER= cgscope ns' /dev/null
    expect_out "…x*\\.scope/main +="
    manager_of tester stop "$name"
}
