# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by test.sh: the fuzzers, whose corpora the unit tests only replay. Uses add_counts, $work_dir and $beside.

fuzz_build() {
    env CC=clang meson setup --werror -Dfuzz=true -Db_lundef=false -Db_sanitize=address,undefined "$1" "$source_dir" &&
        ninja -C "$1" fuzzers
}

# fuzz_target DIR NAME SEED SECONDS: with the corpus of the tree, and what earlier long runs have added to that. An input
# that breaks a promise is kept in $cache_dir/fuzz, the program says under which name. In the background always, as the
# process that is signalled.
fuzz_target() {
    local found=$work_dir/corpus-$2
    [[ $CGSCOPE_TEST_LONG -eq 0 ]] || found=$cache_dir/fuzz/$2
    mkdir -p "$found" "$cache_dir/fuzz"
    exec env LC_ALL=C.UTF-8 "$1/tests/fuzz/fuzz-$2" -seed="$3" -max_total_time="$4" -max_len=4096 -timeout=20 \
        -rss_limit_mb=1024 -use_value_profile=1 -artifact_prefix="$cache_dir/fuzz/$2-" \
        "$found" "$source_dir/tests/fuzz/corpus/$2" </dev/null >"$1-$2.log" 2>&1
}

# fuzz_together DIR SEED SECONDS NAME…: beside each other.
fuzz_together() {
    local dir=$1 seed=$2 seconds=$3 name
    shift 3
    for name in "$@"; do
        fuzz_target "$dir" "$name" "$seed" "$seconds" &
        beside+=($!)
    done
    for name in "$@"; do
        if wait "${beside[0]}"; then
            add_counts 1 0 0
        else
            tail -n 60 "$dir-$name.log"
            printf 'not ok - fuzz-%s, CGSCOPE_TEST_SEED=%s\n' "$name" "$seed"
            add_counts 0 1 0
        fi
        beside=("${beside[@]:1}")
    done
}

# Each target for ten seconds, or for an hour of processor time.
fuzz_run() {
    local dir=$work_dir/fuzz seed=${CGSCOPE_TEST_SEED:-$((RANDOM * 32768 + RANDOM + 1))} seconds=10 names=() i
    [[ $CGSCOPE_TEST_LONG -eq 0 ]] || seconds=3600
    say "unit, fuzzers: building"
    if ! interruptible fuzz_build "$dir" </dev/null >"$dir.log" 2>&1; then
        tail -n 40 "$dir.log"
        printf 'not ok - unit, fuzzers: the build\n'
        add_counts 0 1 0
        return 0
    fi
    names=("$source_dir"/tests/fuzz/corpus/*)
    names=("${names[@]##*/}")
    say "unit, fuzzers: ${#names[@]} of them, $seconds s each, CGSCOPE_TEST_SEED=$seed"
    for ((i = 0; i < ${#names[@]}; i += 2)); do
        fuzz_together "$dir" "$seed" "$seconds" "${names[@]:i:2}"
    done
}
