# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Success is said of what was looked at afterwards; what is gone already is success; what fails or is killed takes back
# what it made, and nothing else.
# The tests that need no controllers are for the container.

# stranger_in GROUP: a process of the user other's in it: $process.
stranger_in() {
    process_in "$1" other
}

# at_once N CMD…: N of them at once; each ends with 0. What they say is in the file said.
at_once() {
    local i pids=()
    for ((i = 0; i < $1; i++)); do
        "${@:2}" >>"$scratch/said" 2>&1 </dev/null &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" || fail "status $?: $(<"$scratch/said")"
    done
}

# holds N GROUP: so many processes.
holds() {
    [[ $(grep -s -c . "$2/cgroup.procs") == "$1" ]]
}

test_kill_stranger() {
    # kill: whoever did not get the signal is named, with what helps, while the others got it; stop likewise
    needs container
    scope tester mixed
    stranger_in "$boundary/main"
    run nearby tester cgscope kill "$unit/main"
    expect_refusal 1 "process $process .*$unit/main.*uid $(id -u other).*uid $(id -u tester).*cgscope kill -s KILL "
    wait_until test ! -e "/proc/$sleeper"
    [[ -e /proc/$process ]] || fail 'it was to live'
    run nearby tester cgscope kill "$unit"
    expect_refusal 1 "process $process .*$unit.*uid $(id -u other).*cgscope kill -s KILL $unit/main "
    run nearby tester cgscope stop "$unit"
    expect_refusal 1 "$unit .*process $process .*uid $(id -u other).*cgscope kill -s KILL $unit/main "
    # Which does help: the name is free again.
    works nearby tester cgscope kill -s KILL "$unit/main"
    wait_until unit_is tester "$unit" not-found
    works nearby tester cgscope run -q -u "$unit" -- true

    # By the unit, where the stranger is in a group below.
    scope tester mixed
    mkdir "$boundary/below"
    stranger_in "$boundary/below"
    run nearby tester cgscope kill -s KILL "$unit"
    if [[ $status -ne 0 ]]; then
        expect_refusal 1 "process $process .*uid $(id -u other)"
        [[ -e /proc/$process ]] || fail 'it is gone'
    else
        wait_until test ! -e "/proc/$process"
    fi
}

test_kill_refused() {
    # kill of a unit of the system's by a user: it is the caller whom the manager refuses, and SIGKILL would not help
    needs container
    systemd-run --quiet --unit=test-refused sleep 1000
    run nearby tester cgscope kill --system --no-ask-password test-refused.service
    systemctl stop test-refused.service
    expect_refusal 1 'test-refused\.service: the system manager refuses: .*; run it as root'
}

test_vanished() {
    # remove, stop and kill of the only group of a scope, which goes with it: 0; four at once, too
    # deadline 90
    needs container
    local user words
    for user in root tester; do
        for words in 'remove -r' stop 'stop --grace=0' kill 'kill -s KILL'; do
            scope "$user" vanish
            # shellcheck disable=SC2086 # words
            works nearby "$user" cgscope $words "$unit/main"
            wait_until unit_is "$user" "$unit" not-found
        done
        for words in "remove -qr $unit/main" "stop -q $unit/main" "stop -q $unit"; do
            scope "$user" vanish
            # shellcheck disable=SC2086
            at_once 4 nearby "$user" cgscope $words
            expect_file "$scratch/said" ''
            wait_until unit_is "$user" "$unit" not-found
        done
    done
}

