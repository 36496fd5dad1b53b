# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Attempts to get out of the boundary. What they would make is called `escapee`, what they would write is 77, and
# where they would do so, `victim`, is often the user's own: so it is cgscope that refuses, and not the kernel.
# The tests that need no controllers are for the container.

victim=/sys/fs/cgroup/victim

teardown() {
    end_scopes
    remove_victim
}

# victim_of USER: a group of the user's outside of all units, with a group in it.
victim_of() {
    mkdir -p "$victim/kept"
    chown -R "$1:" "$victim"
}

remove_victim() {
    [[ ! -d $victim ]] || find "$victim" -depth -type d -exec rmdir {} +
}

# escapees BOUNDARY: what is there outside of it.
escapees() {
    find /sys/fs/cgroup -path "$1" -prune -o -name '*escapee*' -print 2>/dev/null
    find /sys/fs/cgroup -path "$1" -prune -o -name cgroup.max.depth -exec grep -l -x 77 {} + 2>/dev/null || true
    find /sys/fs/cgroup -path "$1" -prune -o -name cgroup.freeze -exec grep -l -x 1 {} + 2>/dev/null || true
}

expect_inside() {
    local found
    found=$(escapees "$CGSCOPE_ROOT")
    [[ -z $found ]] || fail "outside of the boundary: $found"
    if [[ -d $victim ]]; then
        expect_equal "$(find "$victim" -type d)" "$victim"$'\n'"$victim/kept"
    fi
}

# no_way PATTERN TARGET [VERB…]: none of the verbs takes the target.
no_way() {
    local pattern=$1 target=$2 verb words
    shift 2
    [[ $# -gt 0 ]] || set -- create set remove
    for verb; do
        words=("$verb" "$target")
        case $verb in
            set) words+=(cgroup.max.depth=77) ;;
            create) words+=(-p cgroup.max.depth=77) ;;
            remove) words+=(-r --self) ;;
            freeze | kill | stop) words+=(--self) ;;
            move) words+=("$$") ;;
            chown) words+=("$(id -u)") ;;
            exec) words+=(-- true) ;;
            exec-create)
                words=(exec --create "$target" -- true)
                ;;
        esac
        run cgscope "${words[@]}"
        # 125 is exec's.
        [[ $status -eq 1 || $status -eq 2 || ($status -eq 125 && $verb == exec*) ]] || fail "status $status"
        expect_lines err 1
        expect_lines out 0
        expect_err "$pattern"
    done
}

by_name_inside() {
    local target verbs=(create set remove move chown freeze kill stop exec exec-create)
    mkdir a
    for target in .. ../escapee ./.. ./../escapee ./a/../../escapee ./main/../../victim/escapee "$CGSCOPE_UNIT/.." \
        "$CGSCOPE_UNIT/../escapee" "$CGSCOPE_UNIT/a/../../escapee" "$CGSCOPE_ROOT/.." "$CGSCOPE_ROOT/../escapee" \
        "$CGSCOPE_ROOT/a/../../escapee" /sys/fs/cgroup/../cgroup/victim/escapee "$CGSCOPE_ROOT/a/.." ./a/. ./. \
        "/sys/fs/cgroup/./victim/escapee" /sys/../sys/fs/cgroup/victim/escapee; do
        no_way . "$target" "${verbs[@]}"
    done
    no_way . ./a/.. create set remove exec-create
    [[ $(group_of $$) == */main ]] || fail "we are in $(group_of $$)"
    expect_group a main
    expect_inside
}

test_by_name() {
    # `..` and `.` in every position
    # deadline 90
    needs container
    local user
    for user in root tester; do
        victim_of "$user"
        inside "$user" by_name_inside
    done
}

