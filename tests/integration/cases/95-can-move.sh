# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; out and err come from run
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# `cgscope can-move`: may this process be moved there? And the oracle, which compares its answers with the kernel's.

oracle=/opt/cgscope/build/tests/integration/oracle/move-oracle

# A tree outside of all units, on whatever hierarchy, with two subtrees of tester's: $top.
top=

teardown() {
    end_scopes
    remove_top
    unmount_v1
    restore_controllers
}

# subtrees MOUNT: makes it below MOUNT. The top is root's, as a slice would be.
subtrees() {
    local subtree group
    # Several systems may share one hierarchy of v1.
    top=$1/cgscope-can-move-$RANDOM$RANDOM
    mkdir "$top" "$top/outside"
    for subtree in a b; do
        mkdir "$top/$subtree" "$top/$subtree/x" "$top/$subtree/y"
        for group in "$top/$subtree" "$top/$subtree"/[xy]; do
            chown tester: "$group" "$group/cgroup.procs" "$group/tasks" "$group/cgroup.threads" \
                "$group/cgroup.subtree_control" 2>/dev/null || true
        done
    done
}

# really USER PID GROUP: what the kernel says to that, 0 or the name of the error.
really() {
    nearby "$1" python3 -c '
import errno, os, sys
try:
    fd = os.open(sys.argv[2] + "/cgroup.procs", os.O_WRONLY)
    os.write(fd, sys.argv[1].encode())
    print("yes")
except OSError as error:
    print(errno.errorcode[error.errno])' "$2" "$3"
}

# expect_answer yes|ERROR: of the last cgscope can-move.
expect_answer() {
    if [[ $1 == yes ]]; then
        expect_status 0
        expect_out '^yes: '
    else
        expect_status 1
        expect_out "^no: $1 \("
    fi
    expect_lines err 0
}

# one_move FROM TO ANSWER [OPTION…]: a process of tester's in FROM, asked about and then moved by tester.
one_move() {
    local from=$top/$1 to=$top/$2 answer=$3
    shift 3
    process_in "$from"
    run nearby tester cgscope can-move "$@" "$process" "$to"
    expect_answer "$answer"
    expect_equal "$(really tester "$process" "$to")" "$answer"
    kill -KILL "$process"
}

test_four_moves() {
    # the four moves of the classic example: root's group into a subtree, within one both ways, between two of one owner
    subtrees /sys/fs/cgroup
    one_move outside a/x EACCES
    expect_out '^ancestor +violated .*/cgscope-can-move-[0-9]+ '
    one_move a/x a/y yes
    one_move a/y a/x yes
    one_move a a/x yes
    one_move a/x b/x EACCES
    expect_out '^target +met'
    expect_out '^ancestor +violated .*/cgscope-can-move-[0-9]+ '
}

test_four_moves_v1() {
    # the same on cgroup v1, which allows all of them: it asks whose process it is
    needs container
    v1_hierarchy || skip "no v1 hierarchy can be mounted: $(<"$scratch/why")"
    subtrees "$v1"
    one_move outside a/x yes --hierarchy "$v1_name"
    expect_out '^owner +met'
    expect_out '^v2 +note .*so EACCES$'
    one_move a/x a/y yes --hierarchy "$v1_name"
    one_move a/y a/x yes --hierarchy "$v1_name"
    one_move a/x b/x yes --hierarchy "$v1_name"
    expect_out '^v2 +note .*so EACCES$'
    # What v2 allows within a subtree, v1 does not: somebody else's process.
    process_in "$top/a/x" other
    run nearby tester cgscope can-move --hierarchy "$v1_name" "$process" "$top/a/y"
    expect_answer EACCES
    expect_out '^owner +violated'
    expect_equal "$(really tester "$process" "$top/a/y")" EACCES
}

# --- the oracle ---

# consult ARGS…: the oracle; its words are shown.
consult() {
    local line
    run "$oracle" --cgscope /usr/bin/cgscope "$@"
    while IFS= read -r line; do
        note "$line"
    done <<<"$out"
    [[ $status -ne 77 ]] || skip "$(head -n 1 <<<"$out")"
    expect_status 0
    expect_out ', 0 differ$'
}

