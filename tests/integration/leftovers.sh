# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by run-cases.sh: what tests left behind. Uses $base, a directory for notes.

# shellcheck source=tests/integration/users.sh
. "${BASH_SOURCE[0]%/*}/users.sh"

# --- after each test ---

# Those in the group that the tests run in.
processes_now() {
    cat "/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/cgroup.procs"
}

# Ends what a test still runs: in the background, in the services it ran commands in, and in login sessions.
end_processes() {
    local group process
    for process in $(processes_now); do
        [[ $processes_before == *" $process "* ]] || kill -KILL "$process" 2>/dev/null || true
    done
    for group in /sys/fs/cgroup/system.slice/testrun-*.service; do
        [[ ! -d $group ]] || systemctl kill --signal=KILL "${group##*/}" 2>/dev/null || true
    done
    for group in /sys/fs/cgroup/user.slice/user-*.slice/session-*.scope; do
        [[ ! -d $group ]] || echo 1 >"$group/cgroup.kill" 2>/dev/null || true
    done
}

# The service that the bus starts stays a little while.
groups_now() {
    find /sys/fs/cgroup -depth -type d -name '*cgscope*' ! -name cgscoped.service 2>/dev/null || true
}

# Prints the groups of cgscope's and fails, if there still are some when a scope had the time to go.
leftover_groups() {
    local try groups=
    for ((try = 0; try < 60; try++)); do
        groups=$(groups_now)
        [[ -n $groups ]] || return 0
        sleep 0.05
    done
    printf '%s\n' "$groups"
    return 1
}

# So that the next test does not stumble over it.
remove_leftovers() {
    local group
    for group in $(groups_now); do
        echo 1 >"$group/cgroup.kill" 2>/dev/null || true
    done
}

# --- after all tests ---

# manager WHOSE ARGS…: systemctl of the system or of a user.
manager() {
    local whose=$1
    shift
    if [[ $whose == system ]]; then
        systemctl "$@"
    else
        as_user "$whose" systemctl --user "$@"
    fi
}

# Session scopes come and go with the logins of the tests, and logind removes them at leisure.
scopes_now() {
    local whose
    for whose in system tester other; do
        manager "$whose" list-units --all --type=scope --plain --no-legend </dev/null |
            awk -v whose="$whose" '$1 !~ /^session-/ { print whose ": " $1 }'
    done | sort
}

# What a test wrote, also where units and rules are.
files_now() {
    find /tmp /var/tmp /dev/shm /etc/systemd/system /run/systemd/system /etc/polkit-1/rules.d -mindepth 1 2>/dev/null |
        grep -v -e '/systemd-private-' | sort || true
}

remember_state() {
    processes_before=" $(processes_now | tr '\n' ' ')"
    scopes_now >"$base/scopes.before"
    files_now >"$base/files.before"
}

# Scopes that are active while nothing runs in them: what a caller makes that does not wait for its job.
empty_scopes() {
    local whose id group
    for whose in system tester other; do
        manager "$whose" show '*.scope' --property=Id,ControlGroup,SubState </dev/null |
            awk -F= '/^Id=/ { id = $2 } /^ControlGroup=/ { group = $2 } /^SubState=/ { state = $2 }
                /^$/ { if (state == "running") print id, group; id = group = state = "" }
                END { if (state == "running") print id, group }' |
            while read -r id group; do
                [[ $id == session-* ]] || grep -q '^populated 1' "/sys/fs/cgroup$group/cgroup.events" 2>/dev/null ||
                    printf '%s: %s\n' "$whose" "$id"
            done
    done
}

# Prints what is there now and was not before the tests.
leftovers() {
    local line
    scopes_now | comm -13 "$base/scopes.before" - | sed 's/^/scope of /'
    files_now | comm -13 "$base/files.before" - | sed 's/^/file /'
    empty_scopes | sed 's/^/scope without processes of /'
    groups_now | sed 's/^/group /'
    for line in /proc/[0-9]*; do
        case $(cat "$line/comm" 2>/dev/null) in
            cgscope | cgscope-*) printf 'process of cgscope %s\n' "${line#/proc/}" ;;
        esac
    done
}

check_leftovers() {
    local try left=
    for ((try = 0; try < 20; try++)); do
        left=$(leftovers)
        [[ -n $left ]] || return 0
        sleep 0.5
    done
    printf '%s\n' "$left"
    return 1
}
