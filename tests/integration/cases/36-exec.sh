# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# `cgscope exec`: a command that starts inside a group.

setup() {
    chmod 777 .
}

# in_scope USER SCRIPT: runs it with a delegated subtree of its own.
in_scope() {
    printf 'cd %q\n%s\n' "$scratch" "$2" >"$scratch/inner"
    run as "$1" cgscope run -q --delegate -- bash "$scratch/inner"
}

test_in_place() {
    # the command takes the place of cgscope: same process, in the group
    local user
    for user in root tester; do
        in_scope "$user" '
            cgscope create ./a
            sh -c "echo before=\$\$; exec cgscope exec ./a -- sh -c \"echo after=\\\$\\\$; sed -n s/^0::/group=/p /proc/self/cgroup\""
            cgscope exec ./a sh -c "exit 9"; echo "status=$?"
            cgscope exec "$CGSCOPE_UNIT/a" -- sed -n s/^0::/named=/p /proc/self/cgroup
            cgscope exec "$CGSCOPE_ROOT/a" -- sed -n s/^0::/path=/p /proc/self/cgroup
            cgscope exec -E NEW=thing ./a -- sh -c "echo new=\$NEW"
            cgscope exec ./a -E NEW=thing -q -- sh -c "echo behind=\$NEW"
            cgscope exec --quiet ./a -E NEW=thing sh -c "echo around=\$NEW"
            cgscope exec -- ./a sh -c "echo plain=\$0" -q'
        expect_status 0
        expect_lines err 0
        expect_value after "$(value before)"
        expect_value group '*.scope/a'
        expect_value named '*.scope/a'
        expect_value path '*.scope/a'
        expect_value status 9
        expect_value new thing
        expect_value behind thing
        expect_value around thing
        expect_value plain -q
    done
}

test_statuses() {
    # 125, 126 and 127 are cgscope's, and say why in one line
    needs container
    local user
    for user in root tester; do
        in_scope "$user" '
            cgscope create ./a
            for words in "./a -- /nonexistent" "./a -- /etc/passwd" "./none -- true" "./a" "-p Frob=1 ./a -- true" "" \
                "--create ./a/../b -- true" "--create ./a -- true"; do
                cgscope exec $words
                echo "status=$?"
            done 2>errors
            echo "lines=$(wc -l <errors)"; cat errors >&2; rm errors; ls "$CGSCOPE_ROOT" | grep -c "^[ab]$"'
        expect_equal "$(value status | xargs)" '127 126 125 125 125 125 125 125'
        expect_value lines 8
        expect_out '^1$'
    done
}

test_create_remove() {
    # --create makes the group with its limits, --remove takes it away, whatever became of the command
    local user
    for user in root tester; do
        in_scope "$user" '
            cgscope exec --create --remove ./job -- sed -n s/^0::/group=/p /proc/self/cgroup
            echo "one=$?"
            cgscope exec --create --remove ./job -- sh -c "setsid sleep 1000 & exit 4"
            echo "two=$?"
            cgscope exec --create --remove ./job -- sh -c "kill -KILL \$\$"
            echo "three=$?"
            cgscope exec --create --remove ./job -- /nonexistent
            echo "four=$?"
            cgscope exec --create --remove -p cgroup.max.depth=x ./job -- true
            echo "five=$?"
            [ ! -e "$CGSCOPE_ROOT/job" ] && echo gone=yes'
        expect_value group '*.scope/job'
        expect_value one 0
        expect_value two 4
        expect_value three 137
        expect_value four 127
        expect_value five 125
        expect_value gone yes
    done
}

test_limits() {
    # -p limits the group before the command starts, in either vocabulary
    needs controllers memory pids
    local user
    for user in root tester; do
        in_scope "$user" '
            cgscope exec --create --remove -p MemoryMax=50M -p pids.max=30 ./job -- \
                sh -c "cat $CGSCOPE_ROOT/job/memory.max $CGSCOPE_ROOT/job/pids.max"
            cgscope exec --create -p MemoryMax=much ./bad -- true; echo "bad=$?"
            cgscope exec --create -p MemoryMax=20M -p MemorySwapMax=0 --remove ./oom -- python3 -c "x = bytearray(100 << 20)"
            echo "oom=$?"'
        expect_out '^52428800$'
        expect_out '^30$'
        expect_value bad 125
        expect_value oom 137
    done
}

test_from_outside() {
    # from a system service or a login session the kernel refuses the move, and the manager is asked
    local unit=test-target-$RANDOM.scope
    run as tester sh -c "
        cgscope run -q --delegate -u $unit -- sh -c 'cgscope create ./a && touch $scratch/ready && exec sleep 1000' &
        while [ ! -e $scratch/ready ]; do sleep 0.05; done
        cgscope exec $unit/a -- sed -n s/^0::/group=/p /proc/self/cgroup; echo status=\$?"
    expect_value status 0
    expect_value group "*/$unit/a"
    run as_session tester cgscope exec "$unit/a" -- sed -n s/^0::/group=/p /proc/self/cgroup
    expect_status 0
    expect_value group "*/$unit/a"
    nearby tester systemctl --user stop "$unit"
    expect_no_scopes tester
}

test_silent() {
    # inside the subtree nothing but libc is loaded, nobody is asked, and nothing above the boundary is written
    needs command strace
    local user
    for user in root tester; do
        in_scope "$user" '
            cgscope create ./a
            strace -f -o '"$scratch"'/trace cgscope exec ./a -- true
            strace -f -o '"$scratch"'/trace2 cgscope exec --create --remove --report=/dev/null ./b -- true
            strace -f -o '"$scratch"'/trace3 cgscope create -p ./c/d
            strace -f -o '"$scratch"'/trace4 cgscope set ./c cgroup.max.depth=3
            echo "root=$CGSCOPE_ROOT"'
        for file in trace trace2 trace3 trace4; do
            ! grep -E 'socket\(|connect\(' "$file" || fail "$file: a socket"
            ! grep -E 'open.*(libsystemd|libdbus|libsmartcols|libcap)' "$file" || fail "$file: a library"
            ! grep -E 'openat\(.*"/sys/fs/cgroup.*O_(WRONLY|RDWR)' "$file" || fail "$file: a path is written"
            rm "$file"
        done
    done
}

test_frozen() {
    # a frozen group would hold the command for ever: said instead
    needs container
    local user
    for user in root tester; do
        in_scope "$user" '
            cgscope create ./a
            cgscope freeze ./a
            timeout 20 cgscope exec ./a -- true; echo "status=$?"
            cgscope thaw ./a'
        expect_value status 125
        expect_err 'frozen'
    done
}
