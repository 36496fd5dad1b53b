# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# The manager that answers is the one that was meant.
# The tests that need no controllers are for the container.

# session_bus USER ADDRESS CMD…: nearby, with that address for a bus.
session_bus() {
    local user=$1 address=$2
    shift 2
    nearby "$user" env DBUS_SESSION_BUS_ADDRESS="$address" "$@"
}

test_user_namespace() {
    # user 0 of a user namespace of one's own is no administrator: the user manager is asked
    local script
    script unshare -Ur cgscope run -q -u test-mapped --delegate -- sh -c '
        id -u; sed -n s/^0:://p /proc/self/cgroup
        cgscope status . >/dev/null; cgscope list -n -o unit; cgscope create ./inner && cgscope remove ./inner'
    run as_user tester bash "$script"
    expect_status 0
    expect_lines err 0
    expect_out '^0$'
    expect_out '/user@1000\.service/app\.slice/test-mapped\.scope/main$'
    expect_out '^test-mapped\.scope$'
    expect_no_scopes root tester
    # Nor is he where he made himself PID 1. The user manager enforces no such setting, which is known before it is asked.
    run nearby tester unshare -Ur --pid --fork --mount-proc cgscope run -p IPAddressDeny=any -- true
    expect_refusal 125 'your user manager'
}

test_user_namespace_verbs() {
    # so for the other verbs, from outside of the scope: its own user is who one is there
    local script
    script unshare -Ur sh -c '
        cgscope run -q -u test-seen --delegate -- sleep 1000 &
        until cgscope status test-seen.scope >/dev/null 2>&1; do sleep 0.05; done
        cgscope status test-seen.scope; cgscope tree --user
        cgscope freeze test-seen.scope && cgscope thaw test-seen.scope && cgscope exec test-seen.scope/main -- echo in
        cgscope stop -q test-seen.scope && cgscope enable'
    run nearby tester bash "$script"
    expect_status 0
    expect_lines err 0
    expect_out 'Unit: test-seen\.scope \(user manager\)'
    expect_out '^user@1000\.service '
    expect_out '^in$'
    expect_out '^ *1000 tester'
    expect_no_scopes tester
}

test_user_namespace_bare() {
    # so where the environment names no bus, and doctor says who is asked
    local script
    script env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS unshare -Ur sh -c '
        cgscope run -q -- sh -c "sed -n s/^0:://p /proc/self/cgroup; echo id=\$INVOCATION_ID"; cgscope doctor; :'
    run as_user tester bash "$script"
    expect_status 0
    expect_out '/user@1000\.service/app\.slice/app-cgscope-sh-'
    expect_out '^id=[0-9a-f]{32}$'
    expect_out 'user 0 of a user namespace, and uid 1000 outside'
    expect_out 'your user manager answers'
    expect_not_out 'you are root'
}

test_private_users() {
    # root of a service in a user namespace beside PID 1's is told that it has to say whom it means
    run systemd-run --quiet --pipe --wait --collect -p PrivateUsers=yes cgscope run -- touch "$scratch/ran"
    expect_refusal 125 "no user manager runs for root, whose scopes are the system manager's: --system"
    run systemd-run --quiet --pipe --wait --collect -p PrivateUsers=yes cgscope run --system -q -- sed -n s/^0:://p \
        /proc/self/cgroup
    expect_status 0
    expect_out '^/system\.slice/app-cgscope-sed-'
    [[ ! -e ran ]] || fail 'the command was run'
}

test_system_bus_as_session() {
    # an address that leads to the system bus is no way to a user manager: refused before anything is asked for
    local user address
    for user in root tester; do
        for address in unix:path=/run/dbus/system_bus_socket unixexec:path=systemd-stdio-bridge; do
            run session_bus "$user" "$address" cgscope run --user -- touch "$scratch/ran"
            expect_refusal 125 'is that of (root|the system manager), not your user manager.s.*DBUS_SESSION_BUS_ADDRESS'
        done
    done
    run session_bus tester unix:path=/run/dbus/system_bus_socket cgscope doctor
    expect_out 'the bus at unix:path=/run/dbus/system_bus_socket is that of root'
    [[ ! -e ran ]] || fail 'the command was run'
    expect_no_scopes root tester
}

test_user_bus_as_system() {
    # nor does an address that leads to a user's bus name the system manager
    local bus=/run/user/1000/bus
    run nearby tester env DBUS_SYSTEM_BUS_ADDRESS=unix:path=$bus cgscope run --system -- touch "$scratch/ran"
    expect_refusal 125 "the bus at unix:path=$bus is that of a user, not the system manager.s; DBUS_SYSTEM_BUS_ADDRESS"
    # Such a bus lets not even root in.
    run env DBUS_SYSTEM_BUS_ADDRESS=unix:path=$bus cgscope run -- touch "$scratch/ran"
    expect_refusal 125 'DBUS_SYSTEM_BUS_ADDRESS says so: unset it'
    run env 'DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere;unix:path=/run/dbus/system_bus_socket' cgscope run -q -- echo ran
    expect_status 0
    expect_equal "$out" ran
    [[ ! -e ran ]] || fail 'the command was run'
    expect_no_scopes root tester
}

