# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Users, processes and units by name and number: one order, decimal numbers, and nobody else's name.
# The tests that need no controllers are for the container.

setup() {
    needs container
    passwd=$(</etc/passwd) group=$(</etc/group)
}

teardown() {
    local unit
    printf '%s\n' "$passwd" >/etc/passwd
    printf '%s\n' "$group" >/etc/group
    for unit in /sys/fs/cgroup/system.slice/{dbus,polkit}.service \
        /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/{init.scope,*.slice/dbus.service,app.slice}; do
        [[ ! -d $unit ]] || echo 0 >"$unit/cgroup.freeze"
    done
    end_scopes
}

# Users and groups whose names look like the numbers of others.
add_confusing_names() {
    printf '%s\n' '1000:x:2000:2001::/nonexistent:/bin/sh' '0x7d0:x:2002:2002::/nonexistent:/bin/sh' >>/etc/passwd
    printf '%s\n' '1000:x:2001:' '0x7d0:x:2002:' >>/etc/group
}

# fails STATUS PATTERN CMD…
fails() {
    local wanted=$1 pattern=$2
    shift 2
    run "$@"
    expect_refusal "$wanted" "$pattern"
}

test_decimal_users() {
    # a user's number is decimal alone: no zero in front, no 0x, no sign, no blank, in every verb that takes one
    local word
    for word in 010 01000 0x3e8 0X3E8 +1000 ' 1000' '1000 ' 1e3 -1 4294967295 4294968296; do
        fails 125 "^cgscope: --uid: there is no user '" cgscope run --uid="$word" -- touch ran
        fails 125 "^cgscope: --gid: there is no group '" cgscope run --gid="$word" -- touch ran
        fails 2 "^cgscope: no user '" cgscope chown -- ./x "$word:0"
        fails 2 "^cgscope: no group of users '" cgscope chown -- ./x ":$word"
        fails 2 "^cgscope: --as: no user '" cgscope can-move --as="$word" $$ /sys/fs/cgroup/init.scope
        fails 2 "^cgscope: --user-id: there is no user '" cgscope doctor --user-id="$word"
        fails 2 "^cgscope: --user-id: there is no user '" cgscope enable --user-id="$word" pids
        fails 2 "^cgscope: --user-id: with --root it takes" cgscope enable --root=/ --user-id="$word" pids
    done
    [[ ! -e ran ]] || fail 'the command was run'
}

