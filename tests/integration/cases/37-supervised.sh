# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# `run --wait`, `run --report`, `exec --report`: the command under a supervisor, and what it used.

# run_here USER SCRIPT: a shell in this directory.
run_here() {
    run as "$1" bash -c "cd $scratch; $2"
}

# field NAME: of the report in JSON in the file report; empty where it is absent.
field() {
    python3 -c '
import json, sys
value = json.load(open(sys.argv[1]))
for name in sys.argv[2].split("."):
    value = value[int(name)] if isinstance(value, list) else value.get(name, "") if value != "" else ""
print(value)' "$scratch/report" "$1"
}

# expect_field NAME VALUE
expect_field() {
    expect_equal "$1=$(field "$1")" "$1=$2"
}

# near NAME VALUE TOLERANCE: numbers.
near() {
    python3 -c '
import sys
have, want, tolerance = float(sys.argv[2] or "nan"), float(sys.argv[3]), float(sys.argv[4])
sys.exit(f"{sys.argv[1]} is {have:.0f}, not within {tolerance:.0f} of {want:.0f}"
         if not abs(have - want) <= tolerance else 0)' "$1" "$(field "$1")" "$2" "$3" || fail "$1 is $(field "$1")"
}

setup() {
    chmod 777 .
}

test_status() {
    # the command's status is passed on: exit codes, signals, and what could not be started
    needs container
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --wait -- sh -c 'exit 7'
        expect_status 7
        run as "$user" sh -c 'cgscope run -q --wait -- sh -c "kill -TERM \$\$"; echo "status=$?"'
        expect_value status 143
        run as "$user" cgscope run -q --wait -- /nonexistent
        expect_refusal 127 'not found'
        run as "$user" cgscope run -q --wait -- /etc/passwd
        expect_refusal 126 'cannot be executed'
    done
    expect_no_scopes root tester
}

test_leaves() {
    # the supervisor sits in the leaf supervisor, the command beside it, with and without --delegate
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --wait --delegate -- sh -c '
            echo "group=$(sed -n s/^0:://p /proc/self/cgroup)"
            echo "supervisor=$(cat "$CGSCOPE_ROOT/supervisor/cgroup.procs")"
            echo "parent=$PPID"
            mkdir "$CGSCOPE_ROOT/job" && echo "made=yes"'
        expect_status 0
        expect_value group '*.scope/main'
        expect_value parent "$(value supervisor)"
        expect_value made yes
        run as "$user" cgscope run -q --report=/dev/null -- sh -c 'echo "group=$(sed -n s/^0:://p /proc/self/cgroup)"'
        expect_status 0
        expect_value group '*.scope/main'
    done
    expect_no_scopes root tester
}

test_signals() {
    # signals to the supervisor are passed on to the command
    needs container
    local user signal
    for user in root tester; do
        for signal in TERM INT HUP QUIT USR1 USR2; do
            # With job control, or a shell has what it starts in the background ignore some of them.
            run_here "$user" 'set -m
                cgscope run -q --wait -- sh -c "trap \"echo got; exit 3\" '"$signal"'; echo ready >ready; while :; do sleep 0.05; done" &
                while [ ! -e ready ]; do sleep 0.05; done
                kill -'"$signal"' $!
                wait $!
                echo "status=$?"
                rm ready'
            expect_out '^got$'
            expect_value status 3
        done
    done
    expect_no_scopes root tester
}

test_left() {
    # what is left when the command ends is counted and killed; --keep leaves it
    local user unit
    for user in root tester; do
        run as "$user" cgscope run -q --json --report="$scratch/report" --delegate -- sh -c '
            mkdir "$CGSCOPE_ROOT/job"
            setsid sleep 1000 &
            setsid sleep 1000 & echo $! >"$CGSCOPE_ROOT/job/cgroup.procs"'
        expect_status 0
        expect_field left 2
        expect_field killed 2
        expect_no_scopes "$user"
        unit=test-keep-$RANDOM.scope
        run as "$user" cgscope run -q --wait --keep -u "$unit" -- sh -c 'setsid sleep 1000 >/dev/null 2>&1 &'
        expect_status 0
        manager_of "$user" is-active --quiet "$unit" || fail 'the rest was not kept'
        manager_of "$user" stop "$unit"
        rm -f report
    done
}

