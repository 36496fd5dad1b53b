# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for cgscope(1)

set -g __cgscope_controllers cpuset cpu io memory hugetlb pids rdma misc dmem

function __cgscope_is_controllers
    test -n "$argv[1]"; or return 1
    for name in (string split , -- $argv[1])
        contains -- $name $__cgscope_controllers; or return 1
    end
end

# The index, among the words before the cursor, of the first that is neither an option nor a value; one more than
# there are where the cursor comes before it.
function __cgscope_first
    set -l tokens (commandline -opc)
    set -l i 3
    while test $i -le (count $tokens)
        switch $tokens[$i]
            case --
                math $i + 1
                return
            case --delegate
                set -l next (math $i + 1)
                if test $next -le (count $tokens); and __cgscope_is_controllers $tokens[$next]
                    set i $next
                end
            case '--*=*'
            case --leaf --unit --property --description --slice --timeout --uid --gid --nice \
                --working-directory --setenv
                set i (math $i + 1)
            case '--*'
            case '-*u' '-*p' '-*E'
                set i (math $i + 1)
            case '-*'
            case '*'
                echo $i
                return
        end
        set i (math $i + 1)
    end
    math (count $tokens) + 1
end

function __cgscope_verb_is
    set -l tokens (commandline -opc)
    test (count $tokens) -ge 2; and test $tokens[2] = $argv[1]
end

function __cgscope_needs_verb
    test (count (commandline -opc)) -eq 1
end

# Still among the verb's options: no command yet, no "--".
function __cgscope_in_options
    set -l tokens (commandline -opc)
    test (count $tokens) -ge 2; or return 1
    contains -- $tokens[2] $argv; or return 1
    not contains -- -- $tokens; or return 1
    test $tokens[2] = adopt; or test (__cgscope_first) -gt (count $tokens)
end

# After a bare --delegate: its value may follow as a word.
function __cgscope_after_delegate
    set -l tokens (commandline -opc)
    __cgscope_in_options run adopt; and test $tokens[-1] = --delegate
end

function __cgscope_list_controllers
    set -l done (string replace -r '[^,]*$' '' -- (commandline -ct | string replace -r '^--delegate=' ''))
    for name in $__cgscope_controllers
        contains -- $name (string split , -- "$done"); or echo "$done$name"
    end
end

# The manager that the options so far lead to.
function __cgscope_units
    set -l tokens (commandline -opc)
    set -l manager --user
    if contains -- --system $tokens; or begin; test (id -u) -eq 0; and not contains -- --user $tokens; end
        set manager --system
    end
    systemctl $manager list-units --all --plain --no-legend --no-pager $argv 2>/dev/null </dev/null |
        string replace -r ' .*' ''
end

function __cgscope_properties
    # properties: begin
    set -l properties \
        CPUAccounting CPUWeight StartupCPUWeight CPUQuota CPUQuotaPeriodSec AllowedCPUs StartupAllowedCPUs \
        AllowedMemoryNodes StartupAllowedMemoryNodes CPUSetPartition CPUPressureWatch \
        CPUPressureThresholdSec MemoryAccounting MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax \
        MemoryZSwapMax StartupMemoryLow StartupMemoryHigh StartupMemoryMax StartupMemorySwapMax \
        StartupMemoryZSwapMax DefaultMemoryMin DefaultMemoryLow DefaultStartupMemoryLow MemoryZSwapWriteback \
        MemoryPressureWatch MemoryPressureThresholdSec TasksAccounting TasksMax IOAccounting IOWeight \
        StartupIOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax \
        IODeviceLatencyTargetSec IOPressureWatch IOPressureThresholdSec IPAccounting IPAddressAllow \
        IPAddressDeny SocketBindAllow SocketBindDeny RestrictNetworkInterfaces NFTSet IPIngressFilterPath \
        IPEgressFilterPath BPFProgram DeviceAllow DevicePolicy DisableControllers ManagedOOMSwap \
        ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit ManagedOOMMemoryPressureDurationSec \
        ManagedOOMPreference CoredumpReceive OOMPolicy RuntimeMaxSec RuntimeRandomizedExtraSec \
        TimeoutStopSec KillMode KillSignal RestartKillSignal FinalKillSignal WatchdogSignal SendSIGHUP \
        SendSIGKILL After Before Requires Requisite Wants BindsTo PartOf Upholds Conflicts OnFailure \
        OnSuccess PropagatesStopTo StopPropagatedFrom RequiresMountsFor WantsMountsFor Documentation \
        SourcePath DefaultDependencies StopWhenUnneeded RefuseManualStart RefuseManualStop IgnoreOnIsolate \
        SurviveFinalKillSignal JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction FailureAction \
        SuccessAction OnFailureJobMode OnSuccessJobMode
    # properties: end
    set -l dependencies After Before Requires Requisite Wants BindsTo PartOf Upholds Conflicts OnFailure OnSuccess \
        PropagatesStopTo StopPropagatedFrom
    set -l name (commandline -ct | string replace -r '^(--property=|-p)' '' | string match -r '^[^=]*(?==)')
    if contains -- "$name" $dependencies
        __cgscope_units | string replace -r '^' "$name="
    else
        string replace -r '$' '=' -- $properties
    end
