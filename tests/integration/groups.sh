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

# --- a tree outside of all units, on whatever hierarchy ---

# Its top; the case makes it.
top=

# remove_top: with all that is in it.
remove_top() {
    local try process
    for ((try = 0; try < 100; try++)); do
        [[ -n $top && -d $top ]] || return 0
        while read -r process; do
            kill -KILL "$process" 2>/dev/null || true
        done < <(find "$top" -name cgroup.procs -exec cat {} + 2>/dev/null)
        find "$top" -depth -type d -exec rmdir {} + 2>/dev/null || true
        sleep 0.05
    done
    fail "$top cannot be removed"
}

# process_in GROUP [USER]: a process of the user's, tester by default, in the group: $process.
process_in() {
    local group=$1 user=${2:-tester}
    setpriv --reuid="$user" --regid="$user" --init-groups sleep 1000 >/dev/null 2>&1 &
    process=$!
    # The shell is not to tell that it was killed.
    disown "$process"
    wait_until eval "[[ \$(</proc/$process/comm) == sleep ]]"
    echo "$process" >"$group/cgroup.procs"
}

# --- a hierarchy of v1 ---

v1=

# v1_hierarchy: mounts one of cgroup v1: $v1, its name in $v1_name. A container may not make a new one, but mount a
# named one that is there already.
v1_hierarchy() {
    local name
    v1=$scratch/v1
    mkdir "$v1"
    for name in cgscope-test $(sed -n 's/^[0-9]*:name=\([^:]*\):.*/\1/p' /proc/self/cgroup); do
        v1_name=$name
        ! mount -t cgroup -o "none,name=$name" cgroup "$v1" 2>"$scratch/why" || return 0
    done
    rmdir "$v1"
    v1=
    return 1
}

# A hierarchy of our own goes with its last mount, when its groups are gone for good.
unmount_v1() {
    local try
    [[ -n $v1 ]] || return 0
    for ((try = 0; try < 50; try++)); do
        umount "$v1"
        sleep 0.1
        grep -q ':name=cgscope-test:' /proc/self/cgroup || return 0
        mount -t cgroup -o none,name=cgscope-test cgroup "$v1"
    done
    umount "$v1"
}

# --- sweeps over all verbs ---

# swept USER DRIVER COUNT…: the driver, in a scope of USER's, finds nothing wrong in a sample of its cases. One suite has
# the large sample: what differs from verb to verb is the same everywhere.
swept() {
    local user=$1 driver=$2 count counts=()
    for count in "${@:3}"; do
        [[ $CGSCOPE_SUITE == trixie && ${CGSCOPE_BUILD:-plain} == plain ]] || count=$((count / 4))
        counts+=("$count")
    done
    scope "$user" sweep
    run python3 "$guest_dir/$driver" "$sleeper" "${counts[@]}"
    note "CGSCOPE_TEST_SEED=$(value seed): $(value tried) cases in $(value seconds) s"
    expect_status 0
    expect_value wrong 0
}
