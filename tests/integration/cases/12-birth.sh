# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# `cgscope exec` with a child that is killed before its first instruction.
# The tests that need no controllers are for the container.

# In a frozen group a child is born and does nothing. cgscope would not start one there, so the group is frozen when it
# has looked and is about to.
killed_at_birth_inside() {
    local tracer pid
    mkdir g
    : >"$scratch/trace"
    strace -f -qq --seccomp-bpf -o "$scratch/trace" -e trace=clone3 -e inject=clone3:delay_enter=3000000:when=1 \
        cgscope exec --wait ./g -- touch "$scratch/begun" &
    tracer=$!
    wait_until grep -q clone3 "$scratch/trace"
    echo 1 >g/cgroup.freeze
    wait_until grep -q . g/cgroup.procs
    pid=$(<g/cgroup.procs)
    kill -KILL "$pid"
    echo 0 >g/cgroup.freeze
    status=0
    wait "$tracer" 2>/dev/null || status=$?
    expect_status 137
    expect_none "$scratch/begun"
    # Where the kernel itself kills whatever is born in such a group, the command begins all the same.
    echo 1 >g/cgroup.kill
    works cgscope exec --wait ./g -- touch "$scratch/begun"
    [[ -e $scratch/begun ]] || fail 'the next one does not begin'
    rm "$scratch/begun"
    rmdir g
    rm "$scratch/trace"
}

test_killed_at_birth() {
    # a command that is killed before its first instruction is not started once more
    needs command strace
    chmod 777 .
    for user in root tester; do
        inside "$user" killed_at_birth_inside
    done
}