# In the virtual machine a case takes fifty times as long.
cases() {
    if [[ $CGSCOPE_SYSTEM == vm ]]; then echo "$2"; else echo "$1"; fi
}

test_oracle() {
    # the oracle: can-move and the kernel agree, on cgroup v2
    # deadline 120
    needs container
    consult --cases 6000
}

enabled_before=

# More than systemd enables by itself, so that all that refuse something are there.
enable_controllers() {
    local controller
    enabled_before=$(</sys/fs/cgroup/cgroup.subtree_control)
    for controller in $(</sys/fs/cgroup/cgroup.controllers); do
        echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
    done
}

restore_controllers() {
    local controller
    [[ -n $enabled_before ]] || return 0
    for controller in $(</sys/fs/cgroup/cgroup.subtree_control); do
        [[ " $enabled_before " == *" $controller "* ]] ||
            echo "-$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
    done
}

test_oracle_controllers() {
    # the same with all controllers, and with nsdelegate turned on and off
    # deadline 150
    needs vm
    needs controllers cpu cpuset memory pids
    enable_controllers
    consult --nsdelegate --cases 1000
    expect_out 'nsdelegate on and off'
    expect_out 'EBUSY [0-9]'
    expect_out 'ENOENT [0-9]'
}

test_oracle_v1() {
    # the same on cgroup v1, in a hierarchy without controllers
    # deadline 120
    consult --hierarchy new --cases "$(cases 2000 200)"
}

test_oracle_v1_cpuset() {
    # the same in a v1 hierarchy of cpusets, which refuse more
    # deadline 120
    grep -q ':cpuset:' /proc/self/cgroup || skip "no v1 hierarchy has cpuset"
    v1=$scratch/v1
    mkdir "$v1"
    mount -t cgroup -o cpuset cgroup "$v1" 2>"$scratch/why" || {
        v1=
        skip "cannot be mounted: $(<"$scratch/why")"
    }
    consult --hierarchy cpuset --cases "$(cases 1000 200)"
}

# --- what it says ---

answers_inside() {
    mkdir a b
    sleep_in main
    works cgscope can-move "$sleeping" ./a
    expect_out "^yes: uid $UID may move process $sleeping \([a-z]+\) into \./a$"
    expect_out '^ancestor +met +uid .* as its owner'
    expect_not_out '^unit '
    expect_equal "$(group_of "$sleeping" | sed 's/.*\///')" main
    works cgscope can-move "@$sleeping" "$CGSCOPE_ROOT/a"
    expect_out '^yes: '
    works cgscope can-move "$sleeping" "@$sleeping"
    expect_out '^stays +note'
    works cgscope can-move -q "$sleeping" ./b
    expect_lines out 0
    works cgscope can-move --json "$sleeping" ./a
    expect_lines out 1
    expect_json "data['allowed'] is True and data['errno'] is None and data['pid'] == $sleeping"
    expect_json "data['hierarchy'] == 'unified' and data['control_group'].endswith('/a') and data['uid'] == $UID"
    expect_json "all(rule['result'] == 'met' and rule['found'] for rule in data['rules'] if rule['rule'] != 'v1')"

    # The rules of threads: what is beside a threaded group takes nothing.
    mkdir a/t a/d
    echo threaded >a/t/cgroup.type
    run cgscope can-move "$sleeping" ./a/d
    expect_answer EOPNOTSUPP
    expect_out "^domain +violated .*'domain invalid'"
    run cgscope can-move --json=pretty "$sleeping" ./a/d
    expect_status 1
    expect_json "data['allowed'] is False and data['errno'] == 'EOPNOTSUPP'"
    expect_json "[rule['errno'] for rule in data['rules'] if rule['result'] == 'violated'] == ['EOPNOTSUPP']"
    works cgscope can-move "$sleeping" ./a/t

    # move explains by the same rules.
    run cgscope move ./a/d "$sleeping"
    expect_refusal 1 "cannot move process $sleeping into \./a/d: .*'domain invalid'"

    # A frozen group refuses nothing, but who would think of it.
    echo 1 >b/cgroup.freeze
    works cgscope can-move "$sleeping" ./b
    expect_out '^freezer +note .*/b is frozen'
    kill -KILL "$sleeping"
}

