#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-completions.sh CGSCOPE BASH ZSH FISH: the completions in these files know the program's verbs, options,
# properties and columns, and give the right answers.
set -euo pipefail

# shellcheck disable=SC2034 # read in lib.sh
cgscope=$1 bash_file=$2 zsh_file=$3 fish_file=$4
# shellcheck source=tests/cli/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
export LC_ALL=C.UTF-8
work_dir=$(mktemp -d)
trap 'rm -rf "$work_dir"' EXIT
mapfile -t verbs < <(list_verbs)

# A manager with one scope beside its own.
mkdir "$work_dir/bin"
cat >"$work_dir/bin/systemctl" <<'EOF'
#!/bin/sh
case "$*" in
    *list-units*)
        echo "job-1.scope loaded active running A job"
        echo "init.scope loaded active running A manager"
        ;;
esac
case "$*" in
    *--type*) ;;
    *list-units*) echo "jobs.mount loaded active mounted A disk" ;;
esac
EOF
chmod +x "$work_dir/bin/systemctl"
export PATH=$work_dir/bin:$PATH

# A directory with groups and files, as one below the boundary that the caller is in.
export CGSCOPE_ROOT=$work_dir/scope
mkdir -p "$CGSCOPE_ROOT"/{main,job/deep}
touch "$CGSCOPE_ROOT"/{,job/}{cgroup.procs,memory.peak,memory.high,memory.stat,memory.news}
chmod 444 "$CGSCOPE_ROOT"/job/memory.news

