#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# cgscope doctor: the way of the controllers, where they stop, and why, compared with cgroupfs.

kill_race=$guest_dir/kill-race.py
compare=$guest_dir/doctor.py
user_group=/user.slice/user-1000.slice/user@1000.service

teardown() {
    local pid
    pid=$(manager_pid tester)
    kill -CONT "$pid" 2>/dev/null || true
    manager_of tester stop 'test-*.scope' 2>/dev/null || true
    systemctl start user@1001.service
    systemctl stop test-stays.service 2>/dev/null || true
    let_through
    # Only what a failed test left.
    if [[ -e /run/systemd/system/user@1000.service.d ]]; then
        undelegate_from_user tester
    fi
}

# doctor USER OPTIONS…: runs it as USER, outside of any delegated unit of that user's. Its object is in $out, and it is
# JSON that agrees with the exit status.
doctor() {
    local user=$1
    shift
    if [[ $user == root ]]; then
        run as_user root cgscope doctor --json "$@"
    else
        run nearby "$user" cgscope doctor --json "$@"
    fi
    python3 -m json.tool <<<"$out" >json || fail 'this is no JSON'
    expect_lines out 1
    expect_lines err 0
    [[ $status == "$(get 'd["status"]')" ]] || fail 'the exit status is another than in the object'
}

get() {
    "$compare" get "$1" <<<"$out"
}

# expect EXPRESSION PATTERN: the pattern is of bash.
expect() {
    # shellcheck disable=SC2053 # a pattern it is
    [[ $(get "$1") == $2 ]] || fail "$1 is '$(get "$1")', expected $2"
}

expect_groups() {
    "$compare" levels <<<"$out" 2>differences || fail "$(<differences)"
}

expect_levels() {
    expect '[level["control_group"] for level in d["levels"]]' "$(printf '%s\n' "$@")"
}

# A delegated scope of USER's, test-held.scope, in which controllers are asked for until the end of the test: what is
# handed on only when somebody asks does not change meanwhile.
hold() {
    start "$1" env "XDG_RUNTIME_DIR=/run/user/$(id -u "$1")" \
        cgscope run -q --unit=test-held --delegate -- sleep 1000
    wait_until unit_is "$1" test-held.scope loaded
    wait_until held
}

held() {
    [[ $(group_of "$started") == */test-held.scope/main ]]
}

test_user() {
    # for a user: the levels are those of cgroupfs down to a new scope, which is gone afterwards; the text says the same
    doctor tester
    expect 'd["uid"], d["user"], d["end"]' "(1000, 'tester', 'probe')"
    expect_levels / /user.slice /user.slice/user-1000.slice $user_group $user_group/app.slice "$(get 'd["probe"]')"
    expect 'd["probe"]' "$user_group/app.slice/app-cgscope-probe-*.scope"
    expect '[level["owner"] for level in d["levels"]]' $'root\nroot\nroot\ntester\ntester\ntester'
    expect '[level["delegated"] for level in d["levels"]]' $'False\nFalse\nFalse\nTrue\nFalse\nTrue'
    expect 'd["unknown"]' None
    hold tester
    doctor tester
    expect_groups
    nearby tester cgscope doctor >text || true
    "$compare" text text <<<"$out" 2>differences || fail "$(<differences)"
    expect_no_scopes_but_held
}

expect_no_scopes_but_held() {
    [[ $(scopes_of tester | grep -c .) -eq 1 ]] || fail "left: $(scopes_of tester)"
}

test_root() {
    # for root: down to a new scope in system.slice, which is gone afterwards
    doctor root
    expect 'd["uid"], d["user"], d["end"]' "(0, 'root', 'probe')"
    expect_levels / /system.slice "$(get 'd["probe"]')"
    expect_groups
    expect_no_scopes root
}

test_another() {
    # for another user: down to that user's manager, and no scope is made
    needs container
    local asker before
    before=$(journalctl -q --no-pager | grep -c 'cgscope-probe' || true)
    for asker in root tester; do
        doctor "$asker" --user-id=1001
        expect 'd["uid"], d["user"], d["end"], d["probe"]' "(1001, 'other', 'manager', None)"
        expect 'd["levels"][3]["control_group"]' /user.slice/user-1001.slice/user@1001.service
        expect_groups
        doctor "$asker" --user-id=other
        expect 'd["uid"]' 1001
    done
    doctor tester --user-id=root
    expect 'd["user"], d["end"]' "('root', 'system')"
    expect_levels / /system.slice
    expect_groups
    expect_equal "$(journalctl -q --no-pager | grep -c 'cgscope-probe' || true)" "$before"
}

test_unit() {
    # in a delegated unit of one's own: the way to that one; in another's, to a new scope
    needs container
    run as tester cgscope run -q --delegate -- cgscope doctor --json
    expect 'd["end"], d["probe"]' "('unit', None)"
    expect 'd["levels"][-1]["control_group"]' "$user_group/app.slice/app-cgscope-cgscope-*.scope"
    run nearby root cgscope doctor --json
    expect 'd["end"]' unit
    expect 'd["levels"][-1]["control_group"]' "$(group_of self)"
    expect_groups
    run nearby tester cgscope doctor --json
    expect 'd["end"]' probe
    run systemd-run --quiet --pipe --wait --collect -p Delegate=yes -p User=tester --unit="testrun-$$-own" -- \
        cgscope doctor --json
    expect 'd["end"]' unit
    expect 'd["levels"][-1]["control_group"]' "/system.slice/testrun-$$-own.service"
    expect 'd["levels"][-1]["owner"]' tester
}

