#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-help.sh CGSCOPE MANUAL: --help of every verb is as it ought to be, and the manual page knows the same options,
# columns and fields.
set -euo pipefail

cgscope=$1 manual=$2
# shellcheck source=tests/cli/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
export LC_ALL=C.UTF-8
source_dir=${manual%/man/*}
work_dir=$(mktemp -d)
trap 'rm -rf "$work_dir"' EXIT
mapfile -t verbs < <(list_verbs)

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

# A section of it, from its heading to the next one.
manual_section() {
    manual_text | sed -n "/^\.SH $1/,/^\.SH /p" | sed '$d'
}

# "VERBS: TAG" for each entry of the section OPTIONS. The verbs are in brackets, in the line below the tag or in the
# heading above.
manual_entries() {
    manual_section OPTIONS | awk '
        function flush() { if (tag != "") print verbs ": " tag; tag = "" }
        function inside(text) { sub(/^[^(]*\(/, "", text); sub(/\).*/, "", text); return text }
        /^\.SS / { flush(); heading = /\(/ ? inside($0) : "all" }
        /^\.TP/ { flush(); getline; tag = $0; verbs = heading; next }
        /^\(.*\)$/ { verbs = inside($0) }
        END { flush() }'
}

# Whether a list such as "list, tree" or "all but get" has the verb.
names_verb() {
    local list=", ${1#all but }, "
    if [[ $1 == all* ]]; then
        [[ $list != *", $2, "* ]]
    else
        [[ $list == *", $2, "* ]]
    fi
}

# The options of a verb that have an entry, but for the one that --help does not show.
manual_options() {
    local entry
    while IFS= read -r entry; do
        ! names_verb "${entry%%: *}" "$1" || grep -oE -- ' --?[A-Za-z][a-z-]*' <<<"${entry#*: }" | tr -d ' '
    done < <(manual_entries) | sort -u | grep -vxe --scope
}

manual_has_options() {
    same "--help of $1, the manual" "$(help_options "$1")" "$(manual_options "$1")"
}

# Every one that is mentioned anywhere is real: those of other programs in the examples are ours, too, but for su's and
# unshare's in the notes.
manual_options_are_known() {
    local option status=0
    while read -r option; do
        knows_option "$option" || status=1
    done < <(manual_text | grep -oE -- '--[a-z][a-z-]*' | sort -u | grep -vxE -e '--(pty|pid|fork|mount-proc)')
    return "$status"
}

manual_has_verbs() {
    local described
    described=$(manual_section COMMANDS | grep -A1 '^\.TP' | grep -oE '^\.BI?R? [a-z][a-z-]*' | sed 's/.* //' | sort)
    same "--help, the manual" "$(printf '%s\n' "${verbs[@]}" | sort)" "$described"
}

# The columns in the manual's list, in its order.
manual_columns() {
    manual_section 'COLUMNS AND FIELDS' | sed '/^\.SS JSON/,$d' | sed -n "/^\.B $1\$/,/^\.TP/p" | grep -v '^\.' |
        grep -oE '[A-Z-]+'
}

manual_has_columns() {
    same "the program, the manual" "$(verb_columns "$1")" "$(manual_columns "$1")"
}

# All names of fields in JSON: the figures', the columns', and those that are written one by one, which are in no table.
known_fields() {
    {
        introspect "it['figures'] + [name.replace('usec', 'avg10') for name in it['figures'] if 'some' in name or 'full' in name]"
        introspect "(column['field'] for verb in it['verbs'] for column in verb['columns'])"
        find "$source_dir/cgscope" -name "*.c" ! -name introspect.c -exec cat {} + | tr -s '\n ' ' ' |
            grep -oE '(\] = \{ "[A-Z-]+"|(json_[a-z_]+|print_(value|text_or_null|reason|inode))\([&a-z>-]+), "[a-z0-9_]+"' |
            grep -oE '"[a-z0-9_]+"$' | tr -d '"'
    } | sort -u
}

