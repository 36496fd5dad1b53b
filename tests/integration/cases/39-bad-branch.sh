# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# A part of the tree that cannot be looked into, or is deeper than anybody needs, costs nothing but itself.
# The tests that need no controllers are for the container.

teardown() {
    local group
    # What a manager would not get out of the way. The paths may be longer than rmdir(1) takes.
    for group in /sys/fs/cgroup/user.slice/*/*/app.slice/test-*.scope; do
        # The scope may go meanwhile.
        echo 1 >"$group/cgroup.kill" || true
        find "$group" -mindepth 1 -depth -type d -delete || true
        find "$group" -type d -exec chmod u+rwx {} + || true
    done 2>"$scratch/left"
    find /sys/fs/cgroup/user.slice -depth -type d -path '*/test.slice*' -delete
    end_scopes
}

# left_out PATTERN: what was left out is said once.
left_out() {
    expect_status 0
    expect_equal "$(grep -c 'left out what is in ' <<<"$err")" 1
    expect_err "left out what is in $1: Permission denied\$"
}

test_locked_scope() {
    # a scope whose owner locked himself out is left out, which is said once, and what helps is said
    needs container
    scope tester locked
    chmod 0 "$boundary"
    for verb in "list --all" "list" "tree --system" "stop --empty"; do
        # shellcheck disable=SC2086 # options
        run nearby tester cgscope $verb
        left_out '/.*/test-locked\.scope'
    done
    run nearby other cgscope list --all --no-pager
    left_out '/user\.slice/.*/test-locked\.scope'
    expect_out '^init\.scope '
    # What is another one's is of no concern without --all.
    works nearby other cgscope list --json
    works cgscope list --all --no-pager
    expect_out '^test-locked\.scope '

    run nearby tester cgscope status "$unit"
    left_out "$unit"
    expect_out 'State: active; its group cannot be looked into'
    # Its manager does not get into it either.
    run nearby tester cgscope kill "$unit"
    expect_status 1
    expect_err "its owner can open it: chmod u\+rwx $boundary\$"
    chmod u+rwx "$boundary"
    works nearby tester cgscope stop "$unit"
}

test_locked_group() {
    # a locked group is left out of what is shown, gets no signal but SIGKILL, and goes with the others where it is empty
    needs container
    local verb
    scope tester inner
    nearby tester mkdir -p "$boundary/a/g/x" "$boundary/a/h" "$boundary/b/g"
    sleep_in "$boundary/a/g/x"
    chmod 0 "$boundary/a/g" "$boundary/b/g"
    for verb in "status $unit/a" "tree $unit/a" "procs -r $unit/a" "ns -u $unit/a"; do
        # shellcheck disable=SC2086 # options
        run nearby tester cgscope $verb
        [[ $verb != status* ]] || status=0
        left_out "$unit/a/g"
    done
    run nearby tester cgscope chown -R "$unit/a" tester
    expect_refusal 1 "cannot hand over $unit/a/g: Permission denied"
    run nearby tester cgscope kill "$unit/a"
    expect_refusal 1 "groups in $unit/a cannot be looked into.*; cgscope kill -s KILL $unit/a ends it"
    works nearby tester cgscope kill -s KILL "$unit/a"
    wait_until test ! -e "/proc/$sleeping"
    works nearby tester cgscope remove -r "$unit/b"
    run nearby tester cgscope remove -r "$unit/a"
    expect_refusal 1 "cannot remove $unit/a: .*denied"
    chmod u+rwx "$boundary/a/g"
    works nearby tester cgscope remove -r "$unit/a"
}

# chain GROUP DEPTH: groups one below the other.
chain() {
    python3 -c '
import os, sys
at = os.open(sys.argv[1], os.O_RDONLY)
for i in range(int(sys.argv[2])):
    os.mkdir("a.slice", dir_fd=at)
    at, last = os.open("a.slice", os.O_RDONLY, dir_fd=at), at
    os.close(last)
with open("cgroup.procs", "w", opener=lambda name, flags: os.open(name, flags, dir_fd=at)) as file:
    file.write(sys.argv[3])' "$@"
}

