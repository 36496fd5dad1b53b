# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# Bad input: one line on stderr, the exit status of the design, nothing on stdout, nothing started, nothing left.
# The tests that need no controllers are for the container.

setup() {
    # What is refused here no controller changes, and emulation makes it long.
    needs container
    # A command that tells by a file that it was run.
    printf '#!/bin/sh\ntouch %q\n' "$scratch/ran" >mark
    chmod 755 mark
    mark=$PWD/mark
    journal=$(journalctl --quiet --lines=0 --show-cursor | sed -n 's/^-- cursor: //p')
    [[ -n $journal ]] || fail 'no place in the journal'
}

teardown() {
    manager_of root stop test-taken.scope 2>/dev/null || true
    manager_of tester stop test-taken.scope 2>/dev/null || true
}

scopes_started() {
    journalctl --quiet --output=cat --after-cursor="$journal" | grep -E 'Started (app-cgscope-|test-bad)'
}

# refused STATUS PATTERN ARGS…: cgscope ARGS… is refused, for each user in $users.
refused() {
    local wanted=$1 pattern=$2 user
    shift 2
    for user in ${users:-root tester}; do
        run nearby "$user" cgscope "$@"
        expect_refusal "$wanted" "^cgscope( run| adopt)?: .*$pattern"
        [[ ! -e ran ]] || fail 'the command was run'
    done
}

# Nothing was started since the setup, as the journal has it, and none is left.
expect_nothing_started() {
    local lines
    journalctl --sync
    lines=$(scopes_started || true)
    [[ -z $lines ]] || fail "started after all: $lines"
    expect_no_scopes root tester
}

test_journal() {
    # the journal tells of a scope that was started, so that the other tests can look there
    run as root cgscope run -q -- "$mark"
    expect_status 0
    [[ -e ran ]] || fail 'the command was not run'
    journalctl --sync
    scopes_started >/dev/null || fail 'root: the journal has nothing'
    journal=$(journalctl --quiet --lines=0 --show-cursor | sed -n 's/^-- cursor: //p')
    run as tester cgscope run -q -- true
    expect_status 0
    journalctl --sync
    scopes_started >/dev/null || fail 'tester: the journal has nothing'
}

test_usage() {
    # no verb, no command, unknown verbs and options
    refused 2 'verb'
    refused 2 "'start'" start
    refused 2 "'--bogus'" --bogus run -- "$mark"
    refused 125 'no command' run
    refused 125 'no command' run --
    refused 125 'no command' run -q --delegate cpu
    refused 125 'no command' run --delegate cpu,io --
    refused 125 "option '--bogus'" run --bogus -- "$mark"
    refused 125 "unknown option '-b'" run -b -- "$mark"
    refused 125 '--quiet takes no value' run --quiet=1 -- "$mark"
    refused 125 '--unit needs a value' run --unit
    refused 125 '--property needs a value' run -p
    refused 2 'no process' adopt
    refused 2 'no process' adopt --delegate cpu
    refused 2 "option '--bogus'" adopt --bogus 1
    refused 2 "option '--uid" adopt --uid=tester 1
    refused 125 'exclude each other' run --system --user -- "$mark"
    expect_nothing_started
}

test_controllers() {
    # unknown controllers
    refused 125 "unknown controller 'bogus'" run --delegate=bogus -- "$mark"
    refused 125 "unknown controller 'bogus'" run --delegate=cpu,bogus,io -- "$mark"
    refused 125 "unknown controller 'CPU'" run --delegate=CPU -- "$mark"
    refused 125 'no controller' run --delegate= -- "$mark"
    refused 125 'no controller' run --delegate=, -- "$mark"
    refused 2 "unknown controller 'bogus'" adopt --delegate=bogus 1
    # As a word of its own it is the command.
    refused 127 'bogus: command not found' run --delegate bogus -- "$mark"
    expect_nothing_started
}

