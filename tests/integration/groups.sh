# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # names for the cases
# Sourced by the case files from 31 on, which work in delegated subtrees.

# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/scopes.sh"

escape_race=$guest_dir/escape-race.py

# What does not depend on controllers is for the container alone (`needs container`): in the virtual machine each start
# of a command as somebody takes seconds. And what depends on them is done there by the user, who may do less:
both() {
    [[ $CGSCOPE_SYSTEM == vm ]] || echo root
    echo tester
}

# inside USER [OPTION…] FUNCTION: a function of the case file, run as USER in a delegated scope of its own, at
# $CGSCOPE_ROOT, which is also the working directory. The options are of `cgscope run`. There is one start for all
# that the function looks at: in the virtual machine each takes seconds. What it expects is expected of the test,
# and a skip skips it. $user is the user.
inside() {
    local user=$1 function=${!#} options=("${@:2:$#-2}")
    inside_script "$user" "$function" "${BASH_SOURCE[1]}"
    [[ "${options[*]}" == *--delegate* ]] || options+=(--delegate)
    run as "$user" cgscope run -q "${options[@]}" -- bash "$inside"
    inside_ended "$function" "$user"
}

# The same by another way: as_here USER FUNCTION CMD…, where CMD gets `bash FILE` as its last words.
as_here() {
    local user=$1 function=$2
    shift 2
    inside_script "$user" "$function" "${BASH_SOURCE[1]}"
    run "$@" bash "$inside"
    inside_ended "$function" "$user"
}

# The file, in $inside.
inside_script() {
    inside=$(mktemp "$scratch/inside.XXXXXX")
    {
        printf 'set -Eeuo pipefail\nexport scratch=%q CGSCOPE_SYSTEM=%q CGSCOPE_SUITE=%q\n' \
            "$scratch" "$CGSCOPE_SYSTEM" "${CGSCOPE_SUITE:-}"
        printf '. %q\nuser=%q\n' "$3" "$1"
        # shellcheck disable=SC2016 # for the other shell
        printf '%s\n' 'trap '\''fail "status $? at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"'\'' ERR'
        # shellcheck disable=SC2016
        printf 'cd "${CGSCOPE_ROOT:-$scratch}"\n%s\n' "$2"
    } >"$inside"
    chmod 644 "$inside"
}

inside_ended() {
    [[ $status -ne 77 ]] || exit 77
    [[ $status -eq 0 ]] || fail "$1, as $2"
    expect_lines err 0
}

# scope USER NAME [OPTION…]: a delegated scope test-NAME.scope of USER's, with a sleep in its leaf main, until the
# test ends: $unit, its directory $boundary, the process $sleeper.
scope() {
    local user=$1
    unit=test-$2.scope
    start "$user" cgscope run -q --delegate -u "$unit" "${@:3}" -- sleep 1000
    sleeper=$started
    wait_until eval "[[ \$(group_of $sleeper) == */$unit/main && \$(</proc/$sleeper/comm) == sleep ]]"
    boundary=/sys/fs/cgroup$(group_of "$sleeper")
    boundary=${boundary%/main}
}

# What `scope` and `inside` started. The kernel kills more surely than a manager stops.
end_scopes() {
    local group user
    while read -r group; do
        echo 1 >"$group/cgroup.kill" 2>/dev/null || true
    done < <(find /sys/fs/cgroup -type d \( -name 'test-*.scope' -o -name 'app-cgscope-*.scope' \) 2>/dev/null)
    for user in root tester other; do
        # One without processes does not end by that.
        no_scopes_of "$user" || manager_of "$user" stop 'test-*.scope' || true
        no_scopes_of "$user" || manager_of "$user" reset-failed 'test-*.scope' || true
    done
    expect_no_scopes root tester other
}

teardown() {
    end_scopes
}

# sleep_in GROUP: a process in the group, its number in $sleeping.
sleep_in() {
    # shellcheck disable=SC2016 # for the other shell
    sh -c 'echo $$ >"$1/cgroup.procs" && exec sleep 1000' sh "$1" >/dev/null 2>&1 &
    sleeping=$!
    # The shell is not to tell that it was killed.
    disown "$sleeping"
    # In a group that it was born in it may still be about to move to.
    wait_until eval "[[ \$(cat /proc/$sleeping/comm) == sleep ]]"
    [[ /sys/fs/cgroup$(group_of "$sleeping") == "$(realpath "$1")" ]] || fail "$sleeping did not get to $1"
}

has_controller() {
    [[ " $(<"$1/cgroup.controllers") " == *" $2 "* ]]
}

# expect_file FILE TEXT: all of it.
expect_file() {
    [[ $(<"$1") == "$2" ]] || fail "$1 is '$(<"$1")', expected '$2'"
}

expect_words() {
    expect_equal "$(tr ' ' '\n' <<<"$1" | sort | xargs)" "$(tr ' ' '\n' <<<"$2" | sort | xargs)"
}

expect_none() {
    local path
    for path; do
        [[ ! -e $path ]] || fail "$path is there"
    done
}

expect_group() {
    local path
    for path; do
        [[ -d $path ]] || fail "there is no group $path"
    done
}

# works CMD…: it succeeds and says nothing on stderr.
works() {
    run "$@"
    expect_status 0
    expect_lines err 0
}

# refused STATUS PATTERN ARGS…: cgscope ARGS… is refused in one line that names the program.
refused() {
    local wanted=$1 pattern=$2
    shift 2
    run cgscope "$@"
    expect_refusal "$wanted" "^cgscope( $1)?: .*$pattern"
}

# expect_json: stdout is JSON; expect_json EXPRESSION: and the Python expression, of the value `data`, is true.
expect_json() {
    python3 -c 'import json, sys; data = json.load(sys.stdin); sys.exit(not eval(sys.argv[1]))' "${1:-True}" \
        <<<"$out" || fail "not JSON, or not so: ${1:-}"
}