gone_inside() {
    local target i verb
    # Said, for it may be a slip of the pen; what can be seen elsewhere is no success.
    for target in ./nosuch "$CGSCOPE_UNIT/main/nosuch" "$CGSCOPE_ROOT/nosuch" test-nosuch.scope/a; do
        for verb in remove stop; do
            run cgscope "$verb" "$target"
            expect_status 0
            expect_lines err 1
            expect_err "$target is not there"
            works cgscope "$verb" -q "$target"
        done
    done
    run cgscope stop test-nosuch.scope
    expect_status 0
    expect_err 'test-nosuch\.scope is not there'
    refused 1 'process' stop @999999999
    [[ $user == root ]] || refused 1 'no unit systemd-journald\.service.*--system' stop systemd-journald.service
    for i in {1..8}; do
        mkdir -p a/b/c a/d
        sleep_in a/b/c
        sleep_in a
        at_once 4 cgscope remove -qr ./a
        expect_none a
    done
    expect_file "$scratch/said" ''
}

test_gone() {
    # what is not there needs not be removed nor stopped: 0 and one line; four remove -r at once all succeed
    needs container
    local user
    for user in root tester; do
        : >"$scratch/said"
        chmod 666 "$scratch/said"
        inside "$user" gone_inside
    done
}

self_inside() {
    local words
    # It is said by a process that lives on, of one that does not: its shell.
    mkdir -p a
    for words in 'remove -r --self ./a/own' 'remove -r --self ./a/own/below' 'stop --self --grace=100ms ./a/own'; do
        rm -f "$scratch/ended"
        mkdir -p a/own/below
        sleep_in a/own
        # shellcheck disable=SC2086 # words
        setsid bash -c 'echo $$ >a/own/below/cgroup.procs
            bash -c "cgscope \"\$@\" 2>\"$scratch/words\"; echo \$? >\"$scratch/no\"" bash "$@" &
            wait' bash $words </dev/null &>/dev/null &
        disown $!
        wait_until eval '[[ ! -d a/own/below || $(<a/own/cgroup.events) == *"populated 0"* ]]'
        wait_until eval '! pgrep -x cgscope >/dev/null'
        expect_file "$scratch/words" ''
        [[ ! -e $scratch/no ]] || fail 'the shell in it was to end'
        case $words in
            *below) expect_none a/own/below ;;
            remove*) expect_none a/own ;;
            *) expect_group a/own/below ;;
        esac
    done
    works cgscope remove -r ./a
}

test_self() {
    # remove -r --self and stop --self leave the group first, and come to the end
    needs container
    local user
    for user in root tester; do
        inside "$user" self_inside
        rm -f "$scratch"/{words,no}
    done
}

# Each says on stdout what became of it: several commands share a group that goes with the last of them.
shared_inside() {
    local round
    mkdir -p sp/other
    # shellcheck disable=SC2034 # a number of times
    for round in 1 2 3; do
        at_once 40 cgscope exec --create --parents --remove ./sp/a/b -- sh -c 'sleep "0.0$(($$ % 7))"'
        expect_file "$scratch/said" ''
        expect_none sp/a
        expect_group sp/other
    done

    # The first to go leaves the others alone, but nothing of its own.
    cgscope exec --create --parents --remove ./sp/a/b -- sleep 1000 &
    local first=$!
    wait_until holds 1 sp/a/b
    sleep_in sp/a/b
    works cgscope exec --create --parents --remove ./sp/a/b -- sh -c 'setsid sh -c "setsid sleep 1001 & exec sleep 1001" &
        until [ "$(pgrep -c -f "^sleep 1001")" = 2 ]; do sleep 0.02; done'
    ! pgrep -u "$(id -u)" -f '^sleep 1001' >/dev/null || fail 'what it started is left'
    [[ -e /proc/$sleeping ]] || fail 'it did not start that one'
    kill "$first"
    run wait "$first"
    expect_none sp/a

    # What somebody else makes stays, and what he makes in one that was to go stays with it.
    works cgscope exec --create --parents --remove ./sp/a/b -- cgscope create -p ./sp/a/c
    expect_equal "$(find sp -mindepth 1 -type d | sort | xargs)" 'sp/a sp/a/c sp/other'
    works cgscope exec --create --parents --remove ./sp/a/c -- true
    expect_group sp/a/c
    cgscope remove -r ./sp

    # So does one into which others come by themselves, and they live.
    rm -f "$scratch/gate"
    mkfifo "$scratch/gate"
    cgscope exec --create --remove ./joined -- sh -c "read -r _ <'$scratch/gate'" &
    first=$!
    wait_until holds 1 joined
    cgscope exec ./joined -- sleep 1003 &
    local by_exec=$!
    disown "$by_exec"
    wait_until holds 2 joined
    sleep 1003 &
    disown $!
    works cgscope move ./joined $!
    echo >"$scratch/gate"
    run wait "$first"
    expect_status 0
    wait_until holds 2 joined
    [[ -e /proc/$! && -e /proc/$by_exec ]] || fail 'it killed what others put there'
    cgscope remove -r ./joined

    # One that was there before goes where it is empty; else it stays, and what others run in it.
    mkdir -p old/below
    sleep_in old
    run cgscope exec --remove ./old -- sh -c 'setsid sleep 1001 & exit 4'
    expect_refusal 4 '\./old stays: .*cgscope remove -r \./old'
    expect_group old/below
    expect_equal "$(<old/cgroup.procs)" "$sleeping"
    rmdir old/below
    kill "$sleeping"
    wait_until holds 0 old
    works cgscope exec --remove ./old -- true
    expect_none old
}