test_decimal_processes() {
    # so is a process's, even where the other reading would be a process
    local word pid octal
    start tester
    pid=$started
    printf -v octal '0%o' "$pid"
    for word in "0$pid" "$octal" "$(printf '0x%x' "$pid")" "+$pid" " $pid" "$pid " 0 -1 2147483648; do
        for user in root tester; do
            fails 2 "^cgscope: '.*' is no process number" nearby "$user" cgscope adopt -- "$word"
            fails 2 "^cgscope: '.*' is no process number" nearby "$user" cgscope can-move -- "$word" @1
            fails 2 "^cgscope: '.*' is no process number" nearby "$user" cgscope move /sys/fs/cgroup/x -- "$word"
            fails 2 "^cgscope: '.*' is no process number" nearby "$user" cgscope ns -- "$word"
            fails 1 "^cgscope: '@.*' is no process" nearby "$user" cgscope status "@$word"
            fails 1 "^cgscope: '@.*' is no process" nearby "$user" cgscope procs "@$word"
        done
    done
    [[ $(group_of "$pid") == /system.slice/* ]] || fail 'it was moved'
}

owners_inside() {
    works cgscope create ./x
    works cgscope chown ./x "$1"
    expect_equal "$(stat -c %u:%g x)" "$2"
}
owners_name_inside() { owners_inside 1000:1000 2000:2001; }
owners_hex_inside() { owners_inside 0x7d0:0x7d0 2002:2002; }
owners_number_inside() { owners_inside 2000:2001 2000:2001; }

test_names_first() {
    # a name that looks like a number is a name first in every verb, as in chown(1)
    add_confusing_names
    run cgscope run -q --uid=1000 --gid=1000 -- sh -c 'id -u; id -g'
    expect_status 0
    expect_equal "$out" $'2000\n2001'
    run cgscope run -q --uid=0x7d0 -- id -u
    expect_equal "$out" 2002
    run cgscope run -q --uid=2000 -- id -un
    expect_equal "$out" 1000
    inside root owners_name_inside
    inside root owners_hex_inside
    inside root owners_number_inside
    run cgscope can-move --as=1000 $$ /sys/fs/cgroup/system.slice
    expect_out 'uid 2000'
    run cgscope doctor --user-id=1000
    expect_out 'UID 2000'
    run cgscope enable --user-id=1000
    expect_out '^ *2000 1000'
    run cgscope enable --user-id=0x7d0
    expect_out '^ *2002 0x7d0'
}

test_names_of_systemd() {
    # init.scope and the scopes of sessions are no names for run and adopt, and stay as they were
    local word user before
    for user in root tester; do
        before=$(manager_of "$user" show -p Description -p Delegate -p Transient init.scope)
        for word in init init.scope session-1 session-1.scope session-c7; do
            fails 125 "^cgscope: --unit: '$word' is a scope of systemd's own .*; choose another name" \
                nearby "$user" cgscope run -u "$word" -- touch ran
            fails 2 "^cgscope: --unit: '$word' is a scope of systemd's own" nearby "$user" cgscope adopt -u "$word" $$
        done
        for word in -.slice -.mount; do
            fails 125 "^cgscope: --unit: '$word' is no valid name" nearby "$user" cgscope run -u "$word" -- touch ran
        done
        expect_equal "$(manager_of "$user" show -p Description -p Delegate -p Transient init.scope)" "$before"
    done
    [[ ! -e ran ]] || fail 'the command was run'
}

verbs_files_inside() {
    local word
    works cgscope create ./x
    for word in cgroup.freeze=1:'freeze or thaw' cgroup.kill=1:kill cgroup.procs=0:move cgroup.threads=0:move; do
        fails 2 "${word%%=*} is not set, use cgscope ${word#*:}" cgscope set ./x "${word%:*}"
        fails 2 "${word%%=*} is not set, use cgscope ${word#*:}" cgscope set ./main "${word%:*}"
        fails 2 "${word%%=*} is not set, use cgscope ${word#*:}" cgscope create ./y "${word%:*}"
        fails 125 "${word%%=*} is not set, use cgscope ${word#*:}" cgscope exec ./x -p "${word%:*}" -- touch ran
    done
    expect_file x/cgroup.freeze 0
    works cgscope get --value ./x cgroup.freeze
    expect_equal "$out" 0
    [[ ! -e y && ! -e ran ]] || fail 'something was done'
    fails 1 'holds this very process, which would be frozen, too; --self' cgscope freeze ./main
}

test_files_of_verbs() {
    # a file that a verb is for is not set by hand, or the verb's own rules would not count
    local user
    for user in root tester; do
        inside "$user" verbs_files_inside
    done
}

# spared USER ARGS…
spared() {
    local user=$1
    shift
    fails 1 '^cgscope: .* holds .*, without which nobody could ask for it to be thawed; --self freezes it all the same' \
        nearby "$user" timeout 20 cgscope freeze "$@"
}

test_freeze_spares_what_thaws() {
    # what the manager needs for thawing is not frozen: itself, its bus, and the service that says who may
    local slice
    systemctl start polkit.service
    manager_of tester start dbus.service
    slice=$(manager_of tester show -p Slice --value dbus.service)
    spared root init.scope
    spared root dbus.service
    spared tester init.scope
    spared tester dbus.service
    spared tester "$slice"
    spared tester --system polkit.service
    spared tester --system dbus.service
    run nearby tester cgscope list
    expect_status 0
    # Of others nothing is said.
    nearby tester systemd-run --user --quiet --unit=test-other.service sleep 1000
    works nearby tester cgscope freeze test-other.service
    works nearby tester cgscope thaw test-other.service
    manager_of tester stop test-other.service
}

# refuses_report PATTERN FILE OPTION…: with that file no command is run.
refuses_report() {
    local pattern=$1 file=$2
    shift 2
    run timeout 20 cgscope "$@" --report="$file" -- touch "$scratch/ran"
    expect_refusal 125 "^cgscope: --report: $pattern"
    expect_none "$scratch/ran"
}

test_report_of_another_user() {
    # the file of a report is opened as the user whose command it is about, and by no link
    echo precious >precious
    mkdir mine theirs
    chown tester: mine
    ln -s ../precious mine/link
    ln -s ../new mine/dangling
    chmod 777 .
    refuses_report 'tester cannot write .*precious: Permission denied' "$PWD/precious" run -q --uid=tester
    refuses_report '.*link is a link' mine/link run -q --uid=tester
    refuses_report '.*dangling is a link' mine/dangling run -q --uid=tester
    refuses_report '.*link is a link' mine/link run -q
    refuses_report 'tester cannot write .*other: Permission denied' theirs/other run -q --uid=tester
    expect_file precious precious
    expect_none new theirs/other
    works cgscope run -q --uid=tester --json --report=mine/report -- true
    expect_equal "$(stat -c %U mine/report)" tester
    grep -q '"exit_status":0' mine/report || fail 'no report'
    # What is root's own is root's to write.
    works cgscope run -q --gid=tester --report="$PWD/precious" -- true
    grep -q 'exit status 0' precious || fail 'no report'
}

special_files_inside() {
    local verb
    for verb in run 'exec .'; do
        # shellcheck disable=SC2086 # two words
        {
            refuses_report '.*fifo is no regular file' "$1/fifo" $verb -q
            refuses_report '.*socket is no regular file' "$1/socket" $verb -q
            refuses_report '.*zero is no regular file' /dev/zero $verb -q
            refuses_report '.*stderr is a link' /dev/stderr $verb -q
            refuses_report '.*: Is a directory' "$1" $verb -q
            works timeout 20 cgscope $verb -q --report=/dev/null -- true
        }
    done
}
special_files_there() { special_files_inside "$(<"$scratch/there")"; }

test_report_special() {
    # a FIFO, a socket, a device or a directory is no file for a report: nothing is opened, nothing hangs
    local user
    mkfifo -m 666 fifo
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
    echo "$PWD" >there
    for user in root tester; do
        inside "$user" --no-leaf special_files_there
    done
}

test_keyring() {
    # a command that runs as another user does not possess the keys of the caller's session
    needs command keyctl
    local options
    for options in '' --wait --delegate --cgroup-namespace '--wait --cgroup-namespace'; do
        # The shell stays: with its last process the session's keyring would go, and the key with it.
        run keyctl session - sh -c 'K=$(keyctl add user test secret @s); cgscope run -q --uid=tester '"$options"' -- \
            sh -c "keyctl print $K; keyctl show; keyctl add user test own @s"; exit $?'
        expect_status 0
        expect_not_out secret
        expect_err 'Permission denied'
    done
    # One's own session stays.
    run keyctl session - sh -c 'K=$(keyctl add user test secret @s); exec cgscope run -q -- keyctl print $K'
    expect_status 0
    expect_out secret
}

test_environment() {
    # nor does it get the caller's agents, tickets and X server, or sudo's word of who called, unless told to
    local names='SSH_AUTH_SOCK SSH_AGENT_PID XAUTHORITY KRB5CCNAME SUDO_USER SUDO_UID SUDO_COMMAND XDG_RUNTIME_DIR' name
    names+=' WAYLAND_DISPLAY GNUPGHOME XDG_CONFIG_HOME MAIL CREDENTIALS_DIRECTORY NOTIFY_SOCKET'
    local all=()
    for name in $names; do
        all+=("$name=/there")
    done
    run env "${all[@]}" cgscope run -q --uid=tester -- env
    expect_status 0
    for name in $names; do
        expect_not_out "^$name="
    done
    expect_out '^HOME=/home/tester$'
    run env "${all[@]}" cgscope run -q --uid=tester -E SSH_AUTH_SOCK -E SUDO_USER=me -- env
    expect_out '^SSH_AUTH_SOCK=/there$'
    expect_out '^SUDO_USER=me$'
    expect_not_out '^SUDO_UID='
    run env "${all[@]}" cgscope run -q -- env
    for name in $names; do
        expect_out "^$name=/there"
    done
}

test_group_alone() {
    # with a group and no user, root's other groups are not the command's
    local options
    for options in --collect --wait --cgroup-namespace; do
        run setpriv --groups=0,7,8 cgscope run -q $options --gid=tester -- sh -c 'id -u; id -G'
        expect_status 0
        expect_equal "$out" "0
$(id -g tester)"
    done
    run setpriv --groups=7,8 cgscope run -q -- id -G
    expect_equal "$out" '0 7 8'
}

options_inside() {
    expect_equal "$(systemctl "$manager" show -p Description -p Slice -p CollectMode "$CGSCOPE_UNIT" | sort)" \
        $'CollectMode=inactive\nDescription=as in a unit file\nSlice=test-b.slice'
    [[ $(</proc/self/cgroup) == */"$CGSCOPE_UNIT/work" ]] || fail "it is in $(</proc/self/cgroup)"
    expect_equal "$(nice)" 5
}
options_inside_system() { manager=--system options_inside; }
options_inside_user() { manager=--user options_inside; }

