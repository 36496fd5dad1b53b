# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# `cgscope run --delegate`, and limits: what was asked for is in force, or nothing starts.
# The tests that need no controllers are for the container.

# What a command sees that was given a subtree, and that it can use it.
divide='
    echo "group=$(sed -n s/^0:://p /proc/self/cgroup)"
    echo "controllers=$(cat "$CGSCOPE_ROOT/cgroup.controllers")"
    echo "enabled=$(cat "$CGSCOPE_ROOT/cgroup.subtree_control")"
    mkdir "$CGSCOPE_ROOT/child" || exit
    echo "child=$(cat "$CGSCOPE_ROOT/child/cgroup.controllers")"
    echo $$ >"$CGSCOPE_ROOT/child/cgroup.procs" || exit
    echo "moved=$(sed -n s/^0:://p /proc/self/cgroup)"'

teardown() {
    if [[ -d /run/systemd/system/user@1000.service.d ]]; then
        undelegate_from_user tester
    fi
}

# expect_enabled NAME…: these, and no others, in the subtree and in a child of it.
expect_enabled() {
    local name
    name=$(tr ' ' '\n' <<<"$*" | sort | xargs)
    expect_equal "$(value enabled | tr ' ' '\n' | sort | xargs)" "$name"
    expect_equal "$(value child | tr ' ' '\n' | sort | xargs)" "$name"
}

test_leaf() {
    # --delegate: the command is in the leaf main, and makes a group beside it and moves there
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --delegate -- sh -c "$divide"
        expect_status 0
        expect_value group '/*/app-cgscope-sh-*.scope/main'
        expect_value moved "$(value group | sed 's,/main$,/child,')"
        expect_lines err 0
        # All that reach the scope, without a value.
        # shellcheck disable=SC2046 # words
        expect_enabled $(value controllers)
    done
}

test_leaf_name() {
    # --leaf names the leaf, --no-leaf leaves the command in the scope's own group
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --delegate --leaf=work -- sh -c "$divide"
        expect_status 0
        expect_value group '*.scope/work'
        run as "$user" cgscope run -q --delegate --no-leaf -- sh -c "$divide; ls -d \"\$CGSCOPE_ROOT\"/*/"
        expect_status 0
        expect_value group '*.scope'
        expect_value enabled ''
        expect_value moved '*.scope/child'
        [[ $(grep -c '^/sys' <<<"$out") -eq 1 ]] || fail 'there is another group'
        # Without --delegate there is none either.
        run as "$user" cgscope run -q --leaf=work -- sh -c 'sed -n s/^0::// /proc/self/cgroup; ls -d "$CGSCOPE_ROOT"/*/'
        expect_not_out '^/sys'
    done
}

test_no_leaf_busy() {
    # --no-leaf: the kernel then refuses to pass controllers on (EBUSY), and does not with the leaf
    needs controllers memory
    local user try='exec bash -c "echo +memory >\$CGSCOPE_ROOT/cgroup.subtree_control" 2>&1'
    for user in root tester; do
        run as "$user" cgscope run -q --delegate=memory --no-leaf -- sh -c "$try"
        expect_status 1
        expect_out 'resource busy'
        run as "$user" cgscope run -q --delegate=memory -- sh -c "$try"
        expect_status 0
    done
}

test_mark() {
    # the directory is marked: by PID 1 for its scopes, by cgscope below a user manager
    run as root cgscope run -q --delegate -- sh -c 'getfattr -d -m - "$CGSCOPE_ROOT"'
    expect_out '^user\.delegate="1"$'
    expect_not_out '^user\.cgscope'
    run as tester cgscope run -q --delegate -- sh -c 'getfattr -d -m - "$CGSCOPE_ROOT"'
    expect_out '^user\.cgscope\.delegate="1"$'
    run as root cgscope run -q --delegate --uid=tester -- sh -c 'getfattr -d -m - "$CGSCOPE_ROOT"'
    expect_out '^user\.delegate="1"$'
}

test_owner() {
    # the subtree is the user's: root's for root, tester's for tester
    run as root cgscope run -q --delegate -- sh -c 'stat -c %U "$CGSCOPE_ROOT" "$CGSCOPE_ROOT/main/cgroup.procs"'
    expect_equal "$out" $'root\nroot'
    run as tester cgscope run -q --delegate -- sh -c 'stat -c %U "$CGSCOPE_ROOT" "$CGSCOPE_ROOT/main/cgroup.procs"'
    expect_equal "$out" $'tester\ntester'
}

test_spelling() {
    # a word after --delegate is its value only if it is made of names of controllers
    needs container
    local user
    printf '#!/bin/sh\necho "command ran: $*"\n' >cpus
    cp cpus io,bogus
    chmod 755 cpus io,bogus
    for user in root tester; do
        run as "$user" env "PATH=$PWD:$PATH" cgscope run -q --delegate cpus here
        expect_status 0
        expect_equal "$out" 'command ran: here'
        run as "$user" env "PATH=$PWD:$PATH" cgscope run -q --delegate io,bogus here
        expect_equal "$out" 'command ran: here'
        # The value, and what follows is the command. With --best-effort it runs everywhere.
        run as "$user" cgscope run -q --best-effort --delegate cpu,io -- echo ran
        expect_equal "$out" ran
        run as "$user" cgscope run -q --best-effort --delegate 'cpu io' echo ran
        expect_equal "$out" ran
        run as "$user" cgscope run -q --best-effort --delegate cpu echo ran
        expect_equal "$out" ran
        run as "$user" cgscope run -q --best-effort --delegate=cpu -- echo ran
        expect_equal "$out" ran
    done
}