manual_json() {
    manual_section 'COLUMNS AND FIELDS' | sed '1,/^\.SS JSON/d'
}

# The names in lines such as ".BR left , killed  (numbers),".
field_names() {
    sed -e 's/([^)]*)//g' -e 's/^\.BR\? //' | tr -s ' ",.' '\n' | grep . | sort -u
}

# The fields that are explained, be it within the entry of another one.
manual_has_fields() {
    same "the program, the manual" "$(known_fields)" \
        "$(manual_json | grep -E '^\.BR? [a-z]' | field_names | grep -xF -f <(known_fields))"
}

manual_fields_are_real() {
    local entries
    entries=$(manual_json | grep -A1 '^\.TP' | grep '^\.B' | field_names)
    same "the manual, the program" "$entries" "$(grep -xF -f <(known_fields) <<<"$entries")"
}

# Status of bad usage, and of the lack of a target or a command.
usage_status() {
    case $1 in
        run | exec) echo 125 ;;
        *) echo 2 ;;
    esac
}

ok "cgscope: --help is on standard output alone" help_is_clean --help
ok "cgscope: --help is at most 80 columns wide" help_is_narrow --help
ok "cgscope: -h is --help" letter_equals_word
ok "cgscope: --version is on standard output alone" help_is_clean --version
ok "no verb" error_is_clean 2
ok "unknown verb" error_is_clean 2 frobnicate
ok "unknown option" error_is_clean 2 --frobnicate

for verb in "${verbs[@]}"; do
    status=$(usage_status "$verb")
    ok "$verb: --help is on standard output alone" help_is_clean "$verb" --help
    ok "$verb: --help is at most 80 columns wide" help_is_narrow "$verb" --help
    ok "$verb: -h is --help" letter_equals_word "$verb"
    ok "$verb: --version is on standard output alone" help_is_clean "$verb" --version
    ok "$verb: unknown option" error_is_clean "$status" "$verb" --frobnicate
    ok "$verb: unknown letter" error_is_clean "$status" "$verb" -Z
    ok "$verb: value for an option without" error_is_clean "$status" "$verb" --quiet=yes
    ok "$verb: --system and --user" error_is_clean "$status" "$verb" --system --user
    ok "$verb: the manual has the options of --help, and no other" manual_has_options "$verb"
done

for verb in run adopt exec create remove set get move can-move chown freeze thaw kill stop; do
    ok "$verb: nothing to do it with" error_is_clean "$(usage_status "$verb")" "$verb"
done
ok "exec: bad target" error_is_clean 125 exec ./a/../b true
ok "set: bad target" error_is_clean 1 set ./a/../b MemoryMax=1G
ok "move: bad target" error_is_clean 1 move ./a/../b "$$"
ok "chown: bad target" error_is_clean 1 chown ./a/../b root
for verb in status tree create remove get controllers procs freeze thaw kill stop; do
    ok "$verb: bad target" error_is_clean 1 "$verb" ./a/../b
done
for verb in list tree procs controllers ns enable; do
    ok "$verb: unknown column" error_is_clean 2 "$verb" -o FROB
    ok "$verb: the manual has the columns" manual_has_columns "$verb"
done

# For whom is asked last.
ok "doctor: an argument" error_is_clean 2 doctor frob
ok "doctor: unknown user" error_is_clean 2 doctor --user-id=nobody-of-that-name
ok "doctor: an impossible user" error_is_clean 2 doctor --user-id=4294967295
ok "enable: unknown controller" error_is_clean 2 enable cpuset,frob
ok "enable: a controller that systemd does not hand on" error_is_clean 2 enable io hugetlb
ok "enable: an empty word" error_is_clean 2 enable ''
ok "enable: an option without controllers" error_is_clean 2 enable --runtime
ok "enable: --no-apply and --restart" error_is_clean 2 enable --no-apply --restart io
ok "enable: --user-id and --all-users" error_is_clean 2 enable --user-id=1 --all-users io
ok "enable: unknown user" error_is_clean 2 enable --user-id=nobody-of-that-name io
ok "enable: an impossible user" error_is_clean 2 enable --user-id=4294967295 io
ok "enable: --root and --restart" error_is_clean 2 enable --root=/nonexistent --restart io
ok "enable: --root and a user's name" error_is_clean 2 enable --root=/nonexistent --user-id=root io
ok "enable: no such image" error_is_clean 1 enable --root=/nonexistent io
ok "disable: no controller" error_is_clean 2 disable