test_shared() {
    # exec --remove removes what it made and kills what it started, also where others are at work in the group
    # deadline 90
    needs container
    local user
    for user in root tester; do
        : >"$scratch/said"
        chmod 666 "$scratch/said"
        inside "$user" shared_inside
    done
}

# looks MODE GROUP: the user other, who may look at the group, locks all of it that he can open: $looker.
looks() {
    rm -f "$scratch/held"
    setpriv --reuid=other --regid=other --clear-groups python3 -c '
import fcntl, os, signal, sys
held = []
for name in [".", *os.listdir(sys.argv[2])]:
    try:
        held.append(os.open(os.path.join(sys.argv[2], name), os.O_RDONLY))
    except PermissionError:
        continue
    fcntl.flock(held[-1], getattr(fcntl, sys.argv[1]) | fcntl.LOCK_NB)
print(len(held), flush=True)
signal.pause()' "$1" "$2" >"$scratch/held" &
    looker=$!
    disown "$looker"
    wait_until test -s "$scratch/held"
}

# in_main CMD…: in the leaf of the scope.
in_main() {
    (
        echo "$BASHPID" >"$boundary/main/cgroup.procs"
        "$@"
    )
}

test_onlooker() {
    # exec --create --remove: who can only look at a group cannot keep others out of it, nor keep it from being removed
    needs container
    local user lock
    for user in root tester; do
        scope "$user" onlooker
        for lock in LOCK_EX LOCK_SH; do
            nearby "$user" mkdir -m 1755 "$boundary/seen"
            looks "$lock" "$boundary/seen"
            works in_main nearby "$user" timeout -s KILL 20 \
                cgscope exec --create --parents --remove "$boundary/seen" -- true
            expect_none "$boundary/seen"
            kill "$looker"
        done
        kill "$sleeper"
        wait_until unit_is "$user" "$unit" not-found
    done
}

# halted CALL ARGS…: cgscope exec ARGS…, in the background, stops after a system call until $halted gets a SIGCONT.
# What it says is in the file words.
halted() {
    rm -f "$scratch/trace"
    strace -qq -o "$scratch/trace" -e trace="${1%%:*}" -e inject="$1:signal=SIGSTOP:when=1" \
        sh -c 'echo $$ >"$0" && exec cgscope exec "$@"' "$scratch/halted" "${@:2}" 2>"$scratch/words" &
    tracer=$!
    wait_until grep -qs 'stopped by SIGSTOP' "$scratch/trace"
    halted=$(<"$scratch/halted")
}