test_namespace() {
    # in a cgroup namespace: the way to its root where that is the own unit; else that the rest is out of sight
    needs container
    local inside='umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec cgscope doctor --json'
    run cgscope run -q --delegate --no-leaf -- unshare --cgroup --mount --propagation private sh -c "$inside"
    expect_lines err 0
    expect 'd["end"]' unit
    expect_levels /
    run cgscope run -q --delegate -- unshare --cgroup --mount --propagation private sh -c "$inside"
    expect_lines err 0
    expect 'd["end"], len(d["levels"])' '(None, 0)'
    expect 'd["unknown"]' '?*'
    run cgscope run -q --delegate -- unshare --cgroup --mount --propagation private sh -c "$inside --user-id=tester"
    expect 'd["unknown"]' "systemd's groups are outside of this cgroup namespace"
    expect_no_scopes root
}

test_no_manager() {
    # without a user manager: what PID 1 would hand to one, and that it is so
    local loaded
    # user-.slice is StopWhenUnneeded=: without something in it the user's slice goes a moment after the manager.
    systemd-run --quiet --slice=user-1001.slice --unit=test-stays.service sleep 60
    systemctl stop user@1001.service
    loaded=$(systemctl show -p DelegateControllers --value user@1001.service)
    doctor root --user-id=1001
    expect 'd["end"], d["probe"], d["unknown"]' "('login', None, None)"
    expect_groups
    if [[ " $(</sys/fs/cgroup/cgroup.controllers) " == *' memory '* ]]; then
        [[ " $loaded " == *' memory '* && " $loaded " != *' io '* ]] || fail "systemd hands on $loaded"
        expect 'c["memory"]["arrives"], c["memory"]["why"]' "(True, 'a user manager would be handed it')"
        expect 'c["io"]["arrives"], c["io"]["remedy"]' "(False, 'cgscope enable cpuset io --user-id=1001')"
    fi
    [[ $CGSCOPE_SYSTEM == container ]] || return 0
    doctor other
    expect 'd["end"], d["probe"]' "('login', None)"
    expect 'd["unknown"]' '*no user*'
    run nearby tester cgscope doctor --user-id=other
    expect_out '^other \(UID 1001\) has no user manager running\.'
}

test_nobody_answers() {
    # no bus, no manager, a manager that hangs: said in one line each, never a crash, nothing is left
    needs container
    local nobody=unix:path=/nonexistent
    for user in root tester; do
        run nearby "$user" env DBUS_SYSTEM_BUS_ADDRESS=$nobody cgscope doctor --json --user-id=1001
        expect_lines err 0
        expect_groups
    done
    run as_user root env DBUS_SYSTEM_BUS_ADDRESS=$nobody cgscope doctor --json
    expect 'd["end"]' system
    expect 'd["unknown"]' '*no system bus at unix:path=/nonexistent*'
    expect_groups
    run nearby tester env DBUS_SYSTEM_BUS_ADDRESS=$nobody DBUS_SESSION_BUS_ADDRESS=$nobody \
        XDG_RUNTIME_DIR=/nonexistent cgscope doctor --json
    expect_lines err 0
    expect 'd["end"]' manager
    expect 'd["unknown"]' '?*'
    expect_groups

    kill -STOP "$(manager_pid tester)"
    run nearby tester cgscope doctor --json --timeout=500ms
    expect_lines err 0
    expect 'd["end"]' manager
    expect 'd["unknown"]' '*not done within 500ms*'
    kill -CONT "$(manager_pid tester)"
    expect_no_scopes tester
}

test_missing() {
    # a controller that not even the root has: so it is said, with the reason, and it counts
    needs container
    local have name
    have=" $(</sys/fs/cgroup/cgroup.controllers) "
    doctor tester
    for name in cpuset cpu io memory pids; do
        [[ $have == *" $name "* ]] || expect "c['$name']['arrives'], c['$name']['stops_at']" '(False, None)'
        [[ $have == *" $name "* ]] || expect "c['$name']['why']" '?*'
    done
    [[ $have == *' io '* ]] || expect_status 1
}

