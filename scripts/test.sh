#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs the tests and ends with the line "N passed, N failed, N skipped".
#
#   scripts/test.sh [unit] [container] [vm] [all] [long] [--suite SUITE]… [--filter PATTERN]…
#
# unit       meson test on this machine: gcc with sanitizers, clang, gcc with optimisation; then the fuzzers, ten seconds
#            each (long: an hour), from the seed $CGSCOPE_TEST_SEED or a random one, which is printed
# container  the integration tests under a suite's systemd in a container
# vm         the same in a virtual machine, where every controller is
# all        all of them (default)
# long       with full counts where a part otherwise runs a sample: takes hours
# --suite    bookworm, trixie or sid; or sanitized: trixie in a container, and cgscope built with AddressSanitizer and
#            UndefinedBehaviorSanitizer; default all but sid in containers, the first two in virtual machines
# --filter   only integration tests whose "FILE test_name description" matches this regular expression
#
# $CGSCOPE_TEST_SEED says again which sample was run; each prints its own.
#
# Missing packages are installed with apt-get. Root file systems are made once and kept in
# ${CGSCOPE_CACHE:-${XDG_CACHE_HOME:-~/.cache}/cgscope}. Needs root or sudo for all but "unit".
set -euo pipefail

lib_dir=$(cd -- "${BASH_SOURCE[0]%/*}/lib" && pwd)
for part in common packages unit fuzz; do
    # shellcheck source=/dev/null
    . "$lib_dir/$part.sh"
done

parts=() suites=() filters=() beside=()
export CGSCOPE_TEST_LONG=0 # whether a part that can run a sample runs all
total_passed=0 total_failed=0 total_skipped=0

usage() {
    sed -n '3,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
}

parse() {
    while [[ $# -gt 0 ]]; do
        case $1 in
            unit | container | vm) parts+=("$1") ;;
            all) parts+=(unit container vm) ;;
            long) CGSCOPE_TEST_LONG=1 ;;
            --suite | --filter)
                [[ $# -gt 1 ]] || die "$1 needs a value"
                if [[ $1 == --suite ]]; then suites+=("$2"); else filters+=(--filter "$2"); fi
                shift
                ;;
            --suite=*) suites+=("${1#*=}") ;;
            --filter=*) filters+=(--filter "${1#*=}") ;;
            -h | --help)
                usage
                exit 0
                ;;
            *) die "unknown argument $1 (see --help)" ;;
        esac
        shift
    done
    [[ ${#parts[@]} -gt 0 ]] || parts=(unit container vm)
    local suite
    for suite in "${suites[@]}"; do
        [[ $suite =~ ^(bookworm|trixie|sid|sanitized)$ ]] ||
            die "unknown suite $suite: bookworm, trixie, sid or sanitized"
    done
}

add_counts() {
    total_passed=$((total_passed + $1))
    total_failed=$((total_failed + $2))
    total_skipped=$((total_skipped + $3))
}

# integration_system KIND SUITE: every case, on one kind of system of one suite. In the background always, as the
# process that is signalled.
integration_system() {
    local kind=$1 suite=$2 build=plain deadline=3600
    if [[ $suite == sanitized ]]; then
        suite=trixie build=sanitized
    fi
    [[ $CGSCOPE_TEST_LONG -eq 0 ]] || deadline=86400
    exec "${root_prefix[@]}" "$top_dir/tests/integration/system.sh" "$kind" "$suite" --build "$build" \
        --deadline "$deadline" -- \
        /opt/cgscope/tests/integration/run-cases.sh "${filters[@]}" </dev/null
}

# integration_result KIND SUITE STATUS: counts. The last line of the log has them, unless it did not come that far.
integration_result() {
    local kind=$1 suite=$2 status=$3 log=$work_dir/$1-$2.log counts
    counts=$(sed -n 's/^# counts passed=\([0-9]*\) failed=\([0-9]*\) skipped=\([0-9]*\)$/\1 \2 \3/p' "$log")
    if [[ -z $counts ]]; then
        printf 'not ok - %s, %s: ended with status %d before all tests were run\n' "$kind" "$suite" "$status"
        counts="$(grep -c '^ok ' "$log" || true) $(($(grep -c '^not ok ' "$log" || true) + 1)) 0"
    fi
    # shellcheck disable=SC2086 # three words
    add_counts $counts
    say "$suite, $kind: ${counts// /, } (passed, failed, skipped)"
}

# All suites at once: tests wait most of the time, for a manager or an emulated processor. What they print is shown one
# after the other, the first as it comes.
integration_run() {
    local kind=$1 suites=("${suites[@]}") suite i log status
    if [[ ${#suites[@]} -eq 0 ]]; then
        suites=(bookworm trixie)
        # Not sid yet: its systemd leaves an empty scope now and then where it executes itself anew meanwhile
        # (60-manager).
        [[ $kind != container ]] || suites+=(sanitized)
    fi
    for suite in "${suites[@]}"; do
        log=$work_dir/$kind-$suite.log
        # Before the process in the background gets to it: what follows the log does not wait for it to be there.
        : >"$log"
        integration_system "$kind" "$suite" >>"$log" 2>&1 &
        beside+=($!)
    done
    for i in "${!suites[@]}"; do
        suite=${suites[i]} status=0
        interruptible tail --pid="${beside[i]}" --lines=+1 --follow "$work_dir/$kind-$suite.log" || true
        wait "${beside[i]}" || status=$?
        integration_result "$kind" "$suite" "$status"
    done
    beside=()
}

run_part() {
    if [[ $1 == unit ]]; then
        unit_run
    else
        need_root
        integration_run "$1"
    fi
}

parse "$@"
for part in "${parts[@]}"; do
    "want_$part"
done
install_missing "to run the tests"

work_dir=$(mktemp -d)
# shellcheck disable=SC2317,SC2034 # by trap; for stop_child
tidy() {
    stop_child
    for child in "${beside[@]}"; do # which stop_child ends
        stop_child
    done
    rm -rf "$work_dir"
}
on_exit tidy
for part in "${parts[@]}"; do
    run_part "$part"
done
printf '%d passed, %d failed, %d skipped\n' "$total_passed" "$total_failed" "$total_skipped"
[[ $total_failed -eq 0 ]]
