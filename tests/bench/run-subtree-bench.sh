#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Measures what cgscope does in a delegated subtree beside what others do: exec, exec with a group of its own and a
# report, list, tree. Everything that is compared is run in turns: what counts are the ratios.
#
#   run-subtree-bench.sh [--programs DIR] [--runs N] [--scopes N]… [--groups N]
#
# Runs as root on a real systemd, with cgscope installed, and prints Markdown. DIR has interleave and spawn-floor,
# built with -Dbench=true.
set -euo pipefail

self=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)/${BASH_SOURCE[0]##*/}
programs=/opt/cgscope/build/tests/bench runs=200 warmup=20 groups=10000 part=all
scopes=()

die() {
    printf 'run-subtree-bench.sh: %s\n' "$*" >&2
    exit 1
}

while [[ $# -gt 0 ]]; do
    [[ $# -gt 1 ]] || die "$1 needs a value"
    case $1 in
        --programs) programs=$2 ;;
        --runs) runs=$2 ;;
        --scopes) scopes+=("$2") ;;
        --groups) groups=$2 ;;
        --part) part=$2 ;; # for itself, in a scope
        *) die "unknown option $1" ;;
    esac
    shift 2
done
[[ ${#scopes[@]} -gt 0 ]] || scopes=(300 3000)
for program in "$programs/interleave" "$programs/spawn-floor" "$(command -v cgscope)"; do
    [[ -x $program ]] || die "lacks ${program:-cgscope}"
done
work_dir=$(mktemp -d)
trap 'rm -rf "$work_dir"' EXIT
true_path=$(command -v true)

# side_by_side BASELINE… -- NAME CMD… [, NAME CMD…]…
# $work_dir/times.json has the figures.
side_by_side() {
    local options=()
    while [[ $1 != -- ]]; do
        options+=(--baseline "$1")
        shift
    done
    "$programs/interleave" --rounds "$runs" --warmup "$warmup" --json "$work_dir/times.json" "${options[@]}" "${@:2}"
    printf '\n'
}

# system_calls CMD…: of all its processes.
system_calls() {
    strace -f -qq -c -o "$work_dir/calls" "$@" >/dev/null 2>&1 || die "failed: $*"
    awk '$NF == "total" { print $(NF - 1) == "total" ? 0 : $4 }' "$work_dir/calls"
}

# --- in a delegated scope: exec ---

exec_part() {
    local group=$CGSCOPE_ROOT/bench floor mine
    cgscope create ./here
    printf '### exec\n\n'
    side_by_side env -- \
        env env "$true_path" , \
        'cgscope exec' cgscope exec ./here -- "$true_path"

    printf '### exec with a group of its own\n\n'
    side_by_side 'systemd-run --scope' spawn-floor -- \
        spawn-floor "$programs/spawn-floor" "$group" "$true_path" , \
        'systemd-run --scope' systemd-run -q --scope "$true_path" , \
        'cgscope exec' cgscope exec --create --remove --report="$work_dir/report" ./bench -- "$true_path"

    thousand

    if command -v strace >/dev/null; then
        floor=$(system_calls "$programs/spawn-floor" "$group" "$true_path")
        mine=$(system_calls cgscope exec --create --remove --report="$work_dir/report" ./bench -- "$true_path")
        printf '%s system calls; the floor %s: %s times as many.\n\n' "$mine" "$floor" "$(ratio "$mine" "$floor")"
    fi
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

milliseconds() {
    echo $((10#$(date +%s%N) / 1000000))
}

# A thousand in a row, in turns of a hundred.
thousand() {
    local mine=0 other=0 begin i
    for _ in {1..10}; do
        begin=$(milliseconds)
        for ((i = 0; i < 100; i++)); do
            cgscope exec --create --remove --report="$work_dir/report" ./bench -- "$true_path"
        done
        mine=$((mine + $(milliseconds) - begin))
        begin=$(milliseconds)
        for ((i = 0; i < 100; i++)); do systemd-run -q --scope "$true_path"; done
        other=$((other + $(milliseconds) - begin))
    done
    printf '1000 in a row: %d ms; systemd-run --scope: %d ms, %s times as long.\n\n' "$mine" "$other" \
        "$(ratio "$other" "$mine")"
}

# --- in a delegated scope: tree ---

make_groups() {
    local n=$1
    python3 - "$CGSCOPE_ROOT" "$n" <<'PYTHON'
import os, sys
root, n = sys.argv[1], int(sys.argv[2])
for i in range(n // 100):
    for j in range(100):
        os.makedirs(f'{root}/tree{n}/outer{i:03}' + (f'/inner{j:02}' if j else ''), exist_ok=True)
PYTHON
}

# The memory of the case NAME, in KiB.
peak_of() {
    python3 -c 'import json, sys
print(*[r["peak_kib"] for r in json.load(open(sys.argv[1]))["results"] if r["name"] == sys.argv[2]])' \
        "$work_dir/times.json" "$1"
}

# systemd-cgls passes over empty groups without -a.
trees() {
    side_by_side systemd-cgls -- \
        systemd-cgls systemd-cgls -a --no-pager "${CGSCOPE_ROOT#/sys/fs/cgroup}/tree$1" , \
        'cgscope tree' cgscope tree --no-pager "./tree$1" , \
        'cgscope tree --json' cgscope tree --json "./tree$1"
}

tree_part() {
    local few=$((groups / 10)) small large
    runs=$((runs / 10)) warmup=2
    make_groups "$few"
    make_groups "$groups"
    printf '### tree of %d groups\n\n' "$few"
    trees "$few"
    small=$(peak_of 'cgscope tree')
    printf '### tree of %d groups\n\n' "$groups"
    trees "$groups"
    large=$(peak_of 'cgscope tree')
    printf 'Memory: %d KiB for %d groups, %d KiB for %d: %s KiB a group.\n\n' "$small" "$few" "$large" "$groups" \
        "$(ratio $((large - small)) $((groups - few)))"
}

# --- list ---

bench_scopes() {
    cgscope list --system --noheadings -o UNIT --no-pager | grep -c '^bench-' || true
}

# So many at once that none of them runs into its deadline.
make_scopes() {
    local n=$1 first
    for ((first = 1; first <= n; first += 50)); do
        seq "$first" $((first + 49 < n ? first + 49 : n)) | xargs -P 4 -I '{}' sh -c \
            'setsid cgscope run -q --delegate -u bench-{}.scope -- sleep infinity >/dev/null 2>&1 &'
        until [[ $(bench_scopes) -ge $((first + 49 < n ? first + 49 : n)) ]]; do sleep 0.1; done
    done
}

list_part() {
    local n=$1
    make_scopes "$n"
    sleep 3 # the manager is still writing to the journal
    printf '### list of %d scopes\n\n' "$n"
    runs=$((runs / 10 + 5)) warmup=2
    side_by_side 'systemctl list-units' systemd-cgtop -- \
        'systemctl list-units' systemctl list-units --type=scope --no-pager , \
        systemd-cgtop systemd-cgtop -b -n1 , \
        'cgscope list' cgscope list --no-pager
    systemctl kill --signal=KILL 'bench-*.scope'
    while [[ $(bench_scopes) -gt 0 ]]; do sleep 0.2; done
}

case $part in
    exec) exec_part && exit ;;
    tree) tree_part && exit ;;
esac

[[ $(id -u) -eq 0 ]] || die "needs root"
for part in exec tree; do
    cgscope run -q --delegate -- bash "$self" --programs "$programs" --runs "$runs" --groups "$groups" --part "$part"
done
for n in "${scopes[@]}"; do
    (list_part "$n")
done
