# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by scripts/test.sh, scripts/demo.sh and tests/integration: messages, paths, privilege.

# Seconds are counted from the first script of a run, also in the scripts it starts.
export CGSCOPE_STARTED="${CGSCOPE_STARTED:-$(date +%s)}"

top_dir=$(cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd)

# What is built and tested: this tree, unless the caller names another.
source_dir=${CGSCOPE_SOURCE:-$top_dir}

cache_dir=${CGSCOPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cgscope}

say() {
    printf '[%4d s] %s\n' "$(($(date +%s) - CGSCOPE_STARTED))" "$*" >&2
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# What to put before a command so that root runs it, in $root_prefix: nothing, or sudo. The cache stays the
# caller's, wherever sudo puts HOME.
root_prefix=()
need_root() {
    [[ $(id -u) -ne 0 && ${#root_prefix[@]} -eq 0 ]] || return 0
    command -v sudo >/dev/null ||
        die "this part needs root (namespaces, a root file system): run it as root or install sudo"
    root_prefix=(sudo -- env "CGSCOPE_STARTED=$CGSCOPE_STARTED" "CGSCOPE_SOURCE=$source_dir" "CGSCOPE_CACHE=$cache_dir"
        "CGSCOPE_MUST_WORK=${CGSCOPE_MUST_WORK:-}" "CGSCOPE_TEST_LONG=${CGSCOPE_TEST_LONG:-}"
        "CGSCOPE_TEST_SEED=${CGSCOPE_TEST_SEED:-}")
}

# interruptible CMD…: runs a program so that a signal to this shell is acted on at once; bash looks at signals
# between commands, or in wait. stop_child, for the exit trap, ends the program, too.
child=
interruptible() {
    local result=0
    "$@" <&0 &
    child=$!
    wait "$child" || result=$?
    child=
    return "$result"
}

stop_child() {
    [[ -n $child ]] || return 0
    # Under sudo it is not ours to signal.
    "${root_prefix[@]}" kill -TERM "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
}

# on_exit CMD: runs CMD once at the end, also on a signal.
on_exit() {
    # shellcheck disable=SC2064 # the command is given, not to be expanded later
    trap "trap '' HUP INT TERM; $1" EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# The list of files that make up the tree: what git knows or would know, so no build directory goes along.
source_files() {
    local dir=$1 file
    if git -c safe.directory='*' -C "$dir" rev-parse --git-dir >/dev/null 2>&1; then
        # A file deleted but not yet committed is still listed.
        git -c safe.directory='*' -C "$dir" ls-files -z -co --exclude-standard |
            while IFS= read -r -d '' file; do
                [[ ! -e $dir/$file && ! -L $dir/$file ]] || printf '%s\0' "$file"
            done
    else
        (cd -- "$dir" && find . -path ./.git -prune -o -path './build*' -prune -o '(' -type f -o -type l ')' -print0)
    fi
}

copy_source() {
    local from=$1 to=$2
    mkdir -p -- "$to"
    source_files "$from" |
        tar -C "$from" --null --no-recursion --mode=u+w,a+rX --owner=0 --group=0 -T - -cf - |
        tar -C "$to" --preserve-permissions --no-same-owner -xf -
}