test_named_bus() {
    # an address of the user manager's bus that is written otherwise is taken, also while that manager re-executes
    local address='unix:path=/nowhere;unix:path=/run/user/1000/bus'
    run session_bus tester "$address" cgscope run -q -- echo ran
    expect_status 0
    expect_equal "$out" ran
    nearby tester systemctl --user --no-block daemon-reexec
    run session_bus tester "$address" cgscope run -q -- echo ran
    expect_status 0
    expect_equal "$out" ran
}

test_bad_address() {
    # an address that leads nowhere is named with the variable it comes from
    local address
    for address in garbage disabled: autolaunch: unix: unix:path=/nowhere tcp:host=127.0.0.1,port=1; do
        run session_bus tester "$address" cgscope run -- touch "$scratch/ran"
        expect_refusal 125 "at $address.*; DBUS_SESSION_BUS_ADDRESS says so: unset it"
        expect_err 'unix:path=/run/user/1000/bus$'
        expect_not_err 'systemctl'
    done
    run env DBUS_SYSTEM_BUS_ADDRESS=garbage cgscope run -- touch "$scratch/ran"
    expect_refusal 125 'no system bus at garbage; DBUS_SYSTEM_BUS_ADDRESS says so: unset it'
    [[ ! -e ran ]] || fail 'the command was run'
}

test_after_su() {
    # what su leaves behind is named at once: both variables
    local directory
    for directory in /run/user/1001 /run/user/0; do
        run nearby tester env XDG_RUNTIME_DIR=$directory DBUS_SESSION_BUS_ADDRESS=unix:path=$directory/bus \
            cgscope run -- touch "$scratch/ran"
        expect_refusal 125 'unset it and DBUS_SESSION_BUS_ADDRESS,'
        run session_bus tester "unix:path=$directory/bus" cgscope run -- touch "$scratch/ran"
        expect_refusal 125 'DBUS_SESSION_BUS_ADDRESS says so: unset it'
    done
    [[ ! -e ran ]] || fail 'the command was run'
}

test_runtime_dir_characters() {
    # a runtime directory with characters that mean something in an address
    local directory="$scratch/a,b;c%d e"
    mkdir -m 700 "$directory"
    ln -s /run/user/1000/bus "$directory/bus"
    chown tester: "$directory"
    run nearby tester env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR="$directory" cgscope run -q -- echo ran
    expect_status 0
    expect_equal "$out" ran
}

test_disturbed() {
    # PID 1 re-executes itself while a login session asks for a scope: it is asked for again, and comes
    local i
    cat >rounds <<'ROUNDS'
: >"$1/ready"
for i in 1 2 3 4 5; do
    until [ -e "$1/go.$i" ]; do sleep 0.02; done
    cgscope run -q --delegate -- echo ran
    : >"$1/done.$i"
done
ROUNDS
    mkdir -m 777 marks
    as_session tester bash "$PWD/rounds" "$PWD/marks" >rounds.out 2>rounds.err &
    wait_until test -e marks/ready
    for i in 1 2 3 4 5; do
        touch "marks/go.$i"
        systemctl daemon-reexec
        wait_until -t 30 test -e "marks/done.$i"
    done
    wait $! || fail "status $?: $(<rounds.err)"
    [[ ! -s rounds.err ]] || fail "$(<rounds.err)"
    expect_equal "$(grep -c '^ran$' rounds.out)" 5
    expect_no_scopes tester
}

test_failed_for_good() {
    # where PID 1 was there all the time, a scope that failed is asked for once
    local slice=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice
    nearby tester busctl --user monitor --match "member='StartTransientUnit'" >calls 2>&1 &
    wait_until grep -q Monitoring calls
    echo 0 >$slice/cgroup.max.descendants
    run nearby tester cgscope run -u test-full -- touch "$scratch/ran"
    echo max >$slice/cgroup.max.descendants
    expect_refusal 125 'the job of test-full\.scope ended with "failed"'
    run nearby tester cgscope run -q -u test-full -- true
    wait_until eval '[[ $(grep -c Member=StartTransientUnit calls) -ge 2 ]]'
    expect_equal "$(grep -c Member=StartTransientUnit calls)" 2
    kill $!
    [[ ! -e ran ]] || fail 'the command was run'
}

# without_bus COMMAND: the text COMMAND for a shell of root's, where the directory of the system bus is empty.
without_bus() {
    unshare -m sh -c "mount -t tmpfs none /run/dbus; $1"
}

