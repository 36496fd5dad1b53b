# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# Whoever does not answer, or stands still: each verb ends by its deadline, or before, with one line that says who.
# The tests that need no controllers are for the container.

manager=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service

teardown() {
    kill -CONT "$(manager_pid tester)"
    local slice unit
    for slice in "$manager"/{test_still,app}.slice; do
        [[ ! -e $slice/cgroup.freeze ]] || echo 0 >"$slice/cgroup.freeze"
    done
    # One by one: newer ones stop none where one is not there.
    for unit in test-asked.scope test-still.scope test_still.slice; do
        manager_of tester stop "$unit" 2>/dev/null || true
    done
}

# A delegated scope of tester's that nobody has marked, so that its manager is asked about it, with the group own.
make_unmarked() {
    nearby tester systemd-run --user --quiet --scope -p Delegate=yes --unit=test-asked.scope sleep 1000 &
    wait_until grep -q . "$manager/app.slice/test-asked.scope/cgroup.procs"
    process=$(<"$manager/app.slice/test-asked.scope/cgroup.procs")
    nearby tester mkdir "$manager/app.slice/test-asked.scope/own"
}

# each_within PATTERN COMMAND…: each line of the input is a verb of cgscope's, to which COMMAND leads as tester. All at
# once, for each waits until its deadline of two seconds. sd-bus alone would wait for 90 s, and a verb without a bound for
# ever.
each_within() {
    local pattern=$1 verb words number=0 begin=$SECONDS
    shift
    while read -r verb words; do
        number=$((number + 1))
        printf '%s %s\n' "$verb" "$words" >"verb.$number"
        # shellcheck disable=SC2086 # words
        timeout 60 "$@" cgscope "$verb" --timeout=2s $words </dev/null >"out.$number" 2>&1 &
        printf '%d\n' $! >"pid.$number"
    done
    for number in $(seq "$number"); do
        status=0
        wait "$(<"pid.$number")" || status=$?
        last_command=$(<"verb.$number") out='' err=$(<"out.$number")
        [[ $status -ne 0 && $status -ne 124 ]] || fail "status $status"
        expect_err "$pattern"
        [[ $last_command == doctor* ]] || expect_lines err 1
    done
    [[ $((SECONDS - begin)) -le 20 ]] || fail "it took $((SECONDS - begin)) s"
}

# The verbs of tester's that ask a manager.
asking_verbs() {
    printf '%s\n' 'run -- touch ran' 'run --wait -- touch ran' 'run --delegate -u test-late -- touch ran' \
        "adopt --steal $process" 'stop test-asked.scope' 'kill test-asked.scope' 'freeze test-asked.scope' \
        'thaw test-asked.scope' 'set test-asked.scope ManagedOOMPreference=avoid' \
        'set test-asked.scope/own cgroup.max.depth=3' 'create test-asked.scope/x' \
        'exec --create test-asked.scope/x -- touch ran' 'exec test-asked.scope/own -- touch ran' \
        'remove test-asked.scope/own' "move test-asked.scope/own $process" 'chown test-asked.scope/own tester' \
        'stop --empty' 'doctor'
}

test_mute_bus() {
    # a bus that takes the connection and never greets: named, with the time
    needs container
    local user
    chmod 777 .
    make_unmarked
    for user in root tester; do
        nearby "$user" python3 -c 'import os, socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o777); s.listen(50); time.sleep(1000)' \
            "$user" &
        wait_until test -S "$user"
    done
    # At the usual place: of one that was named more is asked beforehand.
    cat >mute <<'SCRIPT'
mount --bind tester /run/user/1000/bus
mount --bind root /run/dbus/system_bus_socket
exec setpriv --reuid=tester --regid=tester --init-groups env -i HOME=/home/tester USER=tester PATH="$PATH" "$@"
SCRIPT
    each_within 'the user bus at unix:path=/run/user/1000/bus did not answer within 2s' \
        unshare --mount --propagation private bash mute < <(asking_verbs)
    each_within 'the system bus at unix:path=/run/dbus/system_bus_socket did not answer within 2s' \
        unshare --mount --propagation private bash mute < <(printf '%s\n' enable 'enable io' 'disable io')
    [[ ! -e ran ]] || fail 'a command was run'
    expect_no_scopes_but_asked
}

