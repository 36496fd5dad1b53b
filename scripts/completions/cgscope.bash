# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# bash completion for cgscope(1)

# What is inserted may be named by anybody: groups, units, users. So candidates are plain text up to _cgscope_insert,
# which alone puts words on the line, quoted.

# A word of the line without its quotes, in $plain; nothing in it is expanded. $open is the quote that is not closed
# (' or " or $', or nothing), $head the text before it.
_cgscope_unquote() {
    local word=$1 c
    plain='' open='' head=''
    while [[ -n $word ]]; do
        c=${word:0:1} word=${word:1}
        case $open$c in
            \\) plain+=${word:0:1} word=${word:1} ;;
            "'" | '"') open=$c head=$plain ;;
            "''" | '""' | "\$''") open='' head='' ;;
            "\"\\" | "\$'\\")
                [[ $open == '"' && $word != [\$\`\"\\]* ]] || c=${word:0:1} word=${word:1}
                if [[ $open != '"' && $c == [abefnrtvxE0-7] ]]; then
                    [[ $c$word =~ ^(x[[:xdigit:]]{1,2}|[0-7]{1,3}|.) ]]
                    word=$c$word
                    word=${word#"${BASH_REMATCH[0]}"}
                    printf -v c %b "\\${BASH_REMATCH[0]}"
                fi
                plain+=$c
                ;;
            '$')
                if [[ $word == "'"* ]]; then
                    open="\$'" head=$plain word=${word:1}
                else
                    plain+=$c
                fi
                ;;
            *) plain+=$c ;;
        esac
    done
}

# $1 as it stands in $'…', in $quoted: what is no letter, digit, '.', '_' or '-' as \xNN.
_cgscope_bytes() {
    local LC_ALL=C i code
    quoted=''
    for ((i = 0; i < ${#1}; i++)); do
        code=${1:i:1}
        if [[ $code != [[:alnum:]._-] ]]; then
            printf -v code %d "'$code"
            printf -v code '\\x%02x' $((code & 255))
        fi
        quoted+=$code
    done
}

# Whether a terminal can be shown $1: letters and digits of any script, and ASCII.
_cgscope_is_plain() {
    local rest=${1//[[:alnum:]]/} LC_ALL=C
    [[ $rest != *[!\ -~]* ]]
}

# $1 as it stands within the quote $2 (or without one) and means itself to the shell, in $quoted. Fails where that
# cannot be said there, or readline would take its end for that of the quote.
_cgscope_quote() {
    local i c
    quoted=''
    [[ -z $2 || $1 != *[\'\"] ]] || return
    case $2 in
        "\$'") _cgscope_bytes "$1" ;;
        "'")
            _cgscope_is_plain "$1" || return
            for ((i = 0; i < ${#1}; i++)); do
                c=${1:i:1}
                [[ $c != "'" ]] || c="'\\''"
                quoted+=$c
            done
            ;;
        '"')
            # History is expanded here, too.
            _cgscope_is_plain "$1" && [[ $1 != *!* ]] || return
            for ((i = 0; i < ${#1}; i++)); do
                c=${1:i:1}
                [[ $c != [\$\`\"\\] ]] || c="\\$c"
                quoted+=$c
            done
            ;;
        *)
            if _cgscope_is_plain "$1"; then
                for ((i = 0; i < ${#1}; i++)); do
                    c=${1:i:1}
                    [[ $c == [[:alnum:]@%+=:,./_-] ]] || c="\\$c"
                    quoted+=$c
                done
            else
                _cgscope_bytes "$1"
                quoted="\$'$quoted'"
            fi
            ;;
    esac
}

# A path part by part: what is typed already stays as it is, and what all candidates begin with is the same.
_cgscope_quote_path() {
    local rest=$1 part result=''
    while [[ $rest == */* ]]; do
        part=${rest%%/*}
        rest=${rest#*/}
        _cgscope_quote "$part" "$2" || return
        result+=$quoted/
    done
    _cgscope_quote "$rest" "$2" || return
    quoted=$result$quoted
}

# The words up to the cursor into $words, each as cgscope gets it: readline divides --slice=foo, user:group and @PID.
_cgscope_words() {
    local line=${COMP_LINE:0:COMP_POINT} gap i
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${line%%[![:space:]]*}
        line=${line#"$gap"}
        line=${line#"${COMP_WORDS[i]}"}
        if [[ $i -gt 0 && -z $gap && -n ${COMP_WORDS[i]} && (${COMP_WORDS[i]} == [=:@]* || ${words[-1]} == *[=:@]) ]]
        then
            words[-1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
    done
}

# The options of the verb; those that end with '=' need a value.
_cgscope_options_of() {
    local manager='--system --user' asking='--timeout= --no-ask-password' general='--quiet --help --version -q -h'
    local table='--output= --noheadings --bytes --full --no-pager --json -o -n -b -l'
    local command='--nice= --working-directory= --setenv= -E' supervised='--wait --report --keep'
    local namespace='--cgroup-namespace --root= --map-root'
    local scope="--delegate --leaf= --no-leaf --best-effort --unit= --property= --description= --slice= --slice-inherit
        --collect --no-collect --json -u -p -G $manager $asking"
    local users="--user-id= --all-users --runtime --no-apply --restart --root= $asking $table"

    case $1 in
        run) echo "$scope --uid= --gid= --same-dir -d $command $namespace $supervised" ;;
        adopt) echo "$scope --steal" ;;
        exec)
            echo "--property= -p --create --parents --evacuate= --remove --json $command $namespace $supervised
                $manager $asking"
            ;;
        list) echo "--all --slice= --empty -a $manager $table" ;;
        status) echo "--bytes --full --no-pager --json -b -l $manager $asking" ;;
        tree) echo "--processes -p --depth= $manager $table" ;;
        create) echo "--parents -p --evacuate= $manager $asking" ;;
        remove) echo "--recursive -r --self $manager $asking" ;;
        set) echo "--best-effort $manager $asking" ;;
        get) echo "--value --bytes --json -b $manager" ;;
        controllers) echo "$manager $table" ;;
        procs) echo "--recursive -r $manager $table" ;;
        move) echo "--steal $manager $asking" ;;
        ns) echo "--unit= -u --tree --all-hierarchies $manager $table" ;;
        can-move) echo "--as= --hierarchy= --json $manager" ;;
        chown) echo "--recursive -R $manager $asking" ;;
        freeze) echo "--self $manager $asking" ;;
        thaw) echo "$manager $asking" ;;
        kill) echo "--signal= -s --self $manager $asking" ;;
        stop) echo "--grace= --empty --all -a --self $manager $asking" ;;
        enable | disable) echo "$users" ;;
        doctor) echo "--user-id= --timeout= --full --no-pager --json -l" ;;
    esac
    echo "$general"
}

# The columns of the verb's table.
_cgscope_columns_of() {
    case ${1/#disable/enable} in
        # columns: begin
        list)
            echo UNIT OWNER CONTROLLERS PROCESSES MEMORY CPU AGE SLICE CGROUP DELEGATED FROZEN GROUPS MEMORY-PEAK \
                SWAP CPU-USER CPU-SYSTEM IO-READ IO-WRITTEN OOM-KILLS
            ;;
        tree)
            echo GROUP PROCESSES MEMORY MEMORY-LIMIT CPU PID COMMAND CGROUP GROUPS FROZEN MEMORY-PEAK MEMORY-HIGH \
                SWAP SWAP-LIMIT TASKS TASKS-LIMIT CPU-USER CPU-SYSTEM CPU-LIMIT IO-READ IO-WRITTEN OOM-KILLS
            ;;
        procs) echo PID USER COMMAND GROUP ;;
        ns) echo PID COMMAND NAMESPACE CGROUP INSIDE ABSOLUTE HIERARCHY MARKS ;;
        controllers) echo CONTROLLER AVAILABLE ENABLED STOPS-AT ;;
        enable)
            echo UID USER DROP-IN MANAGER STATE MISSING LOADED SLICE HANDED-ON FILE KIND OUTCOME
            ;;
        # columns: end
    esac
}

# What the verb takes after an equals sign or as its next word; '?' marks a value that may be left out.
_cgscope_value_of() {
    case $verb:$1 in
        run:-p | adopt:-p | run:--property | adopt:--property) echo property ;;
        exec:-p | exec:--property) echo setting ;;
        ns:-u | ns:--unit) echo unit ;;
        *:-u | *:--unit | *:--description | *:--leaf | *:--evacuate | *:--nice | *:--timeout | *:--grace | *:--depth)
            echo text
            ;;
        *:--slice) echo slice ;;
        *:--delegate) echo 'controllers?' ;;
        *:--json) echo 'json?' ;;
        *:--report) echo 'file?' ;;
        *:-o | *:--output) echo columns ;;
        *:-s | *:--signal) echo signal ;;
        *:--uid | *:--user-id | *:--as) echo user ;;
        *:--hierarchy) echo hierarchy ;;
        *:--gid) echo group ;;
        run:--root | exec:--root) echo where ;;
        *:--working-directory | *:--root) echo directory ;;
        *:-E | *:--setenv) echo variable ;;
    esac
}

# What stands at the end of the verb's command line, after the words of it that are there.
_cgscope_argument_of() {
    case $verb:$# in
        run:* | exec:[!0]*) echo command ;;
        adopt:* | ns:* | move:[!0]* | can-move:0) echo process ;;
        can-move:1) echo target ;;
        list:* | doctor:*) ;;
        enable:* | disable:*) echo managed ;;
        *:0 | remove:* | freeze:* | thaw:* | kill:* | stop:*) echo target ;;
        create:* | set:*) echo setting ;;
        get:*) echo key ;;
        chown:1) echo owner ;;
    esac
}

_cgscope_is_controllers() {
    local name names
    IFS=, read -ra names <<<"$1"
    [[ ${#names[@]} -gt 0 ]] || return 1
    for name in "${names[@]}"; do
        [[ -z $name || " ${controllers[*]} " == *" $name "* ]] || return 1
    done
}

# The words before the cursor that are neither options nor values into $arguments. Behind "--" $literal is set, and
# $command is the index of a command that has begun, or 0.
_cgscope_split() {
    local i word value
    arguments=() command=0 literal=
    for ((i = 2; i < ${#words[@]} - 1; i++)); do
        word=${words[i]}
        if [[ -n $literal || $word != -?* ]]; then
            if [[ $(_cgscope_argument_of "${arguments[@]}") == command ]]; then
                command=$i
                return
            fi
            arguments+=("$word")
            if [[ $verb == exec ]]; then
                # What follows the target is the command, whatever it looks like.
                literal=1
                [[ ${words[i + 1]} != -- ]] || i=$((i + 1))
            fi
        elif [[ $word == -- ]]; then
            literal=1
        elif [[ $word == --delegate ]]; then
            ! _cgscope_is_controllers "${words[i + 1]}" || i=$((i + 1))
        elif [[ $word != --*=* ]]; then
            # The last of -qGu counts.
            [[ $word == --* ]] || word=-${word: -1}
            value=$(_cgscope_value_of "$word")
            [[ -z $value || $value == *\? ]] || i=$((i + 1))
        fi
    done
}

# Candidates after what stands before the word proper.
_cgscope_add() {
    local before=$1 word=$2 candidate
    shift 2
    for candidate; do
        [[ $candidate != "$word"* ]] || COMPREPLY+=("$before$candidate")
    done
}

_cgscope_add_lines() {
    local before=$1 word=$2 lines
    mapfile -t lines
    _cgscope_add "$before" "$word" "${lines[@]}"
}

# Candidates for the last of several divided by commas, without those that are there already.
_cgscope_add_list() {
    local before=$1 word=$2 done_part name left=()
    shift 2
    done_part=${word%"${word##*,}"}
    for name; do
        [[ ,$done_part == *",$name,"* ]] || left+=("$name")
    done
    _cgscope_add "$before$done_part" "${word##*,}" "${left[@]}"
}

_cgscope_no_space() {
    compopt -o nospace 2>/dev/null || true
}

# The manager that the options so far lead to.
_cgscope_systemctl() {
    local manager=--user
    if [[ " ${words[*]} " == *' --system '* || ($EUID -eq 0 && " ${words[*]} " != *' --user '*) ]]; then
        manager=--system
    fi
    systemctl "$manager" "$@" --plain --no-legend --no-pager 2>/dev/null </dev/null
}

_cgscope_units() {
    _cgscope_systemctl list-units --all "$@" | while read -r unit _; do printf '%s\n' "$unit"; done
}

# The directory of the group that a target means, as far as that is cheap to know.
_cgscope_directory() {
    local unit=${1%%/*} path
    case $1 in
        /*) printf '%s\n' "$1" ;;
        . | ./*) [[ -z ${CGSCOPE_ROOT-} ]] || printf '%s\n' "$CGSCOPE_ROOT${1#.}" ;;
        [!@]*)
            path=$(_cgscope_systemctl show --property=ControlGroup --value "$unit")
            [[ -z $path ]] || printf '%s\n' "/sys/fs/cgroup$path${1#"$unit"}"
            ;;
    esac
}

# Units, and behind a slash the groups below.
_cgscope_target() {
    local word=$1 above=${1%"${1##*/}"} directory group
    if [[ $word == @* ]]; then
        _cgscope_processes @ "${word#@}"
    elif [[ $word != */* ]]; then
        _cgscope_add '' "$word" .
        _cgscope_add_lines '' "$word" < <(_cgscope_units --type=scope)
    elif [[ /sys/fs/cgroup/ == "$word"?* ]]; then
        COMPREPLY+=(/sys/fs/cgroup/)
        _cgscope_no_space
    else
        directory=$(_cgscope_directory "${above%/}")
        for group in "$directory"/*/; do
            group=${group%/}
            # Of an unknown unit there are none. What begins with $' cgscope takes for quotes.
            [[ -z $directory || ! -d $group || ${group##*/} == "\$'"* ]] || _cgscope_add "$above" "${word##*/}" "${group##*/}"
        done
    fi
}

# Settings of a unit, or of a group: properties, and the files that are there. $3 is what follows their names.
_cgscope_key() {
    local before=$1 word=$2 suffix=$3 target=${arguments[0]-.} directory file
    if [[ $verb == set && $target != */* ]]; then
        _cgscope_add "$before" "$word" "${properties[@]/%/$suffix}"
    else
        _cgscope_add "$before" "$word" "${keys[@]/%/$suffix}"
        directory=$(_cgscope_directory "$target")
        for file in "$directory"/*.*; do
            [[ -z $directory || ! -f $file ]] || _cgscope_add "$before" "$word" "${file##*/}$suffix"
        done
    fi
    [[ -z $suffix ]] || _cgscope_no_space
}

_cgscope_property() {
    local before=$1 word=$2 name=${2%%=*}
    if [[ $word != *=* ]]; then
        _cgscope_add "$before" "$word" "${properties[@]/%/=}"
        _cgscope_no_space
    elif [[ " ${dependencies[*]} " == *" $name "* ]]; then
        _cgscope_add_lines "$before$name=" "${word#*=}" < <(_cgscope_units)
    fi
}

# "TERM", or "SIGTERM" for who types it so.
_cgscope_signals() {
    compgen -A signal SIG | while read -r name; do
        [[ $name == *JUNK* ]] || printf '%s\n' "$name" "${name#SIG}"
    done
}

# Those that there are, as /proc/self/cgroup calls them.
_cgscope_hierarchies() {
    local names
    while IFS=: read -r _ names _; do
        printf '%s\n' "${names:-unified}"
    done </proc/self/cgroup | tr , '\n'
}

# Processes that can be moved: one's own, for root all.
_cgscope_processes() {
    local directory
    for directory in /proc/[0-9]*; do
        [[ $EUID -ne 0 && ! -O $directory ]] || _cgscope_add "$1" "$2" "${directory#/proc/}"
    done
}

_cgscope_owner() {
    if [[ $1 == *:* ]]; then
        _cgscope_add_lines "${1%%:*}:" "${1#*:}" < <(compgen -g)
    else
        _cgscope_add_lines '' "$1" < <(compgen -u)
    fi
}

# These readline quotes.
_cgscope_files() {
    compopt -o filenames 2>/dev/null || true
    filenames=1
    _cgscope_add_lines "$1" "$2" < <(compgen "$3" -- "$2")
}

# Candidates for a value of this kind; $1 stands before it in the word.
_cgscope_value() {
    local before=$1 word=$2 names
    case $3 in
        controllers*) _cgscope_add_list "$before" "$word" "${controllers[@]}" ;;
        managed) _cgscope_add_list "$before" "$word" cpuset cpu io memory pids ;;
        columns)
            read -ra names < <(_cgscope_columns_of "$verb")
            [[ $word != +* ]] || before+=+
            _cgscope_add_list "$before" "${word#+}" "${names[@]}"
            ;;
        json*) _cgscope_add "$before" "$word" short pretty off ;;
        where) _cgscope_add "$before" "$word" boundary leaf ;;
        property) _cgscope_property "$before" "$word" ;;
        setting) _cgscope_key "$before" "$word" = ;;
        signal) _cgscope_add_lines "$before" "$word" < <(_cgscope_signals) ;;
        slice) _cgscope_add_lines "$before" "$word" < <(_cgscope_units --type=slice) ;;
        unit) _cgscope_add_lines "$before" "$word" < <(_cgscope_units) ;;
        hierarchy) _cgscope_add_lines "$before" "$word" < <(_cgscope_hierarchies) ;;
        user) _cgscope_add_lines "$before" "$word" < <(compgen -u) ;;
        group) _cgscope_add_lines "$before" "$word" < <(compgen -g) ;;
        variable)
            _cgscope_add_lines "$before" "$word" < <(compgen -e -S =)
            _cgscope_no_space
            ;;
        directory) _cgscope_files "$before" "$word" -d ;;
        file*) _cgscope_files "$before" "$word" -f ;;
    esac
}

_cgscope_options() {
    local option options
    are_options=1
    read -rd '' -a options < <(_cgscope_options_of "$verb")
    for option in "${options[@]}"; do
        [[ $option == "$current"* ]] || continue
        [[ $option != *= ]] || _cgscope_no_space
        COMPREPLY+=("$option")
    done
}

_cgscope_command() {
    # The offset counts words as readline divides them.
    local offset=$((COMP_CWORD - (${#words[@]} - 1 - command)))
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$offset"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$offset"
    elif [[ $command -eq $((${#words[@]} - 1)) ]]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$current")
    else
        compopt -o filenames 2>/dev/null || true
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

_cgscope_argument() {
    case $(_cgscope_argument_of "${arguments[@]}") in
        command)
            [[ $command -gt 0 ]] || command=$((${#words[@]} - 1))
            _cgscope_command
            ;;
        process) _cgscope_processes '' "$current" ;;
        managed) _cgscope_value '' "$current" managed ;;
        target) _cgscope_target "$current" ;;
        setting) _cgscope_key '' "$current" = ;;
        key) _cgscope_key '' "$current" '' ;;
        owner) _cgscope_owner "$current" ;;
    esac
}

_cgscope_word() {
    local last kind=
    last=${words[-2]}
    [[ $last == --* ]] || last=${last:0:1}${last: -1}
    [[ $last != -* || $last == -- || $last == *=* ]] || kind=$(_cgscope_value_of "$last")

    if [[ $command -gt 0 || -n $literal ]]; then
        _cgscope_argument
    elif [[ $current == --*=* ]]; then
        kind=$(_cgscope_value_of "${current%%=*}")
        are_options=1 # it begins with one
        _cgscope_value "${current%%=*}=" "${current#*=}" "$kind"
    elif [[ -n $kind && $kind != *\? ]]; then
        _cgscope_value '' "$current" "$kind"
    elif [[ $current == -* ]]; then
        _cgscope_options
    else
        # --delegate cpu,io, and any other word is the command.
        [[ $last != --delegate ]] || _cgscope_value '' "$current" "$kind"
        [[ ${#COMPREPLY[@]} -gt 0 ]] || _cgscope_argument
    fi
}

# From candidates to what readline inserts behind what it took for words of their own ($raw up to a break that is not
# quoted), or behind an open quote.
_cgscope_insert() {
    local breaks=${COMP_WORDBREAKS//[!=:@]/} before='' candidate quoted answers=()
    if [[ -n $filenames ]]; then
        [[ -z $breaks || $current != *["$breaks"]* ]] || before=${current%"${current##*["$breaks"]}"}
    elif [[ -z $open && -n $breaks && $raw == *["$breaks"]* ]]; then
        before=${raw%"${raw##*["$breaks"]}"}
    fi

    for candidate in "${COMPREPLY[@]}"; do
        # An option of ours, but nobody else's.
        if [[ $candidate == -* && -z $are_options ]] || [[ -n $open && $candidate != "$head"* ]]; then
            continue
        fi
        quoted=$candidate
        [[ -n $filenames ]] || _cgscope_quote_path "${candidate#"$head"}" "$open" || continue
        [[ $quoted != "$before"* ]] || answers+=("${quoted#"$before"}")
    done
    COMPREPLY=("${answers[@]}")
}

_cgscope() {
    local words raw current plain open head verb arguments command=0 literal filenames='' are_options='' i
    local verbs=(run adopt exec list status tree create remove set get controllers procs move can-move ns chown freeze thaw
        kill stop enable disable doctor)
    local controllers=(cpuset cpu io memory hugetlb pids rdma misc dmem)
    local dependencies=(After Before Requires Requisite Wants BindsTo PartOf Upholds Conflicts OnFailure OnSuccess
        PropagatesStopTo StopPropagatedFrom)
    # properties: begin
    local properties=(
        CPUAccounting CPUWeight StartupCPUWeight CPUQuota CPUQuotaPeriodSec AllowedCPUs StartupAllowedCPUs
        AllowedMemoryNodes StartupAllowedMemoryNodes CPUSetPartition CPUPressureWatch
        CPUPressureThresholdSec MemoryAccounting MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax
        MemoryZSwapMax StartupMemoryLow StartupMemoryHigh StartupMemoryMax StartupMemorySwapMax
        StartupMemoryZSwapMax DefaultMemoryMin DefaultMemoryLow DefaultStartupMemoryLow MemoryZSwapWriteback
        MemoryPressureWatch MemoryPressureThresholdSec TasksAccounting TasksMax IOAccounting IOWeight
        StartupIOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax
        IODeviceLatencyTargetSec IOPressureWatch IOPressureThresholdSec IPAccounting IPAddressAllow
        IPAddressDeny SocketBindAllow SocketBindDeny RestrictNetworkInterfaces NFTSet IPIngressFilterPath
        IPEgressFilterPath BPFProgram DeviceAllow DevicePolicy DisableControllers ManagedOOMSwap
        ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit ManagedOOMMemoryPressureDurationSec
        ManagedOOMPreference CoredumpReceive OOMPolicy RuntimeMaxSec RuntimeRandomizedExtraSec
        TimeoutStopSec KillMode KillSignal RestartKillSignal FinalKillSignal WatchdogSignal SendSIGHUP
        SendSIGKILL After Before Requires Requisite Wants BindsTo PartOf Upholds Conflicts OnFailure
        OnSuccess PropagatesStopTo StopPropagatedFrom RequiresMountsFor WantsMountsFor Documentation
        SourcePath DefaultDependencies StopWhenUnneeded RefuseManualStart RefuseManualStop IgnoreOnIsolate
        SurviveFinalKillSignal JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction FailureAction
        SuccessAction OnFailureJobMode OnSuccessJobMode
    )
    # properties: end
    # Those of them that groups have, too.
    # keys: begin
    local keys=(
        CPUWeight CPUQuota CPUQuotaPeriodSec AllowedCPUs AllowedMemoryNodes CPUSetPartition MemoryMin MemoryLow
        MemoryHigh MemoryMax MemorySwapMax MemoryZSwapMax MemoryZSwapWriteback TasksMax IOWeight IODeviceWeight
        IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec
    )
    # keys: end

    COMPREPLY=()
    _cgscope_words
    raw=${words[-1]}
    for i in "${!words[@]}"; do
        _cgscope_unquote "${words[i]}"
        words[i]=$plain
    done
    current=$plain
    verb=${words[1]}

    if [[ ${#words[@]} -le 2 ]]; then
        are_options=1
        _cgscope_add '' "$current" "${verbs[@]}" --help --version
    elif [[ " ${verbs[*]} " == *" $verb "* ]]; then
        _cgscope_split
        _cgscope_word
    fi

    [[ $command -gt 0 ]] || _cgscope_insert
}

complete -F _cgscope cgscope
