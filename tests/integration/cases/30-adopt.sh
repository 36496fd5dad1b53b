# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# `cgscope adopt`: a scope around processes that run already.
# The tests that need no controllers are for the container.

teardown() {
    local pid
    pid=$(manager_pid tester)
    kill -CONT "$pid" 2>/dev/null || true
    manager_of root stop 'test-*.scope' 2>/dev/null || true
    manager_of tester stop 'test-*.scope' 'app-cgscope-*.scope' 2>/dev/null || true
}

# expect_in PID PATTERN: of bash, for the control group.
expect_in() {
    local group
    group=$(group_of "$1")
    # shellcheck disable=SC2053 # a pattern it is
    [[ $group == $2 ]] || fail "process $1 is in $group, expected $2"
}

# The unit that adopt names on stderr.
adopted_unit() {
    sed -n 's/^Running as unit: //p' <<<"$err"
}

test_adopt() {
    # several running processes come into one new scope, which goes with the last of them
    local user first second unit
    for user in root tester; do
        start "$user"
        first=$started
        start "$user"
        second=$started
        run as "$user" cgscope adopt "$first" "$second"
        expect_status 0
        expect_lines out 0
        expect_lines err 1
        expect_err '^Running as unit: app-cgscope-adopted-[0-9a-f]{16}\.scope$'
        unit=$(adopted_unit)
        expect_in "$first" "/*/$unit"
        expect_in "$second" "/*/$unit"
        unit_is "$user" "$unit" loaded || fail "$unit is not loaded"
        kill -KILL "$first"
        sleep 0.3
        unit_is "$user" "$unit" loaded || fail "$unit went before its last process"
        kill -KILL "$second"
        wait_until unit_is "$user" "$unit" not-found
    done
}

test_adopt_delegate() {
    # with --delegate the processes go into the leaf, and their user can divide the scope
    local user first second root
    for user in root tester; do
        start "$user"
        first=$started
        start "$user"
        second=$started
        run as "$user" cgscope adopt -q --delegate -u test-adopt "$first" "$second"
        expect_status 0
        expect_lines err 0
        expect_in "$first" '/*/test-adopt.scope/main'
        expect_in "$second" '/*/test-adopt.scope/main'
        root=/sys/fs/cgroup$(group_of "$first")
        run nearby "$user" mkdir "${root%/main}/child"
        expect_status 0
        kill -KILL "$first" "$second"
        expect_no_scopes "$user"

        start "$user"
        run as "$user" cgscope adopt -q --delegate --leaf=work -u test-adopt "$started"
        expect_in "$started" '/*/test-adopt.scope/work'
        kill -KILL "$started"
        expect_no_scopes "$user"

        start "$user"
        run as "$user" cgscope adopt -q --delegate --no-leaf -u test-adopt "$started"
        expect_in "$started" '/*/test-adopt.scope'
        kill -KILL "$started"
        expect_no_scopes "$user"
    done
}

test_adopt_json() {
    # --json says what was made, --slice and --description are in force
    local user
    for user in root tester; do
        start "$user"
        run as "$user" cgscope adopt -q --json --slice=test --description='two words' -u test-adopt "$started"
        expect_status 0
        expect_equal "$(python3 -c 'import json, sys; d = json.loads(sys.argv[1]); print(d["unit"], d["control_group"])' \
            "$out")" "test-adopt.scope $(group_of "$started")"
        expect_in "$started" '*/test.slice/test-adopt.scope'
        expect_equal "$(manager_of "$user" show -p Description --value test-adopt.scope)" 'two words'
        kill -KILL "$started"
        expect_no_scopes "$user"
    done
}

test_adopt_limits() {
    # limits and controllers are in force around the processes
    needs controllers cpu memory pids
    local user root
    for user in root tester; do
        start "$user"
        run as "$user" cgscope adopt -q -u test-adopt --delegate=memory,pids -p MemoryMax=100M -p TasksMax=50 "$started"
        expect_status 0
        root=/sys/fs/cgroup$(group_of "$started")
        root=${root%/main}
        expect_equal "$(<"$root/memory.max") $(<"$root/pids.max")" '104857600 50'
        expect_equal "$(tr ' ' '\n' <"$root/cgroup.subtree_control" | sort | xargs)" 'memory pids'
        kill -KILL "$started"
        expect_no_scopes "$user"
    done
}