go_on() {
    kill -CONT "$halted"
    run wait "$tracer"
}

claims_inside() {
    # Another's empty group, who has not started his command yet, stays when one below it goes.
    halted prctl --create --parents --remove ./a -- true
    expect_group a
    works cgscope exec --create --parents --remove ./a/b -- true
    expect_group a
    go_on
    expect_status 0
    expect_file "$scratch/words" ''
    expect_none a

    # So it does where making one below it fails.
    halted prctl --create --parents --remove ./a -- true
    run cgscope exec --create --parents --remove -p pids.max=nonsense ./a/b -- true
    [[ $status -ne 0 ]] || fail 'it was to fail'
    expect_group a
    expect_none a/b
    go_on
    expect_status 0
    expect_none a

    # Who joined, was left the group, and then fails, removes it.
    cgscope exec --create --parents --remove ./a/b -- sleep 1000 &
    local first=$!
    wait_until holds 1 a/b
    halted clone3:error=ENOMEM --create --parents --remove ./a/b -- true
    kill "$first"
    run wait "$first"
    expect_group a/b
    go_on
    expect_status 125
    expect_none a

    # One that is gone in between does not keep those above it.
    works cgscope exec --create --parents --remove ./a/b/c -- \
        sh -c 'echo $$ >main/cgroup.procs && rmdir a/b/c a/b'
    expect_none a

    # Whoever waits for one that is being removed can be ended.
    mkdir -m 1755 a
    local lock
    exec {lock}>a/cgroup.kill
    flock -x "$lock"
    run env --default-signal=INT timeout -s INT --preserve-status 0.5 \
        cgscope exec --create --parents --remove ./a -- true
    expect_status 130
    expect_lines err 0
    exec {lock}>&-
    rmdir a
}

test_claims() {
    # exec --create --remove: a group goes with the last one who has a claim on it, not before, also where he fails
    needs container
    needs command strace
    local user
    for user in root tester; do
        inside "$user" claims_inside
        rm -f "$scratch"/{words,trace,halted}
    done
}

killed_inside() {
    local signal supervisor command
    for signal in TERM INT HUP KILL; do
        # In the background a shell has it ignored.
        env --default-signal=INT cgscope exec --create --parents --remove ./k/l/m -- \
            sh -c 'setsid sleep 1000 & exec sleep 1000' &
        supervisor=$!
        disown "$supervisor"
        wait_until holds 2 k/l/m
        kill -"$signal" "$supervisor"
        wait_until test ! -e k
        # Who clears up is no child of ours.
        wait_until eval '! pgrep -u "$(id -u)" -x "cgscope|sleep" >/dev/null'
    done
    for command in 'exec --create --parents --remove ./k/l/m -- sleep 0.02' 'create -p ./k/l/m/n/o'; do
        # shellcheck disable=SC2086 # words
        run "$kill_race" group "$1" ./k cgscope $command
        expect_status 0
        expect_value groups 0
        expect_value processes 0
        [[ $(value killed) -gt 0 ]] || fail 'all were done before they were killed'
    done
}

half_made_inside() {
    local signal words
    for signal in TERM INT HUP; do
        for words in 'create -p ./k/l/m' 'exec --create --parents ./k/l/m -- true' \
            'exec --create --parents --remove ./k/l/m -- true'; do
            # A shell says what a process died of.
            # shellcheck disable=SC2086 # words
            run bash -c '"$@" 2>"$scratch/words"; exit $?' bash env --default-signal=INT strace -f -qq -o /dev/null \
                -e trace=mkdirat -e inject=mkdirat:signal="SIG$signal":when=2 cgscope $words
            expect_status $((128 + $(kill -l "$signal")))
            expect_file "$scratch/words" ''
            expect_none k
            rm "$scratch/words"
        done
    done
}

test_half_made() {
    # a signal between two of several groups takes back the first, and ends cgscope: create -p, exec --create
    needs container
    needs command strace
    local user
    for user in root tester; do
        inside "$user" half_made_inside
    done
}