test_absent() {
    # a controller that this system lacks: nothing is started, and one line says where it is missing
    local user name
    [[ $CGSCOPE_SYSTEM != vm ]] || return 0 # which has all that systemd knows
    name=$(absent_controller)
    for user in root tester; do
        run as "$user" cgscope run --delegate="$name" -- touch "$scratch/ran"
        expect_refusal 125 "$name not available: the root of the hierarchy has no such controller"
        [[ ! -e ran ]] || fail 'the command was started'
        expect_no_scopes "$user"
        run as "$user" cgscope run -q --best-effort --delegate="$name" -- sh -c "$divide"
        expect_status 0
        expect_lines err 1
        expect_err "$name not available"
        expect_value moved '*/child'
    done
}

test_unmanaged() {
    # a controller that systemd does not pass on: as with any other one line says where it stops, and nothing is started
    local user name have
    have=" $(</sys/fs/cgroup/cgroup.controllers) "
    for user in root tester; do
        for name in hugetlb rdma misc dmem; do
            run as "$user" cgscope run --delegate="$name" -- touch "$scratch/ran"
            if [[ $have == *" $name "* ]]; then
                expect_refusal 125 "^cgscope: $name not available: stops at /"
            else
                expect_refusal 125 "^cgscope: $name not available: the root of the hierarchy has no such controller"
            fi
            [[ ! -e ran ]] || fail 'the command was started'
        done
    done
    expect_no_scopes root tester
}

test_disabled() {
    # a controller that a slice keeps from what is below it: the line names the slice
    needs controllers memory
    local user
    mkdir -p /run/systemd/user
    printf '[Slice]\nDisableControllers=memory\n' >/run/systemd/system/testclosed.slice
    cp /run/systemd/system/testclosed.slice /run/systemd/user/
    systemctl daemon-reload
    nearby tester systemctl --user daemon-reload
    for user in root tester; do
        for word in --delegate=memory -pMemoryMax=1G; do
            run as "$user" cgscope run --slice=testclosed "$word" -- touch "$scratch/ran"
            expect_refusal 125 'memory not available.*: stops at /.*testclosed\.slice'
            [[ ! -e ran ]] || fail 'the command was started'
        done
        expect_no_scopes "$user"
    done
    rm /run/systemd/system/testclosed.slice /run/systemd/user/testclosed.slice
    systemctl daemon-reload
    nearby tester systemctl --user daemon-reload
}

test_absent_limit() {
    # a limit whose controller this system lacks: nothing is started; --best-effort warns and runs
    local user
    [[ $CGSCOPE_SYSTEM != vm ]] || return 0 # every controller that has limits is there
    for user in root tester; do
        run as "$user" cgscope run -p MemoryMax=1G -- touch "$scratch/ran"
        expect_refusal 125 'memory not available, nothing would enforce MemoryMax: the root of the hierarchy'
        [[ ! -e ran ]] || fail 'the command was started'
        run as "$user" cgscope run -q --best-effort -p MemoryMax=1G -p TasksMax=99 -- echo ran
        expect_equal "$out" ran
        expect_lines err 1
        expect_err 'memory pids not available'
    done
}

test_no_limit() {
    # values that limit nothing need no controller
    local user
    for user in root tester; do
        run as "$user" cgscope run -q -p MemoryMax=infinity -p TasksMax=infinity -p CPUQuota= -- echo ran
        expect_status 0
        expect_equal "$out" ran
    done
}

test_controllers() {
    # the controllers asked for, and memory, and those alone, are enabled for groups beside the leaf
    needs controllers cpu memory pids io cpuset
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --delegate=memory -- sh -c "$divide"
        expect_status 0
        expect_enabled memory
        run as "$user" cgscope run -q --delegate 'cpu memory' -- sh -c "$divide"
        expect_status 0
        expect_enabled cpu memory
        run as "$user" cgscope run -q --delegate cpu,memory,pids sh -c "$divide"
        expect_status 0
        expect_enabled cpu memory pids
        run as "$user" cgscope run -q --delegate -- sh -c "$divide"
        [[ $(value child) == *cpu*memory*pids* ]] || fail 'not all that reach the user'
    done
    run as root cgscope run -q --delegate cpu,io -- sh -c "$divide"
    expect_status 0
    expect_enabled cpu io memory
    run as root cgscope run -q --delegate=cpuset,io,pids -- sh -c "$divide"
    expect_status 0
    expect_enabled cpuset io memory pids
}

