#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-completions.sh CGSCOPE PROPERTY_NAMES DIR: the completions in DIR know the program's options and properties,
# and give the right answers.
set -euo pipefail

cgscope=$1 property_names=$2 dir=$3
# shellcheck source=tests/cli/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
export LC_ALL=C.UTF-8

# The long options in a file that --help shows, too, or that nobody does. Those of systemctl are not ours.
mentioned_options() {
    case $1 in
        *.fish)
            grep -E '^complete -c cgscope' "$1" | grep -oE -- ' -l [a-z][a-z-]*' | sed 's/^ -l /--/'
            ;;
        *)
            grep -vE 'systemctl' "$1" | grep -oE -- '(^|[^A-Za-z-])--[a-z][a-z-]*' | grep -oE -- '--[a-z-]*' |
                grep -vxFe --type
            ;;
    esac | sort -u
}

has_options() {
    same "--help, ${1##*/}" "$({ help_options run && help_options adopt; } | sort -u)" "$(mentioned_options "$1")"
}

has_properties() {
    local listed
    listed=$(sed -n '/# properties: begin/,/# properties: end/p' "$1" | grep -vE '^ *#' | grep -oE '\b[A-Z][A-Za-z]+' |
        sort)
    same "the table, ${1##*/}" "$("$property_names" | sort)" "$listed"
}

# readline LINE: sets COMP_WORDS and the rest as readline does for a line without quotes, the cursor at its end.
readline() {
    COMP_LINE=$1
    COMP_POINT=${#1}
    local spaced=${1//=/ = }
    read -ra COMP_WORDS <<<"$spaced"
    [[ $1 != *' ' ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
}

bash_answers() (
    # shellcheck disable=SC1091 # a file of this tree
    . "$dir/cgscope.bash"
    # shellcheck disable=SC2034 # read by the function
    COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
    readline "$1"
    COMPREPLY=()
    _cgscope
    printf '%s\n' "${COMPREPLY[@]}"
)

fish_answers() {
    # shellcheck disable=SC2016 # fish's words
    timeout 30 fish --no-config -c 'source $argv[1]; complete -C $argv[2] | string replace -r "\t.*" ""' \
        "$dir/cgscope.fish" "$1"
}

# gives SHELL LINE ANSWER…: each ANSWER is among those for LINE; with '!' in front it is not.
gives() {
    local shell=$1 line=$2 answers answer status=0
    shift 2
    answers=$("${shell}_answers" "$line")
    for answer; do
        if [[ $answer == !* ]]; then
            ! grep -qxF -e "${answer#!}" <<<"$answers" || { printf 'there is: %s\n' "${answer#!}" && status=1; }
        else
            grep -qxF -e "$answer" <<<"$answers" || { printf 'there is no: %s\n' "$answer" && status=1; }
        fi
    done
    return "$status"
}

# Cases for both; readline only wants what stands after an equals sign, fish the whole word.
check_answers() {
    local shell=$1 before=$2
    value() { if [[ $before == word ]]; then printf '%s' "$1$2"; else printf '%s' "$2"; fi; }

    ok "$shell: verbs" gives "$shell" "cgscope " run adopt
    ok "$shell: a verb" gives "$shell" "cgscope ad" adopt '!run'
    ok "$shell: options of run" gives "$shell" "cgscope run --no" --no-leaf --no-collect --no-ask-password '!--steal'
    ok "$shell: an option of adopt" gives "$shell" "cgscope adopt --s" --steal --system '!--same-dir'
    ok "$shell: options after a value" gives "$shell" "cgscope run -p MemoryMax=1G --sy" --system
    ok "$shell: options after controllers" gives "$shell" "cgscope run --delegate cpu,io --sy" --system
    ok "$shell: controllers" gives "$shell" "cgscope run --delegate=" "$(value --delegate= cpu)" \
        "$(value --delegate= io)"
    ok "$shell: more controllers" gives "$shell" "cgscope run --delegate=cpu," "$(value --delegate= cpu,io)" \
        "!$(value --delegate= cpu,cpu)"
    ok "$shell: controllers as a word" gives "$shell" "cgscope run --delegate cpu,i" cpu,io
    ok "$shell: a command after --delegate" gives "$shell" "cgscope run --delegate tru" true
    ok "$shell: properties" gives "$shell" "cgscope run -p MemoryMa" MemoryMax= '!MemoryMin='
    ok "$shell: properties after an equals sign" gives "$shell" "cgscope adopt --property=CPUQ" \
        "$(value --property= CPUQuota=)"
    ok "$shell: JSON modes" gives "$shell" "cgscope run --json=" "$(value --json= pretty)" "$(value --json= off)"
    ok "$shell: users" gives "$shell" "cgscope run --uid roo" root
    ok "$shell: groups" gives "$shell" "cgscope run --gid=roo" "$(value --gid= root)"
    ok "$shell: the command" gives "$shell" "cgscope run tru" true
    ok "$shell: the command after --" gives "$shell" "cgscope run -q --delegate cpu,io -- tru" true
    ok "$shell: no options of ours after the command" gives "$shell" "cgscope run true --qu" '!--quiet'
    ok "$shell: no options of ours after --" gives "$shell" "cgscope run -- --qu" '!--quiet'
    ok "$shell: processes" gives "$shell" "cgscope adopt $$" "$$"
    ok "$shell: more processes" gives "$shell" "cgscope adopt -q 1 $$" "$$"
}

for file in cgscope.bash _cgscope cgscope.fish; do
    ok "$file has the options of --help, and no other" has_options "$dir/$file"
    ok "$file has the names in the table of properties" has_properties "$dir/$file"
done

check_answers bash ''
if command -v fish >/dev/null; then
    ok "fish can read it" fish --no-config --no-execute "$dir/cgscope.fish"
    check_answers fish word
else
    skip "fish" "no fish"
fi
if command -v zsh >/dev/null; then
    ok "zsh can read it" zsh -fn "$dir/_cgscope"
else
    skip "zsh" "no zsh"
fi
finish
