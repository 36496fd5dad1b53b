# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# `list`, `status`, `tree`: what there is, and what it uses.
# The tests that need no controllers are for the container.

setup() {
    chmod 777 .
}

# start_scope USER UNIT: a delegated scope with a process in its leaf and one in the group job.
start_scope() {
    local user=$1 unit=$2
    rm -f "$scratch/ready"
    printf '%s\n' 'mkdir "$CGSCOPE_ROOT/job"' 'sleep 1000 &' 'echo $! >"$CGSCOPE_ROOT/job/cgroup.procs"' \
        "touch $scratch/ready" 'exec sleep 1000' >"$scratch/inner"
    as "$user" sh -c "setsid cgscope run -q --delegate -u $unit -- sh $scratch/inner >/dev/null 2>&1 </dev/null &
        while [ ! -e $scratch/ready ]; do sleep 0.05; done"
}

# json PROGRAM: what the python expression makes of the last output, in the variable j.
json() {
    python3 -c '
import json, sys
j = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1" <<<"$out" || fail "no JSON: $out"
}

test_list() {
    # list shows the caller's delegated scopes with owner, processes and age; -a everybody's
    local user other unit=test-list-$RANDOM.scope
    for user in root tester; do
        start_scope "$user" "$unit"
        run nearby "$user" cgscope list --no-pager
        expect_status 0
        expect_lines err 0
        expect_out '^UNIT +OWNER'
        expect_out "^$unit +$user"
        run nearby "$user" cgscope list --json
        expect_equal "$(json "[s['processes'] for s in j['units'] if s['unit'] == '$unit']")" '[2]'
        expect_equal "$(json "[s['owner'] for s in j['units'] if s['unit'] == '$unit']")" "['$user']"
        expect_equal "$(json "[type(s['cpu_usec']).__name__ for s in j['units'] if s['unit'] == '$unit']")" "['int']"
        run nearby "$user" cgscope list --noheadings -o UNIT,OWNER
        expect_out "^$unit +$user\$"
        expect_not_out '^UNIT'
        other=root
        [[ $user == tester ]] || other=tester
        run nearby "$other" cgscope list --no-pager
        expect_not_out "$unit"
        run nearby "$other" cgscope list -a --no-pager -l
        expect_out "^$unit +$user"
        run nearby "$user" cgscope list --empty --noheadings
        expect_not_out "$unit"
        run nearby "$user" cgscope list -o FROB
        expect_refusal 2 'FROB'
        manager_of "$user" stop "$unit"
    done
}

test_tree() {
    # tree shows the groups below a scope, with processes by -p, down to --depth
    local user unit=test-tree-$RANDOM.scope
    for user in root tester; do
        start_scope "$user" "$unit"
        run nearby "$user" cgscope tree --no-pager "$unit"
        expect_status 0
        expect_out "$unit"
        expect_out '[├└]─job'
        expect_out '[├└]─main'
        run nearby "$user" cgscope tree --no-pager -p "$unit"
        expect_out 'sleep 1000'
        run nearby "$user" cgscope tree --no-pager --depth=0 "$unit"
        expect_not_out 'job'
        run nearby "$user" cgscope tree --json "$unit"
        expect_out '"job"'
        json 'len(j)' >/dev/null
        run nearby "$user" cgscope tree --no-pager "$unit/none"
        expect_refusal 1 'none'
        manager_of "$user" stop "$unit"
    done
}

test_status() {
    # status: 0 for a scope that runs, 4 for one that is not there, 3 for one without processes
    local user unit=test-status-$RANDOM.scope
    for user in root tester; do
        start_scope "$user" "$unit"
        run nearby "$user" cgscope status --no-pager "$unit"
        expect_status 0
        expect_out "$unit"
        expect_out 'sleep 1000'
        run nearby "$user" cgscope status --json "$unit"
        expect_status 0
        expect_equal "$(json "j['unit']")" "$unit"
        expect_equal "$(json "j['owner']")" "$user"
        expect_equal "$(json "j['populated']")" True
        expect_equal "$(json "j['processes']")" 2
        run nearby "$user" cgscope status --no-pager "$unit/job"
        expect_status 0
        run nearby "$user" cgscope status --no-pager none-at-all.scope
        expect_status 4
        manager_of "$user" stop "$unit"
        run nearby "$user" cgscope status --no-pager "$unit"
        expect_status 4
    done
}

test_status_limits() {
    # status shows a limit that is set, and the nearest one above that is in effect
    needs controllers memory
    local user unit=test-limits-$RANDOM.scope
    for user in root tester; do
        start_scope "$user" "$unit"
        run nearby "$user" cgscope set "$unit" MemoryMax=100M
        expect_status 0
        run nearby "$user" cgscope status --no-pager "$unit/job"
        expect_status 0
        expect_out '100M|100\.0M'
        expect_out "$unit"
        manager_of "$user" stop "$unit"
    done
}

test_figures() {
    # the figures are the kernel's
    needs controllers memory pids
    local user unit=test-figures-$RANDOM.scope path
    for user in root tester; do
        start_scope "$user" "$unit"
        run nearby "$user" cgscope list --json -o UNIT,CGROUP,PROCESSES,MEMORY,CPU
        path=$(json "[s['control_group'] for s in j['units'] if s['unit'] == '$unit'][0]")
        expect_equal "$(json "[s['memory'] for s in j['units'] if s['unit'] == '$unit'][0]")" \
            "$(<"/sys/fs/cgroup$path/memory.current")"
        manager_of "$user" stop "$unit"
    done
}

test_closed_pipe() {
    # a reader that goes away is no error worth a word
    needs container
    # It has gone before the first byte, and who tells of it does not end by that.
    local words
    start root
    for words in "list -a" "get init.scope" "status init.scope" "adopt -q --json $started" doctor "doctor --json"; do
        # shellcheck disable=SC2016 # for the other shell
        run bash -c 'trap "" PIPE; exec 3> >(true); wait $!; cgscope $1 >&3' - "$words"
        [[ $words == doctor* ]] || expect_status 0
        expect_lines err 0
    done
    run bash -c 'set -o pipefail; cgscope list -a | true; cgscope tree /sys/fs/cgroup | head -n 1 >/dev/null; true'
    expect_lines err 0
}
