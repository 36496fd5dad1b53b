# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for cgscope(1)

set -g __cgscope_controllers cpuset cpu io memory hugetlb pids rdma misc dmem

function __cgscope_is_controllers
    test -n "$argv[1]"; or return 1
    for name in (string split , -- $argv[1])
        contains -- $name $__cgscope_controllers; or return 1
    end
end

# Whether an option of the verb takes the next word as its value.
function __cgscope_takes_word -a verb option
    switch $option
        case --leaf --unit --property --description --slice --timeout --uid --gid --nice --working-directory --setenv \
            --evacuate --depth --signal --grace --output --user-id --root '-*u' '-*E' '-*s' '-*o'
            return 0
        case '-*p'
            contains -- $verb run adopt exec; and not string match -q -- '--*' $option
            return
    end
    return 1
end

# Of the words before the cursor: the index of the first one of a command, which may be yet to come (0: none has begun);
# then those that are neither options nor values.
function __cgscope_split
    set -l tokens (commandline -opc)
    set -l verb $tokens[2]
    set -l arguments
    set -l literal 0
    set -l i 3
    while test $i -le (count $tokens)
        set -l token $tokens[$i]
        if test $literal -eq 1; or not string match -q -- '-?*' $token
            if test $verb = run
                echo $i $arguments | string split ' '
                return
            end
            set -a arguments $token
            if test $verb = exec
                set i (math $i + 1)
                test "$tokens[$i]" = --; and set i (math $i + 1)
                echo $i $arguments | string split ' '
                return
            end
        else if test $token = --
            set literal 1
        else if test $token = --delegate
            set -l next (math $i + 1)
            if test $next -le (count $tokens); and __cgscope_is_controllers $tokens[$next]
                set i $next
            end
        else if not string match -q -- '--*=*' $token; and __cgscope_takes_word $verb $token
            set i (math $i + 1)
        end
        set i (math $i + 1)
    end
    if test $verb = run; and test $literal -eq 1
        echo $i
    else
        echo 0 $arguments | string split ' '
    end
end

function __cgscope_needs_verb
    test (count (commandline -opc)) -eq 1
end

function __cgscope_verb_is
    set -l tokens (commandline -opc)
    test (count $tokens) -ge 2; and contains -- $tokens[2] $argv
end

# Still among the options of one of these verbs: no command yet, no "--".
function __cgscope_in_options
    __cgscope_verb_is $argv; or return 1
    not contains -- -- (commandline -opc); or return 1
    set -l split (__cgscope_split)
    test $split[1] -eq 0
end

# The verb is one of the others, and this is the argument with that number, or "+" for a later one.
function __cgscope_argument -a number
    __cgscope_verb_is $argv[2..-1]; or return 1
    set -l split (__cgscope_split)
    test $split[1] -eq 0; or return 1
    if test $number = +
        test (count $split) -ge 2
    else
        test (count $split) -eq $number
    end
end

# After a bare --delegate: its value may follow as a word.
function __cgscope_after_delegate
    set -l tokens (commandline -opc)
    __cgscope_in_options run adopt; and test $tokens[-1] = --delegate
end

# What is there of a list, up to the last comma, in front of each of the others.
function __cgscope_list
    set -l done (string replace -r '[^,]*$' '' -- (commandline -ct | string replace -r '^(--[a-z]+=|-o)' ''))
    for name in $argv
        contains -- $name (string split , -- (string trim -lc + -- "$done")); or echo "$done$name"
    end
end

function __cgscope_columns
    set -l tokens (commandline -opc)
    set -l columns
    switch (string replace -r '^disable$' enable -- $tokens[2])
        # columns: begin
        case list
            set columns UNIT OWNER CONTROLLERS PROCESSES MEMORY CPU AGE SLICE CGROUP DELEGATED FROZEN GROUPS \
                MEMORY-PEAK SWAP CPU-USER CPU-SYSTEM IO-READ IO-WRITTEN OOM-KILLS
        case tree
            set columns GROUP PROCESSES MEMORY MEMORY-LIMIT CPU PID COMMAND CGROUP GROUPS FROZEN MEMORY-PEAK \
                MEMORY-HIGH SWAP SWAP-LIMIT TASKS TASKS-LIMIT CPU-USER CPU-SYSTEM CPU-LIMIT IO-READ IO-WRITTEN \
                OOM-KILLS
        case procs
            set columns PID USER COMMAND GROUP
        case ns
            set columns PID COMMAND NAMESPACE CGROUP INSIDE ABSOLUTE HIERARCHY MARKS
        case controllers
            set columns CONTROLLER AVAILABLE ENABLED STOPS-AT
        case enable
            set columns UID USER DROP-IN MANAGER STATE MISSING LOADED SLICE HANDED-ON FILE KIND OUTCOME
        # columns: end
    end
    if string match -qr '^(--output=|-o)?\+' -- (commandline -ct); and not string match -q '*,*' -- (commandline -ct)
        set columns "+"$columns
    end
    __cgscope_list $columns
