# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# `cgscope set` and `get`: one vocabulary for units and groups, systemd's, and the kernel's beside it on groups.

teardown() {
    end_scopes
    if [[ -d /run/systemd/system/user@1000.service.d ]]; then
        undelegate_from_user tester
    fi
}

# The rest of the lines "KEY=VALUE | FILE | a line of it | what get says", of which the empty ones are not looked at.
expect_limits() {
    local assignment file content got words=()
    while IFS='|' read -r assignment file content got; do
        words+=("$(xargs <<<"$assignment")")
    done <<<"$1"
    # All at once: in an emulated system each start counts.
    works cgscope set ./g "${words[@]}"
    expect_lines out 0
    while IFS='|' read -r assignment file content got; do
        file=$(xargs <<<"$file")
        content=$(xargs <<<"$content")
        grep -q -x -F -e "$content" "g/$file" || fail "$assignment: $file is '$(<"g/$file")', expected '$content'"
    done <<<"$1"
    # Read back: a line for each, in both vocabularies.
    works cgscope get ./g
    while IFS='|' read -r assignment file content got; do
        assignment=$(xargs <<<"$assignment")
        got=$(xargs <<<"$got")
        [[ -z $got ]] || grep -q -x -F -e "${assignment%%=*}=$got" <<<"$out" ||
            fail "get has no ${assignment%%=*}=$got"
        file=$(xargs <<<"$file")
        grep -q -e "^$file=" <<<"$out" || fail "get has no $file"
    done <<<"$1"
}

common_limits='MemoryMax=100M         | memory.max      | 104857600     | 104857600
    MemoryHigh=90M         | memory.high     | 94371840      | 94371840
    MemoryLow=8M           | memory.low      | 8388608       | 8388608
    MemoryMin=4M           | memory.min      | 4194304       | 4194304
    MemorySwapMax=1G       | memory.swap.max | 1073741824    | 1073741824
    CPUWeight=200          | cpu.weight      | 200           | 200
    CPUQuota=50%           | cpu.max         | 50000 100000  | 50%
    TasksMax=77            | pids.max        | 77            | 77'

common_inside() {
    works cgscope create ./g MemoryMax=1G CPUWeight=5 TasksMax=5
    expect_limits "$common_limits"

    # One by one, and as JSON, where a number is a number of base units, whatever the text looks like.
    works cgscope get --value ./g MemoryMax TasksMax CPUQuota memory.max
    expect_equal "$out" $'104857600\n77\n50%\n104857600'
    works cgscope get --json ./g
    expect_json 'str(data["MemoryMax"]) == "104857600" and str(data["memory.max"]) == "104857600"'

    # Periods, the other order, and both together.
    works cgscope set ./g CPUQuotaPeriodSec=10ms
    expect_file g/cpu.max '5000 10000'
    works cgscope get --value ./g CPUQuota CPUQuotaPeriodSec
    expect_equal "$out" $'50%\n10ms'
    works cgscope set ./g CPUQuota=200% CPUQuotaPeriodSec=50ms
    expect_file g/cpu.max '100000 50000'

    # The kernel's own names, and its own syntax.
    works cgscope set ./g memory.max=1G memory.high=max 'cpu.max=20000 200000' pids.max=12
    expect_file g/memory.max 1073741824
    expect_file g/memory.high max
    expect_file g/cpu.max '20000 200000'
    expect_file g/pids.max 12
    works cgscope get --value ./g MemoryMax MemoryHigh CPUQuota TasksMax
    expect_equal "$out" $'1073741824\ninfinity\n10%\n12'

    # No limit, by the word and by nothing; a share of all memory; an idle weight.
    works cgscope set ./g MemoryMax=infinity TasksMax=infinity CPUQuota= MemoryLow= MemorySwapMax=infinity
    expect_file g/memory.max max
    expect_file g/pids.max max
    [[ $(<g/cpu.max) == 'max '* ]] || fail "cpu.max is $(<g/cpu.max)"
    expect_file g/memory.low 0
    expect_file g/memory.swap.max max
    works cgscope get --value ./g MemoryMax TasksMax MemoryLow
    expect_equal "$out" $'infinity\ninfinity\n0'
    works cgscope set ./g MemoryMax=50% CPUWeight=idle
    half_of_memory "$(<g/memory.max)" || fail "50% is $(<g/memory.max)"
    expect_file g/cpu.idle 1
    works cgscope get --value ./g CPUWeight
    expect_equal "$out" idle
    works cgscope set ./g CPUWeight=300
    expect_file g/cpu.weight 300
    expect_file g/cpu.idle 0
}

# Within 2 %.
half_of_memory() {
    awk -v bytes="$1" '/^MemTotal:/ { half = $2 * 512; exit !(bytes > half * 0.98 && bytes < half * 1.02) }' /proc/meminfo
}

test_common() {
    # the limits that every user may set, on a group, in both vocabularies
    # deadline 90
    needs controllers cpu memory pids
    local user
    for user in root tester; do
        inside "$user" common_inside
    done
}