test_killed() {
    # killed at random instants, exec --create --remove and create -p leave neither a group nor a command behind
    # deadline 120
    needs container
    local user
    for user in root tester; do
        inside "$user" 'killed_inside 100'
    done
}

hidden_inside() {
    local own=test-hidden.scope other=test-other.scope
    # This process itself is not hit by that unasked, nor by what is above it.
    refused 1 "$own holds this very process.*--self" stop "$own"
    [[ $user == root ]] || refused 1 'app\.slice holds this very process.*--self' stop app.slice
    refused 1 "$other runs.*cgscope stop $other" remove "$other"
    refused 1 "$other runs.*cannot be seen" remove -r "$other/main"
    works cgscope stop "$other"
    run cgscope stop "$other"
    expect_status 0
    expect_err "$other is not there"
}

test_hidden() {
    # stop of a unit that a cgroup namespace hides stops it; remove does not take it for gone
    needs container
    local user
    for user in root tester; do
        scope "$user" other
        inside "$user" --cgroup-namespace -u test-hidden hidden_inside
        wait_until unit_is "$user" "$unit" not-found
        [[ ! -e /proc/$sleeper ]] || fail 'it was to end'
    done
}

# service_run USER ARGS…: systemd-run of the manager that cgscope asks for USER, until the test ends.
service_run() {
    local user=$1 options=()
    shift
    with_services=1
    [[ $user == root ]] || options+=(--user)
    nearby "$user" systemd-run --quiet "${options[@]}" "$@"
}

teardown() {
    local user
    for user in ${with_services:+root tester}; do
        manager_of "$user" stop 'test-*.service' || true
        manager_of "$user" reset-failed 'test-*.service' || true
    done
    end_scopes
}

# stands USER UNIT STATE JOB: its ActiveState=, and whether it has a job; and it has no group.
stands() {
    local job
    [[ $(manager_of "$1" show -p ActiveState --value "$2") == "$3" ]] || return 1
    [[ -z $(manager_of "$1" show -p ControlGroup --value "$2") ]] || return 1
    job=$(manager_of "$1" show -p Job --value "$2")
    [[ ${job:-0} == 0 ]] && job=no || job=yes
    [[ $job == "$4" ]]
}

test_without_group() {
    # stop of a unit that is active without any process, and of one whose start waits for another: neither is any more
    needs container
    local user
    for user in root tester; do
        service_run "$user" --unit=test-empty -p RemainAfterExit=yes true
        wait_until stands "$user" test-empty.service active no
        run nearby "$user" cgscope remove test-empty.service
        expect_refusal 1 'test-empty\.service runs.*cgscope stop test-empty\.service'
        works nearby "$user" cgscope stop test-empty.service
        unit_is "$user" test-empty.service not-found || fail 'it is there'

        service_run "$user" --no-block --unit=test-first -p Type=oneshot sleep 1000
        service_run "$user" --no-block --unit=test-queued -p After=test-first.service sleep 1000
        wait_until stands "$user" test-queued.service inactive yes
        works nearby "$user" cgscope stop test-queued.service
        unit_is "$user" test-queued.service not-found || fail 'it is there'
        manager_of "$user" stop test-first.service
    done
}

test_failed_group() {
    # stop of a unit that has failed and of which nothing is left: it is not there
    needs container
    local user
    for user in root tester; do
        service_run "$user" --unit=test-failed false
        wait_until stands "$user" test-failed.service failed no
        run nearby "$user" cgscope stop test-failed.service
        expect_status 0
        expect_err 'test-failed\.service is not there'
    done
}

test_no_manager() {
    # stop of what cannot be seen, with no manager to be asked: an error
    run nearby tester env -u XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere cgscope stop test-nosuch.scope
    expect_refusal 1 '/nowhere'
}
