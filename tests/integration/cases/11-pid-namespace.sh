# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from within()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Numbers of processes in a PID namespace that is not the manager's: none is taken for the process outside that has the
# same one.
# The tests that need no controllers are for the container.

# --- outside ---

# within USER WORDS FUNCTION: FUNCTION of this file, as root in a new PID namespace that unshare makes by WORDS. $keep
# and $other are delegated scopes of USER's outside, $victim is the process in the second, and nothing comes of it.
within() {
    local user=$1 words=$2 function=$3 file=$scratch/within
    scope "$user" other
    victim=$sleeper
    scope "$user" keep
    {
        printf '. %q\nscratch=%q user=%q victim=%q keep=%q\n' "${BASH_SOURCE[0]}" "$scratch" "$user" "$victim" "$unit"
        printf 'trap '\''fail "status $? at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"'\'' ERR\n%s\n' "$function"
    } >"$file"
    # shellcheck disable=SC2086 # words they are
    run env CGSCOPE_SYSTEM="$CGSCOPE_SYSTEM" unshare --fork --pid $words bash -Eeuo pipefail "$file"
    [[ $status -eq 0 ]] || fail "$function, as $user, unshare $words"
    expect_equal "$(group_of "$victim")" "${boundary_of_user[$user]}/test-other.scope/main"
    end_scopes
}

declare -A boundary_of_user=(
    [root]=/system.slice
    [tester]=/user.slice/user-1000.slice/user@1000.service/app.slice
)

# --- in there ---

# numbered NUMBER CMD…: CMD as $user with that number. The kernel gives out the next one that is free.
numbered() {
    local wanted=$1 words=()
    shift
    [[ $user == root ]] || words=(setpriv --reuid="$user" --regid="$user" --init-groups env HOME="/home/$user"
        USER="$user" "XDG_RUNTIME_DIR=/run/user/$(id -u "$user")"
        "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$(id -u "$user")/bus")
    echo $((wanted - 1)) >/proc/sys/kernel/ns_last_pid
    "${words[@]}" "$@" &
    [[ $! -eq $wanted ]] || fail "a process got the number $!, not $wanted"
}

# as_victim CMD…: CMD, which itself has the number of the process outside.
as_victim() {
    numbered "$victim" "$@"
    wait "$!"
}

as_one_before() {
    numbered "$((victim - 1))" "$@"
    wait "$!"
}

has_own_proc() {
    [[ $(awk '/^NSpid:/ { print NF }' /proc/self/status) -eq 2 ]]
}

# The directory of the process in here that has the number. The /proc of outside knows it by another one.
twin_proc() {
    local pattern="^NSpid:[[:space:]]$victim$"
    has_own_proc || pattern="^NSpid:[[:space:]][0-9]+[[:space:]]$victim$"
    dirname "$(grep -E -l "$pattern" /proc/[0-9]*/status 2>/dev/null | head -n 1)"
}

# twin: a process that has it, until untwin.
twin() {
    numbered "$victim" sleep 1000
    # The shell is not to tell that it was killed.
    disown "$victim"
    wait_until eval '[[ $(<"$(twin_proc)/comm") == sleep ]]'
}

has_no_twin() {
    ! kill -0 "$victim" 2>/dev/null
}

untwin() {
    kill -KILL "$victim"
    wait_until has_no_twin
}

# expect_here GROUP: the process in here is in it.
expect_here() {
    expect_equal "$(sed -n 's/^0:://p' "$(twin_proc)/cgroup")" "$1"
}

own=$(sed -n 's/^0:://p' /proc/self/cgroup)

other_namespace='^cgscope: .*the system manager|your user manager.* is in another PID namespace, where '

# Who asks about himself is the one who asks.
asking_in_there() {
    local option
    for option in '' --wait; do
        # shellcheck disable=SC2086
        run as_victim cgscope exec $option "$keep/main" -- sed -n 's/^0:://p' /proc/self/cgroup
        expect_status 0
        expect_equal "$out" "${boundary_of_user[$user]}/test-keep.scope/main"
        # shellcheck disable=SC2086
        run as_victim cgscope run -q $option -- sed -n 's/^0:://p' /proc/self/cgroup
        expect_status 0
        grep -q '/app-cgscope-sed-[0-9a-f]*\.scope\(/main\)\?$' <<<"$out" || fail "run put the command into $out"
    done
    # What doctor makes a scope around is a child, whose number comes next.
    run as_one_before cgscope doctor
    expect_out 'controllers'
    run as_victim cgscope run -q --delegate -- cgscope procs --noheadings -o COMMAND .
    expect_status 0
}

