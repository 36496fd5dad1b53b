# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by test.sh: the unit tests on this machine, in several builds. Uses add_counts and $work_dir.

# unit_build NAME COMPILER SETUP_OPTION…: builds, tests, counts.
unit_build() {
    local name=$1 compiler=$2 dir=$work_dir/$1 log=$work_dir/$1.log status=0
    shift 2
    say "unit, $name: building"
    if ! { interruptible env CC="$compiler" meson setup "$@" "$dir" "$source_dir" &&
        interruptible ninja -C "$dir"; } </dev/null >"$log" 2>&1; then
        tail -n 40 "$log"
        printf 'not ok - unit, %s: the build\n' "$name"
        add_counts 0 1 0
        return 0
    fi
    say "unit, $name: testing"
    interruptible meson test -C "$dir" --no-rebuild --print-errorlogs >"$log" 2>&1 </dev/null || status=$?
    unit_result "$name" "$dir" "$log" "$status"
}

unit_result() {
    local name=$1 dir=$2 log=$3 status=$4 counts passed failed skipped
    counts=$(python3 "$top_dir/scripts/lib/count.py" "$dir/meson-logs/testlog.json" 2>/dev/null) || counts='0 0 0'
    read -r passed failed skipped <<<"$counts"
    # A test that crashed or ran out of time may have no failed case of its own.
    [[ $status -eq 0 || $failed -gt 0 ]] || failed=1
    [[ $failed -eq 0 ]] || cat "$log"
    printf '# unit, %s: %d passed, %d failed, %d skipped\n' "$name" "$passed" "$failed" "$skipped"
    add_counts "$passed" "$failed" "$skipped"
}

unit_run() {
    # A sanitizer that only prints would pass.
    export ASAN_OPTIONS=halt_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    unit_build gcc-sanitized gcc --werror --buildtype=debug -Db_sanitize=address,undefined
    unit_build clang clang --werror --buildtype=debug
    unit_build gcc-release gcc --werror --buildtype=release -Doptimization=2
    fuzz_run
}