test_properties_of_options() {
    # -p takes what an option says, as in command lines for systemd-run --scope; other words of such lines have a reason
    local options=(-p Slice=test-b.slice -p Description='as in a unit file' -p CollectMode=inactive -p Delegate=yes
        -p DelegateSubgroup=work -p Nice=5 --scope --expand-environment=no)
    inside root "${options[@]}" options_inside_system
    inside tester "${options[@]}" options_inside_user
    run cgscope run -q -p User=tester -p Group=1001 -p Delegate='pids memory' -p WorkingDirectory=/ --best-effort -- \
        sh -c 'id -u; id -g; stat -c %U "$CGSCOPE_ROOT"; pwd'
    expect_status 0
    expect_equal "$out" $'1000\n1001\ntester\n/'
    start root
    works cgscope adopt -q -u test-options -p Description=adopted -p Delegate=yes "$started"
    expect_equal "$(systemctl show -p Description --value test-options.scope)" adopted
    [[ $(group_of "$started") == */test-options.scope/main ]] || fail "it is in $(group_of "$started")"
    kill "$started"
    fails 125 '^cgscope: --uid: there is no user' cgscope run -p User=010 -- true
    fails 125 "^cgscope: --slice: 'a/b' is no valid name" cgscope run -p Slice=a/b -- true
    fails 125 '^cgscope: --property: Delegate ' cgscope run -p Delegate=no -- true
    fails 125 '^cgscope: --expand-environment: words are handed to the command as they are' \
        cgscope run --expand-environment=yes -- true
    fails 125 '^cgscope: --expand-environment: .* neither yes nor no' cgscope run --expand-environment=x -- true
    fails 125 '^cgscope: --shell: .* cgscope run -- "\$SHELL"' cgscope run --shell
    fails 125 '^cgscope: --shell: ' cgscope run -S
}

