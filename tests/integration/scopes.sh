# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # text for other shells; names for the cases
# Sourced by the case files from 10 on: what they share.

# shellcheck source=tests/integration/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

guest_dir=${BASH_SOURCE[0]%/*}/guest
kill_race=$guest_dir/kill-race.py

# script CMD…: a file that becomes CMD, its name in $script. For systemd expands '$' in the words of a command.
script() {
    script=$(mktemp "$scratch/script.XXXXXX")
    {
        printf 'exec'
        printf ' %q' "$@"
        printf '\n'
    } >"$script"
    chmod 644 "$script"
}

# as USER CMD…: root right here, anybody else as as_user does.
as() {
    local user=$1 script
    shift
    if [[ $user == root ]]; then
        "$@"
    else
        script "$@"
        as_user "$user" bash "$script"
    fi
}

# nearby USER CMD…: the same without a service around it, so much faster; the process stays in the group of the
# test. For commands that are to be refused, and for those where no more than the user matters.
nearby() {
    local user=$1 uid
    shift
    if [[ $user == root ]]; then
        "$@"
    else
        uid=$(id -u "$user")
        setpriv --reuid="$user" --regid="$user" --init-groups env -u INVOCATION_ID HOME="/home/$user" USER="$user" \
            XDG_RUNTIME_DIR="/run/user/$uid" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$uid/bus" "$@"
    fi
}

# manager_of USER ARGS…: systemctl of the manager that cgscope asks for USER.
manager_of() {
    local user=$1
    shift
    if [[ $user == root ]]; then
        systemctl "$@"
    else
        nearby "$user" systemctl --user "$@"
    fi
}

# The process of USER's manager.
manager_pid() {
    systemctl show -p MainPID --value "user@$(id -u "$1").service"
}

# The scopes of cgscope's at USER's manager, with their state.
scopes_of() {
    manager_of "$1" list-units --all --plain --no-legend '*cgscope*.scope' 'test-*.scope'
}

no_scopes_of() {
    [[ -z $(scopes_of "$1") ]]
}

expect_no_scopes() {
    local user
    for user; do
        wait_until -t 30 no_scopes_of "$user"
    done
}

# unit_is USER UNIT STATE: one of loaded, not-found.
unit_is() {
    [[ $(manager_of "$1" show -p LoadState --value "$2") == "$3" ]]
}

# value NAME: of a line NAME=VALUE on stdout of the last command.
value() {
    sed -n "s/^$1=//p" <<<"$out"
}

# expect_value NAME PATTERN: the pattern is of bash.
expect_value() {
    # shellcheck disable=SC2053 # a pattern it is
    [[ $(value "$1") == $2 ]] || fail "$1 is '$(value "$1")', expected $2"
}

# expect_refusal STATUS PATTERN: the last command said so in one line and did nothing else.
expect_refusal() {
    expect_status "$1"
    expect_lines err 1
    expect_err "$2"
    expect_lines out 0
}

# group_of PID: its control group.
group_of() {
    sed -n 's/^0:://p' "/proc/$1/cgroup"
}

# start USER [CMD…]: a process of USER's outside of any delegated unit, CMD or a sleep. Its number is in $started.
# It ends with the test.
start() {
    local user=$1 file script
    shift
    [[ $# -gt 0 ]] || set -- sleep 1000
    file=$(mktemp "$scratch/started.XXXXXX")
    chmod 666 "$file"
    script "$@"
    sed -i "1i echo \$\$ >$file" "$script"
    testrun_name
    systemd-run --quiet --collect --unit="$testrun_unit" --uid="$user" -- bash "$script"
    wait_until test -s "$file"
    started=$(<"$file")
}

# A controller that the root of this system's hierarchy does not have.
absent_controller() {
    local name have
    have=" $(</sys/fs/cgroup/cgroup.controllers) "
    for name in cpu io memory; do
        if [[ $have != *" $name "* ]]; then
            printf '%s\n' "$name"
            return
        fi
    done
    fail "the root has every controller there is"
}
