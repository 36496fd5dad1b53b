# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Bad input to the verbs for groups: one line, the status of the design, nothing changed, nothing left.
# The tests that need no controllers are for the container.

verbs=(create remove set get controllers procs move chown freeze thaw kill stop)

# verb_words VERB TARGET: in $words, a call that would do something.
verb_words() {
    words=("$1" "$2")
    case $1 in
        create | set) words+=(cgroup.max.depth=3) ;;
        get) words+=(cgroup.max.depth) ;;
        move) words+=("$$") ;;
        chown) words+=("$(id -u)") ;;
    esac
}

# each_refused STATUS PATTERN TARGET VERB…
each_refused() {
    local wanted=$1 pattern=$2 target=$3 words
    shift 3
    for verb; do
        verb_words "$verb" "$target"
        refused "$wanted" "$pattern" "${words[@]}"
    done
}

# All that verbs could change below the boundary.
state() {
    find . -type d -printf '%p %u %g %m\n' | sort
    grep -r . --include=cgroup.max.depth --include=cgroup.max.descendants --include=cgroup.freeze \
        --include=cgroup.subtree_control . | sort
}

unchanged() {
    local before
    before=$(state)
    "$@"
    expect_equal "$(state)" "$before"
    [[ $(group_of $$) == */main ]] || fail "we are in $(group_of $$)"
}

usage_inside() {
    local verb
    for verb in "${verbs[@]}"; do
        works cgscope "$verb" --help
        expect_out "^cgscope $verb "
        refused 2 "option '--bogus'" "$verb" --bogus ./main
        refused 2 'exclude each other' "$verb" --system --user ./main
    done
    for verb in create remove set get move chown freeze thaw kill stop; do
        refused 2 'target' "$verb"
    done
    refused 2 'nothing to set' set ./main
    refused 2 'process' move ./main
    refused 2 '' chown ./main
    refused 2 '\-\-timeout' remove --timeout=junk ./main
    refused 2 '\-\-evacuate' create --evacuate=a/b ./x
    refused 2 '\-\-evacuate' create --evacuate=.. ./x
    refused 2 '\-\-json' get --json=bogus ./main
    refused 2 'SIGNOTHING' kill -s SIGNOTHING ./main
    refused 2 '999' kill -s 999 ./main
}

test_usage() {
    # no target, unknown options, values of options that cannot be read
    needs container
    local user
    for user in root tester; do
        inside "$user" "unchanged usage_inside"
    done
}

targets_inside() {
    local verb gone
    # Not there.
    gone=$(sh -c 'echo $$')
    each_refused 1 'test-nosuch\.scope' test-nosuch.scope create set get controllers procs move chown freeze thaw kill
    each_refused 1 'test-nosuch\.scope' test-nosuch.scope/a create get
    each_refused 1 '\./nosuch' ./nosuch set get controllers procs move chown freeze thaw kill
    each_refused 1 'nosuch' "$CGSCOPE_ROOT/nosuch" set get move freeze
    each_refused 1 'nosuch' "$CGSCOPE_UNIT/main/nosuch" set get
    each_refused 1 "no process $gone|process $gone" "@$gone" create set get procs freeze kill
    # No target at all.
    for target in '' nosuch a/b @ @0 @x @-1 @99999999999 /etc/passwd / /sys/fs "$scratch"; do
        each_refused 1 . "$target" create set get
    done
    # A name that is not to be.
    for target in ./.a ./cpu.max ./cgroup.procs ./memory.x ./a.scope ./a.service ./tasks $'./a\nb' \
        "./$(printf 'x%.0s' {1..256})" "$CGSCOPE_UNIT/a.slice" "$CGSCOPE_UNIT/io.x/b"; do
        each_refused 1 . "$target" create
    done
    refused 1 . create "$CGSCOPE_ROOT/cpu.max"
    refused 1 . create "$CGSCOPE_ROOT/.hidden"
    refused 1 . create "$CGSCOPE_ROOT/a.scope"
    refused 1 . create -p "$CGSCOPE_ROOT/memory.x/a"
}

test_targets() {
    # units, groups and processes that are not there; names that no group can have
    needs container
    local user
    for user in root tester; do
        inside "$user" "unchanged targets_inside"
    done
}

