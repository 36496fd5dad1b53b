#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-help.sh CGSCOPE MANUAL: --help is as it ought to be, and the manual page knows the same options.
set -euo pipefail

cgscope=$1 manual=$2
# shellcheck source=tests/cli/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
export LC_ALL=C.UTF-8
work_dir=$(mktemp -d)
trap 'rm -rf "$work_dir"' EXIT

# run_it STATUS ARGS…: fails unless the status is that one. Leaves $work_dir/out and err.
run_it() {
    local wanted=$1 status=0
    shift
    timeout 10 "$cgscope" "$@" >"$work_dir/out" 2>"$work_dir/err" </dev/null || status=$?
    [[ $status -eq $wanted ]] || {
        printf 'status %d instead of %d\n' "$status" "$wanted"
        return 1
    }
}

help_is_clean() {
    run_it 0 "$@" && [[ -s $work_dir/out && ! -s $work_dir/err ]]
}

help_is_narrow() {
    local line status=0
    run_it 0 "$@" || return
    while IFS= read -r line; do
        [[ ${#line} -le 80 ]] || {
            printf '%d columns: %s\n' "${#line}" "$line"
            status=1
        }
    done <"$work_dir/out"
    return "$status"
}

letter_equals_word() {
    same "-h and --help" "$("$cgscope" "$@" -h)" "$("$cgscope" "$@" --help)"
}

# error_is_clean STATUS ARGS…: one line on standard error and nothing else.
error_is_clean() {
    run_it "$@" || return
    [[ ! -s $work_dir/out ]] || { echo "something on standard output" && return 1; }
    [[ $(wc -l <"$work_dir/err") -eq 1 ]] || { cat "$work_dir/err" && return 1; }
}

# The manual's text with its escapes undone.
manual_text() {
    sed -e 's/\\-/-/g' -e 's/\\~/ /g' -e 's/\\f[RBIP]//g' "$manual"
}

# The options that have an entry: those in the line after .TP, in the section OPTIONS.
manual_entries() {
    manual_text | sed -n '/^\.SH OPTIONS/,/^\.SH DELEGATION/p' | grep -A1 '^\.TP' | grep -oE -e "$1" |
        sed 's/^ //' | sort -u
}

all_of() {
    { for verb in run adopt; do "$1" "$verb"; done; } | sort -u
}

manual_has_options() {
    same "--help, the manual" "$(all_of help_options)" "$(manual_entries '--[a-z][a-z-]*' | grep -vxe --scope)"
}

manual_has_letters() {
    same "--help, the manual" "$(all_of help_letters)" "$(manual_entries '[ R]-[A-Za-z]\b' | sed 's/^R//')"
}

# Every one that is mentioned anywhere is real: those of other programs in the examples are ours, too.
manual_options_are_known() {
    local option status=0
    while read -r option; do
        knows_option "$option" || status=1
    done < <(manual_text | grep -oE -- '--[a-z][a-z-]*' | sort -u)
    return "$status"
}

for verb in '' run adopt; do
    # shellcheck disable=SC2206 # no verb, no word
    words=($verb)
    ok "${verb:-cgscope}: --help is on standard output alone" help_is_clean "${words[@]}" --help
    ok "${verb:-cgscope}: --help is at most 80 columns wide" help_is_narrow "${words[@]}" --help
    ok "${verb:-cgscope}: -h is --help" letter_equals_word "${words[@]}"
    ok "${verb:-cgscope}: --version is on standard output alone" help_is_clean "${words[@]}" --version
done

ok "no verb" error_is_clean 2
ok "unknown verb" error_is_clean 2 frobnicate
ok "unknown option" error_is_clean 2 --frobnicate
ok "run: no command" error_is_clean 125 run
ok "run: unknown option" error_is_clean 125 run --frobnicate true
ok "run: unknown letter" error_is_clean 125 run -Z true
ok "run: missing value" error_is_clean 125 run --unit
ok "run: value for an option without" error_is_clean 125 run --quiet=yes true
ok "run: unknown controller" error_is_clean 125 run --delegate=cpu,frob true
ok "run: unknown property" error_is_clean 125 run -p Frob=1 true
ok "run: bad value of a property" error_is_clean 125 run -p MemoryMax=much true
ok "run: bad unit" error_is_clean 125 run -u a/b true
ok "run: bad slice" error_is_clean 125 run --slice=a--b true
ok "run: bad time" error_is_clean 125 run --timeout=soon true
ok "run: command not found" error_is_clean 127 run -- /nonexistent
ok "run: command not executable" error_is_clean 126 run -- /etc/passwd
ok "adopt: no process" error_is_clean 2 adopt
ok "adopt: unknown option" error_is_clean 2 adopt --frobnicate 1
ok "adopt: the manager itself" error_is_clean 1 adopt 1

ok "the manual has the options of --help" manual_has_options
ok "the manual has the letters of --help" manual_has_letters
ok "the program knows the options in the manual" manual_options_are_known

if command -v mandoc >/dev/null; then
    ok "mandoc has nothing against the manual" mandoc -T lint -W warning "$manual"
else
    skip "mandoc has nothing against the manual" "no mandoc"
fi
finish