test_supervisor_killed() {
    # the supervisor is killed: the command goes on, and the scope ends with it
    local user unit
    for user in root tester; do
        unit=test-killed-$RANDOM.scope
        rm -f ready
        run_here "$user" '
            cgscope run -q --wait -u '"$unit"' -- sh -c "echo \$\$ >ready; while [ ! -e end ]; do sleep 0.05; done" &
            while [ ! -s ready ]; do sleep 0.05; done
            kill -KILL $!
            wait $!
            sleep 0.2
            kill -0 $(cat ready) && echo "alive=yes"
            touch end'
        expect_value alive yes
        wait_until unit_is "$user" "$unit" not-found
        rm -f end ready
    done
    expect_no_scopes root tester
}

test_report_file() {
    # a report that cannot be written is said before the command starts
    needs container
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --report=/nonexistent/report -- touch "$scratch/ran"
        expect_refusal 125 '/nonexistent/report'
        [[ ! -e ran ]] || fail 'the command was started'
        # An older report stays until there is a new one, and takes nothing of it then.
        printf 'an older report, with more lines than one\n%.0s' {1..99} >report
        chmod 666 report
        run as "$user" cgscope run -q --json --report="$scratch/report" -- /nonexistent
        expect_status 127
        expect_equal "$(wc -l <report)" 99
        run as "$user" cgscope run -q --json --report="$scratch/report" -- true
        expect_field exit_status 0
        # What else is in a file that standard error goes to stays there.
        run as "$user" sh -c "{ echo before >&2; cgscope run -q --report -- true; } 2>$scratch/errors; cat $scratch/errors; rm -f $scratch/errors"
        expect_out '^before'
        rm -f report
        run as "$user" cgscope run -q --delegate -- cgscope exec --create --remove --report=/proc/nothing ./x -- touch "$scratch/ran"
        expect_refusal 125 '/proc/nothing'
        [[ ! -e ran ]] || fail 'the command was started'
    done
    expect_no_scopes root tester
}

test_report_text() {
    # the report for people is on standard error, the command's output alone on standard output
    needs container
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --report -- echo hello
        expect_status 0
        expect_equal "$out" hello
        expect_err 'wall'
        [[ $(wc -L <<<"$err") -le 80 ]] || fail 'wider than 80 columns'
    done
}

test_report_known() {
    # the report's figures agree with what is known: memory, CPU, bytes written, processes
    # deadline 120
    needs controllers memory io pids cpu
    local user
    gcc -O2 -o known-load "$guest_dir/known-load.c"
    # tester's manager is handed io for this once.
    delegate_to_user tester io
    for user in root tester; do
        rm -f report data
        run as "$user" cgscope run -q --json --report="$scratch/report" -- "$scratch/known-load" "$scratch/data"
        expect_status 0
        near memory_peak $((200 * 1024 * 1024)) $((8 * 1024 * 1024))
        near tasks_peak 21 1
        near io_written_bytes $((50 * 1024 * 1024)) $((50 * 1024 * 1024 / 20))
        near cpu_usec "$(value cpu)" $(($(value cpu) / 20))
        rm -f report data
        run as "$user" cgscope run -q --delegate=memory,io,pids -- cgscope exec --create --remove --json \
            --report="$scratch/report" -p MemoryMax=1G -p TasksMax=100 -p 'IOWeight=100' ./job -- "$scratch/known-load" "$scratch/data"
        expect_status 0
        near memory_peak $((200 * 1024 * 1024)) $((8 * 1024 * 1024))
        near tasks_peak 21 1
        near io_written_bytes $((50 * 1024 * 1024)) $((50 * 1024 * 1024 / 20))
        near cpu_usec "$(value cpu)" $(($(value cpu) / 20))
    done
    undelegate_from_user tester
}

test_report_events() {
    # a command that meets its memory limit: killed for lack of memory, and the report says so
    needs controllers memory
    local user
    for user in root tester; do
        rm -f report
        # The shell turns the signal, by which the supervisor ends as well, into a status.
        run as "$user" sh -c "cgscope run -q --json --report=$scratch/report -p MemoryMax=20M -p MemorySwapMax=0 \
            -p OOMPolicy=continue -- python3 -c 'x = bytearray(100 << 20)'; exit \$?"
        expect_status 137
        expect_field signal SIGKILL
        [[ $(field events_oom_kill) -ge 1 ]] || fail "events_oom_kill is '$(field events_oom_kill)'"
        near memory_peak $((20 * 1024 * 1024)) $((2 * 1024 * 1024))
    done
    expect_no_scopes root tester
}

