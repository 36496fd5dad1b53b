#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# run-cases.sh [--filter PATTERN]… [FILE…]: the integration tests, on the systemd this runs under, as root.
# PATTERN is an extended regular expression for "FILE test_name description". Prints TAP, and at the end
# "# counts passed=N failed=N skipped=N".
set -euo pipefail

here=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck source=tests/integration/leftovers.sh
. "$here/leftovers.sh"

filters=()
while [[ ${1:-} == --filter ]]; do
    filters+=(-e "$2")
    shift 2
done
files=("$@")
[[ ${#files[@]} -gt 0 ]] || files=("$here"/cases/*.sh)

export CGSCOPE_SYSTEM=${CGSCOPE_SYSTEM:-container} CGSCOPE_BUILD=${CGSCOPE_BUILD:-plain}
factor=1
[[ $CGSCOPE_SYSTEM != vm ]] || factor=4
[[ $CGSCOPE_BUILD == plain ]] || factor=3
# All of what is a sample elsewhere.
[[ ${CGSCOPE_TEST_LONG:-} != 1 ]] || factor=$((factor * 60))
# Not in /run, from which nothing can be executed, nor in /tmp, which is watched.
base=/opt/cgscope/scratch
# Where the sanitizers, also of the service, write what they find.
reports=/opt/cgscope/sanitizer
number=0 passed=0 failed=0 skipped=0

# Prints "function TAB deadline TAB kind TAB description" for each test of a file. The kind is that of the system it
# needs, or "any"; the description is the first comment in the function, or the one right above it. In a file that says
# that its other tests are for the container, only those that need controllers run in the virtual machine.
list_tests() {
    awk '
        function done() {
            if (name != "" && kind == "any" && others && !controllers) kind = "container"
            if (name != "") printf "%s\t%d\t%s\t%s\n", name, deadline, kind, description == "" ? name : description
            name = ""
        }
        /^# The tests that need no controllers are for the container\.$/ { others = 1 }
        /^test_[A-Za-z0-9_]+ *\(\)/ {
            done(); name = $1; sub(/\(.*/, "", name)
            deadline = 60; kind = "any"; controllers = 0; description = above; inside = 1; next
        }
        /^ *# deadline [0-9]+/ && inside { deadline = $3; next }
        /^    needs (vm|container)$/ && inside { kind = $2; next }
        /^    needs controllers / && inside { controllers = 1; next }
        /^ *# / && inside && description == "" { description = $0; sub(/^ *# /, "", description); next }
        /^# / { above = $0; sub(/^# /, "", above); next }
        /^}/ { inside = 0; done() }
        { above = "" }
        END { done() }' "$1"
}

wanted() {
    [[ ${#filters[@]} -eq 0 ]] || grep -E -q "${filters[@]}" <<<"$1"
}

# result ok|failed|skipped TITLE [FILE with the output of a failure, or the reason of a skip]
result() {
    number=$((number + 1))
    case $1 in
        ok)
            passed=$((passed + 1))
            printf 'ok %d - %s\n' "$number" "$2"
            ;;
        skipped)
            skipped=$((skipped + 1))
            printf 'ok %d - %s # SKIP %s\n' "$number" "$2" "$3"
            ;;
        failed)
            failed=$((failed + 1))
            printf 'not ok %d - %s\n' "$number" "$2"
            sed 's/^/# /' "$3"
            ;;
    esac
}

run_test() {
    local file=$1 name=$2 deadline=$(($3 * factor)) title="${1##*/}: $4" status=0 left begin=$SECONDS
    export scratch=$base/$name
    mkdir -m 777 "$scratch"
    timeout --kill-after=5 "$deadline" bash "$here/run-one.sh" "$file" "$name" >"$base/log" 2>&1 </dev/null || status=$?
    if [[ $status -eq 124 || $status -eq 137 ]]; then
        printf 'deadline of %s s passed\n' "$deadline" >>"$base/log"
    fi
    end_processes
    if ! left=$(leftover_groups); then
        printf 'left behind:\n%s\n' "$left" >>"$base/log"
        remove_leftovers
        [[ $status -ne 0 && $status -ne 77 ]] || status=1
    fi
    # Who was killed while his leaks were looked for leaves one without an error.
    if grep -hsq 'ERROR: [A-Za-z]*Sanitizer' "$reports"/*; then
        cat "$reports"/* >>"$base/log"
        status=1
    fi
    rm -f "$reports"/*
    case $status in
        0) result ok "$title" ;;
        77) result skipped "$title" "$(cat "$scratch/.skip" 2>/dev/null || echo 'no reason given')" ;;
        *) result failed "$title" "$base/log" ;;
    esac
    [[ ! -s $scratch/.notes ]] || sed 's/^/# /' "$scratch/.notes"
    rm -rf "$scratch"
    [[ $((SECONDS - begin)) -lt 10 ]] || printf '# %d s\n' $((SECONDS - begin))
}

rm -rf "$base"
mkdir -m 755 "$base"
# shellcheck disable=SC2064 # the name does not change
trap "rm -rf $base" EXIT
remember_state

for file in "${files[@]}"; do
    [[ -e $file ]] || continue
    while IFS=$'\t' read -r name deadline kind description <&3; do
        wanted "${file##*/} $name $description" || continue
        # Without a process, of which an emulated machine makes few in a second.
        if [[ $kind != any && $kind != "$CGSCOPE_SYSTEM" ]]; then
            result skipped "${file##*/}: $description" "for the $kind only"
        else
            run_test "$file" "$name" "$deadline" "$description"
        fi
    done 3< <(list_tests "$file")
done

if check_leftovers >"$base/log"; then
    result ok 'leftovers: nothing is left behind'
else
    result failed 'leftovers: nothing is left behind' "$base/log"
fi
printf '1..%d\n# counts passed=%d failed=%d skipped=%d\n' "$number" "$passed" "$failed" "$skipped"
[[ $failed -eq 0 ]]