# A person means the process in here.
looking_in_there() {
    local verb
    twin
    for verb in status 'tree -p' procs; do
        # shellcheck disable=SC2086
        run nearby "$user" cgscope $verb "@$victim"
        expect_status 0
        expect_out "$victim.* sleep 1000"
        expect_not_out test-other
    done
    run nearby "$user" cgscope status --json "@$victim"
    expect_json "data['control_group'] == '$own'"
    run nearby "$user" cgscope can-move --json "$victim" "@$victim"
    expect_json "data['source'] == data['control_group'] == '$own'"
    run nearby "$user" cgscope ns --json "$victim"
    expect_status 0
    expect_json "'$own' in str(data) and 'test-other' not in str(data)"
    # A list has numbers that can be typed, or is none.
    run nearby "$user" cgscope ns
    if has_own_proc; then
        expect_status 0
        expect_out "^ *$victim sleep "
    else
        expect_refusal 1 '/proc is that of another PID namespace'
    fi
    untwin
}

moving_in_there() {
    local moved=${boundary_of_user[$user]}/test-keep.scope/main
    twin
    run nearby "$user" cgscope move --steal "$keep/main" "$victim"
    # The kernel takes the number in here; a manager cannot.
    if [[ $user == root ]]; then
        expect_status 0
        expect_here "$moved"
    else
        expect_refusal 1 "$other_namespace$victim "
        expect_here "$own"
    fi
    run nearby "$user" cgscope adopt --steal -u test-adopted.scope "$victim"
    # With a pidfd it is the same process everywhere.
    if [[ $(systemctl --version | awk 'NR == 1 { print $2 + 0 }') -ge 255 ]]; then
        expect_status 0
        expect_here "${boundary_of_user[$user]}/test-adopted.scope"
    else
        expect_refusal 1 "$other_namespace$victim "
        expect_here "$([[ $user == root ]] && echo "$moved" || echo "$own")"
    fi
    untwin
}

# @NUMBER for what is done to a group.
doing_in_there() {
    local group=/sys/fs/cgroup${boundary_of_user[$user]}/test-keep.scope/main
    twin
    echo "$victim" >"$group/cgroup.procs"
    works nearby "$user" cgscope set "@$victim" cgroup.max.descendants=7
    expect_file "$group/cgroup.max.descendants" 7
    works nearby "$user" cgscope get "@$victim" cgroup.max.descendants
    expect_out '\b7$'
    works nearby "$user" cgscope controllers "@$victim"
    works nearby "$user" cgscope freeze "@$victim"
    expect_file "$group/cgroup.freeze" 1
    works nearby "$user" cgscope thaw "@$victim"
    expect_file "$group/cgroup.freeze" 0
    works nearby "$user" cgscope kill -s KILL "@$victim"
    wait_until has_no_twin
}

# Whoever is outside is counted, and neither named nor passed over.
outsiders_in_there() {
    local leaf=/sys/fs/cgroup${boundary_of_user[$user]}/test-keep.scope/main
    run nearby "$user" cgscope procs --noheadings -o PID,COMMAND "$keep/main"
    expect_out '^ *0 \(outside of this PID namespace\)$'
    run nearby "$user" cgscope status --json "$keep"
    expect_json "[p['pid'] for p in data['process_list']] == [0]"
    run nearby "$user" cgscope kill -s USR1 "$keep/main"
    expect_refusal 1 '^cgscope: processes in .*/main that are outside of this PID namespace did not get the signal; '
    expect_file "$leaf/cgroup.procs" 0
    works nearby "$user" cgscope stop --grace=0 "$keep/main"
    # With it the scope goes.
    wait_until test ! -e "$leaf"
}

# Where nothing tells what a number is, nothing is done with it.
without_proc() {
    local words
    mount -t tmpfs tmpfs /proc
    for words in "status @$$" "procs @$$" "freeze @$$" "ns $$" "can-move $$ /sys/fs/cgroup" "adopt $$" \
        "move --system $keep/main $$" "procs --system /sys/fs/cgroup$own"; do
        # shellcheck disable=SC2086
        run cgscope $words
        [[ $status -ne 0 ]] || fail 'it succeeded'
        expect_lines err 1
        expect_err '/proc is not mounted'
    done
}