end

# The manager that the options so far lead to.
function __cgscope_systemctl
    set -l tokens (commandline -opc)
    set -l manager --user
    if contains -- --system $tokens; or begin; test (id -u) -eq 0; and not contains -- --user $tokens; end
        set manager --system
    end
    systemctl $manager $argv --plain --no-legend --no-pager 2>/dev/null </dev/null
end

function __cgscope_units
    __cgscope_systemctl list-units --all $argv | string replace -r ' .*' ''
end

# fish quotes what it inserts, but shows controls above U+007F and what turns the direction of writing around as they
# are, and behind an open quote all controls: such names are not offered. Others may have chosen them.
function __cgscope_showable
    if string match -qr '^([^\\\\\'"]|\\\\.|\'([^\\\\\']|\\\\.)*\'|"([^\\\\"]|\\\\.)*")*$' -- (commandline -ct)
        string match -rv '[\x{80}-\x{9f}\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}]' -- $argv
    else
        string match -r '^[ -~\t\p{L}\p{N}]*$' -- $argv
    end
end

# The word that is being typed, without its quotes; the last one need not be closed yet.
function __cgscope_word
    string unescape -- (commandline -ct)
end

function __cgscope_users
    __cgscope_showable (__fish_complete_users)
end

function __cgscope_groups_of_users
    __cgscope_showable (__fish_complete_groups)
end

# The directory of the group that a target means, as far as that is cheap to know.
function __cgscope_directory -a target
    switch "$target"
        case '/*'
            printf '%s\n' $target
        case . './*'
            set -q CGSCOPE_ROOT; and printf '%s\n' $CGSCOPE_ROOT(string sub -s 2 -- $target)
        case '@*' ''
        case '*'
            set -l parts (string split -m 1 / -- $target)
            set -l path (__cgscope_systemctl show --property=ControlGroup --value $parts[1])
            test -n "$path"; and string join / /sys/fs/cgroup$path $parts[2]
    end
end

# Units, and behind a slash the groups below.
function __cgscope_targets
    set -l word (__cgscope_word)
    if string match -q '@*' -- $word
        string replace -r '^' @ -- (__cgscope_processes)
    else if string match -q '*/*' -- $word
        string match -q -- "$word?*" /sys/fs/cgroup/; and echo /sys/fs/cgroup/; and return
        set -l above (string replace -r '/[^/]*$' '' -- $word)
        set -l directory (__cgscope_directory $above)
        test -n "$directory"; or return
        set -l groups $directory/*/
        set groups (string replace -r '^.*/([^/]+)/$' '$1' -- $groups)
        # What begins so cgscope takes for quotes.
        set groups (string match -rv '^\$\'' -- $groups)
        __cgscope_showable $above/$groups
    else
        echo .
        # What begins with a dash would be options.
        __cgscope_units --type=scope | string match -v -- '-*'
    end
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

# Settings of a group: properties, and the files that are there.
function __cgscope_keys
    # keys: begin
    set -l keys \
        CPUWeight CPUQuota CPUQuotaPeriodSec AllowedCPUs AllowedMemoryNodes CPUSetPartition MemoryMin MemoryLow \
        MemoryHigh MemoryMax MemorySwapMax MemoryZSwapMax MemoryZSwapWriteback TasksMax IOWeight IODeviceWeight \
        IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec
    # keys: end
    set -l split (__cgscope_split)
    set -l directory (__cgscope_directory $split[2])
    string join \n -- $keys
    test -n "$directory"; or return
    for file in $directory/*.*
        test -f $file; and basename $file
    end
end

# A unit takes all properties, a group those that it has.
function __cgscope_settings
    set -l split (__cgscope_split)
    if __cgscope_verb_is set; and not string match -q '*/*' -- $split[2]
        __cgscope_properties
    else
        __cgscope_keys | string replace -r '$' '='
    end