test_answers() {
    # the answer in words and as JSON, by which rules, of one's own subtree
    local user
    for user in $(both); do
        inside "$user" answers_inside
    done
}

busy_inside() {
    works cgscope create ./a/b -p MemoryMax=64M
    sleep_in main
    run cgscope can-move "$sleeping" ./a
    expect_answer EBUSY
    expect_out '^inner +violated .* hands memory on'
    expect_equal "$(really "$user" "$sleeping" "$CGSCOPE_ROOT/a")" EBUSY
    # Controllers that count threads are an exception, of which one is warned.
    mkdir c c/d
    echo +pids >c/cgroup.subtree_control
    works cgscope can-move "$sleeping" ./c
    expect_out '^threads +note'
    echo 0 >c/d/pids.max
    works cgscope can-move "$sleeping" ./c/d
    expect_out '^pids +note'
    expect_equal "$(really "$user" "$sleeping" "$CGSCOPE_ROOT/c/d")" yes
    kill -KILL "$sleeping"
}

test_busy() {
    # a group that hands controllers on: EBUSY, but not for those that count threads; pids.max refuses nothing
    needs vm
    needs controllers memory pids
    inside root busy_inside
}

test_units() {
    # out of a unit: what the manager loses, and that it would do what the kernel does not let its user do
    needs container
    local to
    scope tester goal
    to=$unit/main
    start tester
    run nearby tester cgscope can-move "$started" "$to"
    expect_answer EACCES
    expect_out '^ancestor +violated'
    expect_out '^unit +note .*it leaves testrun-.*\.service, .*the system manager'
    expect_out "^manager +note .*cgscope move $to $started"
    expect_equal "$(really tester "$started" "$boundary/main")" EACCES
    works as_user tester cgscope move "$to" "$started"
    expect_equal "/sys/fs/cgroup$(group_of "$started")" "$boundary/main"

    # Somebody else's it would not.
    start other
    run nearby tester cgscope can-move "$started" "$to"
    expect_answer EACCES
    expect_out "^manager +note .*nor would the manager"

    # A manager itself.
    run nearby tester cgscope can-move "$(manager_pid tester)" "$to"
    expect_out '^unit +note .*init\.scope.* refuses'
}

test_as() {
    # --as: for another user, with the groups of that user
    needs container
    subtrees /sys/fs/cgroup
    process_in "$top/a/x"
    run cgscope can-move --as tester "$process" "$top/a/y"
    expect_answer yes
    run cgscope can-move --as 1001 "$process" "$top/a/y"
    expect_answer EACCES
    expect_out 'the mover is uid 1001$'
    run cgscope can-move --as 4000000 "$process" "$top/a/y" # in no database
    expect_answer EACCES
    run cgscope can-move --as 0 "$process" "$top/b/x"
    expect_answer yes
    expect_out 'by CAP_DAC_OVERRIDE$'
    chgrp other "$top/a/cgroup.procs" "$top/a/y/cgroup.procs"
    chmod 664 "$top/a/cgroup.procs" "$top/a/y/cgroup.procs"
    run cgscope can-move --as other "$process" "$top/a/y"
    expect_answer yes
    expect_out 'by its group 1001$'
    expect_equal "$(really other "$process" "$top/a/y")" yes
    # As the user says: it is not root who asks.
    chmod 700 "$top/b"
    run nearby other cgscope can-move "$process" "$top/b/x"
    expect_answer EACCES
    expect_out '^target +violated the directory .*/b belongs to'
}

# --- namespaces ---