above_inside() {
    local above=${CGSCOPE_ROOT%/*} verbs=(create set remove move chown exec exec-create)
    no_way . "$above/escapee" "${verbs[@]}"
    no_way . "$victim/escapee" "${verbs[@]}"
    no_way . "$victim/kept" "${verbs[@]}"
    no_way . "$victim" "${verbs[@]}"
    no_way . /sys/fs/cgroup/escapee create exec-create
    no_way . /sys/fs/cgroup create remove move chown
    # Slices are units, so `set` asks their manager, which may let root; but not for files of the kernel's.
    no_way . "$above" create set remove move chown exec
    no_way . "${above##*/}/escapee" create exec-create
    no_way . "${above##*/}" create set remove
    # A service's own group, which is not delegated; a manager's.
    no_way . /sys/fs/cgroup/init.scope/escapee
    no_way . init.scope/escapee
    if [[ $user != root ]]; then
        no_way . "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/escapee" "${verbs[@]}"
        no_way . "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/init.scope/escapee" "${verbs[@]}"
        no_way . "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service" create remove move
    fi
    expect_inside
}

test_above() {
    # absolute paths and units above the boundary and beside it, some of them the user's own
    # deadline 90
    needs container
    local user
    for user in root tester; do
        victim_of "$user"
        inside "$user" above_inside
    done
}

links_inside() {
    local link
    cd "$2" || fail "no $2"
    ln -s "$CGSCOPE_ROOT" boundary
    ln -s "$1" outside
    ln -s /sys/fs/cgroup cgroup
    mkdir "$CGSCOPE_ROOT/a"
    for link in "$PWD/boundary/escapee" "$PWD/outside/escapee" "$PWD/cgroup/victim/escapee" \
        "$PWD/cgroup${CGSCOPE_ROOT#/sys/fs/cgroup}/escapee"; do
        no_way . "$link" create remove
    done
    # By these names units are meant.
    no_way . boundary/escapee create
    no_way . outside/escapee create
    no_way . "$PWD/outside" set
    # The hierarchy has none itself.
    run ln -s "$1" "$CGSCOPE_ROOT/link"
    expect_status 1
    # And its groups cannot be renamed.
    mkdir "$CGSCOPE_ROOT/b"
    run python3 -c 'import os, sys; os.rename(*sys.argv[1:])' "$CGSCOPE_ROOT/a" "$CGSCOPE_ROOT/escapee"
    expect_status 1
    expect_err 'Error'
    run python3 -c 'import os, sys; os.rename(*sys.argv[1:])' "$CGSCOPE_ROOT/a" "$1/escapee"
    expect_status 1
    expect_group "$CGSCOPE_ROOT/a" "$CGSCOPE_ROOT/b"
    expect_inside
}

test_links() {
    # symbolic links as targets; the hierarchy takes none itself, and renames nothing
    needs container
    local user
    for user in root tester; do
        victim_of "$user"
        mkdir -m 777 "links-$user"
        inside "$user" "links_inside $victim $PWD/links-$user"
    done
}

# In a mount namespace of its own, with the right to mount.
mounts_inside() {
    local other
    mkdir -p a/b c
    # Over a group: what is behind it is the victim.
    mount --bind "$victim" a
    [[ -d a/kept ]] || fail 'not mounted'
    no_way . ./a/escapee create exec-create
    no_way . ./a/kept set remove move chown exec
    no_way . ./a set remove move exec
    no_way . "$CGSCOPE_ROOT/a/escapee" create
    no_way . "$CGSCOPE_UNIT/a/escapee" create
    expect_inside
    umount a

    # Over the boundary, and over a group above it.
    for other in "$CGSCOPE_ROOT" "${CGSCOPE_ROOT%/*}"; do
        mount --bind "$victim" "$other"
        mkdir -p "$victim/kept/main"
        run cgscope create "$CGSCOPE_ROOT/kept/escapee"
        expect_status 1
        run cgscope create ./kept/escapee
        expect_status 1
        run cgscope set "$CGSCOPE_ROOT/kept" cgroup.max.depth=77
        expect_status 1
        rmdir "$victim/kept/main"
        umount "$other"
        expect_inside
    done

    # Another mount of the hierarchy is none of ours.
    mkdir "$scratch/mount-$user"
    if mount -t cgroup2 none "$scratch/mount-$user" 2>/dev/null; then
        no_way . "$scratch/mount-$user/victim/escapee" create
        no_way . "$scratch/mount-$user${CGSCOPE_ROOT#/sys/fs/cgroup}/escapee" create
        umount "$scratch/mount-$user"
    fi
    expect_inside

    # Another file system where the hierarchy should be.
    mount -t tmpfs tmpfs /sys/fs/cgroup
    mkdir -p "$CGSCOPE_ROOT/a"
    touch "$CGSCOPE_ROOT/a/cgroup.max.depth"
    no_way . "$CGSCOPE_ROOT/escapee" create
    no_way . "$CGSCOPE_ROOT/a" set remove
    no_way . ./escapee create
    expect_file "$CGSCOPE_ROOT/a/cgroup.max.depth" ''
    expect_none "$CGSCOPE_ROOT/escapee"
    umount /sys/fs/cgroup
    expect_inside
}