device_inside() {
    local name=$1 number=$2 file=io.weight
    works cgscope create -p ./g AllowedCPUs=0 AllowedMemoryNodes=0 "IOReadBandwidthMax=$name 2M"
    expect_words "$(<cgroup.subtree_control)" "$(<cgroup.controllers)"
    expect_limits "AllowedCPUs=0-1 | cpuset.cpus | 0-1 | 0-1
        AllowedMemoryNodes=0 | cpuset.mems | 0 | 0
        IOReadBandwidthMax=$name 1M | io.max | $number rbps=1000000 wbps=3000000 riops=40 wiops=50 |
        IOWriteBandwidthMax=$name 3M | io.max | $number rbps=1000000 wbps=3000000 riops=40 wiops=50 |
        IOReadIOPSMax=$name 40 | io.max | $number rbps=1000000 wbps=3000000 riops=40 wiops=50 |
        IOWriteIOPSMax=$name 50 | io.max | $number rbps=1000000 wbps=3000000 riops=40 wiops=50 |"
    works cgscope get --value ./g IOReadBandwidthMax
    expect_out ' 1000000$'
    # One is taken away, the others stay; a path on the device means it.
    works cgscope set ./g "IOReadBandwidthMax=$name infinity" 'IOWriteIOPSMax=/ 60'
    expect_file g/io.max "$number rbps=max wbps=3000000 riops=40 wiops=60"
    works cgscope set ./g "io.max=$number rbps=5000"
    expect_file g/io.max "$number rbps=5000 wbps=3000000 riops=40 wiops=60"

    if [[ ! -e g/io.weight && -e g/io.bfq.weight ]]; then
        file=io.bfq.weight
    fi
    if [[ -e g/$file ]]; then
        works cgscope set ./g IOWeight=50
        grep -q -x 'default 50' "g/$file" || fail "$file is $(<"g/$file")"
        works cgscope get --value ./g IOWeight
        expect_equal "$out" 50
        if [[ $3 == weighed ]]; then
            works cgscope set ./g "IODeviceWeight=$name 70"
            grep -q -x "$number 70" "g/$file" || fail "$file is $(<"g/$file")"
        else
            refused 1 'IODeviceWeight|weigh' set ./g "IODeviceWeight=$name 70"
        fi
        grep -q -x 'default 50' "g/$file" || fail "$file is $(<"g/$file")"
    else
        refused 1 'IOWeight' set ./g IOWeight=50
    fi
    if [[ -e g/io.latency ]]; then
        works cgscope set ./g "IODeviceLatencyTargetSec=$name 25ms"
        grep -q -x "$number target=25000" g/io.latency || fail "io.latency is $(<g/io.latency)"
    else
        refused 1 'IODeviceLatencyTargetSec|io\.latency' set ./g "IODeviceLatencyTargetSec=$name 25ms"
    fi

    # What the kernel refuses when others were set: those are taken back.
    works cgscope set ./g MemoryMax=50M TasksMax=50
    refused 1 'AllowedCPUs|cpuset' set ./g MemoryMax=60M TasksMax=60 "IOReadBandwidthMax=$name 9M" AllowedCPUs=1000
    expect_file g/memory.max 52428800
    expect_file g/pids.max 50
    expect_file g/cpuset.cpus 0-1
    expect_file g/io.max "$number rbps=5000 wbps=3000000 riops=40 wiops=60"
}

test_all() {
    # processors, memory nodes and devices, for root and for a user to whom they were let through; all or nothing
    # deadline 90
    needs controllers cpu cpuset io memory pids
    local user device number weighed=no
    device=$(findmnt -n -o SOURCE /)
    number=$(lsblk -n -d -o MAJ:MIN "$device" | xargs)
    # What divides a disk by weights is not on by itself.
    if echo "$number enable=1" >/sys/fs/cgroup/io.cost.qos; then
        weighed=weighed
    fi 2>/dev/null
    delegate_to_user tester cpu cpuset io memory pids
    for user in root tester; do
        inside "$user" --delegate=cpu,cpuset,io,memory,pids "device_inside $device $number $weighed"
    done
    [[ $weighed == no ]] || echo "$number enable=0" >/sys/fs/cgroup/io.cost.qos
}

stops_inside() {
    local key
    mkdir -p a/b
    # In the boundary, and not handed on on the way.
    refused 1 'TasksMax.*pids.*stops at .*\.scope' set ./a/b TasksMax=5
    refused 1 'pids\.max.*pids.*stops at .*\.scope' set ./a/b pids.max=5
    expect_words "$(<a/cgroup.subtree_control)" ''
    refused 1 'TasksMax' get ./a/b TasksMax pids.max
    works cgscope controllers ./a/b --json
    expect_json True
    expect_out 'pids'
    if [[ $user == tester ]]; then
        # Not even in the boundary.
        for key in AllowedCPUs=0 IOWeight=50 cpuset.cpus=0 'io.max=1:1 rbps=5'; do
            refused 1 '(io|cpuset).*stops at /user\.slice' create -p ./c/d "$key"
            expect_none c
            refused 1 '(io|cpuset).*stops at' set ./a/b "$key"
        done
    fi
}

