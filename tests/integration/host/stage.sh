#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The part of system.sh that runs as first process of its own mount and PID namespace.
# Takes stage_kind, stage_suite, stage_build, stage_tree, stage_deadline, stage_group and stage_owner from the
# environment.
set -euo pipefail

host_dir=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck source=scripts/lib/common.sh
. "$host_dir/../../../scripts/lib/common.sh"
for part in rootfs mounts build container vm; do
    # shellcheck source=/dev/null
    . "$host_dir/$part.sh"
done

umask 022

# The first process of a PID namespace ignores what it does not handle.
trap 'exit 143' TERM
trap 'exit 130' INT

# What CMD is told is written down, so that both kinds of system start the same thing.
write_command() {
    local tree=$1
    shift
    {
        printf '#!/bin/bash\n'
        printf 'export CGSCOPE_SYSTEM=%q CGSCOPE_SUITE=%q CGSCOPE_BUILD=%q CGSCOPE_MUST_WORK=%q\n' \
            "$stage_kind" "$stage_suite" "$stage_build" "${CGSCOPE_MUST_WORK:-}"
        printf 'export CGSCOPE_TEST_LONG=%q CGSCOPE_TEST_SEED=%q\n' "${CGSCOPE_TEST_LONG:-}" "${CGSCOPE_TEST_SEED:-}"
        printf 'export LANG=C.UTF-8 HOME=/root\ncd /\n'
        printf 'exec'
        printf ' %q' "$@"
        printf '\n'
    } >"$tree/opt/cgscope/command"
    chmod 755 "$tree/opt/cgscope/command"
}

rootfs_ready "$stage_suite"

# A directory of the cache is the mount point, for it may stay.
run_dir=$cache_dir/run
mkdir -p "$run_dir"
mount -t tmpfs -o mode=755 cgscope-run "$run_dir"
export TMPDIR=$run_dir
mkdir -p "$run_dir/tree/opt/cgscope"
chmod 755 "$run_dir/tree" "$run_dir/tree/opt"

build_inside "$stage_suite" "$run_dir/tree"
[[ $stage_build == plain ]] || build_reports "$run_dir/tree"
copy_source "$top_dir/tests" "$run_dir/tree/opt/cgscope/tests"
[[ -z $stage_tree ]] || cp -rT --no-preserve=ownership "$stage_tree" "$run_dir/tree"
write_command "$run_dir/tree" "$@"

status=0
"${stage_kind}_run" "$stage_suite" "$run_dir/tree" || status=$?
exit "$status"
