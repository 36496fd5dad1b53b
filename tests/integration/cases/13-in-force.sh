# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# A setting that was taken is in force, or it is an error: by its file, the line of its device, the processors that there
# are, the programs attached to the group, the daemon that does it.
# The tests that need no controllers are for the container.

proxies=()

teardown() {
    [[ ${#proxies[@]} -eq 0 ]] || kill "${proxies[@]}" 2>/dev/null || true
    end_scopes
}

# shows UNIT PROPERTY: as its manager has it. We are $user.
shows() {
    manager_of "$user" show -p "$2" --value "$1"
}

test_undone() {
    # what does not come into force is not left with the manager either: all or nothing, for root and for a user
    needs container
    local user controller property before
    controller=$(absent_controller)
    case $controller in
        cpu) property=CPUWeight=7 ;;
        io) property=IOWeight=7 ;;
        *) property=MemoryMax=7M ;;
    esac
    for user in root tester; do
        scope "$user" undone
        before=$(shows "$unit" "${property%%=*}")
        run nearby "$user" cgscope set "$unit" ManagedOOMPreference=avoid "$property"
        expect_refusal 1 "^cgscope: $controller not available.*${property%%=*}"
        expect_equal "$(shows "$unit" "${property%%=*}")" "$before"
        expect_equal "$(shows "$unit" ManagedOOMPreference)" none
        # Who wants it all the same gets it.
        run nearby "$user" cgscope set --best-effort "$unit" "$property"
        expect_status 0
        expect_err "$controller not available"
        [[ $(shows "$unit" "${property%%=*}") != "$before" ]] || fail "$property was not set"
        end_scopes
    done

    # What is found out only afterwards is put back, lists as they were.
    user=root
    scope root undone
    works cgscope set "$unit" IPAddressAllow=10.0.0.0/8 'IPAddressAllow=192.168.0.0/16' IPAddressDeny=any
    before=$(shows "$unit" IPAddressAllow)
    run cgscope set "$unit" IPAddressAllow= IPAddressAllow=127.0.0.1 IPAddressDeny= ManagedOOMSwap=kill
    expect_refusal 1 "^cgscope: $unit: ManagedOOMSwap .*not in force: systemd-oomd\\.service does not run"
    expect_equal "$(shows "$unit" IPAddressAllow)" "$before"
    # Which of both comes first differs from version to version.
    expect_equal "$(shows "$unit" IPAddressDeny | tr ' ' '\n' | sort | paste -sd ' ')" '0.0.0.0/0 ::/0'
    expect_equal "$(shows "$unit" ManagedOOMSwap)" auto
}

# Succeeds where the process may not send to itself.
no_network='import errno, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    s.sendto(b"x", ("127.0.0.1", 9))
except PermissionError:
    sys.exit(0)
sys.exit("sent")'
no_bind='import socket, sys
try:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).bind(("127.0.0.1", 0))
except PermissionError:
    sys.exit(0)
sys.exit("bound")'
no_device='import sys
try:
    open("/dev/urandom", "rb")
except PermissionError:
    sys.exit(0)
sys.exit("opened")'

# enforced PROPERTY PROGRAM [OPTION…]: either it is refused, or the program finds that it is enforced.
enforced() {
    local property=$1 program=$2
    shift 2
    run cgscope run -q "$@" -p "$property" -- python3 -c "$program"
    [[ $status -eq 0 || ($status -eq 125 && $err =~ "${property%%=*} "[^:]*"not in force: ") ]] ||
        fail "$property: neither enforced nor refused"
    [[ $status -eq 0 ]] || expect_refusal 125 .
    run cgscope run -q "$@" --best-effort -p "$property" -- true
    expect_status 0
}