test_no_hierarchy() {
    # no unified hierarchy: no way, and the checks say what there is
    needs container
    local user
    for user in root tester; do
        run unshare --mount --propagation private bash -c "
            mount -t tmpfs none /sys/fs/cgroup
            . ${BASH_SOURCE[0]%/*}/../scopes.sh
            nearby $user cgscope doctor
            echo status \$?
            nearby $user cgscope doctor --json >$scratch/out"
        expect_lines err 0
        expect_out '^status 1$'
        expect_out '^problem +hierarchy +'
        expect_not_out '^(GROUP|unknown +way)'
        out=$(<"$scratch/out")
        expect 'len(d["levels"]), len(d["controllers"]), d["end"]' '(0, 0, None)'
        expect 'd["unknown"]' '?*'
    done
}

test_terminal() {
    # on a terminal no line is longer than that, and colours show what does not work
    needs container
    needs command script
    run nearby tester script -qec 'stty cols 80; TERM=xterm LC_ALL=C.UTF-8 SYSTEMD_PAGER= cgscope doctor' /dev/null
    expect_out $'^\e\\[0;1;31mproblem\e\\[0m  '
    sed 's/\x1b\[[0-9;]*m//g; s/\r$//' <<<"$out" >plain
    ! LC_ALL=C.UTF-8 grep -E '.{81}' plain >long || fail "too long: $(<long)"
    run nearby tester script -qec 'stty cols 80; TERM=xterm NO_COLOR=1 SYSTEMD_PAGER= cgscope doctor --full' /dev/null
    expect_not_out $'\e'
}

test_killed() {
    # killed at random instants: no scope and no process is left
    # deadline 150
    needs container
    local who
    for who in root tester; do
        run as_user "$who" "$kill_race" kill 100 -- cgscope doctor
        expect_status 0
        expect_value left 0
        expect_value processes 0
        [[ $(value killed) -gt 25 ]] || fail 'most were done before they were killed'
    done
}

test_stages() {
    # a controller on its way from the drop-in to the user's scopes: at each stage where it stops, and what helps
    # deadline 150
    needs controllers cpu cpuset io memory pids
    local directory=/run/systemd/system/user@1000.service.d
    hold tester
    doctor tester
    expect_groups
    expect 'c["io"]["arrives"], c["io"]["stops_at"]' "(False, '/user.slice*')"
    expect 'c["io"]["why"]' 'PID 1 does not hand it to the user manager unless told to'
    expect 'c["io"]["remedy"]' 'cgscope enable cpuset io'
    expect 'c["memory"]["arrives"]' True
    expect_status 1

    cgscope enable -q --root=/ --runtime --user-id=1000 cpuset io
    doctor root --user-id=1000
    expect_groups
    expect 'c["io"]["arrives"]' False
    expect 'c["io"]["why"]' "$directory/delegate-user-runtime.conf asks for it, which PID 1 has not read yet"
    expect 'c["io"]["remedy"]' 'cgscope enable cpuset io --user-id=1000'

    systemctl daemon-reload
    doctor root --user-id=1000
    expect_groups
    if [[ $(user_controllers tester) != *io* ]]; then
        expect 'c["io"]["why"]' 'PID 1 is to hand it to the user manager, and has not done so yet'
        expect 'c["io"]["remedy"]' 'cgscope enable cpuset io --user-id=1000'
    fi

    systemd-run --quiet --scope --slice=user-1000.slice true
    doctor root --user-id=1000
    expect_groups
    expect 'c["io"]["arrives"]' True
    expect 'c["io"]["why"]' 'whether the user manager has looked since*'
    doctor tester
    expect_groups
    expect 'c["io"]["arrives"], c["io"]["stops_at"]' "(False, '$user_group')"
    expect 'c["io"]["why"]' 'the user manager was handed it and has not looked since'
    expect 'c["io"]["remedy"]' 'systemctl --user daemon-reexec'

    # The remedy helps.
    # shellcheck disable=SC2046 # words
    nearby tester $(get 'c["io"]["remedy"]')
    doctor tester
    expect '[c[name]["arrives"] for name in ("cpuset", "cpu", "io", "memory", "pids")]' \
        $'True\nTrue\nTrue\nTrue\nTrue'
    undelegate_from_user tester
}

# keep_back CONTROLLER FOLDER SLICE: by a drop-in, until the next test.
keep_back() {
    mkdir -p "/run/systemd/$2/$3.d"
    printf '[Slice]\nDisableControllers=%s\n' "$1" >"/run/systemd/$2/$3.d/90-test.conf"
}

let_through() {
    local directory
    [[ -e /run/systemd/system/user.slice.d/90-test.conf ]] || return 0
    for directory in /run/systemd/system/user.slice.d /run/systemd/user/app.slice.d; do
        rm -f "$directory/90-test.conf"
        rmdir --ignore-fail-on-non-empty "$directory"
    done
    systemctl daemon-reload
    nearby tester systemctl --user daemon-reload
}

test_kept_back() {
    # what a slice keeps back, the system's or the user's own: the slice is named
    needs controllers io memory
    keep_back memory user app.slice
    keep_back io system user.slice
    systemctl daemon-reload
    nearby tester systemctl --user daemon-reload
    doctor tester
    expect 'c["io"]["stops_at"], c["io"]["remedy"]' "('/user.slice', 'systemctl edit user.slice')"
    expect 'c["io"]["why"]' 'user.slice keeps it from all that is below (DisableControllers=)'
    expect 'c["memory"]["stops_at"]' $user_group/app.slice
    expect 'c["memory"]["remedy"]' 'systemctl --user edit app.slice'
    let_through
    doctor tester
    expect 'c["memory"]["arrives"]' True
}
