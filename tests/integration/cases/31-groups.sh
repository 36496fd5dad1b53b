# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# `cgscope create` and `remove`: groups below a boundary, by all kinds of target.

targets_inside() {
    local target
    for target in ./a "$CGSCOPE_UNIT/a" "$CGSCOPE_ROOT/a"; do
        works cgscope create "$target"
        expect_lines out 0
        expect_group a
        works cgscope set "$target" cgroup.max.depth=5
        expect_file a/cgroup.max.depth 5
        works cgscope get --value "$target" cgroup.max.depth
        expect_equal "$out" 5
        works cgscope remove "$target"
        expect_none a
    done
    # The group of a process, which is the leaf here.
    works cgscope set "@$$" cgroup.max.depth=7
    expect_file main/cgroup.max.depth 7
    works cgscope get --value . cgroup.max.depth
    expect_equal "$out" max
    # Slashes at the end, or two, mean nothing.
    works cgscope create .//a/
    works cgscope remove "$CGSCOPE_UNIT//a/"
    expect_none a
}

test_targets() {
    # UNIT/GROUP, ./GROUP, an absolute path and @PID name the same group, from within the scope
    needs container
    local user
    for user in root tester; do
        inside "$user" targets_inside
    done
}

from_elsewhere() {
    works cgscope create "$1/b"
    works cgscope create -p "$2/b/c/d"
    expect_group "$2/b/c/d"
    works cgscope set "@$3" cgroup.max.depth=9
    expect_file "$2/main/cgroup.max.depth" 9
    works cgscope remove -r "$1/b"
    expect_none "$2/b"
    # Here is no boundary.
    refused 1 'delegat' create ./b
    refused 1 'delegat' controllers .
}

test_elsewhere() {
    # another scope of one's own, from a service of the system's, and from a login session
    needs container
    local user
    for user in root tester; do
        scope "$user" elsewhere
        as_here "$user" "from_elsewhere $unit $boundary $sleeper" as_user "$user"
        end_scopes
    done
    scope tester session
    as_here tester "from_elsewhere $unit $boundary $sleeper" as_session tester
}

in_service() {
    works cgscope create -p ./a/b
    expect_group "$1/a/b"
    works cgscope controllers .
    works cgscope remove -r ./a
    expect_none "$1/a"
    [[ -z $(getfattr --absolute-names --only-values -n user.cgscope.delegate "$1" 2>/dev/null) ]] || fail 'cgscope marked it'
}

test_service() {
    # a service with Delegate= is a boundary like a scope
    needs container
    local user name
    for user in root tester; do
        testrun_name
        name=$testrun_unit
        as_here "$user" "in_service /sys/fs/cgroup/system.slice/$name.service" systemd-run --quiet --pipe --wait \
            --collect --unit="$name" --uid="$user" -p Delegate=yes --
    done
}

unmarked() {
    CGSCOPE_ROOT=/sys/fs/cgroup$(group_of self)
    [[ $CGSCOPE_ROOT == */test-unmarked.scope ]] || fail "we are in $CGSCOPE_ROOT"
    [[ -z $(getfattr --absolute-names --only-values -n user.cgscope.delegate "$CGSCOPE_ROOT" 2>/dev/null) ]] || fail 'marked already'
    if [[ $1 == no ]]; then
        refused 1 'delegat' create ./a
        refused 1 'test-unmarked\.scope is not delegated' create test-unmarked.scope/a
        refused 1 'test-unmarked\.scope is not delegated' create "$CGSCOPE_ROOT/a"
        [[ -z $(getfattr --absolute-names --only-values -n user.cgscope.delegate "$CGSCOPE_ROOT" 2>/dev/null) ]] || fail 'marked'
        expect_none "$CGSCOPE_ROOT/a"
        return
    fi
    works cgscope create "$2/a"
    expect_group "$CGSCOPE_ROOT/a"
    expect_equal "$(getfattr --absolute-names --only-values -n user.cgscope.delegate "$CGSCOPE_ROOT")" 1
    # From now on nobody has to be asked.
    works env DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere XDG_RUNTIME_DIR=/nowhere cgscope create ./a/b
    works cgscope remove -r test-unmarked.scope/a
}