test_programs() {
    # what BPF programs enforce is enforced, or refused: as root, for a user, by adopt and set, and without bpf(2)
    needs container
    local user=root
    enforced IPAddressDeny=any "$no_network"
    enforced IPAddressDeny=any "$no_network" --uid=tester
    enforced SocketBindDeny=any "$no_bind"
    enforced DevicePolicy=strict "$no_device"
    refused 125 'BPFProgram .*not in force: /nosuch is no pinned BPF program' run -p BPFProgram=egress:/nosuch -- true
    works cgscope run -q -p IPAddressDeny=any -p IPAddressDeny= -p BPFProgram=egress:/nosuch -p BPFProgram= -- true

    # Processes cannot be put back: what can be told ahead is.
    start root
    refused 1 'BPFProgram would not be in force: /nosuch is no pinned' adopt -p BPFProgram=egress:/nosuch "$started"
    refused 1 'ManagedOOMSwap would not be in force: systemd-oomd' adopt -p ManagedOOMSwap=kill "$started"
    expect_no_scopes root
    works cgscope adopt -q -u test-programs -p IPAddressDeny=any "$started"
    run cgscope set test-programs.scope SocketBindDeny=any
    if [[ $status -ne 0 ]]; then
        expect_refusal 1 'SocketBindDeny .*not in force'
        expect_equal "$(shows test-programs.scope SocketBindDeny)" ''
    fi

    # Nobody can look there.
    run systemd-run --quiet --pipe --wait -p SystemCallFilter=~bpf -p SystemCallErrorNumber=EPERM -p Delegate=yes \
        -E LANG=C.UTF-8 -- cgscope run -q -p IPAddressDeny=any -- true
    expect_refusal 125 'IPAddressDeny .*not in force: .*bpf\(2\) is refused'
    run systemd-run --quiet --pipe --wait -p SystemCallFilter=~bpf -p SystemCallErrorNumber=EPERM -p Delegate=yes \
        -E LANG=C.UTF-8 -- cgscope run -q --best-effort -p IPAddressDeny=any -- true
    expect_status 0
    expect_lines err 1
    run systemd-run --quiet --pipe --wait -p SystemCallFilter=~bpf -p SystemCallErrorNumber=ENOSYS -p Delegate=yes \
        -E LANG=C.UTF-8 -- cgscope run -q -p IPAddressDeny=any -- true
    expect_refusal 125 'IPAddressDeny .*not in force: bpf\(2\) is not there'
}

test_privileges() {
    # a user manager takes what only a privileged one enforces: set refuses it as run and adopt do
    needs container
    local property user=tester
    scope tester privileges
    for property in IPAddressDeny=any IPAddressAllow=localhost SocketBindDeny=any DevicePolicy=closed \
        'DeviceAllow=/dev/null rw' RestrictNetworkInterfaces=lo IPAccounting=yes BPFProgram=egress:/nosuch; do
        run nearby tester cgscope set "$unit" CPUAccounting=no "$property"
        expect_refusal 1 "^cgscope: ${property%%=*} needs a privileged manager"
    done
    expect_equal "$(shows "$unit" IPAddressDeny)" ''
    expect_equal "$(shows "$unit" DevicePolicy)" auto
    run nearby tester cgscope run -p IPAddressDeny=any -- true
    expect_refusal 125 '^cgscope: IPAddressDeny needs a privileged manager'
    works nearby tester cgscope set "$unit" IPAddressDeny= DevicePolicy=auto
}

test_unseen() {
    # what nobody enforces now, or nobody can see, is said: systemd-oomd, startup, zswap, slices
    needs container
    local user
    for user in root tester; do
        run nearby "$user" cgscope run -q -p ManagedOOMPreference=avoid -- true
        expect_status 0
        expect_lines err 1
        expect_err 'ManagedOOMPreference .*systemd-oomd\.service does not run'
        run nearby "$user" cgscope run -q -p ManagedOOMSwap=kill -- true
        expect_refusal 125 'ManagedOOMSwap .*not in force: systemd-oomd\.service does not run; systemctl enable'
        run nearby "$user" cgscope run -q --best-effort -p ManagedOOMSwap=kill -- true
        expect_status 0
        expect_lines err 1
        works nearby "$user" cgscope run -q -p ManagedOOMSwap=auto -p ManagedOOMPreference=none -- true
    done
    run cgscope run -q -p StartupAllowedCPUs= -p DefaultMemoryLow=1M -- true
    expect_status 0
    expect_lines err 1
    expect_err 'DefaultMemoryLow .*cannot be seen: it counts for units below'
    if ! has_controller /sys/fs/cgroup memory && [[ $(systemctl --version | awk 'NR == 1 { print $2 + 0 }') -ge 256 ]]; then
        refused 125 'MemoryZSwapWriteback .*not in force: there is no memory\.zswap\.writeback' \
            run -q -p MemoryZSwapWriteback=no -- true
    fi
}

# behind MODE USER: a way to USER's bus by guest/bus-proxy.py, its address in $address.
behind() {
    local bus=/run/dbus/system_bus_socket socket=$scratch/$2-$1
    [[ $2 == root ]] || bus=/run/user/$(id -u "$2")/bus
    address=unix:path=$socket
    nearby "$2" python3 "$guest_dir/bus-proxy.py" "$1" "$socket" "$bus" >/dev/null 2>&1 &
    proxies+=($!)
    wait_until test -S "$socket"
}

# set_slowly USER MODE SETTING…: by that way.
set_slowly() {
    local user=$1 address
    behind "$2" "$user"
    nearby "$user" env "DBUS_SYSTEM_BUS_ADDRESS=$address" "DBUS_SESSION_BUS_ADDRESS=$address" \
        timeout 60 cgscope set --timeout=4s "$unit" "${@:3}"
}