end

# The command and its arguments, completed as they would be without us in front.
function __cgscope_command
    set -l tokens (commandline -opc)
    set -l first (__cgscope_first)
    set -l before
    if __cgscope_in_options run; and string match -q -- '-*' (commandline -ct)
        return
    end
    if test $first -le (count $tokens)
        set before (string escape -- $tokens[$first..-1])
    end
    complete --do-complete=(string join ' ' -- $before (commandline -ct))
end

function __cgscope_processes
    test (id -u) -eq 0; and __fish_complete_pids; and return
    for directory in /proc/[0-9]*
        test -O $directory; and string replace /proc/ '' -- $directory
    end
end

complete -c cgscope -f
complete -c cgscope -n __cgscope_needs_verb -a run -d 'Run a command in a new scope'
complete -c cgscope -n __cgscope_needs_verb -a adopt -d 'Make a new scope around running processes'
complete -c cgscope -n '__cgscope_needs_verb; or __cgscope_in_options run adopt' -s h -l help -d 'Show the help'
complete -c cgscope -n '__cgscope_needs_verb; or __cgscope_in_options run adopt' -l version -d 'Show the version'

set -l both '__cgscope_in_options run adopt'
complete -c cgscope -n $both -l delegate -f -a '(__cgscope_list_controllers)' -d 'Delegate these controllers'
complete -c cgscope -n __cgscope_after_delegate -a '(__cgscope_list_controllers)'
complete -c cgscope -n $both -l leaf -x -d 'Put the processes into this group'
complete -c cgscope -n $both -l no-leaf -d 'Leave them in the scope\'s own group'
complete -c cgscope -n $both -l best-effort -d 'Only warn about what does not reach here'
complete -c cgscope -n $both -l system -d 'Ask the system manager'
complete -c cgscope -n $both -l user -d 'Ask your user manager'
complete -c cgscope -n $both -s u -l unit -x -d 'Name of the scope'
complete -c cgscope -n $both -s p -l property -x -a '(__cgscope_properties)' -d 'Set a property of the scope'
complete -c cgscope -n $both -l description -x -d 'Description of the scope'
complete -c cgscope -n $both -l slice -x -a '(__cgscope_units --type=slice)' -d 'Put the scope into this slice'
complete -c cgscope -n $both -l slice-inherit -d 'Put it below the slice that we are in'
complete -c cgscope -n $both -s G -l collect -d 'Unload it when it has failed, too'
complete -c cgscope -n $both -l no-collect -d 'Keep it loaded when it has failed'
complete -c cgscope -n $both -l timeout -x -d 'Wait so long for the manager'
complete -c cgscope -n $both -l no-ask-password -d 'Do not ask for passwords'
complete -c cgscope -n $both -l json -f -a 'short pretty off' -d 'Print what was made as JSON'
complete -c cgscope -n $both -s q -l quiet -d 'Print nothing but errors and warnings'

set -l run '__cgscope_in_options run'
complete -c cgscope -n $run -l uid -x -a '(__fish_complete_users)' -d 'Run the command as this user'
complete -c cgscope -n $run -l gid -x -a '(__fish_complete_groups)' -d 'Run the command as this group'
complete -c cgscope -n $run -l nice -x -d 'Run the command at this nice level'
complete -c cgscope -n $run -l working-directory -x -a '(__fish_complete_directories)' -d 'Run the command there'
complete -c cgscope -n $run -s d -l same-dir -d 'Run the command here'
complete -c cgscope -n $run -s E -l setenv -x -a '(set -nx)=' -d 'Set an environment variable'
complete -c cgscope -n '__cgscope_verb_is run' -a '(__cgscope_command)'

complete -c cgscope -n '__cgscope_in_options adopt' -l steal -d 'Take processes out of other delegated scopes'
complete -c cgscope -n '__cgscope_verb_is adopt' -a '(__cgscope_processes)'