not_delegated_inside() {
    local verb
    each_refused 1 'systemd-journald\.service.*(delegated|belongs)|delegated' \
        /sys/fs/cgroup/system.slice/systemd-journald.service/a create
    each_refused 1 'delegated|belongs' /sys/fs/cgroup/system.slice/systemd-journald.service create remove move chown
    each_refused 1 'system\.slice.*(belongs|above)|above' /sys/fs/cgroup/system.slice/a create
    each_refused 1 'belongs|above' /sys/fs/cgroup/system.slice create remove move chown
    each_refused 1 'belongs|above' /sys/fs/cgroup create remove move chown
    # The boundary's own.
    for target in . "$CGSCOPE_UNIT" "$CGSCOPE_ROOT" "@$1"; do
        refused 1 'manager' set "$target" memory.max=1G
        refused 1 'manager' set "$target" cpu.weight=5
        refused 1 'manager' set "$target" pids.max=5 memory.high=1G
        refused 1 'manager' remove "$target"
        refused 1 . create "$target"
    done
}

boundary_process() {
    # Its own attributes are its manager's, also where a process in it is named.
    sleep_in .
    not_delegated_inside "$sleeping"
    kill -KILL "$sleeping"
    wait_until test ! -e "/proc/$sleeping"
    mkdir main
    echo $$ >main/cgroup.procs
}

test_not_delegated() {
    # what is not delegated, above the boundary, and the boundary itself, with whom it belongs to
    needs container
    local user
    for user in root tester; do
        inside "$user" --no-leaf boundary_process
    done
}

keys_inside() {
    local word
    mkdir a
    for verb in set create; do
        target=./a
        [[ $verb == set ]] || target=./b
        refused 2 'MemoryMax' "$verb" "$target" MemoryMxa=1G
        refused 2 'memory\.max' "$verb" "$target" memory.mxa=1G
        refused 2 'cgroup\.max\.depth' "$verb" "$target" cgroup.max.deepth=1
        refused 2 'Frobnicate' "$verb" "$target" Frobnicate=1
        refused 2 'cpu\.weight|CPUWeight' "$verb" "$target" cpu.wieght=1
        refused 2 'RuntimeMaxSec' "$verb" "$target" RuntimeMaxSec=5
        refused 2 'KillMode' "$verb" "$target" KillMode=none
        refused 2 'OOMPolicy' "$verb" "$target" OOMPolicy=stop
        refused 2 'memory\.current.*read' "$verb" "$target" memory.current=1
        refused 2 'cgroup\.controllers.*read' "$verb" "$target" cgroup.controllers=1
        refused 2 'cgroup\.events.*read' "$verb" "$target" cgroup.events=1
        refused 2 'cgroup\.procs.*move' "$verb" "$target" cgroup.procs=$$
        for word in MemoryMax=lots MemoryMax=-1 CPUQuota=half TasksMax=many AllowedCPUs=a-b IOWeight=soon \
            'IOReadBandwidthMax=/dev/null 1M' IOReadBandwidthMax=1M MemoryMax '' =1 ../x=1 ./cgroup.max.depth=1 \
            a/cgroup.max.depth=1 .=1 ..=1; do
            run cgscope "$verb" "$target" "$word"
            [[ $status -eq 2 || $status -eq 1 ]] || fail "status $status"
            expect_lines err 1
            expect_lines out 0
        done
        # Out of range: the range is said.
        refused 2 'CPUWeight.*1.*10000' "$verb" "$target" CPUWeight=0
        refused 2 'CPUWeight.*1.*10000' "$verb" "$target" CPUWeight=10001
        refused 2 'IOWeight.*1.*10000' "$verb" "$target" IOWeight=100000
    done
    # All or nothing.
    refused 2 'Frobnicate' set ./a cgroup.max.depth=3 Frobnicate=1
    expect_file a/cgroup.max.depth max
    run cgscope set ./a cgroup.max.depth=3 cgroup.max.descendants=junk
    expect_lines err 1
    [[ $status -ne 0 ]] || fail 'taken'
    expect_file a/cgroup.max.depth max
    expect_none b
    # Reading.
    refused 1 'MemoryMax' get ./a MemoryMxa
    refused 1 'nosuch|Frobnicate' get ./a Frobnicate
    refused 1 'cgroup\.kill' get ./a cgroup.kill
    refused 1 . get ./a ../cgroup.procs
    refused 1 . get ./a /etc/passwd
    rmdir a
    # The same on a unit.
    refused 2 'MemoryMax' set . MemoryMxa=1G
    refused 2 'CPUWeight.*1.*10000' set . CPUWeight=0
}