test_same_twice() {
    # the same process named twice is adopted once
    local user
    for user in root tester; do
        start "$user"
        run as "$user" cgscope adopt -q -u test-adopt "$started" "$started"
        expect_status 0
        expect_in "$started" '/*/test-adopt.scope'
        kill -KILL "$started"
        expect_no_scopes "$user"
    done
}

test_no_process() {
    # what is no process of ours is refused in one line: gone, a zombie, no number, 1, a thread
    needs container
    local user gone thread zombie word
    sh -c : &
    gone=$!
    wait "$gone"
    python3 -W ignore -c '
import os, threading, time
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
with open("threads", "w") as f:
    f.write(" ".join(os.listdir("/proc/self/task")))
if os.fork() == 0:
    os._exit(0)
time.sleep(1000)' &
    wait_until test -s threads
    for thread in $(<threads); do
        [[ $thread != "$!" ]] || continue
        break
    done
    # shellcheck disable=SC2009 # of this parent, in this state
    zombie() { ps --ppid "$1" -o pid=,stat= | awk '$2 ~ /^Z/ { print $1 }'; }
    wait_until eval "[[ -n \$(zombie $!) ]]"
    zombie=$(zombie $!)
    for user in root tester; do
        run nearby "$user" cgscope adopt "$gone"
        expect_refusal 1 "no process $gone\$"
        run nearby "$user" cgscope adopt 1
        expect_refusal 1 'process 1 '
        run nearby "$user" cgscope adopt "$thread"
        expect_refusal 1 "$thread is a thread"
        run nearby "$user" cgscope adopt "$zombie"
        # It is root's.
        expect_refusal 1 "(no process|process) $zombie"
        for word in x 12x 0 -- 99999999999999 1.5 '' ' 1' +1; do
            run nearby "$user" cgscope adopt "$word"
            [[ $status -eq 1 || $status -eq 2 ]] || fail "status $status for '$word'"
            expect_lines err 1
            expect_lines out 0
        done
        # One that is good among them stays where it is.
        start "$user"
        run as "$user" cgscope adopt "$started" "$gone"
        expect_refusal 1 "no process $gone\$"
        expect_in "$started" '/system.slice/testrun-*.service'
        expect_no_scopes "$user"
    done
}

test_kernel_thread() {
    # a kernel thread stays where it is
    needs vm
    local user pid
    # In the container none can be seen.
    pid=$(pgrep -o -P 2) || fail 'no kernel threads here'
    for user in root tester; do
        run nearby "$user" cgscope adopt "$pid"
        expect_refusal 1 "process $pid is a kernel thread"
    done
    expect_no_scopes root tester
}

test_other_user() {
    # a process of another user's is refused, and root can adopt it
    start other
    run as tester cgscope adopt "$started"
    expect_refusal 1 "process $started belongs to uid 1001, you are uid 1000"
    expect_in "$started" '/system.slice/testrun-*.service'
    local others=$started
    start tester
    run as tester cgscope adopt "$started" "$others"
    expect_refusal 1 "process $others belongs to uid 1001"
    expect_in "$started" '/system.slice/testrun-*.service'
    expect_no_scopes tester
    run as root cgscope adopt -q -u test-adopt "$others"
    expect_status 0
    expect_in "$others" '/system.slice/test-adopt.scope'
    kill -KILL "$others"
    expect_no_scopes root
}

test_steal() {
    # a process in another delegated scope of cgscope's is refused, and taken with --steal
    local user pid
    for user in root tester; do
        start "$user" cgscope run -q -u test-owner --delegate -- sleep 1000
        pid=$started
        wait_until eval "[[ \$(group_of $pid) == */test-owner.scope/main ]]"
        run as "$user" cgscope adopt "$pid"
        expect_refusal 1 "process $pid is in the delegated test-owner.scope.*--steal"
        expect_in "$pid" '/*/test-owner.scope/main'
        run as "$user" cgscope adopt -q --steal -u test-thief "$pid"
        expect_status 0
        expect_in "$pid" '/*/test-thief.scope'
        kill -KILL "$pid"
        expect_no_scopes "$user"
    done
}