mounts_in_namespace() {
    local file
    file=$(mktemp "$scratch/mounts.XXXXXX")
    # The same script, another function; what a namespace needs comes before it.
    sed '$d' "$0" >"$file"
    echo mounts_inside >>"$file"
    if [[ $user == root ]]; then
        run unshare --mount --propagation private bash "$file"
    else
        run unshare --user --map-current-user --keep-caps --mount --propagation private bash "$file"
    fi
    [[ $status -eq 0 ]] || fail 'in the namespace'
}

test_mounts() {
    # bind mounts over a group, the boundary, or above it; other mounts; a forged hierarchy
    # deadline 90
    needs container
    local user
    for user in root tester; do
        victim_of "$user"
        chmod 777 .
        inside "$user" mounts_in_namespace
    done
}

others_inside() {
    # $1: another's boundary, in which is the group kept; $2: its unit
    no_way . "$1/escapee" create exec-create
    no_way . "$1/kept" set remove move chown freeze kill exec
    no_way . "$1" remove move chown
    no_way . "$2/escapee" create
    no_way . "$2" set freeze kill stop
    expect_group "$1/kept"
    [[ -z $(escapees "$CGSCOPE_ROOT") ]] || fail "$(escapees "$CGSCOPE_ROOT")"
}

test_others() {
    # another user's scope, by path and by name
    needs container
    scope other others
    mkdir "$boundary/kept"
    chown other: "$boundary/kept"
    sleep_in "$boundary/kept"
    inside tester "others_inside $boundary $unit"
    [[ $(group_of "$sleeper") == */$unit/main ]] || fail 'the process was moved or killed'
    [[ $(group_of "$sleeping") == */$unit/kept ]] || fail 'the process was moved or killed'
    scope root roots
    mkdir "$boundary/kept"
    sleep_in "$boundary/kept"
    inside tester "others_inside $boundary $unit"
    [[ $(group_of "$sleeping") == */$unit/kept ]] || fail 'the process was moved or killed'
    [[ $(group_of "$sleeper") == */$unit/main ]] || fail 'the process was moved or killed'
}

race_inside() {
    local rounds=150 wrap=(unshare --mount --propagation private)
    [[ $CGSCOPE_SYSTEM != vm ]] || rounds=6
    [[ $user == root ]] || wrap=(unshare --user --map-current-user --keep-caps --mount --propagation private)
    mkdir race
    run "${wrap[@]}" python3 "$escape_race" "$CGSCOPE_ROOT/race" "$victim" "$rounds"
    expect_status 0
    expect_value crashed 0
    expect_value undocumented 0
    expect_value wordy 0
    expect_value outside 0
    # It was a race: each side won now and then.
    [[ $(value succeeded) -gt 0 ]] || fail 'nothing succeeded'
    [[ $(value refused) -gt 0 ]] || fail 'nothing was refused'
    expect_inside
}

test_race() {
    # groups that are removed, made anew and mounted over while create, set and remove run
    # deadline 120
    needs container
    local user
    for user in root tester; do
        victim_of "$user"
        inside "$user" race_inside
    done
}