test_keys() {
    # unknown and read-only keys, those that only a manager knows, values out of range
    # deadline 90
    needs container
    local user
    for user in root tester; do
        inside "$user" "unchanged keys_inside"
    done
}

processes_inside() {
    local gone thread sleeping
    mkdir a
    gone=$(sh -c 'echo $$')
    refused 1 "$gone" move ./a "$gone"
    refused 1 ' 1[ :,]|process 1' move ./a 1
    run cgscope move ./a junk
    [[ $status -eq 2 || $status -eq 1 ]] || fail "status $status"
    expect_lines err 1
    run cgscope move ./a 0
    [[ $status -eq 2 || $status -eq 1 ]] || fail "status $status"
    expect_lines err 1
    if thread=$(pgrep -x kthreadd); then
        refused 1 'kernel thread' move ./a "$thread"
    fi
    # Nobody is moved when one cannot be.
    sleep_in main
    refused 1 "$gone" move ./a "$sleeping" "$gone"
    [[ $(group_of "$sleeping") == */main ]] || fail "it is in $(group_of "$sleeping")"
    if [[ $user != root ]]; then
        # root's
        refused 1 "$1" move ./a "$1"
        refused 1 . chown ./a other
        refused 1 . chown ./a root
    fi
    refused 2 'nosuch' chown ./a nosuch
    refused 2 'nosuch' chown ./a :nosuch
    kill -KILL "$sleeping"
    rmdir a
}

test_processes() {
    # processes that are gone, not movable, somebody else's; users that are not there
    needs container
    local user
    start root
    for user in root tester; do
        inside "$user" "unchanged processes_inside $started"
    done
    [[ $(group_of "$started") == */testrun-*.service ]] || fail 'it was moved'
}

self_inside() {
    local target verb
    for target in ./main . "$CGSCOPE_UNIT" "@$$" "$CGSCOPE_ROOT"; do
        each_refused 1 '\-\-self' "$target" freeze kill stop
    done
    refused 1 '\-\-self' remove -r ./main
    # A signal that ends nobody is still one to oneself.
    refused 1 '\-\-self' kill -s TERM ./main
}

test_self() {
    # its own group, or one around it, is not frozen, killed, stopped or removed without --self
    needs container
    local user
    for user in root tester; do
        inside "$user" "unchanged self_inside"
    done
}

output_inside() {
    run sh -c 'exec cgscope get . >/dev/full'
    expect_refusal 1 'cannot write'
    run sh -c 'exec cgscope get --json . >/dev/full'
    expect_refusal 1 'cannot write'
    run sh -c 'exec cgscope controllers >/dev/full'
    expect_refusal 1 'cannot write'
    run sh -c 'exec cgscope procs -r . >/dev/full'
    expect_refusal 1 'cannot write'
}

test_output() {
    # output that cannot be written is an error
    needs container
    local user
    for user in root tester; do
        inside "$user" "unchanged output_inside"
    done
}

test_read_only() {
    # a hierarchy that is mounted read-only: one line that says so
    needs container
    local file=$scratch/read-only
    printf '%s\n' 'mount -o remount,ro,bind /sys/fs/cgroup || exit 9' 'cd "$CGSCOPE_ROOT"' \
        'for words in "create ./a" "set ./main cgroup.max.depth=3" "remove ./main"; do' \
        '    cgscope $words; echo "status=$?"; done; cgscope get --value ./main cgroup.max.depth' >"$file"
    run as root cgscope run -q --delegate -- unshare --mount --propagation private bash "$file"
    expect_status 0
    expect_equal "$out" $'status=1\nstatus=1\nstatus=1\nmax'
    expect_lines err 3
}