test_absent() {
    # what the kernel does not say is absent, never 0
    needs container
    local user
    for user in root tester; do
        rm -f report
        run as "$user" cgscope run -q --json --report="$scratch/report" -- true
        expect_status 0
        expect_field memory_peak ''
        expect_field io_written_bytes ''
        [[ -n $(field wall_usec) && -n $(field cpu_usec) ]] || fail 'no times'
        expect_field exit_status 0
    done
}

test_job_control() {
    # on a terminal a supervised command stops and goes on as a plain one does, with the same status
    local user
    for user in root tester; do
        run as "$user" python3 "$guest_dir/job-control.py" cgscope run -q --wait -- sh -c "echo go; exec cat"
        expect_status 0
        expect_out '^stopped 148$'
        expect_out '^continued$'
        expect_out '^interrupted 130$'
    done
    expect_no_scopes root tester
}

test_said() {
    # without a report, who was killed and what stopped the command are said; a report in JSON is alone, or on output
    needs container
    local user
    for user in root tester; do
        run as "$user" cgscope run --wait -- sh -c 'setsid sleep 1000 >/dev/null 2>&1 & setsid sleep 1000 >/dev/null 2>&1 &'
        expect_status 0
        expect_err '^2 processes that the command left behind were killed; --keep lets them run on$'
        run as "$user" cgscope run -q --wait -p RuntimeMaxSec=100ms -- sleep 1000
        expect_err '^cgscope: stopped by RuntimeMaxSec=$'
        run as "$user" sh -c "cgscope run --report --json -- true 2>$scratch/errors; cat $scratch/errors; rm -f $scratch/errors"
        expect_json 'data["exit_status"] == 0'
        run as "$user" cgscope run --report=- -- echo hello
        expect_out '^hello$'
        expect_out '^ +wall time: '
        [[ ! -e - ]] || fail 'there is a file "-"'
        expect_lines err 1
    done
    expect_no_scopes root tester
}

test_kept() {
    # --keep leaves what is left in its group, and none of cgscope's own
    needs container
    local user unit group
    for user in root tester; do
        unit=test-keep-$RANDOM.scope
        run as "$user" cgscope run -q --wait --keep -u "$unit" -- sh -c 'setsid sleep 1000 >/dev/null 2>&1 & echo pid=$!'
        expect_status 0
        expect_lines err 0
        group=$(group_of "$(value pid)")
        [[ $group == */"$unit/main" ]] || fail "it is in $group"
        wait_until test ! -e "/sys/fs/cgroup${group%/*}/supervisor"
        manager_of "$user" stop "$unit"
    done
    expect_no_scopes root tester
}

# without_linger USER CMD…: as nearby, where nobody lingers.
without_linger() {
    unshare --mount bash -c 'mount -t tmpfs tmpfs /var/lib/systemd/linger; . "$1/scopes.sh"; shift; nearby "$@"' bash \
        "${guest_dir%/*}" "$@"
}

test_linger() {
    # what is to outlive a session, and will not as the user manager ends with it, says so once; what is not to does not
    needs container
    local user words message='ends with your last session, as your user manager does; loginctl enable-linger keeps both'
    for words in '' --wait '--wait --keep'; do
        # shellcheck disable=SC2086 # words
        run without_linger tester sh -c 'trap "" HUP; exec cgscope run -q "$@" -- sleep 0' sh $words
        expect_status 0
        expect_lines err 1
        expect_err "^cgscope: app-cgscope-sleep-.*\\.scope $message$"
        # Lingering, with root's manager, which does not end, or ending with the session as it is meant to.
        # shellcheck disable=SC2086 # words
        for user in tester root; do
            run nearby "$user" sh -c 'trap "" HUP; exec cgscope run -q "$@" -- sleep 0' sh $words
            expect_lines err 0
        done
        # shellcheck disable=SC2086 # words
        run without_linger tester cgscope run -q $words -- sleep 0
        expect_lines err 0
    done
    run without_linger tester cgscope run -q --wait --keep -u test-linger -- sh -c 'sleep 1000 >/dev/null 2>&1 &'
    expect_lines err 1
    expect_err "^cgscope: test-linger.scope $message$"
    manager_of tester stop test-linger.scope
    start tester sh -c 'trap "" HUP; exec sleep 1000'
    run without_linger tester cgscope adopt -q -u test-linger-2 "$started"
    expect_err "^cgscope: test-linger-2.scope $message$"
    manager_of tester stop test-linger-2.scope
    expect_no_scopes root tester
}