test_deep() {
    # 600 groups one below the other are shown, handed over, killed and removed with few descriptors
    # deadline 120
    needs container
    local few='ulimit -n 40; exec "$@"'
    scope tester deep
    mkdir "$boundary/d"
    sleep_in "$boundary/main"
    chain "$boundary/d" 600 "$sleeping"
    # Not in a slice of any manager's, though it is called so.
    works bash -c "$few" - cgscope list --all
    works bash -c "$few" - cgscope status "$boundary/d"
    expect_out "Processes: +$sleeping "
    works bash -c "$few" - cgscope procs -r "$boundary/d" -o PID
    expect_out "^ *$sleeping\$"
    run bash -c "$few" - cgscope tree -l "$boundary/d" -o GROUP,PROCESSES
    expect_status 0
    expect_err "^cgscope: groups more than 500 levels down are only counted"
    expect_lines out 502
    expect_out "a\.slice +1$"
    works bash -c "$few" - cgscope ns -u "$boundary/d" -o PID
    works bash -c "$few" - cgscope chown -R "$boundary/d" tester
    expect_equal "$(stat -c %U "$boundary/d/a.slice/a.slice")" tester
    works bash -c "$few" - cgscope kill "$boundary/d"
    wait_until test ! -e "/proc/$sleeping"
    works bash -c "$few" - cgscope remove -r "$boundary/d"
    expect_none "$boundary/d"
}

test_deep_slices() {
    # groups of a user's that look like slices cost nobody the list
    needs container
    local manager
    manager=/sys/fs/cgroup/user.slice/user-$(id -u tester).slice/user@$(id -u tester).service
    scope tester deep
    nearby tester mkdir "$manager/test.slice"
    chain "$manager/test.slice" 600 ''
    for user in root tester other; do
        works nearby "$user" bash -c 'ulimit -n 40; exec cgscope list --all'
        expect_out '^test-deep\.scope '
    done
    works nearby tester cgscope status test-deep.scope
    run nearby tester cgscope stop --empty
    expect_status 0
    expect_err '^Stopped 0 empty scopes\.$'
}

test_few_descriptors() {
    # with too few descriptors everything fails for that reason, or works, and nothing is said that is not so
    needs container
    local verb number
    scope tester few
    mkdir "$boundary/g"
    sleep_in "$boundary/g"
    start root
    for verb in "adopt $started" "can-move $sleeping $boundary/main" "move --steal $boundary/g $sleeping" \
        "status @$sleeping" "procs $boundary/g" "freeze $boundary/g" "thaw $boundary/g" ns \
        "exec --create --remove $boundary/h -- true" "exec --remove $boundary/g -- true"; do
        for number in {4..9}; do
            # shellcheck disable=SC2086 # words
            run bash -c 'ulimit -n "$1"; shift; exec cgscope "$@" 2>&1' - "$number" $verb
            expect_not_out 'no process|holds this very process,.*--self does it all the same$|is not mounted|not implemented|--remove: this process itself|Broken pipe'
            expect_none "$boundary/h"
        done
    done
    run bash -c 'ulimit -n 12; exec cgscope doctor'
    expect_refusal 1 'cannot look at this host with so few descriptors .ulimit -n.: Too many open files'
}

test_limit_given_back() {
    # the soft limit of descriptors is raised for cgscope alone
    needs container
    local words
    for words in "" "--wait"; do
        works bash -c 'ulimit -Sn 100; exec cgscope run -q --delegate $1 -- sh -c "ulimit -Sn; ulimit -Hn
            exec cgscope exec --create ./g $1 -- sh -c \"ulimit -Sn; ulimit -Hn\""' - "$words"
        expect_equal "$(xargs <<<"$out")" "100 $(ulimit -Hn) 100 $(ulimit -Hn)"
    done
}

# hidden_from_tester OPTION CMD…: as tester, with a /proc that hides the processes of others.
hidden_from_tester() {
    local option=$1
    shift
    unshare --mount --propagation private bash -c 'mount -t proc -o "hidepid=$1" proc /proc && shift &&
        exec setpriv --reuid=tester --regid=tester --init-groups "$@"' bash "$option" "$@"
}

test_hidden_processes() {
    # what /proc hides is listed by its number, and said to be there
    needs container
    local option verb
    scope root hidden
    for option in invisible noaccess; do
        run hidden_from_tester "$option" cgscope procs "$boundary/main"
        expect_status 0
        expect_out "^ *$sleeper +- +\(hidden by /proc\)\$|^ *$sleeper +\(hidden by /proc\)\$"
        run hidden_from_tester "$option" cgscope procs --json "$boundary/main"
        expect_json "[(p['pid'], p['user'], p['command']) for p in data['processes']] == [($sleeper, None, '(hidden by /proc)')]"
        run hidden_from_tester "$option" cgscope status "$boundary"
        expect_status 0
        expect_out "Processes: +$sleeper main \(hidden by /proc\)"
        run hidden_from_tester "$option" cgscope tree -p "$boundary"
        expect_out "$sleeper \(hidden by /proc\)"
        for verb in "status @$sleeper" "procs @$sleeper" "adopt --system $sleeper" "ns $sleeper"; do
            # shellcheck disable=SC2086 # words
            run hidden_from_tester "$option" cgscope $verb
            expect_refusal 1 "process $sleeper is there, but /proc does not show it \(mount option hidepid=\)"
        done
    done
}