# in_namespace GROUP CMD…: in a cgroup namespace that begins at the group, with cgroup2 mounted anew.
in_namespace() {
    local group=$1
    shift
    sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec unshare --cgroup --mount --propagation private sh -c "
        mkdir -p /run/cgscope-test-mount && mount -t cgroup2 cgroup2 /run/cgscope-test-mount &&
        mount --bind /run/cgscope-test-mount /sys/fs/cgroup && exec \"\$@\"" sh "$@"' sh "$group" "$@"
}

has_nsdelegate() {
    grep -q ' - cgroup2 .*nsdelegate' /proc/self/mountinfo
}

test_namespace() {
    # in a cgroup namespace: what is outside is not to be moved where nsdelegate is on, also not by root
    local answer=yes
    ! has_nsdelegate || answer=ENOENT
    subtrees /sys/fs/cgroup
    process_in "$top/a/x" root
    run in_namespace "$top/b" cgscope can-move "$process" /sys/fs/cgroup/x
    expect_answer "$answer"
    run in_namespace "$top/b" sh -c 'echo "$1" >/sys/fs/cgroup/x/cgroup.procs || exit 9' sh "$process"
    if [[ $answer == yes ]]; then
        expect_status 0
    else
        expect_status 9
        run in_namespace "$top/b" cgscope can-move --as tester "$process" /sys/fs/cgroup/x
        expect_status 1
        expect_out '^no: EACCES or ENOENT: '
    fi
    echo "$process" >"$top/b/y/cgroup.procs"
    run in_namespace "$top/b" cgscope can-move "$process" /sys/fs/cgroup/x
    expect_answer yes
}

test_namespace_move() {
    # move explains that, too
    has_nsdelegate || skip "nsdelegate is off"
    subtrees /sys/fs/cgroup
    setfattr -n user.delegate -v 1 "$top/b/x"
    process_in "$top/a/x" root
    run in_namespace "$top/b" cgscope move /sys/fs/cgroup/x "$process"
    expect_refusal 1 'outside of this cgroup namespace.*--steal'
    run in_namespace "$top/b" cgscope move --steal /sys/fs/cgroup/x "$process"
    expect_refusal 1 "cannot move process $process .*outside of the mover's cgroup namespace"
}

test_stale_mount() {
    # in a namespace without a mount of its own nobody knows where the namespace begins: it says so
    subtrees /sys/fs/cgroup
    process_in "$top/b/x" root
    run sh -c 'echo $$ >"$1/b/cgroup.procs"; exec unshare --cgroup cgscope can-move "$2" "$1/b/y"' sh "$top" "$process"
    if has_nsdelegate; then
        expect_status 2
        expect_out '^cannot tell .*mount cgroup2 anew'
        run sh -c 'echo $$ >"$1/b/cgroup.procs"
            exec unshare --cgroup cgscope can-move --json "$2" "$1/b/y"' sh "$top" "$process"
        expect_status 2
        expect_json "data['allowed'] is None"
    else
        expect_answer yes
    fi
}

# --- bad input ---

# cannot_tell PATTERN CMD…: status 2, one line, nothing else.
cannot_tell() {
    local pattern=$1
    shift
    run "$@"
    expect_refusal 2 "^cgscope( can-move)?: .*$pattern"
}

test_bad_process() {
    # a process that is gone, a thread, one that is not to be seen, no number
    needs container
    local gone thread
    sleep 0 &
    gone=$!
    wait "$gone"
    cannot_tell "no process $gone" cgscope can-move "$gone" /sys/fs/cgroup
    cannot_tell 'no process number' cgscope can-move frob /sys/fs/cgroup
    cannot_tell 'no process number' cgscope can-move 0 /sys/fs/cgroup
    cannot_tell 'no process number' cgscope can-move -- -1 /sys/fs/cgroup
    cannot_tell 'no process 4194304' unshare --pid --fork cgscope can-move 4194304 /sys/fs/cgroup

    python3 -c 'import threading, time; threading.Thread(target=time.sleep, args=(1000,)).start()' &
    gone=$!
    disown "$gone"
    wait_until eval "[[ \$(ls /proc/$gone/task | wc -l) -eq 2 ]]"
    thread=$(find "/proc/$gone/task" -mindepth 1 -maxdepth 1 ! -name "$gone" -printf '%f\n')
    cannot_tell "$thread is a thread" cgscope can-move "$thread" /sys/fs/cgroup
    kill -KILL "$gone"
}