test_unmarked() {
    # a scope that somebody else made below a user manager: the manager is asked once, then it is marked
    needs container
    local target
    for target in . test-unmarked.scope; do
        as_here tester "unmarked yes $target" as_user tester systemd-run --quiet --user --scope --unit=test-unmarked \
            -p Delegate=yes --
        wait_until unit_is tester test-unmarked.scope not-found
    done
    as_here tester "unmarked no ." as_user tester systemd-run --quiet --user --scope --unit=test-unmarked --
}

remove_inside() {
    mkdir -p a/b c d
    refused 1 'cannot remove \./a' remove ./a
    expect_group a/b
    works cgscope remove ./a/b ./a
    expect_none a

    sleep_in c
    refused 1 'cannot remove \./c' remove ./c
    kill -0 "$sleeping"
    works cgscope remove -r ./c
    expect_none c
    [[ ! -e /proc/$sleeping ]] || fail "process $sleeping is still there"

    # Several: the others are removed all the same.
    mkdir -p e/f
    run cgscope remove ./e ./d
    expect_refusal 1 'cannot remove \./e: groups are in it'
    expect_none d
    # The boundary is its manager's, and so is the rest.
    refused 1 'manager' remove .
    refused 1 'manager' remove -r "$CGSCOPE_ROOT"
    # Its own group, and one that holds it, are not killed unasked.
    refused 1 '\-\-self' remove -r ./main
    refused 1 '' remove ./main
    expect_group main
}

test_remove() {
    # remove takes empty groups, -r kills and removes all below; several are tried all
    needs container
    local user
    for user in root tester; do
        inside "$user" remove_inside
    done
}

forks_inside() {
    local i
    mkdir -p a/b/c
    # Each of them starts the next and ends.
    cat >"$scratch/forks-$user.sh" <<'END'
forever() {
    [ -e "$1" ] || exit
    forever "$1" &
}
for group; do echo $$ >"$group/cgroup.procs"; forever "$group/cgroup.procs" & done
END
    for i in 1 2 3; do
        bash "$scratch/forks-$user.sh" a/b/c a/b 2>/dev/null
        works cgscope remove -r ./a
        expect_none a
        mkdir -p a/b/c
    done
    works cgscope remove -r ./a
}

test_forks() {
    # remove -r gets hold of what forks as fast as it can
    needs container
    local user
    for user in root tester; do
        inside "$user" forks_inside
    done
}

parents_inside() {
    refused 1 'no group \./a|\./a' create ./a/b/c
    expect_none a
    works cgscope create -p ./a/b/c
    expect_group a/b/c
    works cgscope create -p ./a/b/c
    works cgscope create -p ./a/b/d
    refused 1 'there already' create ./a/b/c
    works cgscope set ./a/b/c cgroup.max.depth=3
    works cgscope create -p ./a/b/c cgroup.max.depth=4
    expect_file a/b/c/cgroup.max.depth 4
    works cgscope remove -r ./a
    # Several at once, none of which is in the way of another.
    local i round pids
    for round in {1..5}; do
        pids=()
        for i in {1..12}; do
            cgscope create -p "./a$round/b/c/d/c$((i % 3))" &
            pids+=($!)
        done
        for i in "${pids[@]}"; do
            wait "$i" || fail "one of them failed with status $?"
        done
        expect_group "a$round/b/c/d/c0" "a$round/b/c/d/c1" "a$round/b/c/d/c2"
    done
}

test_parents() {
    # -p makes the groups above, too, and takes what is there; without it the parent must be there
    needs container
    local user
    for user in root tester; do
        inside "$user" parents_inside
    done
}

# `run` has enabled all controllers for the leaf.
hand_nothing_on() {
    local name
    for name in $(<cgroup.subtree_control); do
        echo "-$name" >cgroup.subtree_control
    done
    expect_words "$(<cgroup.subtree_control)" ''
}