# headless GROUP: a process whose first thread has ended, in the group: $headless.
headless() {
    # shellcheck disable=SC2016 # python
    start root python3 -c 'import ctypes, threading, time
threading.Thread(target=time.sleep, args=(1000,)).start()
ctypes.CDLL(None).pthread_exit(None)'
    headless=$started
    wait_until grep -q '^State:.Z' "/proc/$headless/status"
    [[ -z $1 ]] || works cgscope move --steal "$1" "$headless"
}

test_first_thread_has_ended() {
    # a process of which only other threads are left is seen where these are, and ends
    needs container
    local verb
    scope root headless
    mkdir "$boundary/g"
    headless "$boundary/g"
    works cgscope procs "$unit/g"
    expect_out "^ *$headless +root"
    works cgscope status "$unit/g"
    expect_out "State: active"
    works cgscope ns "$headless"
    expect_out "Cgroup: .*/$unit/g\$"
    expect_not_out 'it has ended'
    works cgscope kill -s KILL "$unit/g"
    wait_until test ! -e "/proc/$headless"
    headless "$boundary/g"
    works cgscope stop --grace=0 --timeout=5s "$unit/g"
    # Its parent may not have reaped it yet.
    wait_until test ! -e "/proc/$headless"
    headless "$boundary/g"
    works cgscope remove -r --timeout=5s "$unit/g"
    expect_none "$boundary/g"
    wait_until test ! -e "/proc/$headless"
    # As a unit it is its manager's to end, and that of 262 does not see it.
    [[ $(systemctl --version | awk 'NR == 1 { print $2 + 0 }') -lt 262 ]] || return 0
    headless ''
    works cgscope adopt -q -u test-headless2 "$headless"
    works cgscope stop test-headless2.scope
}

test_threaded() {
    # a threaded group holds threads, is said to be that, and goes when it is empty
    needs container
    scope root threaded
    mkdir -p "$boundary/g/t" "$boundary/g/invalid"
    echo threaded >"$boundary/g/t/cgroup.type"
    sleep_in "$boundary/g"
    echo "$sleeping" >"$boundary/g/t/cgroup.threads"
    works cgscope status "$unit/g/t"
    expect_out 'State: active'
    expect_out "Processes: +$sleeping "
    run cgscope exec "$unit/g/invalid" -- true
    expect_refusal 125 "it is 'domain invalid', as a group above it has threaded groups below"
    run cgscope remove -r "$unit/g/t"
    expect_refusal 1 'it is a threaded group, in which threads are and no processes'
    kill -KILL "$sleeping"
    wait_until grep -q 'populated 0' "$boundary/g/cgroup.events"
    works cgscope remove -r "$unit/g/t"
    works cgscope remove -r "$unit/g"
}

test_status_marks() {
    # status has the marks of UTF-8 where the locale has, and says where pressure is switched off
    needs container
    scope root marks
    works env LC_ALL=C cgscope status "$unit"
    expect_out '^\* test-marks\.scope$'
    works env LC_ALL=C.UTF-8 cgscope status "$unit"
    expect_out '^● test-marks\.scope$'
    [[ -e $boundary/cgroup.pressure ]] || return 0
    expect_out 'Pressure: cpu '
    echo 0 >"$boundary/cgroup.pressure"
    works cgscope status "$unit"
    expect_out 'Pressure: switched off for this group \(cgroup\.pressure is 0\)$'
}

test_mounted_over_runtime_directory() {
    # what a user mounts in his runtime directory root's list does not look into
    needs container
    local uid directory
    uid=$(id -u tester)
    scope tester age
    works cgscope list --all --json -o UNIT,AGE,CGROUP
    expect_json "[u['age_usec'] is not None for u in data['units'] if u['control_group'].endswith('/app.slice/$unit')] == [True]"
    mkdir -p "$scratch/over/units" "$scratch/over/systemd/units"
    touch "$scratch"/over/{,systemd/}units/"invocation:$unit"
    for directory in "/run/user/$uid" "/run/user/$uid/systemd"; do
        works unshare --mount --propagation private bash -c 'mount --bind "$1" "$2" &&
            exec cgscope list --all --json -o UNIT,AGE,CGROUP' bash "$scratch/over" "$directory"
        expect_json "[u['age_usec'] for u in data['units'] if u['control_group'].endswith('/app.slice/$unit')] == [None]"
    done
}