end

# The command and its arguments, completed as they would be without us in front.
function __cgscope_command
    set -l tokens (commandline -opc)
    set -l split (__cgscope_split)
    set -l first $split[1]
    set -l before
    if test $first -eq 0
        __cgscope_verb_is run; and not string match -q -- '-*' (commandline -ct); or return
        set first (math (count $tokens) + 1)
    end
    if test $first -le (count $tokens)
        set before (string escape -- $tokens[$first..-1])
    end
    complete --do-complete=(string join ' ' -- $before (commandline -ct))
end

# Those that there are, as /proc/self/cgroup calls them.
function __cgscope_hierarchies
    string match -r '(?<=:)[^:]*(?=:)' </proc/self/cgroup | string replace -r '^$' unified | string split ,
end

function __cgscope_processes
    test (id -u) -eq 0; and __cgscope_showable (__fish_complete_pids); and return
    for directory in /proc/[0-9]*
        test -O $directory; and string replace /proc/ '' -- $directory
    end
end

function __cgscope_files -a option
    __fish_complete_path (commandline -ct | string replace -- $option '')
end

function __cgscope_owners
    set -l user (commandline -ct | string match -r '^[^:]*:')
    if test -n "$user"
        __cgscope_groups_of_users | string replace -r '^' $user
    else
        __cgscope_users
    end
end

complete -c cgscope -f
complete -c cgscope -n __cgscope_needs_verb -a run -d 'Run a command in a new scope'
complete -c cgscope -n __cgscope_needs_verb -a adopt -d 'Make a new scope around running processes'
complete -c cgscope -n __cgscope_needs_verb -a exec -d 'Start a command inside a group'
complete -c cgscope -n __cgscope_needs_verb -a list -d 'List delegated scopes with what they use'
complete -c cgscope -n __cgscope_needs_verb -a status -d 'Show all of a scope or group'
complete -c cgscope -n __cgscope_needs_verb -a tree -d 'Show groups as a tree'
complete -c cgscope -n __cgscope_needs_verb -a create -d 'Make a group'
complete -c cgscope -n __cgscope_needs_verb -a remove -d 'Remove a group'
complete -c cgscope -n __cgscope_needs_verb -a set -d 'Set limits of a scope or group'
complete -c cgscope -n __cgscope_needs_verb -a get -d 'Show settings of a scope or group'
complete -c cgscope -n __cgscope_needs_verb -a controllers -d 'Show which controllers a group has'
complete -c cgscope -n __cgscope_needs_verb -a procs -d 'List the processes in a group'
complete -c cgscope -n __cgscope_needs_verb -a move -d 'Move processes into a group'
complete -c cgscope -n __cgscope_needs_verb -a can-move -d 'Say whether a process may be moved into a group'
complete -c cgscope -n __cgscope_needs_verb -a ns -d 'Show how processes see their control groups'
complete -c cgscope -n __cgscope_needs_verb -a chown -d 'Hand a group over to somebody'
complete -c cgscope -n __cgscope_needs_verb -a freeze -d 'Stop all processes for a while'
complete -c cgscope -n __cgscope_needs_verb -a thaw -d 'Let them go on'
complete -c cgscope -n __cgscope_needs_verb -a kill -d 'Send a signal to all processes'
complete -c cgscope -n __cgscope_needs_verb -a stop -d 'Stop a scope, or end a group'
complete -c cgscope -n __cgscope_needs_verb -a enable -d 'Have more controllers handed on to users'
complete -c cgscope -n __cgscope_needs_verb -a disable -d 'Take that back'
complete -c cgscope -n __cgscope_needs_verb -a doctor -d 'Show which controllers reach a user, and what helps'

set -l asking run adopt exec status create remove set move chown freeze thaw kill stop
set -l tables list tree procs controllers ns
set -l users enable disable
set -l all $asking $tables $users get can-move doctor
set -l targets status tree create remove set get controllers procs move chown freeze thaw kill stop exec

