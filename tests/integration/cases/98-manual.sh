# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # out, status come from run
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# The transcripts in cgscope-delegation(7): what is typed there prints what stands there. A story is a test; where its
# blocks need what this system lacks they are left out, and in the virtual machine nothing is.
#
# With $CGSCOPE_TRANSCRIPTS, a copy of the page, what is seen is written into it; see scripts/transcripts.sh.

page=${CGSCOPE_TRANSCRIPTS:-/usr/share/man/man7/cgscope-delegation.7}

# The groups of the stories: those that root hands out, those of tester's manager, and the one that nobody asked for.
story_groups() {
    local group manager=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice
    for group in /sys/fs/cgroup/pool.slice/*.scope /sys/fs/cgroup/pool.slice "$manager"/{j,web}.scope \
        /sys/fs/cgroup/x/y /sys/fs/cgroup/x; do
        [[ ! -d $group ]] || printf '%s\n' "$group"
    done
}

# The managers remove theirs when they are empty.
end_story_groups() {
    local group
    for group in $(story_groups); do
        echo 1 >"$group/cgroup.kill" 2>/dev/null || true
        [[ $group != /sys/fs/cgroup/x* ]] || rmdir "$group" 2>/dev/null || true
    done
    [[ -z $(story_groups) ]]
}

# The hierarchy goes with its last mount, when its groups are gone for good.
unmount_v1() {
    local process
    mountpoint -q /run/v1 || mount -t cgroup -o none,name=demo demo /run/v1
    while read -r process; do
        echo "$process" >/run/v1/cgroup.procs || true
    done < <(cat /run/v1/*/cgroup.procs)
    rmdir /run/v1/* || true
    umount /run/v1
    ! has_v1
}

has_v1() {
    grep -q ':name=demo:' /proc/self/cgroup
}

teardown() {
    # The shells end with the program that typed; what they started in their own groups is killed after the test.
    systemctl stop pool.slice
    wait_until end_story_groups
    ! has_v1 || wait_until unmount_v1
    [[ ! -d /run/v1 ]] || rmdir /run/v1
}

# story NAME
story() {
    run "$guest_dir/transcripts.py" ${CGSCOPE_TRANSCRIPTS:+--write} "$page" "$1"
    case $status in
        0) [[ -z $out ]] || note "$out" ;;
        77) skip "$(head -n 1 <<<"$out")" ;;
        *) fail "the page says something else" ;;
    esac
}

test_owner() {
    # manual: who owns what
    needs container
    story owner
}

test_mkdir() {
    # manual: why mkdir was the wrong question
    needs container
    story mkdir
}

test_boundary() {
    # manual: the boundary
    story boundary
}

test_inner() {
    # manual: no inner processes
    # deadline 90
    story inner
}

test_controllers() {
    # manual: which controllers arrive
    story controllers
}

test_ancestor() {
    # manual: the common ancestor, and the four moves
    # deadline 90
    story ancestor
}

test_manager() {
    # manual: what a manager does for its user
    # deadline 90
    needs container
    story manager
}

test_v1() {
    # manual: the same moves on cgroup v1
    story v1
}

test_namespace() {
    # manual: cgroup namespaces
    story namespace
}

test_threads() {
    # manual: threaded groups
    needs container
    story threads
}

test_others() {
    # manual: what an owner can do to others
    story others
}
