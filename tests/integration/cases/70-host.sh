# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# /sys/fs/cgroup is not what it should be: read-only, cgroup v1, or something else.
# The tests that need no controllers are for the container.

teardown() {
    systemctl stop test-other.scope 2>/dev/null || true
}

# elsewhere USER MOUNT COMMAND: runs the text COMMAND as USER in a mount namespace where the text MOUNT was run.
elsewhere() {
    local user=$1
    shift
    unshare --mount --propagation private bash -c "
        $1 || exit 99
        . ${BASH_SOURCE[0]%/*}/../scopes.sh
        cd /
        nearby $user sh -c \"\$2\"" bash "$1" "$2"
}

read_only='mount -o bind,remount,ro /sys/fs/cgroup'
# The first that the kernel lets us have.
legacy='mount -t cgroup -o none,name=cgscope-test cgroup /sys/fs/cgroup 2>/dev/null ||
    mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup 2>/dev/null ||
    mount -t cgroup -o pids cgroup /sys/fs/cgroup 2>/dev/null'

test_read_only() {
    # read-only cgroupfs: with a leaf to make nothing starts; without one the command runs
    local user words
    for user in root tester; do
        for words in --delegate '--best-effort --delegate' '--delegate --leaf=x'; do
            run elsewhere "$user" "$read_only" "exec cgscope run $words -- touch $scratch/ran"
            expect_refusal 125 '/sys/fs/cgroup is mounted read-only'
        done
        [[ ! -e ran ]] || fail 'the command was run'
        run elsewhere "$user" "$read_only" 'exec cgscope adopt --delegate $$'
        expect_refusal 1 '/sys/fs/cgroup is mounted read-only'
        expect_no_scopes "$user"

        run elsewhere "$user" "$read_only" 'exec cgscope run -q -- cat /proc/self/cgroup'
        expect_status 0
        expect_lines err 0
        expect_out '^0::/.*/app-cgscope-cat-[0-9a-f]*\.scope$'
        run elsewhere "$user" "$read_only" 'exec cgscope run -q --delegate --no-leaf -- cat /proc/self/cgroup'
        expect_status 0
        expect_lines err 0
        expect_out '^0::/.*/app-cgscope-cat-[0-9a-f]*\.scope$'
        expect_no_scopes "$user"
    done
}

test_no_cgroup2() {
    # no cgroup2 at /sys/fs/cgroup: one line says so, nothing starts
    local user
    for user in root tester; do
        run elsewhere "$user" 'mount -t tmpfs none /sys/fs/cgroup' "exec cgscope run -- touch $scratch/ran"
        expect_refusal 125 'cgroup'
        expect_err '/sys/fs/cgroup|cgroup v1 holds'
        run elsewhere "$user" 'mount -t tmpfs none /sys/fs/cgroup' 'exec cgscope adopt $$'
        expect_refusal 1 'cgroup'
    done
    run elsewhere root 'mount -t tmpfs none /sys' "exec cgscope run -- touch $scratch/ran"
    expect_refusal 125 'cgroup'
    [[ ! -e ran ]] || fail 'the command was run'
    expect_no_scopes root tester
}

test_legacy() {
    # a cgroup v1 hierarchy there: one line says so, and which argument to boot with
    local user status=0
    elsewhere root "$legacy" true || status=$?
    [[ $status -ne 99 ]] || skip 'this kernel mounts no cgroup v1 here'
    for user in root tester; do
        run elsewhere "$user" "$legacy" "exec cgscope run --delegate -- touch $scratch/ran"
        expect_refusal 125 'cgroup'
        expect_err 'cgroup v1 holds .*systemd.unified_cgroup_hierarchy=1|no cgroup2 is mounted at /sys/fs/cgroup'
    done
    [[ ! -e ran ]] || fail 'the command was run'
    expect_no_scopes root tester
}

test_hybrid() {
    # the hybrid layout, cgroup2 at /sys/fs/cgroup/unified: refused, with the same advice
    local user mount='mkdir -p /run/cgscope-unified && mount --bind /sys/fs/cgroup /run/cgscope-unified &&
        mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/unified &&
        mount --bind /run/cgscope-unified /sys/fs/cgroup/unified'
    for user in root tester; do
        run elsewhere "$user" "$mount" "exec cgscope run -- touch $scratch/ran"
        expect_refusal 125 'cgroup v1 holds .*systemd.unified_cgroup_hierarchy=1'
    done
    rmdir /run/cgscope-unified
    [[ ! -e ran ]] || fail 'the command was run'
    expect_no_scopes root tester
}

test_part_writable() {
    # one's own part writable in a tree that is read-only: one works there; elsewhere it is read-only, and a mount of
    # another group in the tree is followed by nobody
    needs container
    cat >inside <<'SCRIPT'
set -e
trap 'echo "line $LINENO: $BASH_COMMAND"' ERR
mount -o bind,remount,ro /sys/fs/cgroup
mount --bind "$CGSCOPE_ROOT" "$CGSCOPE_ROOT"
mount -o bind,remount,rw "$CGSCOPE_ROOT"
cd /
cgscope create -p ./a/b
cgscope create "$CGSCOPE_UNIT/c"
cgscope set ./a cgroup.max.depth=3
[[ $(cgscope get --value "$CGSCOPE_ROOT/a" cgroup.max.depth) == 3 ]]
sleep 1000 &
disown
[[ $(cgscope can-move $! ./a/b) == yes* ]]
cgscope move "$CGSCOPE_UNIT/a/b" $!
[[ $(cgscope procs -n -o PID ./a/b) == *$!* ]]
cgscope list -n | grep -q -F "$CGSCOPE_UNIT"
cgscope tree -n . | grep -q -w b
cgscope exec ./c -- grep -q '/c$' /proc/self/cgroup
cgscope remove -r ./a
cgscope remove ./c
mkdir "$CGSCOPE_ROOT/d"
mount --bind "$1" "$CGSCOPE_ROOT/d"
echo ready
cgscope create ./d/x || echo "create $?"
cgscope tree -n . >/dev/null
cgscope list -n >/dev/null
umount "$CGSCOPE_ROOT/d"
cgscope create "$1/x" || echo "create $?"
SCRIPT
    cgscope run -q --delegate -u test-other -- sleep 1000 &
    other=/sys/fs/cgroup/system.slice/test-other.scope
    wait_until grep -q . "$other/main/cgroup.procs"
    run cgscope run -q --delegate -- unshare --mount --propagation private bash inside "$other"
    expect_status 0
    expect_equal "$out" $'ready\ncreate 1\ncreate 1'
    expect_lines err 3
    expect_err '^cgscope: \./d/x: the way there leads over a symbolic link or another mount$'
    expect_err 'left out what is in .*/d: Invalid cross-device link$'
    expect_err '^cgscope: /sys/fs/cgroup is mounted read-only'
    [[ ! -e $other/x && ! -e $other/main/x ]] || fail 'made in another group'
}