test_properties() {
    # unknown properties, with the nearest known one, and values that cannot be read
    local word
    refused 125 'MemoryMax' run -p MemoryMxa=1G -- "$mark"
    refused 125 'CPUQuota' run -p CpuQuota=10% -- "$mark"
    refused 125 'Frobnicate' run -p Frobnicate=yes -- "$mark"
    refused 125 'ExecStart' run -p ExecStart=/bin/true -- "$mark"
    refused 2 'MemoryMax' adopt -p MemoryMxa=1G 1
    for word in MemoryMax MemoryMax=lots MemoryMax=-1 MemoryMax=1GB CPUQuota=half CPUQuota=-5% CPUWeight=0 CPUWeight=10001 \
        TasksMax=many TasksMax=-1 AllowedCPUs=a-b AllowedCPUs=3-1 IOWeight=0 IOReadBandwidthMax=1M \
        'IOReadBandwidthMax=/dev/null lots' RuntimeMaxSec=soon KillMode=gently KillSignal=SIGNOTHING \
        OOMPolicy=panic After=nonsense MemoryAccounting=perhaps =1 ''; do
        refused 125 "${word%%=*}" run -p "$word" -- "$mark"
        refused 2 "${word%%=*}" adopt -p "$word" 1
    done
    # What an option sets is for -p only where the option says the same.
    for word in Delegate=no CollectMode=never Environment=A=b 'WorkingDirectory=~' DelegateControllers=cpu; do
        refused 125 "${word%%=*}" run -p "$word" -- "$mark"
    done
    for word in User=tester Group=tester Nice=5 WorkingDirectory=/; do
        refused 2 "${word%%=*} is what --.* of cgscope run says; adopt starts no command" adopt -p "$word" 1
    done
    expect_nothing_started
}

test_device() {
    # a bandwidth limit on what is no block device, or not there
    refused 125 'IOReadBandwidthMax' run -p 'IOReadBandwidthMax=/dev/null 1M' -- "$mark"
    refused 125 'IOReadBandwidthMax' run -p 'IOReadBandwidthMax=/dev/nowhere 1M' -- "$mark"
    expect_no_scopes root tester
}

test_units() {
    # names that no scope can have, or no slice
    local word long
    long=$(printf 'x%.0s' {1..256})
    for word in '' 'test bad' test-bad.service test-bad.slice a/b test-bad@x test-bad@ @ .scope 'test-bäd' $'test\nbad' \
        "$long"; do
        refused 125 "--unit: '.*' is no valid name of a scope" run -u "$word" -- "$mark"
        refused 2 "--unit: '.*' is no valid name of a scope" adopt -u "$word" 1
    done
    for word in '' 'a b' a--b -a a- a/b test.scope test@x; do
        refused 125 "--slice: '.*' is no valid name of a slice" run --slice="$word" -- "$mark"
    done
    for word in '' . .. a/b .hidden cpu.max cgroup.procs memory.x test.scope "$long"; do
        refused 125 '--leaf: ' run --delegate --leaf="$word" -- "$mark"
    done
    expect_nothing_started
}

test_values() {
    # values of the other options that cannot be read, or cannot be had
    local word
    for word in '' junk 0 -1s 5q; do
        refused 125 '--timeout: ' run --timeout="$word" -- "$mark"
    done
    for word in '' x 20 -21 1.5 99999999999999; do
        refused 125 '--nice: ' run --nice="$word" -- "$mark"
    done
    for word in '' =x 'A B=1' 1A=2 A-B=1; do
        refused 125 '--setenv: ' run -E "$word" -- "$mark"
    done
    refused 125 "--json: 'bogus'" run --json=bogus -- "$mark"
    refused 125 '--description: ' run --description=$'two\nlines' -- "$mark"
    refused 125 '--description: ' run --description=$'\xff\xfe' -- "$mark"
    refused 125 '--working-directory: .*/nowhere' run --working-directory=/nowhere -- "$mark"
    refused 125 '--working-directory: .*/etc/passwd' run --working-directory=/etc/passwd -- "$mark"
    users=tester refused 125 '--nice: ' run --nice=-10 -- "$mark"
    expect_nothing_started
    # Whether it can be entered is seen when the command's identity is taken.
    users=tester refused 125 '--working-directory: .*/root' run --working-directory=/root -- "$mark"
    chmod 700 .
    users=root refused 125 "--working-directory: .*$PWD" run --uid=tester --working-directory="$PWD" -- /bin/true
    expect_no_scopes root tester
}