test_child_limit() {
    # a limit that the command sets on a group of its own is kept by the kernel
    needs controllers memory pids
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --delegate=memory,pids -- sh -c '
            mkdir "$CGSCOPE_ROOT/child" && echo 2 >"$CGSCOPE_ROOT/child/pids.max" &&
                echo $$ >"$CGSCOPE_ROOT/child/cgroup.procs" || exit 9
            sleep 0.1 && echo one
            (sleep 0.1 | sleep 0.1 | sleep 0.1) && echo many'
        expect_out '^one$'
        expect_not_out '^many$'
    done
}

test_limits() {
    # limits set with -p are in the scope's files, for root and for a user
    needs controllers cpu memory pids
    local user
    for user in root tester; do
        run as "$user" cgscope run -q -p MemoryMax=100M -p CPUQuota=50% -p TasksMax=77 -p CPUWeight=200 -- sh -c '
            cd "$CGSCOPE_ROOT"; grep . memory.max cpu.max pids.max cpu.weight'
        expect_status 0
        expect_out '^memory.max:104857600$'
        expect_out '^cpu.max:50000 100000$'
        expect_out '^pids.max:77$'
        expect_out '^cpu.weight:200$'
        # In a delegated scope as well, where the command is below.
        run as "$user" cgscope run -q --delegate=memory -p MemoryMax=100M -- cat /proc/self/cgroup
        expect_status 0
        expect_out '/main$'
        run as "$user" sh -c 'cgscope run -q -p TasksMax=1 -- sh -c "sleep 0; echo forked"; :'
        expect_not_out forked
    done
}

test_system_limits() {
    # AllowedCPUs= and a bandwidth limit on the root's device are in force for root
    needs controllers cpuset io
    local device number
    device=$(findmnt -n -o SOURCE /)
    number=$(lsblk -n -d -o MAJ:MIN "$device" | xargs)
    run as root cgscope run -q -p AllowedCPUs=0 -p "IOReadBandwidthMax=$device 1M" -p "IOWriteIOPSMax=$device 50" -- sh -c '
        cd "$CGSCOPE_ROOT"; cat cpuset.cpus io.max; grep Cpus_allowed_list /proc/self/status'
    expect_status 0
    expect_out '^0$'
    expect_out "^$number rbps=1000000 wbps=max riops=max wiops=50\$"
    expect_out '^Cpus_allowed_list:[[:space:]]*0$'
    # The device of a file system, by a path on it.
    run as root cgscope run -q -p 'IOWriteBandwidthMax=/ 2M' -- sh -c 'cat "$CGSCOPE_ROOT/io.max"'
    expect_equal "$out" "$number rbps=max wbps=2000000 riops=max wiops=max"
}

test_stops_at_user() {
    # a controller that does not reach a user: one line names the ancestor where it stops, nothing is started
    needs controllers cpu cpuset io memory pids
    local word
    for word in --delegate=io --delegate=cpu,cpuset,io -pIOWeight=50 -pAllowedCPUs=0 '-pIOReadBandwidthMax=/ 1M'; do
        run as tester cgscope run "$word" -- touch "$scratch/ran"
        expect_refusal 125 '(^|[ :])(io|cpuset|cpuset io) not available.*: stops at /user\.slice'
        expect_err 'to the user manager unless told to; cgscope enable '
        [[ ! -e ran ]] || fail 'the command was started'
    done
    expect_no_scopes tester
    run as tester cgscope run -q --best-effort --delegate=cpu,io -- sh -c "$divide"
    expect_status 0
    expect_lines err 1
    expect_err '^cgscope: io not available'
    expect_enabled cpu memory
}

test_let_through() {
    # let through to the user by an administrator, the controllers work in the same session
    # deadline 90
    needs controllers cpu cpuset io memory pids
    delegate_to_user tester cpu cpuset io memory pids
    run as tester cgscope run -q --delegate cpu,io -- sh -c "$divide"
    expect_status 0
    expect_enabled cpu io memory
    run as tester cgscope run -q -p AllowedCPUs=0 -p 'IOReadBandwidthMax=/ 1M' -- sh -c '
        cat "$CGSCOPE_ROOT/cpuset.cpus" "$CGSCOPE_ROOT/io.max"'
    expect_status 0
    expect_out '^0$'
    expect_out 'rbps=1000000'
}

test_not_re_executed() {
    # a user manager that was handed a controller and has not looked again: the line says daemon-reexec
    # deadline 90
    needs controllers cpu cpuset io memory pids
    mkdir -p /run/systemd/system/user@1000.service.d
    printf '[Service]\nDelegate=cpu cpuset io memory pids\n' >/run/systemd/system/user@1000.service.d/50-test.conf
    systemctl daemon-reload
    systemd-run --quiet --scope --slice=user-1000.slice true
    [[ $(user_controllers tester) == *io* ]] || fail 'io did not reach the user manager'
    run as tester cgscope run --delegate=io -- touch "$scratch/ran"
    expect_refusal 125 'io not available: stops at .*/user@1000\.service: the user manager .*; systemctl --user daemon-reexec'
    [[ ! -e ran ]] || fail 'the command was started'
    expect_no_scopes tester
    nearby tester systemctl --user daemon-reexec
    run as tester cgscope run -q --delegate=io -- sh -c "$divide"
    expect_status 0
    expect_enabled io memory
}