complete -c cgscope -n "__cgscope_needs_verb; or __cgscope_in_options $all" -s h -l help -d 'Show the help'
complete -c cgscope -n "__cgscope_needs_verb; or __cgscope_in_options $all" -l version -d 'Show the version'

# What a verb is aimed at, and what follows that.
complete -c cgscope -n "__cgscope_argument 1 $targets" -a '(__cgscope_targets)'
complete -c cgscope -n '__cgscope_argument + remove freeze thaw kill stop' -a '(__cgscope_targets)'
complete -c cgscope -n '__cgscope_argument + create set' -a '(__cgscope_settings)'
complete -c cgscope -n '__cgscope_argument + get' -a '(__cgscope_keys)'
complete -c cgscope -n '__cgscope_argument + move; or __cgscope_verb_is adopt ns' -a '(__cgscope_processes)'
complete -c cgscope -n '__cgscope_argument 1 can-move' -a '(__cgscope_processes)'
complete -c cgscope -n '__cgscope_argument 2 can-move' -a '(__cgscope_targets)'
complete -c cgscope -n '__cgscope_argument 2 chown' -a '(__cgscope_owners)'
complete -c cgscope -n '__cgscope_verb_is run exec' -a '(__cgscope_command)'

set -l o "__cgscope_in_options $all"
complete -c cgscope -n $o -s q -l quiet -d 'Print nothing but errors and warnings'
set -l o "__cgscope_in_options $asking $tables get can-move"
complete -c cgscope -n $o -l system -d 'Units of the system manager'
complete -c cgscope -n $o -l user -d 'Units of your user manager'

complete -c cgscope -n "__cgscope_in_options $asking $users doctor" -l timeout -x -d 'Wait so long for the manager'
set -l o "__cgscope_in_options $asking $users"
complete -c cgscope -n $o -l no-ask-password -d 'Do not ask for passwords'

set -l o "__cgscope_in_options $tables $users"
complete -c cgscope -n $o -s o -l output -x -a '(__cgscope_columns)' -d 'Print these columns'
complete -c cgscope -n $o -s n -l noheadings -d 'Print no headings'
set -l o "__cgscope_in_options $tables $users status doctor"
complete -c cgscope -n $o -s l -l full -d 'Do not shorten what is too wide'
complete -c cgscope -n $o -l no-pager -d 'Do not use a pager'
set -l o "__cgscope_in_options $tables $users status get"
complete -c cgscope -n $o -s b -l bytes -d 'Print numbers in base units'
set -l o "__cgscope_in_options $tables $users status get run adopt exec can-move doctor"
complete -c cgscope -n $o -l json -f -a 'short pretty off' -d 'Print JSON'

# A new scope
set -l o '__cgscope_in_options run adopt'
complete -c cgscope -n $o -l delegate -f -a '(__cgscope_list $__cgscope_controllers)' -d 'Delegate these controllers'
complete -c cgscope -n __cgscope_after_delegate -a '(__cgscope_list $__cgscope_controllers)'
complete -c cgscope -n $o -l leaf -x -d 'Put the processes into this group'
complete -c cgscope -n $o -l no-leaf -d 'Leave them in the scope\'s own group'
complete -c cgscope -n '__cgscope_in_options run adopt set' -l best-effort -d 'Only warn about what has no effect'
complete -c cgscope -n $o -s u -l unit -x -d 'Name of the scope'
complete -c cgscope -n $o -s p -l property -x -a '(__cgscope_properties)' -d 'Set a property of the scope'
complete -c cgscope -n $o -l description -x -d 'Description of the scope'
complete -c cgscope -n '__cgscope_in_options run adopt list' -l slice -x -a '(__cgscope_units --type=slice)' \
    -d 'This slice'
complete -c cgscope -n $o -l slice-inherit -d 'Put it below the slice that we are in'
complete -c cgscope -n $o -s G -l collect -d 'Unload it when it has failed, too'
complete -c cgscope -n $o -l no-collect -d 'Keep it loaded when it has failed'
complete -c cgscope -n '__cgscope_in_options adopt move' -l steal -d 'Take processes out of other delegated units'