test_late() {
    # what a manager sets after the deadline is taken back; and who is asked meanwhile leaves time to take back
    needs container
    local user address
    chmod 777 .
    for user in root tester; do
        scope "$user" late
        run set_slowly "$user" late ManagedOOMPreference=avoid
        expect_refusal 1 'manager was not done within 4s; is it busy\?'
        expect_equal "$(shows "$unit" ManagedOOMPreference)" none
        run set_slowly "$user" lost ManagedOOMPreference=avoid
        expect_refusal 1 "the bus to .* was closed; whether it was set says cgscope get $unit"
        end_scopes
    done

    # The second connection is to tell of systemd-oomd, and takes its time.
    user=root
    scope root late
    behind first root
    run systemd-run --quiet --pipe --wait -p SystemCallFilter=~bpf -p SystemCallErrorNumber=EPERM -E LANG=C.UTF-8 \
        -E "DBUS_SYSTEM_BUS_ADDRESS=$address" -- \
        cgscope set --timeout=4s "$unit" ManagedOOMSwap=kill IPAddressDeny=any
    expect_status 1
    expect_lines err 2
    expect_err '^cgscope: .*ManagedOOMSwap .*cannot be seen: nobody tells'
    expect_err '^cgscope: .*IPAddressDeny .*not in force'
    expect_equal "$(shows "$unit" ManagedOOMSwap)" auto
    expect_equal "$(shows "$unit" IPAddressDeny)" ''
}

test_nobody_tells() {
    # without a system bus, or on a mute one, nobody tells of systemd-oomd: one warning for each setting, and no error
    needs container
    local user=tester
    chmod 777 .
    run nearby tester env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nosuch \
        cgscope run -q -p ManagedOOMSwap=kill -p ManagedOOMPreference=avoid -- true
    expect_status 0
    expect_lines err 2
    expect_not_err 'no system bus'
    expect_err 'ManagedOOMSwap .*cannot be seen: nobody tells'
    expect_err 'ManagedOOMPreference .*cannot be seen: nobody tells'

    # One that takes connections and never answers is waited for once, and the rest is done in time.
    python3 -c 'import socket, time; s = socket.socket(socket.AF_UNIX); s.bind("mute"); s.listen(); time.sleep(1000)' &
    proxies+=($!)
    wait_until test -S mute
    chmod 777 mute
    start tester
    run nearby tester env "DBUS_SYSTEM_BUS_ADDRESS=unix:path=$scratch/mute" timeout 60 cgscope adopt -q --timeout=8s \
        -p ManagedOOMSwap=kill -p ManagedOOMPreference=avoid "$started"
    expect_status 0
    expect_lines err 2
    expect_not_err 'no system bus|in time'
}

# --- with controllers ---

# The last processor, which a slice or the kernel keeps from a group.
last_cpu=$(($(nproc --all) - 1))

partition_inside() {
    works cgscope create ./g AllowedCPUs=0
    echo 0 >cpuset.cpus
    refused 1 'AllowedCPUs|cpuset\.cpus\.effective is .0. and not within' set ./g MemoryMax=77M "AllowedCPUs=$last_cpu"
    expect_file g/cpuset.cpus 0
    expect_file g/memory.max max
    refused 1 'cpuset\.cpus\.effective is .0. and not within' set ./g "cpuset.cpus=$last_cpu"
    expect_file g/cpuset.cpus 0
    refused 1 'cpuset\.cpus\.effective' create ./h "AllowedCPUs=$last_cpu"
    expect_none h
    refused 125 'cpuset\.cpus\.effective' exec ./g -p "AllowedCPUs=$last_cpu" -- true
    echo "0-$last_cpu" >cpuset.cpus # an empty set is no longer taken
    # The parent is no partition.
    mkdir -p p/q
    works cgscope create -p ./p/q AllowedCPUs=0
    refused 1 "cpuset\\.cpus\\.partition is 'root invalid \\(.*\\)', not 'root'" set ./p/q CPUSetPartition=root
    expect_file p/q/cpuset.cpus.partition member
    refused 1 "partition is 'root invalid" create ./p/r AllowedCPUs=0 CPUSetPartition=root
    expect_none p/r
    echo root >p/q/cpuset.cpus.partition || true
    [[ $(<p/q/cpuset.cpus.partition) != *invalid* ]] ||
        { works cgscope get --value ./p/q CPUSetPartition && expect_equal "$out" member; }
    # A limit below what is used is said before it bites.
    works cgscope create ./m
    sleep_in m
    run cgscope set ./m TasksMax=0
    expect_refusal 2 TasksMax
    run cgscope set ./m pids.max=0
    expect_status 0
    expect_lines err 1
    expect_err '\./m has 1 tasks, the limit will be 0'
    run cgscope set ./m MemoryMax=4096
    expect_status 0
    expect_lines err 1
    expect_err '\./m uses .* of memory, the limit will be 4K: the kernel .* kills'
    works cgscope set ./m pids.max=max memory.max=max
}

