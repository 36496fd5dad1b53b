# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# What cgscope doctor finds beside the way of the controllers, each trap made for real.

scopes_sh=$(realpath "${BASH_SOURCE[0]%/*}/../scopes.sh")

# Functions that put back what a test changed.
undo=()

# So that the others find both users' managers as they were.
teardown() {
    local function
    for function in "${undo[@]}"; do
        "$function" || true
    done
    [[ -e /var/lib/systemd/linger/other ]] || loginctl enable-linger other
    systemctl reset-failed user@1001.service 2>/dev/null || true
    systemctl start user@1000.service user@1001.service
    wait_until -t 20 bus_of_other
}

bus_of_other() {
    nearby other systemctl --user is-active --quiet init.scope
}

# examine [CMD…]: runs cgscope doctor behind the words of CMD. $options are the doctor's.
options=()
examine() {
    run "$@" cgscope doctor --json "${options[@]}"
    [[ $status -le 2 ]] || fail "status $status"
    expect_lines err 0
    findings=$(python3 -c '
import json, sys
for c in json.load(sys.stdin)["checks"]:
    print(c["check"], c["result"], c["found"], c["remedy"] or "-", sep="\t")' <<<"$out") || fail 'no JSON'
}

# expect_finding CHECK RESULT [FOUND [REMEDY]]: the latter two are regular expressions.
expect_finding() {
    local line name result found remedy
    line=$(grep -P "^$1\t" <<<"$findings") || fail "no check $1 in:"$'\n'"$findings"
    IFS=$'\t' read -r name result found remedy <<<"$line"
    [[ $result == "$2" ]] || fail "$name: $result, expected $2: $found"
    [[ $# -lt 3 || $found =~ $3 ]] || fail "$name: found '$found', expected $3"
    [[ $# -lt 4 || $remedy =~ $4 ]] || fail "$name: remedy '$remedy', expected $4"
}

# expect_no_finding CHECK…: they do not apply.
expect_no_finding() {
    local name
    for name; do
        ! grep -P "^$name\t" <<<"$findings" || fail "there is a check $name"
    done
}

# hidden USER MOUNT CMD…: CMD as USER in a mount namespace where the text MOUNT was run.
hidden() {
    local mount=$2
    set -- "$1" "${@:3}"
    unshare --mount --propagation private bash -c "$mount"' || exit 99; . "$0"; nearby "$@"' "$scopes_sh" "$@"
}

legacy_controllers() {
    sed -n 's/^[0-9]*:\([a-z_,]\+\):.*/\1/p' /proc/self/cgroup
}

# --- the host and the kernel ---

test_host() {
    # hierarchy, mount options, systemd and kernel are as the system itself tells
    local legacy delegate=on
    legacy=$(legacy_controllers)
    examine nearby tester
    if [[ $legacy == *memory* ]]; then
        expect_status 1
        expect_finding hierarchy problem 'cgroup v1 holds .*memory' .
        expect_finding controllers problem 'held by cgroup v1: .*memory'
        expect_no_finding swap cpuset io-weight real-time
    else
        expect_finding hierarchy ok 'cgroup v2 alone, mounted at /sys/fs/cgroup'
        expect_finding controllers ok 'there: cpuset cpu io memory .*pids'
        expect_finding swap ok
        expect_finding real-time ok
    fi
    expect_finding writable ok
    grep -q ' /sys/fs/cgroup .*nsdelegate' /proc/self/mountinfo || delegate=off
    expect_finding nsdelegate "$([[ $delegate == on ]] && echo ok || echo problem)" "^$delegate: "
    expect_finding systemd ok
    expect_finding systemd-version ok "^$(systemctl --version | awk 'NR == 1 { print $2 }')"
    expect_finding kernel ok "^Linux $(uname -r | sed 's/[.+]/\\&/g')$"
    expect_no_finding wsl
}

test_features() {
    # what the kernel can do is told as its files tell it
    local file name
    examine nearby tester
    expect_finding cgroup-kill "$([[ -e /sys/fs/cgroup/init.scope/cgroup.kill ]] && echo ok || echo problem)"
    expect_finding pressure "$([[ -e /proc/pressure/memory ]] && echo ok || echo note)"
    for name in clone-into-cgroup pidfd openat2; do
        expect_finding "$name" ok
    done
    # Programs of groups are root's business.
    expect_no_finding bpf
    examine nearby root
    expect_finding bpf "$(ldconfig -p | grep -q 'libbpf\.so\.[01] ' && echo ok || echo note)" '^there'
    needs controllers memory
    file=/sys/fs/cgroup/init.scope/memory
    expect_finding memory-peak "$([[ -e $file.peak ]] && echo ok || echo note)"
    expect_finding swap "$([[ -e $file.swap.max ]] && echo ok || echo note)"
}

test_container() {
    # in what the system runs
    needs container
    local kind=container
    if [[ $CGSCOPE_SYSTEM == container ]]; then
        examine nearby tester
        expect_finding container note "\($(</run/systemd/container)\)"
    else
        examine nearby tester
        expect_finding container ok '^none$'
    fi
    [[ ! -e /run/host/container-manager && ! -e /.dockerenv && ! -e /run/.containerenv ]] || return 0
    examine hidden root 'mount -t tmpfs none /run/systemd' env -u "$kind"
    expect_finding container ok '^none$'
    expect_finding systemd problem 'systemd is not PID 1 here' .
    expect_no_finding systemd-version linger
    examine hidden root 'mount -t tmpfs none /run/systemd' env "$kind=own"$'\e[1m kind'
    expect_finding container note '\(own\\x1b\[1m kind\)'
}

test_version() {
    # the later calls that systemd is said to have are those that it shows on the bus
    needs container
    local call line has lacks
    examine
    line=$(grep -P '^systemd-version\t' <<<"$findings")
    has=${line%%; lacks*}
    lacks=${line#"$has"}
    {
        busctl introspect org.freedesktop.systemd1 /org/freedesktop/systemd1
        busctl introspect org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/init_2escope
    } >calls
    for call in 'QueueSignalUnit()' 'KillUnitSubgroup()' 'RemoveSubgroupFromUnit()' 'MemoryPeak='; do
        if grep -q "^\.${call%[(=]*} " calls; then
            [[ $has == *"$call"* ]] || fail "$call is there: $line"
        else
            [[ $lacks == *"$call"* ]] || fail "$call is not there: $line"
        fi
    done
}

test_read_only() {
    # cgroupfs mounted read-only
    needs container
    local user
    for user in root tester; do
        examine hidden "$user" 'mount -o bind,remount,ro /sys/fs/cgroup'
        expect_status 1
        expect_finding writable problem 'mounted read-only' .
        expect_finding systemd ok
    done
}

test_no_cgroup2() {
    # no cgroup2 at its place: that is said, and nothing is made up about it
    needs container
    local user
    for user in root tester; do
        examine hidden "$user" 'mount -t tmpfs none /sys/fs/cgroup'
        expect_status 1
        expect_finding hierarchy problem 'no cgroup2 is mounted at /sys/fs/cgroup|cgroup v1 holds .*; there is no' .
        expect_no_finding controllers writable nsdelegate recursiveprot favordynmods swap cpuset io-weight place
        expect_finding systemd ok
        expect_finding cgroup-kill ok
    done
}

test_hybrid() {
    # the hybrid layout
    needs container
    examine hidden tester 'mkdir -p /run/cgscope-unified && mount --bind /sys/fs/cgroup /run/cgscope-unified &&
        mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/unified &&
        mount --bind /run/cgscope-unified /sys/fs/cgroup/unified'
    rmdir /run/cgscope-unified
    expect_status 1
    expect_finding hierarchy problem 'cgroup v1 holds .*at /sys/fs/cgroup/unified' 'systemd.unified_cgroup_hierarchy=1'
    expect_no_finding controllers nsdelegate
}

test_covered() {
    # places that are covered: what is seen counts, also where that is nothing
    needs plain
    needs container
    examine hidden tester 'mkdir /run/cgscope-empty && mount -t tmpfs none /run/cgscope-empty &&
        mount --bind /run/cgscope-empty /proc/sys && mount --bind /run/cgscope-empty /sys/block &&
        mount --bind /run/cgscope-empty /run/user && mount --bind /run/cgscope-empty /proc/pressure'
    rmdir /run/cgscope-empty
    expect_finding pressure note 'not measured' psi=1
    expect_finding runtime-dir problem 'XDG_RUNTIME_DIR=/run/user/1000: No such file' 'unset it'
    expect_finding answer problem
    examine hidden tester 'mount -t tmpfs none /proc'
    expect_finding nsdelegate unknown 'cannot look at'
    expect_finding kernel ok
}

test_filter() {
    # system calls that a filter refuses
    needs container
    local call error
    for error in ENOSYS EPERM; do
        for call in clone3 pidfd_open openat2; do
            testrun_name
            examine systemd-run --quiet --pipe --wait --collect --unit="$testrun_unit" --uid=tester \
                -E XDG_RUNTIME_DIR=/run/user/1000 -p SystemCallFilter="~$call" -p SystemCallErrorNumber="$error" --
            case $call in
                clone3) expect_finding clone-into-cgroup note 'clone3\(\) is refused' 'filter' ;;
                pidfd_open) expect_finding pidfd problem 'pidfd_open\(\) is refused' 'filter' ;;
                openat2)
                    expect_finding openat2 problem 'openat2\(\) is refused' 'filter'
                    expect_finding controllers unknown
                    ;;
            esac
        done
        testrun_name
        examine systemd-run --quiet --pipe --wait --collect --unit="$testrun_unit" \
            -p SystemCallFilter=~bpf -p SystemCallErrorNumber="$error" --
        expect_finding bpf note 'bpf\(\) is refused' 'filter'
    done
}

# --- controllers without effect ---

restore_disks() {
    local file
    for file in "$scratch"/scheduler.*; do
        [[ ! -e $file ]] || cat "$file" >"/sys/block/${file##*.}/queue/scheduler"
    done
    [[ ! -e $scratch/qos ]] || echo "$(<"$scratch/qos") enable=0" >/sys/fs/cgroup/io.cost.qos
}

# The disks, divided by blanks.
disks() {
    local disk
    for disk in /sys/block/*; do
        [[ ! -e $disk/device || $(<"$disk/size") == 0 ]] || printf '%s ' "${disk##*/}"
    done
}

test_io_weight() {
    # the disks where IOWeight= has no effect are named, with BFQ and iocost they are not
    local disk first
    needs controllers io
    undo=(restore_disks)
    first=$(disks)
    [[ -n $first ]] || skip 'there is no disk'
    modprobe bfq 2>/dev/null || true
    for disk in $(disks); do
        sed -n 's/.*\[\(.*\)\].*/\1/p' "/sys/block/$disk/queue/scheduler" >"scheduler.$disk"
        echo none >"/sys/block/$disk/queue/scheduler"
    done
    examine nearby tester
    for disk in $(disks); do
        expect_finding io-weight note "$disk \(none\).*bandwidth" 'echo bfq >/sys/block/'
    done

    first=${first%% *}
    if [[ -e /sys/fs/cgroup/io.cost.qos ]]; then
        cat "/sys/block/$first/dev" >qos
        echo "$(<qos) enable=1" >/sys/fs/cgroup/io.cost.qos
        examine nearby tester
        ! grep -q "^io-weight.*$first (none)" <<<"$findings" || fail 'iocost does not count'
        echo "$(<qos) enable=0" >/sys/fs/cgroup/io.cost.qos
    fi
    if grep -q bfq "/sys/block/$first/queue/scheduler"; then
        for disk in $(disks); do
            echo bfq >"/sys/block/$disk/queue/scheduler"
        done
        examine nearby tester
        expect_finding io-weight ok "works on .*$first \(BFQ\)"
    fi
}

remove_real_time() {
    kill "$(<"$scratch/pid")"
    wait || true
    rmdir /sys/fs/cgroup/test-real-time
}

test_real_time() {
    # a real-time process in a group with cpu: where the kernel allows that, it is in nobody's way
    local group=/sys/fs/cgroup/test-real-time pid
    needs controllers cpu
    sleep 1000 &
    pid=$!
    echo "$pid" >pid
    undo=(remove_real_time)
    mkdir "$group"
    [[ " $(<"$group/cgroup.controllers") " == *' cpu '* ]] || skip 'the root group hands cpu on to nobody'
    examine nearby tester
    expect_finding real-time ok 'no real-time process'
    echo "$pid" >"$group/cgroup.procs"
    chrt --fifo --pid 1 "$pid" || skip 'the kernel does not allow it'
    examine nearby tester
    expect_finding real-time ok 'lets real-time processes be in groups with the cpu controller'
}

remove_cpuset() {
    kill "$(<"$scratch/pid")"
    undelegate_from_user tester
}

test_cpuset() {
    # enabling cpuset over somebody else's process: as it is said to be, so it is
    # deadline 120
    local root result=ok
    needs controllers cpuset
    sleep 1000 &
    echo $! >pid
    undo=(remove_cpuset)
    delegate_to_user tester cpu cpuset io memory pids
    script sh -c 'cd "$CGSCOPE_ROOT" && echo -cpuset >cgroup.subtree_control && echo "$CGSCOPE_ROOT" && exec cat'
    mkfifo -m 666 go
    as_user tester cgscope run -q --delegate -- bash "$script" <go >root &
    exec {keep}>go
    wait_until test -s root
    root=$(<root)
    cat pid >"$root/main/cgroup.procs"
    run nearby tester sh -c "echo +cpuset >$root/cgroup.subtree_control"
    [[ $status -eq 0 ]] || result=note
    # It has to leave before the scope can end.
    cat pid >/sys/fs/cgroup/cgroup.procs
    exec {keep}>&-
    wait %2
    examine nearby tester
    expect_finding cpuset "$result"
}

# --- the user and the session ---

test_environment() {
    # an environment in order
    needs container
    examine as tester
    expect_finding identity ok '^you are uid 1000$'
    expect_finding user-manager ok 'user@1000.service runs'
    expect_finding user-bus ok
    expect_finding runtime-dir ok
    expect_finding session-bus ok "is your user manager's"
    expect_finding answer ok '^your user manager answers$'
    expect_finding place note 'no login session'
    examine
    expect_finding identity ok 'you are root'
    expect_finding answer ok '^the system manager answers$'
    expect_no_finding user-bus session-bus linger
}

test_runtime_dir() {
    # XDG_RUNTIME_DIR not set, not there, of somebody else, elsewhere
    needs container
    local home
    examine nearby tester env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS
    expect_finding runtime-dir note 'is not set' 'export XDG_RUNTIME_DIR=/run/user/1000'
    expect_finding session-bus ok 'is not set'
    expect_finding answer ok
    examine nearby tester env XDG_RUNTIME_DIR=/nonexistent
    expect_finding runtime-dir problem 'XDG_RUNTIME_DIR=/nonexistent: No such file' 'unset it'
    examine nearby tester env XDG_RUNTIME_DIR=/run/user/1001
    expect_status 1
    expect_finding runtime-dir problem 'XDG_RUNTIME_DIR=/run/user/1001 belongs to uid 1001, you are uid 1000' machinectl
    expect_finding answer problem 'belongs to uid 1001, you are uid 1000' 'unset it'
    home=$(mktemp -d "$scratch/home.XXXXXX")
    chown tester "$home"
    examine nearby tester env XDG_RUNTIME_DIR="$home"
    expect_finding runtime-dir note "$home is not /run/user/1000"
    examine env XDG_RUNTIME_DIR=/run/user/1000
    expect_finding runtime-dir note 'belongs to uid 1000, you are uid 0'
    expect_finding answer ok
}

test_session_bus() {
    # a bus without systemd; one that is not there
    needs container
    needs command dbus-run-session
    examine nearby tester bash -c 'exec dbus-run-session -- "$@" 2>/dev/null' bash # the bus has much to say
    expect_status 1
    expect_finding session-bus note 'DBUS_SESSION_BUS_ADDRESS=unix:.*dbus-run-session' 'unset it'
    expect_finding answer problem 'no systemd on the bus of DBUS_SESSION_BUS_ADDRESS=' 'unset it'
    examine nearby tester env DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent
    expect_finding session-bus note '/nonexistent is not'
    expect_finding answer problem
    examine nearby tester env DBUS_SESSION_BUS_ADDRESS=$'unix:path=/x\e[31m\n'
    expect_finding session-bus note
}

test_sudo() {
    # root by sudo, another by sudo, another by su
    needs container
    examine env SUDO_UID=1000 SUDO_USER=tester
    expect_finding identity note 'you are root now \(sudo, from uid 1000\)' 'cgscope doctor --user-id 1000'
    examine nearby tester env SUDO_UID=0
    expect_finding identity note 'you were uid 0 and are uid 1000' 'machinectl shell'
    [[ -e /proc/self/loginuid ]] || return 0
    examine bash -c 'echo 1001 >/proc/self/loginuid && . "$0" && nearby tester "$@"' "$scopes_sh"
    expect_finding identity note 'you were uid 1001 and are uid 1000'
    expect_finding answer ok
}

test_place() {
    # from a login session, from a scope of the user manager, in the session of somebody else
    needs container
    examine as_session tester
    expect_finding place ok 'in the login session session-[a-z0-9]*\.scope'
    expect_finding identity ok
    examine as tester cgscope run -q --
    expect_finding place ok 'in app-cgscope-cgscope-[0-9a-f]*\.scope of your user manager'
    as other cgscope run -q --unit=test-place.scope -- sleep 1000 &
    wait_until search_other >/dev/null
    # Only root can bring somebody there: that is what su does.
    (
        echo "$BASHPID" >"$(search_other)/cgroup.procs"
        examine nearby tester
        expect_finding place note 'in test-place\.scope of uid 1001' 'machinectl shell'
    )
    nearby other systemctl --user kill --signal=TERM test-place.scope
    wait || true
}

# The group of the scope above.
search_other() {
    find /sys/fs/cgroup/user.slice/user-1001.slice -name test-place.scope | grep -m 1 .
}

test_user_manager() {
    # the user manager stopped, and failed
    needs container
    local pid
    systemctl stop user@1001.service
    options=(--user-id other)
    examine
    expect_status 1
    expect_finding user-manager problem 'no user manager runs for uid 1001' 'loginctl enable-linger 1001'
    examine nearby tester
    expect_finding user-manager problem 'no user manager runs for uid 1001'
    options=()
    examine nearby other
    expect_finding user-manager problem 'no user manager runs for uid 1001'
    expect_finding answer problem

    systemctl start user@1001.service
    options=(--user-id 1001)
    examine
    expect_finding user-manager ok 'user@1001.service runs'
    expect_finding user-bus ok
    expect_no_finding identity runtime-dir session-bus answer place
    pid=$(manager_pid other)
    kill -KILL "$pid"
    wait_until unit_is_failed
    examine nearby tester
    expect_finding user-manager problem 'user@1001.service has failed' 'journalctl -u user@1001.service'
}

unit_is_failed() {
    systemctl is-failed --quiet user@1001.service
}

test_user_bus() {
    # the user manager without a bus
    needs container
    nearby other systemctl --user stop dbus.socket dbus.service
    rm -f /run/user/1001/bus
    examine nearby other
    expect_finding user-manager ok
    expect_finding user-bus problem 'no user bus at unix:path=/run/user/1001/bus' 'dbus.socket'
    expect_finding answer problem 'no user bus at unix:path=/run/user/1001/bus' 'dbus.socket'
    options=(--user-id 1001)
    examine
    expect_finding user-bus problem 'no user bus'
    examine nearby tester
    expect_finding user-bus note 'for that user alone to see' .
    systemctl restart user@1001.service
}

test_linger() {
    # whether the user manager outlives the last logout
    needs container
    options=(--user-id tester)
    examine nearby other
    expect_finding linger ok '^on: '
    expect_equal "$(loginctl show-user --property Linger --value tester)" yes
    loginctl disable-linger other
    options=()
    examine nearby other
    expect_finding linger note '^off: ' 'loginctl enable-linger other'
    options=(--user-id nobody)
    examine nearby tester
    expect_finding linger note '^off: ' 'enable-linger nobody'
}

test_cgscoped() {
    # cgscoped not installed, and installed without polkit
    needs container
    local services=/usr/share/dbus-1/system-services
    examine nearby tester
    expect_finding cgscoped ok
    examine hidden tester "mount -t tmpfs none $services"
    expect_finding cgscoped note 'not installed' .
    examine hidden tester "cp $services/org.cgscope.* /run && mount -t tmpfs none $services &&
        mv /run/org.cgscope.* $services"
    expect_finding cgscoped note 'without polkit' 'install polkit'
    examine hidden tester 'mount -t tmpfs none /usr/share/polkit-1/actions'
    expect_finding cgscoped note 'does not know its actions' .
}
