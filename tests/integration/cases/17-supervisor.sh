# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# Who stays beside a command is outside of the limits that it reports on, and there is a report in every case in which it
# was not itself killed on purpose. What cgscope makes, systemd-oomd sees.

# field FILE NAME: of a report in JSON; empty where it is absent.
field() {
    python3 -c '
import json, sys
print(json.load(open(sys.argv[1])).get(sys.argv[2], ""))' "$1" "$2" 2>/dev/null || echo 'no report'
}

# expect_field FILE NAME VALUE
expect_field() {
    expect_equal "$1: $2=$(field "$1" "$2")" "$1: $2=$3"
}

# Where the command and the one beside it are, and what limits them.
places='
    for group in "" main/ supervisor/; do
        for file in memory.max memory.high memory.oom.group pids.max cpu.max memory.current; do
            printf "%s%s=%s\n" "${group%/}${group:+:}" "$file" "$(cat "$CGSCOPE_ROOT/$group$file" 2>/dev/null)"
        done
    done
    echo "enabled=$(cat "$CGSCOPE_ROOT/cgroup.subtree_control")"'

setup() {
    chmod 777 .
}

# A scope that failed stays until somebody has seen it, and would be the next tests' trouble.
teardown() {
    local user
    for user in root tester; do
        no_scopes_of "$user" || manager_of "$user" reset-failed '*.scope' || true
    done
}

test_limits() {
    # the limits of a supervised run are on the command's group, and the scope has a little more, for cgscope itself
    needs controllers memory pids cpu
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --wait -p MemoryMax=100M -p MemoryHigh=80M -p TasksMax=7 -p CPUQuota=50% \
            -p OOMPolicy=kill -- sh -c "$places"
        expect_status 0
        expect_value main:memory.max 104857600
        expect_value main:memory.high 83886080
        expect_value main:pids.max 7
        expect_value main:cpu.max '50000 100000'
        expect_value main:memory.oom.group 1
        expect_value memory.oom.group 0
        expect_value pids.max 8
        expect_value cpu.max '51000 100000'
        [[ $(value memory.max) -gt 104857600 && $(value memory.max) -le 110000000 ]] ||
            fail "memory.max of the scope is $(value memory.max)"
        expect_value supervisor:memory.max max
        expect_value supervisor:pids.max max
        expect_value supervisor:memory.oom.group 0
        # In a delegated subtree, too, whose groups beside the leaf the scope limits. Shares are of the same whole.
        run as "$user" cgscope run -q --wait --delegate -p MemoryMax=50% -p TasksMax=1% -- sh -c "$places"
        expect_status 0
        [[ $(value main:memory.max) -lt $(value memory.max) ]] || fail 'the scope has no more memory than the command'
        expect_equal "$(value pids.max)" "$(($(value main:pids.max) + 1))"
    done
}

test_oom_policy() {
    # what kills all of a command for want of memory leaves the report to be written: OOMPolicy=kill and stop
    # deadline 90
    needs controllers memory
    local user policy hog='x = bytearray(300 << 20)'
    for user in root tester; do
        for policy in kill stop; do
            rm -f report
            run as "$user" sh -c "cgscope run -q --json --report=$scratch/report -p MemoryMax=40M -p MemorySwapMax=0 \
                -p OOMPolicy=$policy -p TimeoutStopSec=2 -- sh -c '
                    trap \"\" TERM; python3 -c \"$hog\"; sleep 1000'; exit \$?"
            expect_status 137
            expect_field report signal SIGKILL
            expect_field report stopped_by OOMPolicy
            [[ $(field report events_oom_kill) -ge 1 ]] || fail "events_oom_kill is '$(field report events_oom_kill)'"
        done
    done
    expect_no_scopes root tester
}

test_one_task() {
    # TasksMax=1 is one task of the command's, with somebody beside it as without
    needs controllers pids
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --wait -p TasksMax=1 -- sh -c 'echo ran=yes'
        expect_status 0
        expect_value ran yes
        run as "$user" cgscope run -q --json --report="$scratch/report" -p TasksMax=1 -- python3 -c '
import os
try: os.fork(); print("forked=yes")
except BlockingIOError: print("forked=no")'
        expect_status 0
        expect_value forked no
        expect_field report tasks_peak 1
        rm -f report
    done
}

