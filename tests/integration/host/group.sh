# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by system.sh and demo.sh: a control group of our own on this machine, for a container's systemd.
#
# Where systemd runs this machine, it is asked for a delegated scope and the group is made in that.
# Elsewhere the group goes below the one this process lives in.

# The cgroup2 mount: its usual place on a unified host, then a hybrid one's.
group_mount() {
    local dir
    for dir in /sys/fs/cgroup /sys/fs/cgroup/unified; do
        if [[ $(stat --file-system --format=%T "$dir" 2>/dev/null) == cgroup2fs ]]; then
            printf '%s\n' "$dir"
            return
        fi
    done
    die "no cgroup2 file system is mounted below /sys/fs/cgroup"
}

group_own() {
    local mount line path=
    mount=$(group_mount)
    while IFS= read -r line; do
        [[ $line != 0::* ]] || path=${line#0::}
    done </proc/self/cgroup
    # Seen from a cgroup namespace we may live outside of what is mounted.
    [[ $path != /.. && $path != /../* && -d $mount$path ]] || path=/
    path=$mount$path
    printf '%s\n' "${path%/}"
}

# Starts the calling script once more in a delegated scope, where there is a systemd to ask for one.
group_reexec_in_scope() {
    [[ -d /run/systemd/system && -z ${CGSCOPE_IN_SCOPE:-} ]] || return 0
    export CGSCOPE_IN_SCOPE=1
    exec systemd-run --quiet --scope -p Delegate=yes -- "$@"
}

# Makes the group and prints its directory.
group_make() {
    local name=$1 own old controller
    own=$(group_own)
    if [[ -n ${CGSCOPE_IN_SCOPE:-} ]]; then
        # The scope is ours alone. Its processes step aside, for controllers are enabled above leaves only.
        mkdir -p "$own/runner"
        for old in $(<"$own/cgroup.procs"); do
            echo "$old" >"$own/runner/cgroup.procs" 2>/dev/null || true
        done
        for controller in $(<"$own/cgroup.controllers"); do
            echo "+$controller" >"$own/cgroup.subtree_control" 2>/dev/null || true
        done
    fi
    # What a run left that was killed beyond its own help.
    for old in "$own"/cgscope-test-*; do
        [[ ! -d $old || -d /proc/${old##*-} ]] || group_remove "$old"
    done
    mkdir "$own/cgscope-test-$name-$$" || die "no control group can be made in $own"
    printf '%s\n' "$own/cgscope-test-$name-$$"
}

# Kills what is left in the group and removes it, bottom-up. Processes take a moment to go.
group_remove() {
    local group=$1 try
    for ((try = 0; try < 50; try++)); do
        [[ -d $group ]] || return 0
        group_kill "$group"
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
        [[ ! -d $group ]] || sleep 0.1
    done
    [[ ! -d $group ]] || printf 'could not remove the control group %s\n' "$group" >&2
}

group_kill() {
    local group=$1 process
    if [[ -e $group/cgroup.kill ]]; then
        echo 1 >"$group/cgroup.kill" 2>/dev/null || true
        return 0
    fi
    find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null | while read -r process; do
        kill -KILL "$process" 2>/dev/null || true
    done
}
