# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What a case file may use. A case is tests/integration/cases/NN-NAME.sh, bash, with functions
#
#     test_xxx() {
#         # one line that says what is seen
#         # deadline 120          (optional; seconds, 60 without it; four times as much in the virtual machine)
#         needs controllers memory
#         run as_user tester cgscope run -- true
#         expect_status 0
#     }
#
# and, if it likes, `setup` and `teardown`, called around each test. The emulated machine is slow: a file whose first
# comment ends with "The tests that need no controllers are for the container." runs there only those that do. Each test is a process of its own, as root, with
# `set -e`, the empty directory $scratch (also its working directory) and a deadline.

# shellcheck source=tests/integration/users.sh
. "${BASH_SOURCE[0]%/*}/users.sh"

status='' out='' err='' last_command=''

# --- outcome ---

fail() {
    trap - ERR
    printf 'reason: %s\n' "$*"
    show_last
    exit 1
}

skip() {
    printf '%s\n' "$*" >"$scratch/.skip"
    exit 77
}

# note TEXT: a line that is shown with the result, also of a test that passes.
note() {
    printf '%s\n' "$*" >>"$scratch/.notes"
}

show_last() {
    [[ -n $last_command ]] || return 0
    printf 'command: %s\nstatus: %s\nstdout:\n%s\nstderr:\n%s\n' "$last_command" "$status" "$out" "$err"
}

# --- what a test needs ---

# needs controllers NAME…   the root group of this system has them
# needs vm | container      the kind of system
# needs suite NAME          the suite, but in the long run: elsewhere it is no other, and takes long
# needs plain               the build as it is installed: with the sanitizers it is slow, and wants memory and /proc
# needs systemd NUMBER      at least this version
# needs kernel X.Y          at least this version
# needs command NAME…       they are installed
# What is missing skips the test; in the virtual machine, where nothing should be missing, it fails it. The
# version of a suite and the kind of system are as they are, so these two skip there, too.
needs() {
    local what=$1 name have
    shift
    case $what in
        controllers)
            have=" $(</sys/fs/cgroup/cgroup.controllers) "
            for name; do
                [[ $have == *" $name "* ]] || needs_missing "no controller $name in this system's cgroup v2"
            done
            ;;
        command)
            for name; do
                command -v "$name" >/dev/null || needs_missing "no $name in this system"
            done
            ;;
        vm | container) [[ $CGSCOPE_SYSTEM == "$what" ]] || skip "for the $what only" ;;
        suite) # what is no other there, and takes long
            [[ ${CGSCOPE_SUITE:-$1} == "$1" || ${CGSCOPE_TEST_LONG:-} == 1 ]] || skip "on $1, and in the long run"
            ;;
        plain) [[ ${CGSCOPE_BUILD:-plain} == plain ]] || skip 'not with the sanitizers' ;;
        systemd)
            have=$(systemctl --version | awk 'NR == 1 { print $2 + 0 }')
            [[ $have -ge $1 ]] || skip "systemd is $have, not $1 or newer"
            ;;
        kernel)
            have=$(uname -r)
            have=${have%%-*}
            [[ $(printf '%s\n%s\n' "$1" "$have" | sort -V | head -n 1) == "$1" ]] ||
                skip "the kernel is $have, not $1 or newer"
            ;;
        *) fail "needs: unknown word $what" ;;
    esac
}

needs_missing() {
    [[ $CGSCOPE_SYSTEM != vm ]] || fail "the virtual machine lacks what it should have: $*"
    skip "$*"
}

# --- running and looking ---

# run CMD…: keeps $status, $out and $err, and does not fail. No input.
run() {
    local dir
    dir=$(mktemp -d "$scratch/run.XXXXXX")
    last_command=$(printf '%q ' "$@")
    status=0
    # In a condition, so that neither -e nor the trap ends the test.
    if "$@" </dev/null >"$dir/out" 2>"$dir/err"; then :; else status=$?; fi
    out=$(<"$dir/out")
    err=$(<"$dir/err")
    rm -r "$dir"
}

expect_status() {
    [[ $status == "$1" ]] || fail "status $status, expected $1"
}

# The patterns are extended regular expressions, looked for in each line.
expect_out() {
    grep -E -q -e "$1" <<<"$out" || fail "stdout has no line like: $1"
}

expect_err() {
    grep -E -q -e "$1" <<<"$err" || fail "stderr has no line like: $1"
}

expect_not_out() {
    ! grep -E -q -e "$1" <<<"$out" || fail "stdout has a line like: $1"
}

expect_not_err() {
    ! grep -E -q -e "$1" <<<"$err" || fail "stderr has a line like: $1"
}

# expect_lines out|err NUMBER
expect_lines() {
    local text=${!1} lines=0
    [[ -z $text ]] || lines=$(wc -l <<<"$text")
    [[ $lines -eq $2 ]] || fail "std$1 has $lines lines, expected $2"
}

expect_equal() {
    [[ $1 == "$2" ]] || fail "'$1' is not '$2'"
}

# wait_until [-t SECONDS] CMD…: fails the test when CMD has not succeeded by then (10 s; VM four times,
# with the sanitizers three times).
wait_until() {
    local seconds=10 end
    if [[ $1 == -t ]]; then
        seconds=$2
        shift 2
    fi
    [[ $CGSCOPE_SYSTEM != vm ]] || seconds=$((seconds * 4))
    [[ ${CGSCOPE_BUILD:-plain} == plain ]] || seconds=$((seconds * 3))
    end=$((SECONDS + seconds))
    until "$@"; do
        [[ $SECONDS -lt $end ]] || fail "not within $seconds s: $*"
        sleep 0.05
    done
}

# --- the test users' controllers ---

# delegate_to_user USER CONTROLLER…: lets the controllers through to USER's manager, at once, without a new
# login: the drop-in, a reload, a scope beside the manager (systemd 257 applies it only then), and a
# re-execution of the manager, which looks for its controllers only when it starts.
delegate_to_user() {
    local user=$1 uid
    uid=$(id -u "$user")
    shift
    mkdir -p "/run/systemd/system/user@$uid.service.d"
    printf '[Service]\nDelegate=%s\n' "$*" >"/run/systemd/system/user@$uid.service.d/50-test.conf"
    systemctl daemon-reload
    systemd-run --quiet --scope --slice="user-$uid.slice" true
    as_user "$user" systemctl --user daemon-reexec
}

# Takes them back. The manager starts anew, and with it all that the user runs.
undelegate_from_user() {
    local uid
    uid=$(id -u "$1")
    rm -rf "/run/systemd/system/user@$uid.service.d"
    systemctl daemon-reload
    systemctl restart "user@$uid.service"
}

# The controllers that reach USER's manager.
user_controllers() {
    local uid
    uid=$(id -u "$1")
    cat "/sys/fs/cgroup/user.slice/user-$uid.slice/user@$uid.service/cgroup.controllers"
}