test_hidden_process() {
    # hidepid=, no /proc, the /proc of another PID namespace: it says what it cannot tell, or finds the process
    needs plain
    needs container
    local private=(unshare --mount --propagation private bash -c) option
    for option in invisible noaccess; do
        cannot_tell 'hidepid' "${private[@]}" 'mount -t proc -o "hidepid=$1" proc /proc &&
            exec setpriv --reuid=tester --regid=tester --init-groups cgscope can-move 1 /sys/fs/cgroup' bash "$option"
    done
    cannot_tell '/proc is not mounted' "${private[@]}" 'umount -l /proc && exec cgscope can-move 1 /sys/fs/cgroup'
    # There it is number 1, and has another number in /proc.
    run unshare --pid --fork bash -c 'cgscope can-move $$ /sys/fs/cgroup; exit $?'
    expect_answer yes
    expect_out 'process 1 \(bash\)'
}

test_bad_target() {
    # no such group, no path of the hierarchy, no unit, no such hierarchy; the answers to those that are closed
    needs container
    cannot_tell 'no group /sys/fs/cgroup/none' cgscope can-move $$ /sys/fs/cgroup/none
    cannot_tell 'no group' cgscope can-move $$ /sys/fs/cgroup/cgroup.procs
    cannot_tell 'no path below' cgscope can-move $$ /etc
    cannot_tell 'upwards' cgscope can-move $$ /sys/fs/cgroup/../kernel
    cannot_tell 'no unit' cgscope can-move $$ none.scope
    cannot_tell 'no process' cgscope can-move $$ @4194304
    cannot_tell 'no process number' cgscope can-move $$ @frob
    cannot_tell "no 'frob' is mounted.*unified" cgscope can-move --hierarchy frob $$ /sys/fs/cgroup
    cannot_tell 'with --hierarchy a target is a path' cgscope can-move --hierarchy unified $$ init.scope
    cannot_tell 'with --hierarchy a target is a path' cgscope can-move --hierarchy unified $$ .
    run cgscope can-move --hierarchy unified $$ /sys/fs/cgroup//init.scope/
    expect_answer yes
}

test_read_only() {
    # a hierarchy that is mounted read-only: EROFS
    needs container
    local read_only='mount -o remount,bind,ro /sys/fs/cgroup && exec "$@"'
    subtrees /sys/fs/cgroup
    process_in "$top/a/x"
    run unshare --mount --propagation private bash -c "$read_only" bash cgscope can-move "$process" "$top/a/y"
    expect_answer EROFS
    run unshare --mount --propagation private bash -c "$read_only" bash sh -c 'echo "$1" >"$2"' sh \
        "$process" "$top/a/y/cgroup.procs"
    expect_err 'Read-only'
}

test_odd_processes() {
    # a zombie, of which nothing would be moved; and kernel threads, where they are to be seen
    local parent
    subtrees /sys/fs/cgroup
    setpriv --reuid=tester --regid=tester --init-groups python3 -c 'import os, sys, time
pid = os.fork()
if pid == 0: os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
open(sys.argv[1], "w").write(str(pid))
time.sleep(1000)' "$scratch/zombie" &
    parent=$!
    disown "$parent"
    wait_until test -s "$scratch/zombie"
    process=$(<"$scratch/zombie")
    run cgscope can-move "$process" "$top/a/y"
    expect_answer yes
    expect_out '^ended +note'
    expect_equal "$(really root "$process" "$top/a/y")" yes
    kill -KILL "$parent"

    if [[ $CGSCOPE_SYSTEM == vm ]]; then
        run cgscope can-move 2 "$top/a/y"
        expect_answer EINVAL
        expect_out '^process +violated kthreadd'
        expect_equal "$(really root 2 "$top/a/y")" EINVAL
    fi
}