test_no_system_bus() {
    # without a system bus root asks PID 1 itself, by its own socket: run, adopt, freeze, stop; enable says what is missing
    run without_bus '
        cgscope run -q -u test-direct --delegate -- sh -c "sed -n s/^0:://p /proc/self/cgroup"
        sleep 1000 &
        cgscope adopt -q -u test-adopted --steal $!; sed -n s/^0:://p /proc/$!/cgroup
        cgscope freeze test-adopted.scope && cgscope thaw test-adopted.scope && cgscope stop -q test-adopted.scope
        cgscope doctor | grep -c "the system manager answers"'
    expect_out '^/system\.slice/test-direct\.scope/main$'
    expect_out '^/system\.slice/test-adopted\.scope$'
    expect_out '^1$'
    expect_lines err 0
    expect_no_scopes root
    # A socket file that nobody listens at is no bus either.
    run without_bus '
        python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"/run/dbus/system_bus_socket\")"
        cgscope run -q -- echo ran; cgscope enable io --all-users'
    expect_status 1
    expect_equal "$out" ran
    expect_err '^cgscope: no system bus at unix:path=/run/dbus/system_bus_socket; start it: systemctl start dbus$'
    expect_lines err 1
}

test_no_system_bus_killed() {
    # so nothing is left of it when it is killed
    run without_bus "'$kill_race' kill 20 -- cgscope run -q --delegate -- sleep 0.02"
    expect_status 0
    expect_value left 0
    expect_value processes 0
    [[ $(value killed) -gt 3 ]] || fail 'most were done before they were killed'
    expect_no_scopes root
}

test_no_system_bus_for_others() {
    # nobody else does so, nor where the bus is named, does not answer, or the socket is not PID 1's
    run without_bus '
        cgscope() { command cgscope "$@" -- touch ran; }
        setpriv --reuid=tester --regid=tester --init-groups cgscope run --system -- touch ran
        unshare -Ur cgscope run --system -- touch ran
        DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket cgscope run
        python3 -c "import socket, time
s = socket.socket(socket.AF_UNIX); s.bind(\"/run/dbus/system_bus_socket\"); s.listen(); time.sleep(1000)" &
        until [ -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
        cgscope run --timeout=1s
        mount --bind /run/dbus/system_bus_socket /run/systemd/private
        rm /run/dbus/system_bus_socket
        cgscope run'
    expect_lines err 5
    expect_equal "$(grep -c '^cgscope: no system bus at unix:path=/run/dbus/system_bus_socket' <<<"$err")" 4
    expect_equal "$(grep -c '^cgscope: the system bus at unix:path=/run/dbus/system_bus_socket did not answer within 1s' <<<"$err")" 1
    [[ ! -e ran ]] || fail 'the command was run'
    expect_no_scopes root
}

# A root directory of etc alone, to be booted with this system's /usr.
make_machine() {
    local link
    mkdir -p machine/{dev,proc,root,run,sys,tmp,usr/lib,var/lib,var/log}
    for link in bin sbin lib lib64; do
        [[ ! -L /$link ]] || ln -s "usr/$link" "machine/$link"
    done
    cp -a /etc machine/etc
    rm -rf machine/etc/systemd/system/*.wants machine/etc/machine-id machine/etc/os-release
    touch machine/etc/machine-id
    # nspawn looks for it before it has mounted anything.
    cp /usr/lib/os-release machine/usr/lib/
    cp /usr/lib/os-release machine/etc/
}

# inside CMD…: in a delegated service of the booted machine.
inside() {
    nsenter -t "$leader" -a systemd-run --quiet --pipe --wait --collect -p Delegate=yes -- "$@"
}

machine_is_up() {
    local main
    main=$(systemctl show -p MainPID --value "$testrun_unit")
    [[ $main -gt 1 ]] && leader=$(pgrep -x -P "$main" systemd) &&
        [[ $(nsenter -t "$leader" -a systemctl is-system-running 2>&1) =~ ^(running|degraded)$ ]]
}

test_nspawn() {
    # root of a booted container in a user namespace is the administrator of that container's manager
    needs container
    needs command systemd-nspawn
    local leader
    make_machine
    testrun_name
    systemd-run --quiet --collect --unit="$testrun_unit" -p Delegate=yes -p KillMode=mixed -p TimeoutStopSec=2s \
        -E SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 -- \
        systemd-nspawn -U --register=no --keep-unit --quiet --machine=inner -D "$PWD/machine" --bind-ro=/usr --boot \
        --console=pipe systemd.unit=multi-user.target
    wait_until -t 40 machine_is_up
    run inside readlink /proc/self/ns/user
    [[ $out != "$(readlink /proc/self/ns/user)" ]] || fail 'it is no user namespace of its own'
    run inside cgscope run -q -u test-inner --delegate -- sh -c 'id -u; sed -n s/^0:://p /proc/self/cgroup'
    expect_status 0
    expect_lines err 0
    expect_equal "$out" $'0\n/system.slice/test-inner.scope/main'
    run inside sh -c 'cgscope doctor; mount -t tmpfs none /run/dbus && cgscope run -q -- sed -n s/^0:://p /proc/self/cgroup'
    expect_out 'you are root: the system manager is asked'
    expect_out '^/system\.slice/app-cgscope-sed-'
    systemctl stop "$testrun_unit"
}