# readline LINE: sets COMP_WORDS and the rest as readline does for a line without quotes, the cursor at its end.
readline() {
    COMP_LINE=$1
    COMP_POINT=${#1}
    local spaced=$1 break
    for break in = : @; do
        spaced=${spaced//"$break"/ $break }
    done
    read -ra COMP_WORDS <<<"$spaced"
    [[ $1 != *' ' ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
}

bash_answers() (
    # shellcheck disable=SC1090 # the one that was built
    . "$bash_file"
    # shellcheck disable=SC2034 # read by the function
    COMP_WORDBREAKS=$' \t\n"\'><=;|&(:@'
    readline "$1"
    COMPREPLY=()
    _cgscope
    printf '%s\n' "${COMPREPLY[@]}"
)

fish_answers() {
    # shellcheck disable=SC2016 # fish's words
    timeout 30 fish --no-config -c 'source $argv[1]; complete -C $argv[2] | string replace -r "\t.*" ""' \
        "$fish_file" "$1"
}

# zsh completes only on a terminal: this prints what the file hands to _arguments.
zsh_answers() {
    # shellcheck disable=SC2016 # zsh's words
    timeout 30 zsh -fc '
        _arguments() { shift 2; print -rl -- "$@" }
        words=(${(z)2} ""); CURRENT=$#words
        source $1' zsh "$zsh_file" "$1" | grep -oE '^(\([^)]*\))?\*?--?[A-Za-z][a-z-]*' |
        sed -E 's/^(\([^)]*\))?\*?//'
}

# The options that a shell offers for a verb; an equals sign at the end does not count.
offered_options() {
    case $1 in
        zsh) zsh_answers "cgscope $2" ;;
        *) "${1}_answers" "cgscope $2 -" ;;
    esac | sed 's/=$//' | sort -u
}

has_options() {
    same "--help of $2, $1" "$(help_options "$2")" "$(offered_options "$1" "$2")"
}

# gives_all SHELL LINE EXPRESSION: the answers for LINE, but for files, are EXPRESSION's lines, see introspect.
gives_all() {
    same "the program, $1" "$(introspect "$3" | sort)" "$("${1}_answers" "$2" | grep -vF . | sort)"
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

    ok "$shell: all properties" gives_all "$shell" "cgscope run -p " "(p['name'] + '=' for p in it['properties'])"
    ok "$shell: all properties of a group" gives_all "$shell" "cgscope create ./a " \
        "(p['name'] + '=' for p in it['properties'] if p['file'])"
    for verb in list tree procs controllers ns enable; do
        ok "$shell: columns of $verb" gives_all "$shell" "cgscope $verb -o " \
            "(c['name'] for v in it['verbs'] if v['name'] == '$verb' for c in v['columns'])"
    done
    ok "$shell: verbs" gives "$shell" "cgscope " "${verbs[@]}"
    ok "$shell: a verb" gives "$shell" "cgscope ad" adopt '!run'
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
    ok "$shell: groups of users" gives "$shell" "cgscope run --gid=roo" "$(value --gid= root)"
    ok "$shell: a report's file" gives "$shell" "cgscope run --report=/etc/pass" "$(value --report= /etc/passwd)"
    ok "$shell: the command" gives "$shell" "cgscope run tru" true
    ok "$shell: the command after --" gives "$shell" "cgscope run -q --delegate cpu,io -- tru" true
    ok "$shell: no options of ours after the command" gives "$shell" "cgscope run true --qu" '!--quiet'
    ok "$shell: no options of ours after --" gives "$shell" "cgscope run -- --qu" '!--quiet'
    ok "$shell: processes" gives "$shell" "cgscope adopt $$" "$$"
    ok "$shell: more processes" gives "$shell" "cgscope adopt -q 1 $$" "$$"

    ok "$shell: targets" gives "$shell" "cgscope status ." .
    ok "$shell: units" gives "$shell" "cgscope kill job" job-1.scope
    ok "$shell: a group" gives "$shell" "cgscope status ./ma" ./main '!./job'
    ok "$shell: a group below" gives "$shell" "cgscope freeze ./main ./job/" ./job/deep
    ok "$shell: the hierarchy" gives "$shell" "cgscope tree /sys" /sys/fs/cgroup/
    ok "$shell: the group of a process" gives "$shell" "cgscope get @$$" "$(value @ "$$")"
    ok "$shell: one target is enough" gives "$shell" "cgscope status ./job ./ma" '!./main'
    ok "$shell: properties of a group" gives "$shell" "cgscope create -p ./job/a MemoryM" MemoryMax= \
        '!MemoryPressureWatch='
    ok "$shell: no properties of units" gives "$shell" "cgscope set ./job Runtime" '!RuntimeMaxSec='
    ok "$shell: properties of a unit" gives "$shell" "cgscope set a.scope Runtime" RuntimeMaxSec=
    ok "$shell: files of a group" gives "$shell" "cgscope get ./job memory." memory.peak
    ok "$shell: limits for exec" gives "$shell" "cgscope exec -p TasksM" TasksMax=
    ok "$shell: options of exec" gives "$shell" "cgscope exec --create --pa" --parents
    ok "$shell: exec's target" gives "$shell" "cgscope exec --create ./jo" ./job
    ok "$shell: exec's command" gives "$shell" "cgscope exec --create ./job tru" true
    ok "$shell: exec's options behind its target" gives "$shell" "cgscope exec ./job --cre" --create
    ok "$shell: no options of exec behind --" gives "$shell" "cgscope exec ./job -- --cre" '!--create'
    ok "$shell: no options of exec in its command" gives "$shell" "cgscope exec ./job true --cre" '!--create'
    ok "$shell: exec's command behind an option" gives "$shell" "cgscope exec ./job --create tru" true
    ok "$shell: files to be set" gives "$shell" "cgscope set ./job memory." memory.high= '!memory.peak=' '!memory.stat='
    ok "$shell: no files that a verb is for" gives "$shell" "cgscope set ./job cgroup." '!cgroup.procs='
    ok "$shell: nobody stops a manager" gives "$shell" "cgscope stop " job-1.scope '!init.scope'
    ok "$shell: but looks at one" gives "$shell" "cgscope status ini" init.scope
    ok "$shell: units with processes" gives "$shell" "cgscope ns -u job" job-1.scope '!jobs.mount'
    ok "$shell: any unit to depend on" gives "$shell" "cgscope run -p After=job" "$(value After= jobs.mount)"
    ok "$shell: help" gives "$shell" "cgscope hel" help
    ok "$shell: verbs for help" gives "$shell" "cgscope help ad" adopt
    ok "$shell: exec's command after --" gives "$shell" "cgscope exec ./job -- tru" true
    ok "$shell: processes for a group" gives "$shell" "cgscope move ./job $$" "$$"
    ok "$shell: a process that may be moved" gives "$shell" "cgscope can-move $$" "$$"
    ok "$shell: where it may be moved to" gives "$shell" "cgscope can-move $$ ./ma" ./main
    ok "$shell: hierarchies" gives "$shell" "cgscope can-move --hierarchy=uni" "$(value --hierarchy= unified)"
    ok "$shell: a process to be looked at" gives "$shell" "cgscope ns -q $$" "$$"
    ok "$shell: a unit to be looked at" gives "$shell" "cgscope ns -u job" job-1.scope
    ok "$shell: where a namespace begins" gives "$shell" "cgscope run --root=bou" "$(value --root= boundary)"
    ok "$shell: an owner" gives "$shell" "cgscope chown -R ./job roo" root
    ok "$shell: an owner's group" gives "$shell" "cgscope chown ./job root:roo" "$(value root: root)"
    ok "$shell: signals" gives "$shell" "cgscope kill -s TER" TERM
    ok "$shell: columns" gives "$shell" "cgscope list -o MEM" MEMORY MEMORY-PEAK '!SWAP'
    ok "$shell: columns besides" gives "$shell" "cgscope list -o +SW" +SWAP
    ok "$shell: more columns" gives "$shell" "cgscope tree --output=+CPU,SW" "$(value --output= +CPU,SWAP)"
    ok "$shell: controllers for users" gives "$shell" "cgscope enable i" io '!rdma'
    ok "$shell: more controllers for users" gives "$shell" "cgscope disable --runtime io cpuset,m" cpuset,memory
    ok "$shell: a user's ID" gives "$shell" "cgscope enable io --user-id=roo" "$(value --user-id= root)"
    ok "$shell: columns of disable" gives "$shell" "cgscope disable -o OUT" OUTCOME
    ok "$shell: no argument" gives "$shell" "cgscope list " '!.'
}

for shell in bash fish zsh; do
    if ! command -v "$shell" >/dev/null; then
        skip "$shell" "no $shell"
        continue
    fi
    for verb in "${verbs[@]}"; do
        ok "$shell: $verb: the options of --help, and no other" has_options "$shell" "$verb"
    done
done

check_answers bash ''
ok "bash: no files that are read-only here" gives bash "cgscope set ./job memory." '!memory.news='
if command -v fish >/dev/null; then
    ok "fish can read it" fish --no-config --no-execute "$fish_file"
    check_answers fish word
fi
if command -v zsh >/dev/null; then
    ok "zsh can read it" zsh -fn "$zsh_file"
    ok "zsh: exec's target ends no options" grep -qF "':target:_cgscope_value target'" "$zsh_file"
fi
finish
