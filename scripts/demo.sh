#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds cgscope and runs it on a real systemd, as an ordinary user.
#
#   scripts/demo.sh            shows `cgscope run --delegate cpu,io -- …` at work
#   scripts/demo.sh ARGS…      runs `cgscope ARGS…`
#
# Where systemd runs this machine with a unified cgroup hierarchy: right here, as you. Elsewhere it brings its
# own systemd (Debian trixie's, or that of $CGSCOPE_SUITE): in a container where this machine leaves it the
# controllers, else in a virtual machine. Missing packages are installed with apt-get. The status is the command's.
set -euo pipefail

lib_dir=$(cd -- "${BASH_SOURCE[0]%/*}/lib" && pwd)
# shellcheck source=scripts/lib/common.sh
. "$lib_dir/common.sh"
# shellcheck source=scripts/lib/packages.sh
. "$lib_dir/packages.sh"
# shellcheck source=tests/integration/host/group.sh
. "$top_dir/tests/integration/host/group.sh"

suite=${CGSCOPE_SUITE:-trixie}
work_dir=

# shellcheck disable=SC2317 # by trap
tidy() {
    stop_child
    [[ -z $work_dir ]] || rm -rf "$work_dir"
}

on_unified_systemd() {
    [[ -d /run/systemd/system && $(stat --file-system --format=%T /sys/fs/cgroup) == cgroup2fs ]]
}

# Built into the cache: nothing on the machine changes.
demo_here() {
    local prefix=$cache_dir/demo/prefix build=$cache_dir/demo/build log=$cache_dir/demo/log step
    say "systemd runs this machine with a unified hierarchy: building for it, in $cache_dir/demo"
    want_build
    install_missing "to build cgscope"
    mkdir -p "$cache_dir/demo"
    rm -rf "$build"
    for step in "meson setup --prefix=$prefix --buildtype=release -Dtests=false $build $source_dir" \
        "ninja -C $build" "meson install -C $build --no-rebuild --tags runtime"; do
        # shellcheck disable=SC2086 # words
        interruptible $step </dev/null >"$log" 2>&1 || {
            tail -n 40 "$log" >&2
            die "cgscope could not be built"
        }
    done
    say "running it here, as $(id -un)"
    PATH=$prefix/bin:$PATH exec bash "$lib_dir/demo-user.sh" "$@"
}

# The kind of system to bring along.
choose_kind() {
    local mount offered name
    mount=$(group_mount 2>/dev/null) || mount=
    if [[ -n $mount ]]; then
        offered=" $(cat "$(group_own)/cgroup.subtree_control" 2>/dev/null) "
        for name in cpu memory pids; do
            [[ $offered == *" $name "* ]] || mount=
        done
    fi
    if [[ -n $mount ]]; then echo container; else echo vm; fi
}

demo_brought_along() {
    local kind status=0
    kind=$(choose_kind)
    if [[ $kind == vm ]]; then
        say "no systemd on a unified hierarchy here, and no controllers to lend: a virtual machine with $suite"
    else
        say "no systemd on a unified hierarchy here, but controllers to lend: a container with $suite"
    fi
    "want_$kind"
    install_missing "for the $kind"
    need_root
    demo_tree
    interruptible "${root_prefix[@]}" "$top_dir/tests/integration/system.sh" "$kind" "$suite" \
        --tree "$work_dir/tree" -- \
        /opt/cgscope/tests/integration/guest/as-user.sh tester bash /opt/cgscope/demo/demo-user.sh "$@" || status=$?
    return "$status"
}

# What the demonstration adds to that system: nobody can type an administrator's password there, so a rule says yes.
demo_tree() {
    local rules=etc/polkit-1/rules.d/10-demo.rules
    work_dir=$(mktemp -d)
    mkdir -p "$work_dir/tree/opt/cgscope/demo" "$work_dir/tree/${rules%/*}"
    cp "$lib_dir"/demo-*.sh "$work_dir/tree/opt/cgscope/demo"
    : >"$work_dir/tree/opt/cgscope/demo/may-enable"
    cat >"$work_dir/tree/$rules" <<'END'
polkit.addRule(function(action, subject) {
    if (action.id == "org.cgscope.delegation.enable-own" && subject.user == "tester")
        return polkit.Result.YES;
});
END
    chmod -R a+rX "$work_dir"
    say "there, a polkit rule answers for the administrator: this user may enable controllers for itself"
}

on_exit tidy
if on_unified_systemd; then
    demo_here "$@"
else
    demo_brought_along "$@"
fi