# The command
set -l o '__cgscope_in_options run'
complete -c cgscope -n $o -l uid -x -a '(__cgscope_users)' -d 'Run the command as this user'
complete -c cgscope -n $o -l gid -x -a '(__cgscope_groups_of_users)' -d 'Run the command as this group'
complete -c cgscope -n $o -s d -l same-dir -d 'Run the command here'
set -l o '__cgscope_in_options run exec'
complete -c cgscope -n $o -l nice -x -d 'Run the command at this nice level'
complete -c cgscope -n $o -l working-directory -x -a '(__fish_complete_directories)' -d 'Run the command there'
complete -c cgscope -n $o -s E -l setenv -x -a '(set -nx)=' -d 'Set an environment variable'
complete -c cgscope -n $o -l cgroup-namespace -d 'Let the command see this subtree alone'
complete -c cgscope -n $o -l root -x -a 'boundary leaf' -d 'Where that begins'
complete -c cgscope -n $o -l map-root -d 'Let the command be root in it'
complete -c cgscope -n $o -l wait -d 'Stay beside the command until it has ended'
complete -c cgscope -n $o -l report -f -a '(__cgscope_files --report=)' -d 'Write what it used'
complete -c cgscope -n $o -l keep -d 'Let what it leaves behind run on'
set -l o '__cgscope_in_options exec'
complete -c cgscope -n $o -s p -l property -x -a '(__cgscope_settings)' -d 'Set a limit of the group first'
complete -c cgscope -n $o -l create -d 'Make the group first'
complete -c cgscope -n $o -l parents -d 'Make those above it, too'
complete -c cgscope -n $o -l remove -d 'Remove the group afterwards'
complete -c cgscope -n '__cgscope_in_options exec create' -l evacuate -x -d 'Move what is in the way into this group'

# The others
complete -c cgscope -n '__cgscope_in_options list stop' -s a -l all -d 'Those of everyone'
complete -c cgscope -n '__cgscope_in_options list stop' -l empty -d 'Those without processes'
complete -c cgscope -n '__cgscope_in_options tree' -s p -l processes -d 'Show processes, too'
complete -c cgscope -n '__cgscope_in_options tree' -l depth -x -d 'Go no deeper'
complete -c cgscope -n '__cgscope_in_options create' -s p -l parents -d 'Make those above it, too'
complete -c cgscope -n '__cgscope_in_options remove procs' -s r -l recursive -d 'With all below it'
complete -c cgscope -n '__cgscope_in_options chown' -s R -l recursive -d 'With all below it'
complete -c cgscope -n '__cgscope_in_options can-move' -l as -x -a '(__cgscope_users)' -d 'Whether this user may'
complete -c cgscope -n '__cgscope_in_options can-move' -l hierarchy -x -a '(__cgscope_hierarchies)' \
    -d 'In this hierarchy'
complete -c cgscope -n '__cgscope_in_options ns' -s u -l unit -x -a '(__cgscope_units)' -d 'Processes of this unit'
complete -c cgscope -n '__cgscope_in_options ns' -l tree -d 'By namespace'
complete -c cgscope -n '__cgscope_in_options ns' -l all-hierarchies -d 'A row for each hierarchy'
complete -c cgscope -n '__cgscope_in_options get' -l value -d 'Print the value alone'
complete -c cgscope -n '__cgscope_in_options kill' -s s -l signal -x -a '(kill -l | string split " ")' \
    -d 'Send this signal'
complete -c cgscope -n '__cgscope_in_options stop' -l grace -x -d 'Wait so long before SIGKILL'
complete -c cgscope -n '__cgscope_in_options remove freeze kill stop' -l self -d 'Also where this process is in it'

# Controllers for users
complete -c cgscope -n '__cgscope_verb_is enable disable' -a '(__cgscope_list cpuset cpu io memory pids)'
complete -c cgscope -n "__cgscope_in_options $users doctor" -l user-id -x -a '(__cgscope_users)' -d 'For this user'
set -l o "__cgscope_in_options $users"
complete -c cgscope -n $o -l all-users -d 'For all users'
complete -c cgscope -n $o -l runtime -d 'In /run, until the next boot'
complete -c cgscope -n $o -l no-apply -d 'Leave running user managers as they are'
complete -c cgscope -n $o -l restart -d 'Restart user managers where nothing else helps'
complete -c cgscope -n $o -l root -x -a '(__fish_complete_directories)' -d 'In this image'