# traced CMD…: the command's system calls, in the file $trace, with the paths of descriptors.
traced() {
    trace=$(mktemp "$scratch/trace.XXXXXX")
    # A file for each process, or a call that another one falls into would be in two pieces.
    run strace -ff -qq -y -o "$trace" -e 'trace=%file,%desc,%network,write' "$@"
    [[ $status -eq 0 ]] || fail 'traced'
    sed 's/^/0 /' "$trace".* >"$trace"
    rm "$trace".*
}

# Everything that was opened for writing, and made or removed, lies strictly below the boundary, or is one of its
# three files that are ours.
expect_trace_below() {
    local found
    # A pair leads to nobody else than the process that stands by with exec --remove.
    ! grep -E ' (socket|connect)\(' "$trace" || fail "a socket: $last_command"
    ! grep -E 'libsystemd|libdbus' "$trace" || fail "a library for the bus is loaded: $last_command"
    found=$(awk -v root="$CGSCOPE_ROOT" '
        # The calls that change anything, and what -y says the descriptors are.
        / = -1 / { next }
        / open(at2?)?\(/ && /O_(WRONLY|RDWR|CREAT|TRUNC)/ {
            if (!match($0, /= [0-9]+<[^>]*>$/)) { print; next }
            path = substr($0, RSTART, RLENGTH); sub(/^= [0-9]+</, "", path); sub(/>$/, "", path)
            opened++
            if (path ~ "^/dev/(null|tty)$" || path == "/dev/null<char 1:3") next
            rest = substr(path, length(root) + 1)
            if (index(path, root "/") != 1 ||
                (rest ~ "^/[^/]*$" && rest !~ "^/cgroup[.](procs|threads|subtree_control)$")) print
        }
        / (mkdir|rmdir|unlink|rename|chmod|chown|symlink|link|truncate|setxattr|mknod)\(/ { print }
        / (mkdirat|unlinkat|renameat2?|fchmodat|fchownat|symlinkat|linkat)\(/ {
            if (!match($0, /\([0-9]+<[^>]*>/)) { print; next }
            path = substr($0, RSTART, RLENGTH); sub(/^\([0-9]+</, "", path); sub(/>$/, "", path)
            if (path != root && index(path, root "/") != 1 || $0 ~ /"[^"]*\.\.[^"]*"/) print
        }' "$trace")
    [[ -z $found ]] || fail "above the boundary, by '$last_command': $found"
}

trace_inside() {
    local target
    for target in ./a "$CGSCOPE_UNIT/a" "$CGSCOPE_ROOT/a"; do
        traced cgscope create -p "$target/b" cgroup.max.depth=7
        expect_trace_below
        grep -q 'mkdirat' "$trace" || fail 'the trace has no mkdirat'
        traced cgscope set "$target/b" cgroup.max.depth=8 cgroup.max.descendants=9
        expect_trace_below
        grep -q '/a/b/cgroup.max.depth>' "$trace" || fail 'the trace has no write'
        traced cgscope get "$target/b"
        expect_trace_below
        traced cgscope controllers "$target/b"
        expect_trace_below
        traced cgscope remove -r "$target"
        expect_trace_below
    done
    if has_controller . memory; then
        traced cgscope create -p ./m/n MemoryMax=64M
        expect_trace_below
        grep -q 'subtree_control>' "$trace" || fail 'the trace has no subtree_control'
    fi
}

test_trace() {
    # strace: create, set, get, controllers, remove write nothing above the boundary and open no socket
    # deadline 90
    needs command strace
    local user
    for user in $(both); do
        inside "$user" trace_inside
    done
}

exec_trace_inside() {
    mkdir a
    traced cgscope exec ./a -- true
    expect_trace_below
    traced cgscope exec --create --remove -p cgroup.max.depth=3 ./b -- true
    expect_trace_below
    traced cgscope exec "$CGSCOPE_UNIT/a" -- sh -c 'true; true'
    expect_trace_below
}

test_trace_exec() {
    # strace: so does exec
    needs command strace
    local user
    for user in $(both); do
        inside "$user" exec_trace_inside
    done
}
