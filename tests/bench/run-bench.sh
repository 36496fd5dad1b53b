#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Measures cgscope beside systemd-run, beside the least that a program can do (floor.c), and beside plain exec.
# Everything that is compared is run in turns: what counts are the ratios.
#
#   run-bench.sh [--programs DIR] [--runs N] [--warmup N] [--mass N] [--user NAME] [--json FILE]
#
# Runs as root on a real systemd, with cgscope installed, and prints Markdown. DIR has floor and interleave, built
# with -Dbench=true. The second half is done by NAME (default tester), who has a user manager.
set -euo pipefail

self=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)/${BASH_SOURCE[0]##*/}
programs=/opt/cgscope/build/tests/bench runs=200 warmup=20 mass=1000 user=tester json='' part=all
at_once=50

die() {
    printf 'run-bench.sh: %s\n' "$*" >&2
    exit 1
}

while [[ $# -gt 0 ]]; do
    [[ $# -gt 1 ]] || die "$1 needs a value"
    case $1 in
        --programs) programs=$2 ;;
        --runs) runs=$2 ;;
        --warmup) warmup=$2 ;;
        --mass) mass=$2 ;;
        --user) user=$2 ;;
        --json) json=$2 ;;
        --part) part=$2 ;; # for itself, as the user
        *) die "unknown option $1" ;;
    esac
    shift 2
done
for program in "$programs/floor" "$programs/interleave" "$(command -v cgscope)" "$(command -v systemd-run)"; do
    [[ -x $program ]] || die "lacks ${program:-cgscope or systemd-run}"
done

if [[ $(id -u) -eq 0 ]]; then manager=--system; else manager=--user; fi
work_dir=$(mktemp -d)
trap 'rm -rf "$work_dir"' EXIT
true_path=$(command -v true)

machine() {
    local model
    model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    printf '%s, %s cores, Linux %s, %s, %s\n' "${model:-$(uname -m)}" "$(nproc)" "$(uname -r)" \
        "$(systemctl --version | sed -n '1s/ (.*//p')" "$(date +%Y-%m-%d)"
}

# --- time ---

times() {
    "$programs/interleave" --rounds "$runs" --warmup "$warmup" --baseline systemd-run --baseline floor \
        --json "$work_dir/times.json" \
        exec "$true_path" , \
        floor "$programs/floor" "$true_path" , \
        systemd-run systemd-run "$manager" -q --scope "$true_path" , \
        'cgscope run' cgscope run -q "$true_path" , \
        'cgscope run --delegate' cgscope run -q --delegate "$true_path"
}

# --- instructions ---

# count_instructions NAME CMD…: of all processes of CMD, up to where it is replaced. What a process had done before
# it forked is counted once: with a dump there (of "vfork", as callgrind calls fork) its child begins at zero.
count_instructions() {
    local name=$1 total
    shift
    rm -f "$work_dir"/callgrind.*
    valgrind -q --tool=callgrind --callgrind-out-file="$work_dir/callgrind.%p" \
        --dump-before=execve --dump-before=fork --dump-before=vfork --dump-before=__libc_fork \
        "$@" "$true_path" >"$work_dir/log" 2>&1 || true
    sleep 1 # a second process may still be writing its share
    if ! grep -qs 'before=execve$' "$work_dir"/callgrind.*; then
        # An old valgrind (3.19) knows no pidfd_open.
        printf '| %s | not measured: %s |\n' "$name" "$(tail -n 1 "$work_dir/log" | tr -d '|')"
        return
    fi
    total=$(awk '/^totals: / { sum += $2 } END { printf "%d", sum }' "$work_dir"/callgrind.*)
    printf '| %s | %s |\n' "$name" "$(awk -v n="$total" 'BEGIN { printf "%.2f", n / 1e6 }')"
    instructions_json+="${instructions_json:+,}\"$name\":$total"
}

instructions() {
    printf '| command | million instructions |\n|---|--:|\n'
    count_instructions floor "$programs/floor"
    count_instructions systemd-run systemd-run "$manager" -q --scope
    count_instructions 'cgscope run' cgscope run -q
    count_instructions 'cgscope run --delegate' cgscope run -q --delegate
}

# --- memory ---

# What this process alone has, in KiB.
private_memory() {
    awk '/^Private_(Clean|Dirty):/ { sum += $2 } END { print sum + 0 }' "/proc/$1/smaps_rollup"
}

tracees_of() {
    local pid children=''
    { read -r children <"/proc/$1/task/$1/children"; } 2>/dev/null || true
    for pid in $children; do
        printf '%s ' "$pid"
        tracees_of "$pid"
    done
}

# Waits until the process stands still in the call that strace delays; not in one that it only looks at.
wait_until_held() {
    local pid=$1 try still=0
    for ((try = 0; try < 500 && still < 10; try++)); do
        if grep -q '^State:.*tracing stop' "/proc/$pid/status" 2>/dev/null; then still=$((still + 1)); else still=0; fi
        sleep 0.02
    done
    [[ $still -eq 10 ]]
}

