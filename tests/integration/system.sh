#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs a command on a real systemd, with cgscope built for it and installed.
#
#   system.sh container|vm SUITE [--build plain|sanitized] [--tree DIR] [--deadline SECONDS] -- CMD…
#
# CMD runs as root in a delegated service of that system; its output and status are this script's.
# What lies in DIR is put over the system's root before it boots. CMD finds tests/ of this tree in
# /opt/cgscope/tests, the build directory in /opt/cgscope/build, and $CGSCOPE_SYSTEM, $CGSCOPE_SUITE and $CGSCOPE_BUILD.
#
# Everything happens in a mount and a PID namespace of its own, with a temporary file system for what is
# written: when this script is gone, however it ended, so are they. All that stays is the cache.
set -euo pipefail

host_dir=$(cd -- "${BASH_SOURCE[0]%/*}/host" && pwd)
# shellcheck source=scripts/lib/common.sh
. "$host_dir/../../../scripts/lib/common.sh"
# shellcheck source=tests/integration/host/group.sh
. "$host_dir/group.sh"

group_reexec_in_scope "$host_dir/../system.sh" "$@"
[[ $# -ge 2 && $1 =~ ^(container|vm)$ && $2 =~ ^[a-z]+$ ]] ||
    die "usage: system.sh container|vm SUITE [--build plain|sanitized] [--tree DIR] [--deadline SECONDS] -- CMD…"
[[ $(id -u) -eq 0 ]] || die "needs root"
# Neither can mounts be kept to ourselves there, nor has a container's root a place to go.
mountpoint -q / || die "the root directory is no mount point: bind DIR on itself before 'chroot DIR'"
export stage_kind=$1 stage_suite=$2 stage_build=plain stage_tree='' stage_deadline=900 stage_group='' stage_owner=$$
shift 2
while [[ $# -gt 0 && $1 != -- ]]; do
    case $1 in
        --build) stage_build=$2 ;;
        --tree) stage_tree=$2 ;;
        --deadline) stage_deadline=$2 ;;
        *) die "unknown option $1" ;;
    esac
    shift 2
done
[[ $# -gt 1 ]] || die "no command"
shift

# shellcheck disable=SC2317 # by trap
cleanup() {
    if [[ -n $child ]]; then
        # The namespaces die with their first process, which dies with unshare.
        kill -KILL "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    [[ -z $stage_group ]] || group_remove "$stage_group"
    rm -rf --one-file-system -- "$cache_dir/$stage_suite"-*.new."$$" "$cache_dir/$stage_suite"-*/disk.img.new."$$"
}
on_exit cleanup

[[ $stage_kind != container ]] || stage_group=$(group_make "$stage_kind-$stage_suite")

# Were this shell killed beyond its own help, the namespaces would still die with it.
interruptible setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc --propagation private \
    bash "$host_dir/stage.sh" "$@"
