# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# `cgscope procs`, `move`, `chown`, `freeze`, `thaw`, `kill` and `stop`, on groups and on units.
# The tests that need no controllers are for the container.

# expect_in GROUP PID…
expect_in() {
    local group=$1 pid
    shift
    for pid; do
        [[ $(group_of "$pid") == */$group ]] || fail "process $pid is in $(group_of "$pid"), expected $group"
    done
}

has_ended() {
    [[ ! -e /proc/$1 ]] || grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

expect_ended() {
    local pid
    for pid; do
        wait_until has_ended "$pid"
    done
}

is_frozen() {
    grep -q '^frozen 1$' "$1/cgroup.events"
}

procs_inside() {
    local first
    mkdir -p a/b
    sleep_in a
    first=$sleeping
    sleep_in a/b
    works cgscope procs --noheadings -o PID ./a
    expect_equal "$(xargs <<<"$out")" "$first"
    works cgscope procs -r --noheadings -o PID ./a
    expect_words "$(xargs <<<"$out")" "$first $sleeping"
    works cgscope procs ./a
    expect_out "^ *$first .*sleep 1000"
    expect_not_out "^ *$sleeping "
    works cgscope procs --noheadings -o PID "@$sleeping"
    expect_equal "$(xargs <<<"$out")" "$sleeping"
    works cgscope procs -r --noheadings -o PID .
    expect_out "^ *$$\$"
    works cgscope procs -q --noheadings .
    expect_lines out 0
    # Without -q, a word about where they are.
    run cgscope procs --noheadings .
    expect_lines out 0
    expect_err "^no process is in \\. itself; -r lists"
    works cgscope procs -r --json ./a
    expect_json 'str(data).count("sleep 1000") == 2'
    # Of others one may read, too.
    works cgscope procs /sys/fs/cgroup/init.scope --noheadings -o PID
    expect_out '^ *1$'
    kill -KILL "$first" "$sleeping"
}

test_procs() {
    # procs lists the processes of a group, -r those of the groups below, as text and as JSON
    needs container
    local user
    for user in root tester; do
        inside "$user" procs_inside
    done
}

move_inside() {
    # $1: a process outside of all delegated units, $2: one in another delegated scope of the user's
    local first
    mkdir -p a/b c
    sleep_in main
    first=$sleeping
    sleep_in main
    works cgscope move ./a/b "$first" "$sleeping"
    expect_lines out 0
    expect_in a/b "$first" "$sleeping"
    works cgscope move "$CGSCOPE_ROOT/c" "$first"
    expect_in c "$first"
    works cgscope move "@$first" "$sleeping"
    expect_in c "$sleeping"
    # To where it is already.
    works cgscope move ./c "$first"
    # The shell that asks.
    works cgscope move ./a $$
    expect_in a $$
    works cgscope move ./main $$

    # From a service that is not delegated: for a user the manager helps.
    works cgscope move ./a "$1"
    expect_in a "$1"

    # Not out of another delegated unit, unless it is said.
    run cgscope move ./a "$2"
    expect_refusal 1 'test-steal\.scope'
    expect_err '\-\-steal'
    expect_in test-steal.scope/main "$2"
    works cgscope move --steal ./a "$2"
    expect_in a "$2"
    kill -KILL "$first" "$sleeping"
}

test_move() {
    # move takes processes of this scope, of a service, and with --steal of another delegated scope
    needs container
    local user
    for user in root tester; do
        scope "$user" steal
        start "$user"
        inside "$user" "move_inside $started $sleeper"
        end_scopes
    done
}

move_from_session() {
    # $1: the unit, $2: its directory
    [[ $(group_of $$) == */session-*.scope ]] || fail "we are in $(group_of $$)"
    works cgscope create "$1/a"
    works cgscope move "$1/a" $$
    expect_equal "/sys/fs/cgroup$(group_of $$)" "$2/a"
}

test_move_session() {
    # out of a login session, where the kernel says EACCES, the manager moves it
    needs container
    scope tester session
    as_here tester "move_from_session $unit $boundary" as_session tester
}

move_busy_inside() {
    works cgscope create ./a/b -p MemoryMax=64M
    sleep_in main
    # The boundary and ./a hand controllers on, so nobody may be in them: the line says where there is room.
    run cgscope move ./a "$sleeping"
    expect_refusal 1 '\./a'
    expect_err '\./a/b'
    run cgscope move . "$sleeping"
    expect_refusal 1 "cannot move process $sleeping"
    expect_in main "$sleeping"
    kill -KILL "$sleeping"
}

test_move_busy() {
    # not into a group that hands controllers on: the line names groups that take processes
    needs controllers memory
    local user
    for user in $(both); do
        inside "$user" move_busy_inside
    done
}

chown_inside() {
    local file owner
    mkdir -p a/b
    works cgscope chown ./a tester
    expect_equal "$(stat -c %U:%G a)" tester:root
    expect_equal "$(stat -c %U a/b)" root
    for file in a/*; do
        [[ -f $file ]] || continue
        owner=root
        ! grep -q -x "${file#a/}" /sys/kernel/cgroup/delegate || owner=tester
        expect_equal "$file $(stat -c %U "$file")" "$file $owner"
    done
    works cgscope chown -R ./a tester:other
    expect_equal "$(stat -c %U:%G a a/b a/b/cgroup.procs a/b/cgroup.max.depth | xargs)" \
        'tester:other tester:other tester:other root:root'
    works cgscope chown ./a :tester
    expect_equal "$(stat -c %U:%G a a/b | xargs)" 'tester:tester tester:other'

    # It is the other's now: groups and processes below it, and no more.
    works nearby tester cgscope create "$CGSCOPE_ROOT/a/mine"
    expect_equal "$(stat -c %U a/mine)" tester
    run nearby tester cgscope set "$CGSCOPE_ROOT/a" cgroup.max.depth=3
    expect_refusal 1 'uid 0|Permission denied|belongs'
    expect_file a/cgroup.max.depth max
    run nearby tester cgscope create "$CGSCOPE_ROOT/escapee"
    expect_refusal 1 'belongs to uid 0|Permission denied'
    expect_none escapee
    works nearby tester cgscope remove "$CGSCOPE_ROOT/a/mine"
    # The boundary is its manager's to give.
    refused 1 'manager' chown . tester
    expect_equal "$(stat -c %U .)" root
    works cgscope chown -R ./a 0:0
    expect_equal "$(stat -c %u:%g a a/b | xargs)" '0:0 0:0'
}

test_chown() {
    # chown hands over the directory and what the kernel lists for it, with -R below, too; then the other can use it
    needs container
    inside root chown_inside
}

unmapped_inside() {
    mkdir a
    run unshare --user --map-current-user cgscope chown ./a root
    expect_refusal 1 'cannot hand over \./a: uid 0 is not mapped in this user namespace'
    run unshare --user --map-current-user cgscope chown ./a :0
    expect_refusal 1 'cannot hand over \./a: gid 0 is not mapped in this user namespace'
}

test_chown_unmapped() {
    # chown names who is not mapped in a user namespace
    needs container
    inside tester unmapped_inside
}

groups_inside() {
    local first file=$scratch/told-$user
    mkdir -p a/b
    sleep_in a
    first=$sleeping
    sleep_in a/b
    works cgscope freeze ./a
    is_frozen a || fail 'not frozen'
    works cgscope freeze ./a
    works cgscope thaw ./a
    ! is_frozen a || fail 'still frozen'
    works cgscope freeze "$CGSCOPE_ROOT/a/b"
    is_frozen a/b || fail 'not frozen'
    ! is_frozen a || fail 'all frozen'
    works cgscope thaw ./a/b

    # A signal for all of them.
    works cgscope kill -s STOP ./a
    wait_until grep -q '^State:[[:space:]]*T' "/proc/$sleeping/status"
    works cgscope kill --signal=SIGCONT ./a
    wait_until grep -q '^State:[[:space:]]*S' "/proc/$first/status"
    works cgscope kill ./a
    expect_ended "$first" "$sleeping"
    expect_group a/b

    # One that is frozen.
    sleep_in a/b
    works cgscope freeze ./a
    works cgscope kill -s KILL ./a
    expect_ended "$sleeping"
    works cgscope thaw ./a

    # One that does not want to go.
    bash -c 'trap "" TERM; echo $$ >a/b/cgroup.procs; echo >"$1"; while :; do sleep 1; done' bash "$file" \
        >/dev/null 2>&1 &
    first=$!
    disown $first
    wait_until test -e "$file"
    works cgscope kill ./a
    works cgscope stop --grace=200ms ./a
    expect_ended "$first"
    expect_group a/b
    works cgscope stop ./a
    # All the same where it is meant.
    works cgscope kill --self -s CONT ./main
    works cgscope kill ./a
}

test_groups() {
    # freeze, thaw, kill and stop on groups
    local user
    for user in $(both); do
        inside "$user" groups_inside
    done
}

# by USER ARGS…: it works, from outside of the unit.
by() {
    works nearby "$1" cgscope "${@:2}"
    expect_lines out 0
}

frozen_state() {
    [[ $(manager_of "$1" show -p FreezerState --value "$2") == "$3" ]]
}

test_units() {
    # freeze, thaw, kill and stop on a scope go through its manager, which knows of it
    # deadline 90
    needs container
    local user
    for user in root tester; do
        scope "$user" control
        by "$user" freeze "$unit"
        is_frozen "$boundary" || fail 'not frozen'
        frozen_state "$user" "$unit" frozen || fail 'the manager does not know'
        by "$user" thaw "$unit"
        frozen_state "$user" "$unit" running || fail 'the manager does not know'
        by "$user" kill -s KILL "$unit"
        expect_ended "$sleeper"
        wait_until unit_is "$user" "$unit" not-found

        scope "$user" control
        by "$user" stop "$boundary"
        expect_ended "$sleeper"
        unit_is "$user" "$unit" not-found || fail 'the unit is still there'
    done
}

test_stop_frozen() {
    # a frozen scope is stopped as well, though systemd 257 refuses that by itself
    # deadline 90
    needs container
    local user
    for user in root tester; do
        scope "$user" frozen
        by "$user" freeze "$unit"
        by "$user" stop "$unit"
        expect_ended "$sleeper"
        wait_until unit_is "$user" "$unit" not-found
    done
}

test_services() {
    # a service that is not delegated is its manager's as well: root may, a user is refused
    needs container
    local service
    start root
    service=$(group_of "$started")
    service=${service##*/}
    run nearby tester cgscope kill --system --no-ask-password "$service"
    expect_refusal 1 .
    run nearby tester cgscope stop --system --no-ask-password "$service"
    expect_refusal 1 .
    [[ -e /proc/$started ]] || fail 'killed'
    by root freeze "$service"
    frozen_state root "$service" frozen || fail 'the manager does not know'
    by root thaw "$service"
    by root kill "$service"
    expect_ended "$started"
}