undo_inside() {
    local before key
    before=$(<cgroup.subtree_control)
    mkdir old
    for key in cgroup.max.depth=junk cgroup.max.descendants=-5 cgroup.type=bogus; do
        run cgscope create -p ./a/b "$key"
        [[ $status -eq 1 || $status -eq 2 ]] || fail "status $status"
        expect_lines err 1
        expect_none a
        run cgscope create -p ./old/b/c cgroup.max.depth=5 "$key"
        expect_lines err 1
        expect_none old/b
    done
    if ! has_controller . memory; then
        refused 1 'memory' create -p ./a/b MemoryMax=1G
        expect_none a
    fi
    expect_file cgroup.subtree_control "$before"
}

test_undo() {
    # a create that fails later takes back what it made
    needs container
    local user
    for user in root tester; do
        inside "$user" undo_inside
    done
}

undo_kernel_inside() {
    hand_nothing_on
    mkdir -p old/older
    # The last one is beyond all processors there are: the kernel says so when the rest is done.
    refused 1 'AllowedCPUs|cpuset' create -p ./old/a/b MemoryMax=64M TasksMax=9 AllowedCPUs=1000
    expect_none old/a
    expect_words "$(<old/cgroup.subtree_control)" ''
    expect_words "$(<cgroup.subtree_control)" ''
}

test_undo_kernel() {
    # the same where the kernel refuses the last of several limits: the controllers are taken back, too
    needs controllers memory pids cpuset
    inside root --delegate=memory,pids,cpuset undo_kernel_inside
}

enabled_inside() {
    hand_nothing_on
    works cgscope create -p ./a/b/c MemoryMax=64M
    expect_file a/b/c/memory.max 67108864
    expect_words "$(<a/cgroup.subtree_control)" memory
    expect_words "$(<a/b/cgroup.subtree_control)" memory
    expect_words "$(<a/b/c/cgroup.subtree_control)" ''
    works cgscope create ./a/b/d pids.max=5
    expect_file a/b/d/pids.max 5
    expect_words "$(<a/cgroup.subtree_control)" 'memory pids'
    expect_words "$(<a/b/cgroup.subtree_control)" 'memory pids'
    works cgscope create ./e/f -p
    expect_words "$(<e/cgroup.subtree_control)" memory
    expect_words "$(<cgroup.subtree_control)" 'memory pids'
}

test_enabled() {
    # what the limits need is enabled from the boundary down to the parent, memory as well, and nothing else anywhere
    needs controllers memory pids
    local user
    for user in $(both); do
        inside "$user" enabled_inside
    done
}

busy_inside() {
    local before
    before=$(<cgroup.subtree_control)
    expect_words "$before" ''
    run cgscope create ./a MemoryMax=64M
    expect_refusal 1 "[ (,]$$[ ),]"
    expect_err 'cgscope move '
    expect_err '\-\-evacuate'
    expect_none a
    expect_file cgroup.subtree_control "$before"
    # What the line says does help.
    works cgscope create ./a MemoryMax=64M --evacuate=rest
    expect_file a/memory.max 67108864
    expect_words "$(<cgroup.subtree_control)" memory
    [[ $(group_of $$) == */rest ]] || fail "we are in $(group_of $$)"

    # Further down.
    mkdir b
    sleep_in b
    refused 1 "[ (,]${sleeping}[ ),].*cgscope move " create ./b/c MemoryMax=64M
    expect_none b/c
    works cgscope create ./b/c MemoryMax=64M --evacuate rest
    [[ $(group_of "$sleeping") == */b/rest ]] || fail "it is in $(group_of "$sleeping")"
    expect_file b/c/memory.max 67108864

    # Without a need for controllers nobody is in the way, and nobody is moved.
    mkdir d
    sleep_in d
    works cgscope create ./d/e --evacuate=rest
    [[ $(group_of "$sleeping") == */d ]] || fail "it is in $(group_of "$sleeping")"

    # A create that fails after that brings them back.
    run cgscope create ./d/f MemoryMax=64M pids.max=junk --evacuate=rest
    [[ $status -eq 1 || $status -eq 2 ]] || fail "status $status"
    expect_lines err 1
    [[ $(group_of "$sleeping") == */d ]] || fail "it is in $(group_of "$sleeping")"
    expect_none d/f d/rest
    expect_words "$(<d/cgroup.subtree_control)" ''
}