test_tree_in_a_pipe() {
    # into a pipe, `tree -p` is not as wide as the longest command line, but whole with --full and in JSON
    local letters widest
    letters=$(printf 'ä%.0s' {1..300})
    start root cgscope run -q -u test-wide -- sh -c 'sleep 1000; :' "$letters"
    # In place, cgscope becomes the shell, and that starts the other one.
    wait_until eval "[[ \$(</proc/$started/comm) == sh &&
        \$(wc -l </sys/fs/cgroup/system.slice/test-wide.scope/cgroup.procs) -eq 2 ]]"
    run cgscope tree -p test-wide.scope
    expect_status 0
    expect_out 'sh -c sleep 1000; : äää*…'
    widest=$(LC_ALL=C.UTF-8 awk '{ print length }' <<<"$out" | sort -n | tail -n 1)
    [[ $widest -le 90 ]] || fail "$widest columns"
    run cgscope tree -p --full test-wide.scope
    expect_out "$letters"
    run cgscope tree -p --json test-wide.scope
    expect_out "$letters"
}

test_settings_without_controllers() {
    # a refusal for lack of controllers names every setting that nothing would enforce
    local user
    [[ " $(</sys/fs/cgroup/cgroup.controllers) " != *' memory '* ]] || skip 'this system has the controllers'
    for user in root tester; do
        fails 125 '^cgscope: io memory not available, nothing would enforce IOAccounting, MemoryMax: ' \
            nearby "$user" cgscope run -p MemoryMax=5G -p IOAccounting=yes -p MemoryMax=1G -- touch ran
        fails 125 '^cgscope: io memory not available, nothing would enforce IOAccounting: ' \
            nearby "$user" cgscope run -p IOAccounting=yes -p MemoryMax=1G --delegate=memory -- touch ran
    done
    [[ ! -e ran ]] || fail 'the command was run'
}