test_full_group() {
    # a group that has as many processes as it may takes one more, in place and with --wait
    needs controllers pids
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --delegate=pids -- sh -c '
            cgscope create ./full TasksMax=1 && cgscope exec ./full -- sleep 1000 &
            while [ -z "$(cat "$CGSCOPE_ROOT/full/cgroup.procs" 2>/dev/null)" ]; do sleep 0.05; done
            cgscope exec ./full -- true; echo "place=$?"
            cgscope exec ./full --wait -- true; echo "wait=$?"
            cgscope kill ./full'
        expect_value place 0
        expect_value wait 0
        expect_lines err 0
    done
}

# What runs with a time limit of three seconds, and another second to end in; each leaves a report in a file of its name.
# In the background, so that waiting for one is waiting for all. $unit is kept, for the manager's word on it.
time_limits='
    limited() {
        local file=$1 command=$2
        shift 2
        cgscope run -q --json --report="$PWD/$file" -p RuntimeMaxSec=3 -p TimeoutStopSec=1 "$@" -- sh -c "$command"
    }
    stubborn="trap \"\" TERM; while :; do sleep 0.1; done"
    limited stubborn "$stubborn" --no-collect -u "$unit" & a=$!
    limited obedient "trap \"exit 3\" TERM; while :; do sleep 0.1; done" & b=$!
    limited at-once "$stubborn" -p KillSignal=SIGKILL -p TimeoutStopSec=60 & c=$!
    limited unasked "trap \"exit 3\" TERM; while :; do sleep 0.1; done" -p KillMode=mixed & d=$!
    limited other "trap \"exit 4\" 37; while :; do sleep 0.1; done" -p KillSignal=SIGRTMIN+3 & e=$!
    limited random "$stubborn" -p RuntimeRandomizedExtraSec=1 & f=$!
    limited in-time "exit 5" & g=$!
    for child in $a $b $c $d $e $f $g; do wait $child; printf "%s " $?; done'

# has_failed USER UNIT RESULT
has_failed() {
    [[ $(manager_of "$1" show -p ActiveState -p Result "$2" | sort | xargs) == "ActiveState=failed Result=$3" ]]
}

test_time_limit() {
    # a command that outlives RuntimeMaxSec= is ended, however stubborn it is, its report is written, and its manager knows
    needs container
    local user name
    for user in root tester; do
        mkdir -m 777 "$user"
        (
            run as "$user" bash -c "cd $scratch/$user; unit=test-limit-$user.scope; $time_limits"
            printf '%s\n' "$out" >"$user/statuses"
        ) &
    done
    wait
    for user in root tester; do
        expect_equal "$(<"$user/statuses")" '137 3 137 137 4 137 5 '
        for name in stubborn at-once unasked random; do
            expect_field "$user/$name" signal SIGKILL
            expect_field "$user/$name" stopped_by RuntimeMaxSec
        done
        expect_field "$user/obedient" stopped_by RuntimeMaxSec
        expect_field "$user/obedient" exit_status 3
        expect_field "$user/other" stopped_by RuntimeMaxSec
        expect_field "$user/in-time" stopped_by ''
        wait_until has_failed "$user" "test-limit-$user.scope" timeout
        manager_of "$user" reset-failed "test-limit-$user.scope"
    done
    expect_no_scopes root tester
}

test_time_before() {
    # the time limit of a command begins with its scope: waiting for a busy manager, or for a password, is not its time
    needs container
    local pid
    pid=$(manager_pid tester)
    (
        sleep 4
        kill -CONT "$pid"
    ) &
    kill -STOP "$pid"
    run nearby tester bash -c '
        limited() {
            timeout 60 cgscope run -q --json --report="$1" -p RuntimeMaxSec=3 -p TimeoutStopSec=1 -- sh -c "$2" &
        }
        limited status "exit 5"; a=$!
        limited signal "kill -SEGV \$\$"; b=$!
        wait $a; echo "status=$?"
        wait $b; echo "signal=$?"'
    wait
    expect_value status 5
    expect_value signal 139
    expect_field status stopped_by ''
    expect_field signal stopped_by ''
    expect_field signal signal SIGSEGV
}