# cgscope has two processes: the second is held as it ends, for 2 s, and the one that becomes the command as it
# executes it, for 6 s, so that it is also seen alone, when it shares nothing with the second.
# Leaves $memory_second and $memory_before_exec.
measure_memory() {
    local tracer pids
    strace -qq -f -o "$work_dir/strace" -e trace=execve,exit_group \
        -e inject=execve:delay_enter=6000000 -e inject=exit_group:delay_enter=2000000 \
        "$@" "$true_path" 2>"$work_dir/log" &
    tracer=$!
    for _ in {1..500}; do
        read -ra pids <<<"$(tracees_of "$tracer")"
        [[ ${#pids[@]} -lt 2 ]] || break
        sleep 0.02
    done
    [[ ${#pids[@]} -eq 2 ]] || return 1
    wait_until_held "${pids[1]}" || return 1
    memory_second=$(private_memory "${pids[1]}")
    while grep -qs '^State:.*[RSDTt] (' "/proc/${pids[1]}/status"; do sleep 0.02; done
    wait_until_held "${pids[0]}" || return 1
    memory_before_exec=$(private_memory "${pids[0]}")
    # Not the command already, which is held, too, when it ends.
    [[ $(<"/proc/${pids[0]}/comm") == cgscope ]] || return 1
    wait "$tracer"
}

memory() {
    local memory_second memory_before_exec
    measure_memory cgscope run -q --delegate || {
        cat "$work_dir/log" >&2
        die "memory could not be measured"
    }
    printf 'Private memory of %s: %d KiB right before exec; %d KiB in its second process, which has ended by then.\n' \
        "cgscope run --delegate" "$memory_before_exec" "$memory_second"
    memory_json="\"second_process\":$memory_second,\"before_exec\":$memory_before_exec"
}

# --- many at once ---

# How many of the scopes in $work_dir/units the manager still has.
scopes_left() {
    systemctl "$manager" list-units --all --type=scope --plain --no-legend --no-pager |
        awk 'NR == FNR { ours[$1]; next } $1 in ours { n++ } END { print n + 0 }' "$work_dir/units" -
}

many() {
    local distinct try left
    # Each writes one short line, in one go, to the end of the file.
    : >"$work_dir/units"
    # shellcheck disable=SC2016 # the command's variables
    seq "$mass" | xargs -P "$at_once" -I '{}' \
        cgscope run -q --delegate --timeout=2min -- \
        sh -c 'echo "$CGSCOPE_UNIT $(sed -n "s/^0:://p" /proc/self/cgroup)" >>"$1"' '{}' "$work_dir/units" ||
        die "one of $mass runs failed"
    distinct=$(awk '{ n = split($2, part, "/"); if (part[n - 1] == $1) print $1 }' "$work_dir/units" | sort -u | wc -l)
    [[ $distinct -eq $mass ]] || die "$mass runs, but $distinct scopes with their own command in them"
    for ((try = 0; try < 100; try++)); do
        left=$(scopes_left)
        [[ $left -ne 0 ]] || break
        sleep 0.1
    done
    [[ $left -eq 0 ]] || die "$left of $mass scopes are left"
    printf '%d runs, %d at a time: %d succeeded, each in a scope of its own; %d scopes left.\n' \
        "$mass" "$at_once" "$distinct" "$left"
}

# --- together ---

have() {
    command -v "$1" >/dev/null || { printf 'Not measured: there is no %s here.\n' "$1" && return 1; }
}

# One manager's half. Its JSON goes to fd 3.
half() {
    instructions_json='' memory_json=''
    times
    printf '\n'
    ! have valgrind || instructions
    printf '\n'
    ! have strace || memory
    printf '\n'
    many
    printf '{"times":%s,"instructions":{%s},"private_kib":{%s},"mass":%d}\n' "$(cat "$work_dir/times.json")" \
        "$instructions_json" "$memory_json" "$mass" >&3
}

as_user() {
    local uid
    uid=$(id -u "$user")
    systemd-run --quiet --pipe --wait --collect -p Delegate=yes --uid="$user" \
        -E "XDG_RUNTIME_DIR=/run/user/$uid" -E "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$uid/bus" \
        -E LANG=C.UTF-8 -- "$@"
}

if [[ $part == half ]]; then
    # The last line of what root gets is the JSON.
    half 3>"$work_dir/half.json"
    cat "$work_dir/half.json"
    exit
fi

[[ $(id -u) -eq 0 ]] || die "needs root"
id -u "$user" >/dev/null || die "no user $user"
printf '%s. %d runs each after %d, in turns.\n\nroot, the system manager:\n\n' "$(machine)" "$runs" "$warmup"
half 3>"$work_dir/system.json"
printf '\n%s\n\n' "An ordinary user, the user manager:"
as_user bash "$self" --part half --programs "$programs" --runs "$runs" --warmup "$warmup" --mass "$mass" \
    >"$work_dir/user" </dev/null || {
    cat "$work_dir/user"
    die "the user's half failed"
}
sed '$d' "$work_dir/user"
if [[ -n $json ]]; then
    printf '{"machine":"%s","system":%s,"user":%s}\n' "$(machine)" "$(cat "$work_dir/system.json")" \
        "$(tail -n 1 "$work_dir/user")" >"$json"
fi