# empty_scope USER NAME: a scope that stays though nobody is in it: its process has ended before it came there. It is
# asked for from within a scope, for a user manager moves only what is below it.
empty_scope() {
    local bus=--user
    [[ $1 != root ]] || bus=--system
    as "$1" cgscope run -q -- python3 -c '
import os, subprocess, sys
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
subprocess.run(["busctl", sys.argv[1], "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
    "org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))", sys.argv[2], "fail",
    "2", "PIDs", "au", "1", str(pid), "Delegate", "b", "true", "0"], check=True, stdout=subprocess.DEVNULL)
' "$bus" "test-$2.scope"
    wait_until state_is "$1" "test-$2.scope" running
}

state_is() {
    [[ $(manager_of "$1" show -p SubState --value "$2") == "$3" ]]
}

test_empty() {
    # stop --empty stops the scopes that others left without processes, and no other
    # deadline 120
    needs container
    local user
    for user in root tester; do
        scope "$user" full
        empty_scope "$user" left
        sleep 0.3
        state_is "$user" test-left.scope running || skip 'this manager leaves no scope without processes'
        if [[ $user == tester ]]; then
            run nearby other cgscope stop --empty
            expect_lines out 0
            state_is "$user" test-left.scope running || fail 'stopped by another'
        fi
        works nearby "$user" cgscope stop -q --empty
        expect_equal "$out" test-left.scope
        wait_until unit_is "$user" test-left.scope not-found
        state_is "$user" test-full.scope running || fail 'the other one is gone'
        [[ -e /proc/$sleeper ]] || fail 'the other one is gone'
        works nearby "$user" cgscope stop -q --empty
        expect_lines out 0
        end_scopes
    done
}

test_list_empty() {
    # list --empty shows them
    # deadline 90
    needs container
    local user
    for user in root tester; do
        scope "$user" full
        empty_scope "$user" left
        run nearby "$user" cgscope list --empty
        expect_status 0
        expect_out 'test-left\.scope'
        expect_not_out 'test-full\.scope'
        run nearby "$user" cgscope list
        expect_out 'test-full\.scope'
        manager_of "$user" stop test-left.scope
        end_scopes
    done
}
