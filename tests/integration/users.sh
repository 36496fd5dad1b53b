# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by lib.sh and guest/as-user.sh: running a command as one of the test users.

testrun_count=0

# A name for a service of ours; run-cases.sh stops what a test left under such names. In $testrun_unit, for a
# subshell could not count.
testrun_name() {
    testrun_count=$((testrun_count + 1))
    testrun_unit=testrun-$$-$BASHPID-$testrun_count
}

# as_user USER CMD…: runs CMD with the environment that leads to USER's manager. It is in a service in
# system.slice, not below that manager. Input, output and status are CMD's.
as_user() {
    local user=$1 uid
    shift
    uid=$(id -u "$user")
    testrun_name
    systemd-run --quiet --pipe --wait --collect --unit="$testrun_unit" --uid="$user" \
        -E "XDG_RUNTIME_DIR=/run/user/$uid" -E "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$uid/bus" \
        -E LANG=C.UTF-8 -- "$@"
}

# as_session USER CMD…: runs CMD in a login session made by PAM and logind, so in a session scope. No input.
as_session() {
    local user=$1 dir status
    shift
    dir=$(mktemp -d "$scratch/session.XXXXXX")
    chmod 777 "$dir"
    {
        printf 'cd %q\n' "$dir"
        printf '%q ' "$@"
        printf '</dev/null >out 2>err\necho $? >status.new\nmv status.new status\n'
    } >"$dir/script"
    chmod 644 "$dir/script"
    testrun_name
    # The process leaves the service for the session's scope, so nobody can wait for the service.
    systemd-run --quiet --no-block --collect --unit="$testrun_unit" -p User="$user" -p PAMName=login \
        -- bash "$dir/script"
    until [[ -e $dir/status ]]; do
        sleep 0.05
    done
    cat "$dir/out"
    cat "$dir/err" >&2
    status=$(<"$dir/status")
    return "$status"
}
