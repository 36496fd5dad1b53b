# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by the tests here. They speak TAP: a line for each check, the number of checks at the end.

n_checks=0 n_failed=0

# ok DESCRIPTION CMD…: one check, which holds if CMD succeeds. What CMD prints is shown where it does not.
ok() {
    local description=$1 output
    shift
    n_checks=$((n_checks + 1))
    if output=$("$@" 2>&1); then
        printf 'ok %d - %s\n' "$n_checks" "$description"
    else
        n_failed=$((n_failed + 1))
        printf 'not ok %d - %s\n' "$n_checks" "$description"
        [[ -z $output ]] || printf '%s\n' "$output" | sed 's/^/# /'
    fi
}

skip() {
    n_checks=$((n_checks + 1))
    printf 'ok %d - %s # SKIP %s\n' "$n_checks" "$1" "$2"
}

# mandoc_is_silent MANUAL: a check of the page, where there is mandoc.
mandoc_is_silent() {
    local description="mandoc has nothing against ${1##*/}"
    if command -v mandoc >/dev/null; then
        ok "$description" mandoc -T lint -W warning "$1"
    else
        skip "$description" "no mandoc"
    fi
}

finish() {
    printf '1..%d\n' "$n_checks"
    [[ $n_failed -eq 0 ]]
}

# The verbs that --help shows, in its order.
list_verbs() {
    "$cgscope" --help | grep -oE '^  [a-z][a-z-]*' | tr -d ' '
}

# The options, long and short, that --help of a verb shows, sorted.
help_options() {
    "$cgscope" "$1" --help | grep -oE '^  (-[A-Za-z]| *) *--[a-z][a-z-]*' | grep -oE -- '--?[A-Za-z][a-z-]*' | sort -u
}

# The program knows this option, of one verb or of all; so also one that --help does not show.
knows_option() {
    local verb output
    for verb in "${verbs[@]}"; do
        output=$(timeout 10 "$cgscope" "$verb" "$1" --help 2>&1 </dev/null) || true
        [[ $output == *"unknown option"* ]] || return 0
    done
    printf 'cgscope knows no %s\n' "$1"
    return 1
}

# introspect EXPRESSION: what the program's tables know, one a line. In EXPRESSION, which is Python's, "it" is the JSON.
introspect() {
    "$cgscope" --introspect | python3 -c "import json, sys; it = json.load(sys.stdin); print(*($1), sep='\n')"
}

verb_columns() {
    introspect "(column['name'] for verb in it['verbs'] if verb['name'] == '$1' for column in verb['columns'])"
}

# same WHAT LEFT RIGHT: the two texts are the same.
same() {
    [[ $2 == "$3" ]] || {
        printf '%s:\n' "$1"
        diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") || true
        return 1
    }
}