test_users() {
    # users and groups that are not there, or not for oneself
    refused 125 "'nosuch'" run --uid=nosuch -- "$mark"
    refused 125 "'nosuch'" run --gid=nosuch -- "$mark"
    refused 125 "''" run --uid= -- "$mark"
    users=root refused 125 '4321' run --uid=4321 -- "$mark"
    users=root refused 125 '--uid' run --user --uid=tester -- "$mark"
    users=tester refused 125 'only root' run --uid=other -- "$mark"
    users=tester refused 125 'only root' run --uid=0 -- "$mark"
    users=tester refused 125 'only root' run --gid=other -- "$mark"
    expect_nothing_started
}

test_commands() {
    # a command that is not there (127), or cannot be executed (126), before a scope is asked for
    cp mark plain
    chmod 644 plain
    refused 127 'nosuch-command: command not found' run -- nosuch-command
    refused 127 '/nowhere/command: command not found' run -- /nowhere/command
    refused 127 'mark/command: command not found' run -- "$mark/command"
    refused 127 'the command is an empty word' run -- ''
    refused 126 'plain: cannot be executed' run -- "$PWD/plain"
    refused 126 '/usr: cannot be executed' run -- /usr
    users=tester refused 126 '/root/x: cannot be executed' run -- /root/x
    expect_nothing_started
}

test_exec_fails() {
    # a script without its interpreter is refused by the kernel when the scope is there: one line, no scope is left
    local user
    printf '#!/nowhere/interpreter\n' >orphan
    chmod 755 orphan
    for user in root tester; do
        run as "$user" cgscope run -q --delegate -- "$PWD/orphan"
        [[ $status -eq 127 || $status -eq 126 ]] || fail "status $status"
        expect_lines err 1
        expect_err '^cgscope: .*orphan'
    done
    expect_no_scopes root tester
}

test_taken() {
    # a name that is taken by a running scope: that one stays as it is
    local user pid
    for user in root tester; do
        start "$user" cgscope run -q -u test-taken -- sleep 1000
        pid=$started
        wait_until eval "[[ \$(group_of $pid) == */test-taken.scope ]]"
        users=$user refused 125 'test-taken.scope is taken' run -u test-taken -- "$mark"
        users=$user refused 125 'test-taken.scope is taken' run --delegate -u test-taken.scope -- "$mark"
        [[ $(group_of "$pid") == */test-taken.scope ]] || fail 'the scope that was there is gone'
        kill -KILL "$pid"
        expect_no_scopes "$user"
    done
}

test_refused_by_manager() {
    # a setting that is newer than the manager: its answer, in one line
    [[ -z $(systemctl show --all -p CPUPressureWatch init.scope) ]] || skip 'this manager knows all settings'
    refused 125 'manager answers: .*CPUPressureWatch' run -p CPUPressureWatch=on -- "$mark"
    refused 125 'manager answers: .*CPUPressureWatch' run --delegate -u test-bad -p CPUPressureWatch=on -- "$mark"
    expect_nothing_started
}

test_closed_output() {
    # --json to a full device: an error before the command
    local user
    for user in root tester; do
        run nearby "$user" sh -c 'exec cgscope run -q --json -- "$1" >/dev/full' sh "$mark"
        expect_refusal 125 'standard output'
        [[ ! -e ran ]] || fail 'the command was run'
    done
    expect_no_scopes root tester
}