ok "run: missing value" error_is_clean 125 run --unit
ok "run: unknown controller" error_is_clean 125 run --delegate=cpu,frob true
ok "run: unknown property" error_is_clean 125 run -p Frob=1 true
ok "run: bad value of a property" error_is_clean 125 run -p MemoryMax=much true
ok "run: bad unit" error_is_clean 125 run -u a/b true
ok "run: bad slice" error_is_clean 125 run --slice=a--b true
ok "run: bad time" error_is_clean 125 run --timeout=soon true
ok "run: command not found" error_is_clean 127 run -- /nonexistent
ok "run: command not executable" error_is_clean 126 run -- /etc/passwd
ok "run: a report that cannot be written" error_is_clean 125 run --report=/nonexistent/report true
ok "run: a namespace that begins nowhere" error_is_clean 125 run --cgroup-namespace --root=frob true
ok "run: the root of no namespace" error_is_clean 125 run --root=boundary true
ok "exec: the root of no namespace" error_is_clean 125 exec --map-root . true
ok "adopt: the manager itself" error_is_clean 1 adopt 1
ok "exec: no command" error_is_clean 125 exec .
ok "exec: unknown key" error_is_clean 125 exec -p Frob=1 . true
ok "create: unknown key" error_is_clean 2 create ./a Frob=1
ok "create: bad value of a key" error_is_clean 2 create ./a MemoryMax=much
ok "create: a read-only key" error_is_clean 2 create ./a memory.current=1
ok "set: nothing to set" error_is_clean 2 set .
ok "list: an argument" error_is_clean 2 list frob
ok "tree: bad depth" error_is_clean 2 tree --depth=much
ok "move: no process" error_is_clean 2 move .
ok "move: bad process" error_is_clean 2 move . frob
ok "can-move: bad process" error_is_clean 2 can-move frob .
ok "can-move: bad target" error_is_clean 2 can-move "$$" ./a/../b
ok "can-move: no target" error_is_clean 2 can-move "$$"
ok "can-move: too many targets" error_is_clean 2 can-move "$$" . .
ok "can-move: unknown user" error_is_clean 2 can-move --as nobody-of-that-name "$$" /sys/fs/cgroup
ok "can-move: unknown hierarchy" error_is_clean 2 can-move --hierarchy frob "$$" /sys/fs/cgroup
ok "ns: bad process" error_is_clean 2 ns frob
ok "ns: no such process" error_is_clean 1 ns 4194304
ok "ns: a process and a unit" error_is_clean 2 ns -u a.scope "$$"
ok "ns: JSON and columns" error_is_clean 2 ns --json -o PID
ok "ns: JSON and a tree" error_is_clean 2 ns --json --tree
ok "chown: no owner" error_is_clean 2 chown ./a
ok "chown: unknown owner" error_is_clean 2 chown ./a nobody-of-that-name
ok "kill: bad signal" error_is_clean 2 kill -s FROB .
ok "--json: bad mode" error_is_clean 2 list --json=frob

ok "the manual has the verbs of --help, and no other" manual_has_verbs
ok "the program knows the options in the manual" manual_options_are_known
ok "the manual has the fields of JSON" manual_has_fields
ok "somebody prints the fields in the manual" manual_fields_are_real

mandoc_is_silent "$manual"
finish