test_unread_report() {
    # a report that nobody reads any more costs nothing of the exit status
    needs container
    local user
    for user in root tester; do
        # Services begin with it ignored.
        run as "$user" bash -c '
            env --default-signal=PIPE cgscope run -q --report -- sh -c "sleep 0.5; exit 3" 2>&1 >/dev/null | true
            echo "${PIPESTATUS[0]}"'
        expect_out '^3$'
    done
}

test_memory_enabled() {
    # leaf and supervisor have memory wherever it reaches the scope, whatever else was asked for
    needs controllers memory cpu
    local user
    for user in root tester; do
        # What a neighbour or a report asks for reaches the scope, and with it the groups in it.
        run as "$user" cgscope run -q --delegate=cpu -p MemoryAccounting=yes -- sh -c "$places"
        [[ -n $(value main:memory.current) ]] || fail 'the leaf has no memory controller'
        run as "$user" cgscope run -q --report=/dev/null -- sh -c "$places"
        [[ -n $(value main:memory.current) && -n $(value supervisor:memory.current) ]] ||
            fail 'the groups of a supervised run have no memory controller'
        start "$user"
        run as "$user" cgscope adopt -q --delegate=cpu -p MemoryAccounting=yes "$started"
        expect_status 0
        [[ -e /sys/fs/cgroup$(group_of "$started")/memory.current ]] || fail 'the adopted have no memory controller'
        kill -KILL "$started"
    done
}

# oomd_on: a systemd-oomd that acts after a second.
oomd_on() {
    mkdir -p /run/systemd/oomd.conf.d
    printf '[OOM]\nDefaultMemoryPressureDurationSec=1s\n' >/run/systemd/oomd.conf.d/test.conf
    systemctl start systemd-oomd.service
}

oomd_off() {
    systemctl stop systemd-oomd.service
    rm -f /run/systemd/oomd.conf.d/test.conf
}

# Reads a file again and again that does not fit: reclaim, and pressure, for as long as it lives.
thrash='
import mmap, os, tempfile
file = tempfile.TemporaryFile(dir="/var/tmp")
file.truncate(96 << 20)
pages = mmap.mmap(file.fileno(), 96 << 20)
while True:
    for i in range(0, len(pages), 4096): pages[i]'

test_oomd() {
    # systemd-oomd kills the command that thrashes, not its neighbour, and the report says so
    # deadline 240
    needs controllers memory
    local user
    oomd_on
    mkdir -p /run/systemd/system
    printf '[Slice]\nManagedOOMMemoryPressure=kill\nManagedOOMMemoryPressureLimit=5%%\n' >/run/systemd/system/test-oomd.slice
    systemctl daemon-reload
    # It has more than the other, and does nothing.
    systemd-run --quiet --collect --unit=test-neighbour --slice=test-oomd.slice -- \
        python3 -c 'import time; x = bytearray(120 << 20); time.sleep(1000)'
    run timeout 100 sh -c "cgscope run -q --json --report=$scratch/report --slice=test-oomd.slice --delegate=cpu \
        -p MemoryHigh=24M -- python3 -c '$thrash'; exit \$?"
    expect_status 137
    expect_field report signal SIGKILL
    [[ $(field report oomd_kill) -ge 1 ]] || fail "oomd_kill is '$(field report oomd_kill)'"
    systemctl is-active --quiet test-neighbour || fail 'the neighbour was killed'
    systemctl stop test-neighbour
    # The scope itself may be what is looked after.
    run as tester timeout 100 sh -c "cgscope run -q --json --report=$scratch/report2 -p MemoryHigh=24M \
        -p ManagedOOMMemoryPressure=kill -p ManagedOOMMemoryPressureLimit=5% -- python3 -c '$thrash'; exit \$?"
    expect_status 137
    [[ $(field report2 oomd_kill) -ge 1 ]] || fail "oomd_kill is '$(field report2 oomd_kill)'"
    oomd_off
    rm -f /run/systemd/system/test-oomd.slice
    systemctl daemon-reload
}
