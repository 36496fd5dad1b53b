# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# bash completion for cgscope(1)

# The words up to the cursor into $words, each as cgscope gets it: readline divides --slice=foo at the '='.
_cgscope_words() {
    local line=${COMP_LINE:0:COMP_POINT} gap i
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${line%%[![:space:]]*}
        line=${line#"$gap"}
        line=${line#"${COMP_WORDS[i]}"}
        if [[ $i -gt 0 && -z $gap && -n ${COMP_WORDS[i]} && (${COMP_WORDS[i]} == =* || ${words[-1]} == *=) ]]; then
            words[-1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
    done
}

# What the verb takes after an equals sign or as its next word; '?' marks a value that may be left out.
_cgscope_value_of() {
    case $1 in
        -u | --unit | --description | --timeout | --leaf | --nice) echo text ;;
        -p | --property) echo property ;;
        --slice) echo slice ;;
        --delegate) echo 'controllers?' ;;
        --json) echo 'json?' ;;
        --uid) [[ $verb != run ]] || echo user ;;
        --gid) [[ $verb != run ]] || echo group ;;
        --working-directory) [[ $verb != run ]] || echo directory ;;
        -E | --setenv) [[ $verb != run ]] || echo variable ;;
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

# The index of the first word that is neither an option nor a value, in $first; 0 where the cursor comes before.
_cgscope_find_first() {
    local i word value
    first=0
    for ((i = 2; i < ${#words[@]} - 1; i++)); do
        word=${words[i]}
        case $word in
            --)
                first=$((i + 1))
                return
                ;;
            --delegate) ! _cgscope_is_controllers "${words[i + 1]}" || i=$((i + 1)) ;;
            --*=*) ;;
            -*)
                # The last of -qGu counts.
                [[ $word == --* ]] || word=-${word: -1}
                value=$(_cgscope_value_of "$word")
                [[ -z $value || $value == *\? ]] || i=$((i + 1))
                ;;
            *)
                first=$i
                return
                ;;
        esac
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

_cgscope_property() {
    local before=$1 word=$2 name=${2%%=*}
    if [[ $word != *=* ]]; then
        _cgscope_add "$before" "$word" "${properties[@]/%/=}"
        _cgscope_no_space
    elif [[ " ${dependencies[*]} " == *" $name "* ]]; then
        _cgscope_add_lines "$before$name=" "${word#*=}" < <(_cgscope_units)
    fi
}

# Candidates for a value of this kind; $1 stands before it in the word.
_cgscope_value() {
    local before=$1 word=$2 kind=$3 done_part
    case $kind in
        controllers*)
            done_part=${word%"${word##*,}"}
            local name left=()
            for name in "${controllers[@]}"; do
                [[ ,$done_part == *",$name,"* ]] || left+=("$name")
            done
            _cgscope_add "$before$done_part" "${word##*,}" "${left[@]}"
            ;;
        json*) _cgscope_add "$before" "$word" short pretty off ;;
        property) _cgscope_property "$before" "$word" ;;
        slice) _cgscope_add_lines "$before" "$word" < <(_cgscope_units --type=slice) ;;
        user) _cgscope_add_lines "$before" "$word" < <(compgen -u) ;;
        group) _cgscope_add_lines "$before" "$word" < <(compgen -g) ;;
        variable)
            _cgscope_add_lines "$before" "$word" < <(compgen -e -S =)
            _cgscope_no_space
            ;;
        directory)
            compopt -o filenames 2>/dev/null || true
            _cgscope_add_lines "$before" "$word" < <(compgen -d -- "$word")
            ;;
    esac
}

_cgscope_options() {
    local option
    for option in "${common[@]}" "$@"; do
        [[ $option == "$current"* ]] || continue
        [[ $option != *= ]] || _cgscope_no_space
        COMPREPLY+=("$option")
    done
}

_cgscope_command() {
    # The offset counts words as readline divides them.
    local offset=$((COMP_CWORD - (${#words[@]} - 1 - first)))
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$offset"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$offset"
    elif [[ $first -eq $((${#words[@]} - 1)) ]]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$current")
    else
        compopt -o filenames 2>/dev/null || true
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

# Processes that can be adopted: one's own, for root all.
_cgscope_processes() {
    local directory
    for directory in /proc/[0-9]*; do
        [[ $EUID -ne 0 && ! -O $directory ]] || _cgscope_add '' "$current" "${directory#/proc/}"
    done
}

_cgscope_positional() {
    if [[ $verb == run ]]; then
        [[ $first -gt 0 ]] || first=$((${#words[@]} - 1))
        _cgscope_command
    else
        _cgscope_processes
    fi
}

_cgscope_word() {
    local last kind
    last=${words[-2]}
    [[ $last == --* ]] || last=${last:0:1}${last: -1}
    kind=
    [[ $last != -* || $last == -- || $last == *=* ]] || kind=$(_cgscope_value_of "$last")

    if [[ $first -gt 0 && ($verb == run || ${words[first - 1]} == --) ]]; then
        _cgscope_positional
    elif [[ $current == --*=* ]]; then
        kind=$(_cgscope_value_of "${current%%=*}")
        _cgscope_value "${current%%=*}=" "${current#*=}" "$kind"
    elif [[ -n $kind && $kind != *\? ]]; then
        _cgscope_value '' "$current" "$kind"
    elif [[ $current == -* ]]; then
        if [[ $verb == run ]]; then
            _cgscope_options "${run_options[@]}"
        else
            _cgscope_options "${adopt_options[@]}"
        fi
    else
        # --delegate cpu,io, and any other word is the command.
        [[ $last != --delegate ]] || _cgscope_value '' "$current" "$kind"
        [[ ${#COMPREPLY[@]} -gt 0 ]] || _cgscope_positional
    fi
}

_cgscope() {
    local words current verb first i
    local controllers=(cpuset cpu io memory hugetlb pids rdma misc dmem)
    local common=(--delegate --leaf= --no-leaf --best-effort --system --user --unit= --property= --description=
        --slice= --slice-inherit --collect --no-collect --timeout= --no-ask-password --json --quiet --help --version
        -u -p -G -q -h)
    local run_options=(--uid= --gid= --nice= --working-directory= --same-dir --setenv= -d -E)
    local adopt_options=(--steal)
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

    COMPREPLY=()
    _cgscope_words
    current=${words[-1]}
    verb=${words[1]}

    if [[ ${#words[@]} -le 2 ]]; then
        _cgscope_add '' "$current" run adopt --help --version
    elif [[ $verb == run || $verb == adopt ]]; then
        _cgscope_find_first
        _cgscope_word
    fi

    # What readline took for a word of its own is not to be repeated.
    if [[ $COMP_WORDBREAKS == *=* && $current == *=* && ($first -eq 0 || $verb == adopt) ]]; then
        for i in "${!COMPREPLY[@]}"; do
            COMPREPLY[i]=${COMPREPLY[i]#"${current%"${current##*=}"}"}
        done
    fi
}

complete -F _cgscope cgscope