test_mute_manager() {
    # a manager that stands still: named, with the time
    needs container
    make_unmarked
    script=$scratch/as-tester
    printf 'exec setpriv --reuid=tester --regid=tester --init-groups env XDG_RUNTIME_DIR=/run/user/1000 %s "$@"\n' \
        DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus >"$script"
    kill -STOP "$(manager_pid tester)"
    each_within 'your user manager was not done within 2s' bash "$script" < <(asking_verbs)
    kill -CONT "$(manager_pid tester)"
    [[ ! -e ran ]] || fail 'a command was run'
    expect_no_scopes_but_asked
}

# What was asked for too late comes to nothing, or is stopped again.
none_but_asked() {
    ! scopes_of tester | grep -q -v '^test-asked\.scope '
}

expect_no_scopes_but_asked() {
    wait_until -t 30 none_but_asked
}

# refuses PATTERN VERB…: as tester, at once and in one line.
refuses() {
    local pattern=$1 begin=$SECONDS
    shift
    run nearby tester timeout 60 cgscope "$@"
    [[ $status -ne 0 && $status -ne 124 ]] || fail "status $status"
    expect_lines err 1
    expect_err "$pattern"
    [[ $((SECONDS - begin)) -lt 15 ]] || fail "it took $((SECONDS - begin)) s"
}

test_frozen_above() {
    # a slice above that is frozen, by hand or by its manager: it is looked for first, and named with what helps
    needs container
    local slice=$manager/test_still.slice pid words
    local frozen='test_still\.slice is frozen, and all in it stands still; thaw it first: cgscope thaw /sys/fs/cgroup/'
    nearby tester cgscope run -q --slice=test_still.slice --delegate -u test-still -- sleep 1000 &
    wait_until grep -q . "$slice/test-still.scope/main/cgroup.procs"
    start tester
    pid=$started
    for words in 'echo 1' 'nearby tester systemctl --user freeze test_still.slice'; do
        if [[ $words == echo* ]]; then echo 1 >"$slice/cgroup.freeze"; else $words; fi
        refuses "$frozen" run --slice=test_still.slice -- touch ran
        refuses "$frozen" run --wait --slice=test_still-below.slice -- touch ran
        refuses "$frozen" adopt --slice=test_still.slice "$pid"
        [[ $(group_of "$pid") == /system.slice/* ]] || fail 'the process was moved'
        refuses "$frozen" exec test-still.scope/main -- touch ran
        refuses "$frozen" exec --create test-still.scope/new -- touch ran
        [[ ! -e $slice/test-still.scope/new ]] || fail 'the group stayed'
        refuses "^cgscope: test-still\.scope: $frozen" thaw test-still.scope
        refuses "^cgscope: test-still\.scope/main: $frozen" thaw test-still.scope/main
        refuses "^cgscope: test-still\.scope: $frozen" stop test-still.scope
        refuses "^cgscope: test-still\.scope: $frozen" set test-still.scope ManagedOOMPreference=avoid
        run nearby tester cgscope thaw "$slice"
        expect_status 0
        expect_equal "$(<"$slice/cgroup.freeze")" 0
    done
    [[ ! -e ran ]] || fail 'a command was run'
    run nearby tester cgscope stop test-still.scope
    expect_status 0
}

test_frozen_default_slice() {
    # so where no slice is named
    needs container
    echo 1 >"$manager/app.slice/cgroup.freeze"
    refuses 'no scope can begin in app\.slice: app\.slice is frozen' run -- touch ran
    echo 0 >"$manager/app.slice/cgroup.freeze"
    [[ ! -e ran ]] || fail 'a command was run'
}

test_report_is_fifo() {
    # a report file that is a FIFO with nobody at its end: refused, and nothing hangs
    needs container
    mkfifo -m 666 pipe
    chmod 777 .
    refuses 'pipe is no regular file' run --report=pipe -- touch ran
    [[ ! -e ran ]] || fail 'the command was run'
}

test_several_targets() {
    # the time is that of all targets together; those that it did not suffice for are named
    needs container
    make_unmarked
    kill -STOP "$(manager_pid tester)"
    run nearby tester timeout 60 cgscope stop --timeout=4s test-asked.scope test-asked.scope test-asked.scope
    kill -CONT "$(manager_pid tester)"
    expect_status 1
    expect_lines err 3
    expect_err 'your user manager was not done within 4s'
    expect_err '^cgscope: test-asked\.scope: its manager was not asked any more, as 4s were over'
}