in_every_way() {
    local user words
    for user in root tester; do
        for words in --mount-proc ''; do
            within "$user" "$words" "$1"
        done
    done
}

test_asking() {
    # in another PID namespace: run and exec put the command itself where it belongs, whoever has its number outside
    in_every_way asking_in_there
}

test_looking() {
    # in another PID namespace: status, tree, procs, can-move and ns mean the process in there, also with the /proc of outside
    in_every_way looking_in_there
}

test_doing() {
    # in another PID namespace: set, get, controllers, freeze, thaw and kill of @PID mean the process in there
    in_every_way doing_in_there
}

test_outsiders() {
    # in another PID namespace: those outside are counted, kill says that they got no signal, stop ends them
    in_every_way outsiders_in_there
}

test_without_proc() {
    # without /proc: what is to be done with a process is refused
    needs plain
    within root --mount-proc without_proc
}

test_moving() {
    # in another PID namespace: move and adopt take the process in there, or refuse
    in_every_way moving_in_there
}

test_other_bus() {
    # in another PID namespace: the bus of somebody else is known for what it is
    local words=(env DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus cgscope run --user -- true)
    run "${words[@]}"
    expect_refusal 125 ' is that of uid 1000, '
    run unshare --fork --pid --mount-proc "${words[@]}"
    expect_refusal 125 ' is that of uid 1000, '
}

test_agent() {
    # in another PID namespace: no agent is started, which would tell polkit that it answers for another process
    needs command strace
    local trace=$scratch/trace words=(nearby tester python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' strace -f -qq
        -e trace=execve -o "$scratch/trace" cgscope run --system -- true)
    chmod 777 .
    run "${words[@]}"
    grep -q pkttyagent "$trace" || fail 'here there is none'
    expect_out 'cgscope: the system manager refuses: '
    printf '. %q\n' "${BASH_SOURCE[0]}" >file
    printf '%q ' "${words[@]}" >>file
    run env CGSCOPE_SYSTEM="$CGSCOPE_SYSTEM" unshare --fork --pid --mount-proc bash file
    expect_lines out 1
    expect_out '^cgscope: the system manager refuses: '
    grep -q cgscope "$trace" || fail 'nothing was traced'
    ! grep -q pkttyagent "$trace" || fail 'there is one'
}

# private USER CMD…: CMD as the first process of a service that has a PID namespace of its own.
private() {
    local user=$1 uid options=()
    uid=$(id -u "$user")
    shift
    [[ $user == root ]] || options=(--uid="$user" -E "HOME=/home/$user" -E "XDG_RUNTIME_DIR=/run/user/$uid"
        -E "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$uid/bus")
    testrun_name
    systemd-run --quiet --collect --pipe --wait --unit="$testrun_unit" -p PrivatePIDs=yes "${options[@]}" -- "$@"
}

test_private_pids() {
    # in a service with PrivatePIDs=yes: exec, run, move, adopt and the looking verbs, as its first process and as another
    needs systemd 257
    local user script
    for user in root tester; do
        scope "$user" keep
        works private "$user" cgscope exec "$unit/main" -- sed -n 's/^0:://p' /proc/self/cgroup
        expect_equal "$out" "${boundary#/sys/fs/cgroup}/main"
        works private "$user" cgscope run -q -- sed -n 's/^0:://p' /proc/self/cgroup
        expect_out '/app-cgscope-sed-[0-9a-f]*\.scope$'
        script sh -c 'cgscope procs --noheadings -o PID,COMMAND @$$; cgscope ns --json $$
            cgscope adopt -q --steal -u test-adopted.scope $$; sed -n "s/^0:://p" /proc/self/cgroup'
        works private "$user" bash "$script"
        expect_out '^ *1 sh -c cgscope procs'
        expect_out '"pid": *1,'
        expect_out '/test-adopted.scope$'
        script sh -c 'cgscope move --steal "$1" $$ && sed -n "s/^0:://p" /proc/self/cgroup' sh "$unit/main"
        run private "$user" bash "$script"
        if [[ $user == root ]]; then
            expect_status 0
            expect_equal "$out" "${boundary#/sys/fs/cgroup}/main"
        else
            expect_refusal 1 "$other_namespace"
        fi
        end_scopes
    done
}
