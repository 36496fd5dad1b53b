#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-transcripts.sh CGSCOPE MANUAL CASES: the page cgscope-delegation(7) is well formed, names what there is, and has
# no transcript that no test types: CASES is the file with those.
set -euo pipefail

cgscope=$1 manual=$2 cases=$3
# shellcheck source=tests/cli/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
export LC_ALL=C.UTF-8
mapfile -t verbs < <(list_verbs)

# Blocks in which something is typed, but for those right below the comment that makes them transcripts.
all_are_marked() {
    ! awk '
        /^\.EX/ { inside = 1; marked = before ~ /^\.\\" transcript [a-z0-9]+( needs( [a-z0-9]+)+)?$/; next }
        /^\.EE/ { inside = 0 }
        inside && !marked && /^[$#>] / { print "line " NR ", typed by nobody: " $0 }
        { before = $0 }' "$manual" | grep .
}

# And no such comment is lost, above nothing.
all_are_blocks() {
    ! grep -A1 '^\.\\" transcript ' "$manual" | grep -v -e '^\.\\" transcript ' -e '^\.EX$' -e '^--$'
}

all_are_typed() {
    same "stories of the manual, of the cases" \
        "$(sed -n 's/^\.\\" transcript \([a-z0-9]*\).*/\1/p' "$manual" | uniq | sort)" \
        "$(sed -n 's/^    story \([a-z0-9]*\)$/\1/p' "$cases" | sort)"
}

# In a line of 80 columns seven are indented, and two more for a transcript.
all_are_narrow() {
    ! sed -n '/^\.EX/,/^\.EE/p' "$manual" | sed -e 's/\\f[A-Z]//g' -e 's/\\(..\|\\[-e]/x/g' | grep -E '^.{72}'
}

# In the text alone: in the transcripts are those of other programs, too.
options_are_known() {
    local option status=0
    while read -r option; do
        knows_option "$option" || status=1
    done < <(sed -e '/^\.EX/,/^\.EE/d' -e 's/\\-/-/g' "$manual" | grep -oE -- '--[a-z][a-z-]*' | sort -u)
    return "$status"
}

verbs_are_known() {
    local verb status=0
    while read -r verb; do
        [[ " ${verbs[*]} " == *" $verb "* ]] || {
            printf 'no verb %s\n' "$verb"
            status=1
        }
    done < <(sed -e 's/\\-/-/g' -e 's/\\~/ /g' "$manual" | grep -oP '^(\.BI? "?|[$#] )cgscope \K[a-z][a-z-]*' | sort -u)
    return "$status"
}

groff_is_silent() {
    ! MANWIDTH=80 man --warnings=w -l "$manual" 2>&1 >/dev/null | grep .
}

ok "every transcript is marked" all_are_marked
ok "every mark is above a transcript" all_are_blocks
ok "every story is typed by a test, and no other" all_are_typed
ok "transcripts fit into 80 columns" all_are_narrow
ok "the program knows the options" options_are_known
ok "the program knows the verbs" verbs_are_known
mandoc_is_silent "$manual"
if man --version >/dev/null 2>&1 && command -v groff >/dev/null; then
    ok "groff has nothing against it" groff_is_silent
else
    skip "groff has nothing against it" "no man with groff"
fi
finish