test_stops() {
    # a key whose controller is not enabled here: the line says where it stops
    needs controllers cpu cpuset io memory pids
    local user
    for user in root tester; do
        inside "$user" --delegate=memory,pids stops_inside
    done
}

ranges_inside() {
    works cgscope create ./g MemoryMax=64M CPUWeight=5 TasksMax=5
    # What only the kernel knows to refuse, too.
    refused 2 '1.*10000' set ./g MemoryMax=65M CPUWeight=0
    run cgscope set ./g MemoryMax=65M cpu.weight=10001
    [[ $status -eq 1 || $status -eq 2 ]] || fail "status $status"
    expect_lines err 1
    expect_err 'cpu\.weight.*1.*10000'
    refused 2 'TasksMax' set ./g MemoryMax=65M TasksMax=0
    refused 2 'CPUQuota' set ./g MemoryMax=65M CPUQuota=0
    for word in memory.max=junk memory.max=-5 pids.max=many pids.max=-1 cpu.max=x 'cpu.max=5 5' cpu.weight=x; do
        run cgscope set ./g MemoryHigh=7M "$word"
        [[ $status -eq 1 || $status -eq 2 ]] || fail "status $status"
        expect_lines err 1
        expect_err "${word%%=*}"
        expect_file g/memory.high max
    done
    expect_file g/memory.max 67108864
    expect_file g/cpu.weight 5
    expect_file g/pids.max 5
    # Periods are brought into the kernel's range, as systemd does (systemd.resource-control(5)).
    works cgscope set ./g CPUQuota=10% CPUQuotaPeriodSec=1us
    expect_file g/cpu.max '1000 10000'
    works cgscope set ./g CPUQuotaPeriodSec=5s
    expect_file g/cpu.max '100000 1000000'
    refused 2 'memory\.current.*read' set ./g memory.current=5
    refused 2 'memory\.stat.*read' set ./g memory.stat=5
}

test_ranges() {
    # values out of range, by either vocabulary, change nothing
    needs controllers cpu memory pids
    local user
    for user in root tester; do
        inside "$user" ranges_inside
    done
}

# show PROPERTY: as the manager has it. We are $user already.
show() {
    local manager=--user
    [[ $user != root ]] || manager=--system
    systemctl "$manager" show -p "$1" --value "$CGSCOPE_UNIT"
}

unit_inside() {
    local target
    works cgscope set "$CGSCOPE_UNIT" MemoryMax=200M TasksMax=99
    expect_equal "$(show MemoryMax)" 209715200
    expect_equal "$(show TasksMax)" 99
    expect_file memory.max 209715200
    expect_file pids.max 99
    for target in . "$CGSCOPE_ROOT"; do
        works cgscope set "$target" CPUWeight=300
        expect_equal "$(show CPUWeight)" 300
        expect_file cpu.weight 300
        works cgscope set "$target" CPUWeight=200
    done
    works cgscope get --value . MemoryMax TasksMax CPUWeight
    expect_equal "$out" $'209715200\n99\n200'
    # Raw files of it are the manager's. All or nothing here, too.
    refused 1 'manager' set . memory.max=1G
    refused 1 'manager' set "$CGSCOPE_UNIT" TasksMax=50 pids.max=1
    expect_equal "$(show TasksMax)" 99
    expect_file pids.max 99
    expect_file memory.max 209715200
    # What only a manager knows is for a unit. Whether systemd-oomd runs here is no matter.
    run cgscope set --best-effort . ManagedOOMSwap=kill
    expect_status 0
    expect_equal "$(show ManagedOOMSwap)" kill
    # And some of that only while it is made.
    refused 1 'RuntimeMax' set . RuntimeMaxSec=1h
    # Except for what the design leaves to us.
    echo '-memory' >cgroup.subtree_control
    works cgscope set . cgroup.subtree_control=+memory
    [[ " $(<cgroup.subtree_control) " == *' memory '* ]] || fail 'not enabled'
    # A value out of range is bad usage, as it is on a group.
    refused 2 'CPUWeight.*1.*10000' set . TasksMax=50 CPUWeight=0
    expect_equal "$(show TasksMax)" 99
}

test_unit() {
    # set on a unit goes through its manager, which then says the same
    # deadline 90
    needs controllers cpu memory pids
    local user
    for user in root tester; do
        inside "$user" unit_inside
    done
}

test_service() {
    # and on a service that is not delegated, of root's, not of a user's
    needs controllers pids
    local service
    start root
    service=$(group_of "$started")
    works nearby root cgscope set "${service##*/}" TasksMax=44
    expect_equal "$(systemctl show -p TasksMax --value "${service##*/}")" 44
    expect_file "/sys/fs/cgroup$service/pids.max" 44
    run nearby tester cgscope set --system --no-ask-password "${service##*/}" TasksMax=45
    expect_refusal 1 .
    expect_file "/sys/fs/cgroup$service/pids.max" 44
    run nearby root cgscope set "/sys/fs/cgroup$service" pids.max=45
    expect_refusal 1 'manager|delegated'
    expect_file "/sys/fs/cgroup$service/pids.max" 44
}