# What get prints, set takes, and nothing has changed: for every property that the group has.
round_trip_inside() {
    local device=$1 before files key value settings=()
    works cgscope create ./r MemoryMax=100M MemoryHigh=90000000 MemoryLow=8M MemoryMin=1M MemorySwapMax=infinity \
        CPUWeight=77 CPUQuota=33.3333% CPUQuotaPeriodSec=66666us AllowedCPUs=0 AllowedMemoryNodes=0 TasksMax=77 \
        "IOReadBandwidthMax=$device 1234567" "IOWriteIOPSMax=$device 50"
    # What this kernel lacks it lacks.
    ! cgscope set ./r IOWeight=333 2>/dev/null || true
    ! cgscope set ./r "IODeviceLatencyTargetSec=$device 25ms" 2>/dev/null || true
    before=$(cgscope get ./r)
    files=$(cat r/cpu.max r/io.max r/memory.{min,low,high,max,swap.max} r/cpuset.cpus)
    while IFS= read -r key; do
        run cgscope get --value ./r "$key"
        expect_status 0
        while IFS= read -r value; do
            settings+=("$key=$value")
        done <<<"$out"
    done < <(sed -n 's/^\([A-Z][A-Za-z]*\)=.*/\1/p' <<<"$before")
    note "properties: ${#settings[@]}"
    [[ ${#settings[@]} -gt 15 ]] || fail "few properties: ${settings[*]}"
    for value in "${settings[@]}"; do
        works cgscope set ./r "$value"
    done
    expect_equal "$(cgscope get ./r | grep '^[A-Z]')" "$(grep '^[A-Z]' <<<"$before")"
    expect_equal "$(cat r/cpu.max r/io.max r/memory.{min,low,high,max,swap.max} r/cpuset.cpus)" "$files"
    works cgscope set ./r "${settings[@]}"
    works cgscope set ./r CPUWeight=idle CPUQuota=infinity
    works cgscope get --value ./r CPUWeight CPUQuota
    expect_equal "$out" $'idle\ninfinity'
    works cgscope set ./r CPUWeight=idle CPUQuota=infinity
}

test_devices() {
    # one device's line is not another's, processors have to be there, partitions valid: run, set, create, exec
    # deadline 150
    needs controllers cpu cpuset io memory pids
    local device number user=root online=/sys/devices/system/cpu/cpu$last_cpu/online
    device=$(findmnt -n -o SOURCE /)
    number=$(lsblk -n -d -o MAJ:MIN "$device" | xargs)
    refused 125 'IODeviceWeight .*not in force: /nosuch: No such file' run -p 'IODeviceWeight=/nosuch 123' -- true
    refused 125 'IOReadBandwidthMax .*not in force: /dev/null is on no disk' \
        run -p "IOReadBandwidthMax=$device 1M" -p 'IOReadBandwidthMax=/dev/null 2M' -- true
    scope root devices
    works cgscope set "$unit" "IOReadBandwidthMax=$device 1M"
    refused 1 'IOReadBandwidthMax .*not in force: /dev/null is on no disk' \
        set "$unit" "IOReadBandwidthMax=$device 3M" TasksMax=9 'IOReadBandwidthMax=/dev/null 2M'
    grep -q "^$number rbps=1000000 " "$boundary/io.max" || fail "io.max is $(<"$boundary/io.max")"
    expect_equal "$(shows "$unit" IOReadBandwidthMax)" "$device 1000000"
    [[ $(shows "$unit" TasksMax) != 9 ]] || fail 'TasksMax was left'

    # A slice that keeps the processor, and one that is not online.
    systemctl set-property --runtime test-force.slice AllowedCPUs=0
    refused 125 "AllowedCPUs .*not in force: cpuset\\.cpus\\.effective is '0' and not within '$last_cpu'" \
        run --slice=test-force.slice -p "AllowedCPUs=$last_cpu" -- true
    works cgscope run -q --slice=test-force.slice -p "AllowedCPUs=0-$last_cpu" -- true
    systemctl stop test-force.slice
    systemctl revert test-force.slice 2>/dev/null || true
    rm -rf /run/systemd/system.control/test-force.slice.d
    systemctl daemon-reload
    if [[ -w $online && $(<"$online") == 1 ]]; then
        echo 0 >"$online"
        run cgscope run -p "AllowedCPUs=$last_cpu" -- true
        echo 1 >"$online"
        expect_refusal 125 "AllowedCPUs .*not in force: cpuset\\.cpus.* '$last_cpu'"
    else
        note 'no processor can be put offline'
    fi
    inside root --delegate=cpuset,memory,pids partition_inside
    inside root --delegate "round_trip_inside $device"
}