threaded_inside() {
    # These controllers the kernel lets a group with processes hand on: what is below is then "domain invalid", and
    # takes none. With one of the others beside them it answers EOPNOTSUPP afterwards.
    mkdir d
    sleep_in d
    refused 1 "[ (,]${sleeping}[ ),].*cgscope move " create ./d/f TasksMax=9
    expect_none d/f
    expect_words "$(<d/cgroup.subtree_control)" ''
    refused 1 "[ (,]${sleeping}[ ),].*cgscope move " create ./d/f CPUWeight=5 MemoryMax=64M
    expect_none d/f
    expect_words "$(<d/cgroup.subtree_control)" ''
    expect_file d/cgroup.type domain
    works cgscope create ./d/f CPUWeight=5 TasksMax=9 MemoryMax=64M --evacuate=rest
    [[ $(group_of "$sleeping") == */d/rest ]] || fail "it is in $(group_of "$sleeping")"
    expect_file d/f/cgroup.type domain
    echo "$sleeping" >d/f/cgroup.procs
}

test_threaded() {
    # the same for controllers with which the kernel does not say EBUSY, alone and among others
    needs controllers cpu memory pids
    local user
    for user in $(both); do
        inside "$user" threaded_inside
    done
}

undo_evacuated_inside() {
    mkdir d
    sleep_in d
    hand_nothing_on
    # Beyond all processors there are.
    refused 1 'AllowedCPUs|cpuset' create ./d/f MemoryMax=64M AllowedCPUs=1000 --evacuate=rest
    [[ $(group_of "$sleeping") == */d ]] || fail "it is in $(group_of "$sleeping")"
    expect_none d/f d/rest
    expect_words "$(<d/cgroup.subtree_control)" ''
    expect_words "$(<cgroup.subtree_control)" ''
}

test_undo_evacuated() {
    # a create with --evacuate that the kernel refuses in the end takes back the controllers on all levels
    needs controllers memory cpuset
    inside root undo_evacuated_inside
}

test_busy() {
    # EBUSY names the processes in the way and the move that helps; --evacuate does it
    needs controllers memory
    local user
    for user in root tester; do
        inside "$user" --no-leaf busy_inside
    done
}

full_inside() {
    works cgscope create ./a cgroup.max.descendants=1
    works cgscope create ./a/b
    refused 1 'cgroup\.max\.descendants' create ./a/c
    refused 1 'cgroup\.max\.descendants' create -p ./a/b/c/d
    expect_equal "$(find a -mindepth 1 -type d)" a/b
    works cgscope create ./d cgroup.max.depth=2
    refused 1 'cgroup\.max\.depth' create -p ./d/e/f/g
    expect_none d/e
}

test_full() {
    # cgroup.max.descendants and .depth: the line names which and where, and nothing is left
    needs container
    local user
    for user in root tester; do
        inside "$user" full_inside
    done
}

json_inside() {
    works cgscope controllers --json .
    expect_json True
    works cgscope get --json ./main
    expect_json 'data["cgroup.max.depth"] == "max"'
    works cgscope get --json=pretty ./main cgroup.max.depth cgroup.type
    expect_json 'data["cgroup.type"] == "domain"'
    works cgscope get ./main cgroup.max.depth cgroup.type
    expect_equal "$out" $'cgroup.max.depth=max\ncgroup.type=domain'
    works cgscope get ./main
    expect_out '^cgroup\.max\.depth=max$'
    # In order, and all of a group that is not ours as well.
    works cgscope get /sys/fs/cgroup/user.slice cgroup.max.depth
    expect_out '^cgroup\.max\.depth='
    works cgscope controllers /sys/fs/cgroup
    works cgscope controllers
}

test_reading() {
    # get and controllers as text and as JSON, also of groups that are not delegated
    needs container
    local user
    for user in root tester; do
        inside "$user" json_inside
    done
}