test_steal_unmarked() {
    # so is one that systemd-run had delegated, which a user manager does not mark
    needs container
    local user option pid
    for user in root tester; do
        option=$([[ $user == root ]] || echo --user)
        # shellcheck disable=SC2086 # no word, or one
        start "$user" env XDG_RUNTIME_DIR=/run/user/1000 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus \
            systemd-run $option --quiet --scope --unit=test-owner -p Delegate=yes sleep 1000
        pid=$started
        wait_until eval "[[ \$(group_of $pid) == */test-owner.scope ]]"
        run as "$user" cgscope adopt "$pid"
        expect_refusal 1 "process $pid is in the delegated test-owner.scope"
        expect_in "$pid" '/*/test-owner.scope'
        # Also from a group that its owner has made in it.
        mkdir "/sys/fs/cgroup$(group_of "$pid")/part"
        echo "$pid" >"/sys/fs/cgroup$(group_of "$pid")/part/cgroup.procs"
        run as "$user" cgscope adopt "$pid"
        expect_refusal 1 "process $pid is in the delegated test-owner.scope"
        run as "$user" cgscope adopt -q --steal -u test-thief --delegate "$pid"
        expect_status 0
        expect_in "$pid" '/*/test-thief.scope/main'
        kill -KILL "$pid"
        expect_no_scopes "$user"
    done
}

test_adopt_taken_name() {
    # a name that is taken is refused, and the process stays where it is
    needs container
    local user first
    for user in root tester; do
        start "$user"
        first=$started
        run as "$user" cgscope adopt -q -u test-taken "$first"
        expect_status 0
        start "$user"
        run as "$user" cgscope adopt -u test-taken "$started"
        expect_refusal 1 'test-taken.scope is taken'
        expect_in "$started" '/system.slice/testrun-*.service'
        expect_in "$first" '/*/test-taken.scope'
        kill -KILL "$first" "$started"
        expect_no_scopes "$user"
    done
}

test_adopt_from_session() {
    # in a login session the shell itself can be adopted
    local script
    script bash -c 'cgscope adopt -q --delegate -u test-adopt $$ && sed -n s/^0:://p /proc/self/cgroup'
    run as_session tester bash "$script"
    expect_status 0
    expect_out '/user@1000\.service/app\.slice/test-adopt\.scope/main$'
    expect_no_scopes tester
}

test_adopt_unreachable() {
    # controllers and limits that do not reach the manager: refused before anything is moved
    local user words
    for user in root tester; do
        words=(--delegate=misc)
        [[ $CGSCOPE_SYSTEM == vm ]] || words=(--delegate=cpu -pMemoryMax=1G -pTasksMax=10)
        [[ $CGSCOPE_SYSTEM != vm || $user == root ]] || words+=(--delegate=io -pIOWeight=50 -pAllowedCPUs=0)
        start "$user"
        for word in "${words[@]}"; do
            run as "$user" cgscope adopt "$word" "$started"
            expect_refusal 1 ' not available'
            expect_in "$started" '/system.slice/testrun-*.service'
        done
        expect_no_scopes "$user"
        run as "$user" cgscope adopt -q --best-effort "${words[0]}" -u test-adopt "$started"
        expect_status 0
        expect_lines err 1
        expect_in "$started" '/*/test-adopt.scope/main'
        kill -KILL "$started"
        expect_no_scopes "$user"
    done
}

# adopt_while_stopped WORD…: stops tester's manager, has the process $started adopted, and ends it before the
# manager goes on. The status of the adoption, and what it said, as run keeps them.
adopt_while_stopped() {
    local pid status=0
    pid=$(manager_pid tester)
    kill -STOP "$pid"
    nearby tester cgscope adopt "$@" "$started" &
    sleep 1
    kill -KILL "$started"
    sleep 0.5
    kill -CONT "$pid"
    wait $! || status=$?
    return "$status"
}

test_ends_meanwhile() {
    # a process that ends while the manager is at work leaves no scope, reaped or not
    needs container
    local held
    start tester
    run adopt_while_stopped
    expect_status 1
    expect_lines err 1
    expect_lines out 0
    expect_no_scopes tester

    # Its parent does not take notice, so it stays a zombie.
    start tester python3 -c 'import subprocess, time; p = subprocess.Popen(["sleep", "1000"]); time.sleep(1000)'
    held=$started
    wait_until pgrep -P "$held"
    started=$(pgrep -P "$held")
    run adopt_while_stopped --delegate
    expect_status 1
    expect_lines err 1
    expect_lines out 0
    expect_no_scopes tester
    kill -KILL "$held"
}
