# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# The drop-ins for user@.service: whoever is killed, whatever fails, and whatever is there already, each file is the old
# one or the new one, and the directories are root's. In an image, and by cgscoped on the system itself.

steps=$guest_dir/drop-in-steps.py
user_dir=etc/systemd/system/user@1000.service.d
user_file=$user_dir/delegate-user.conf
all_dir=etc/systemd/system/user@.service.d

setup() {
    image=$scratch/image work=$scratch/work
    mkdir -m 755 "$image" "$image/run" # as any image has it
}

teardown() {
    local dir
    umount -q "$image" 2>/dev/null || true
    for dir in /etc /run; do
        umount -q "$dir/systemd/system/user@1000.service.d" 2>/dev/null || true
        rm -rf "$dir"/systemd/system/user@{,1000,4242}.service.d/delegate*.conf
        rmdir "$dir"/systemd/system/user@{,1000,4242}.service.d 2>/dev/null || true
    done
    rm -f /etc/systemd/system/user@1000.service.d # a link
    systemctl daemon-reload
}

# in_image COMMAND ARGS…: for user 1000 unless they say otherwise.
in_image() {
    local command=$1
    shift
    [[ " $* " == *' --all-users '* || " $* " == *' --user-id '* ]] || set -- "$@" --user-id 1000
    cgscope "$command" -q "$@" "--root=$image"
}

listing() {
    find "$image" -printf '%P %y %m %U:%G %s %l\n' -name 'delegate*.conf' -type f -exec cat {} \; | sort
}

# refused PATTERN COMMAND ARGS…: one line says why, and nothing is changed.
refused() {
    local pattern=$1 before
    shift
    before=$(listing)
    run in_image "$@"
    expect_refusal 1 "$pattern"
    expect_equal "$(listing)" "$before"
}

# interrupted MODE COMMAND ARGS…: what the image is changed by, at each of its steps.
interrupted() {
    local mode=$1 command=$2
    shift 2
    needs command strace python3
    [[ " $* " == *' --all-users '* ]] || set -- "$@" --user-id 1000
    run "$steps" "$mode" "$image" "$work" -- cgscope "$command" -q "$@" "--root=$work"
    expect_status 0
    expect_value bad 0
    [[ $(value interrupted) -gt 1 ]] || fail 'hardly ever was it interrupted'
}

# --- interrupted ---

test_killed_first() {
    # killed at any system call that makes the first file and its directories: none or all; the next one tidies up
    # deadline 120
    needs container
    interrupted every enable io cpuset
}

test_killed_change() {
    # killed at any step of a change: the old file or the new one
    # deadline 100
    needs container
    in_image enable io
    interrupted kill enable cpuset
    interrupted kill disable io
    in_image enable cpuset
    interrupted kill disable cpuset
}

test_failing() {
    # each system call that changes something fails once: each file is the old or the new one, and nothing is left
    # deadline 100
    needs container
    interrupted fail enable io
    in_image enable io
    interrupted fail enable cpuset
    in_image enable memory --all-users
    interrupted fail enable pids --all-users
    interrupted fail disable memory --all-users
}

# --- as things are ---

test_as_written() {
    # the file is root's, for all to read, whatever the umask, and says who wrote it; what is left empty goes with it
    needs container
    umask 077
    in_image enable io cpuset
    expect_equal "$(stat -c '%a %u:%g %h' "$image/$user_file")" '644 0:0 1'
    expect_equal "$(stat -c '%a %u:%g' "$image/$user_dir" "$image/etc" | sort -u)" '755 0:0'
    expect_equal "$(head -n 1 "$image/$user_file")" \
        '# Written by cgscope; change it with "cgscope enable" and "cgscope disable".'
    expect_equal "$(grep -v '^#' "$image/$user_file" | xargs)" '[Service] Delegate=cpuset io'
    in_image disable io
    in_image disable cpuset
    expect_equal "$(ls -A "$image/etc/systemd/system")" ''
}

test_links() {
    # a symbolic link in the place of any directory: refused, and nothing is written through it
    needs container
    local dir
    in_image enable io
    for dir in etc etc/systemd etc/systemd/system "$user_dir"; do
        mv "$image/$dir" "$image/moved"
        ln -s "$image/moved" "$image/$dir"
        refused "$dir is a symbolic link" enable cpuset
        refused "$dir is a symbolic link" disable io
        rm "$image/$dir"
        mv "$image/moved" "$image/$dir"
    done
    in_image disable io
}

test_not_roots() {
    # a directory that is not root's, or that others may write to: refused, with the command that helps
    needs container
    local dir
    in_image enable io
    for dir in etc etc/systemd etc/systemd/system "$user_dir"; do
        chown tester "$image/$dir"
        refused "$dir belongs to user 1000.*chown root /$dir" enable cpuset
        refused "$dir belongs" disable io
        chown root "$image/$dir"
        chmod 1777 "$image/$dir"
        refused "chmod go-w /$dir" enable cpuset
        chmod 755 "$image/$dir"
    done
    chmod 777 "$image"
    refused "$image" enable cpuset
    chmod 755 "$image"
    in_image enable cpuset
}

test_not_ours() {
    # a file that is no plain one of root's is left alone, and so is the administrator's
    needs container
    local file=$image/$user_file
    mkdir -p "$image/$user_dir"
    ln -s /etc/passwd "$file"
    refused 'symbolic link' enable io
    ln -sf /dev/null "$file"
    refused 'masks' enable io
    rm "$file"
    mkfifo "$file"
    refused 'no regular file' enable io
    rm "$file"
    printf '[Service]\nDelegate=io\nTasksMax=5\n' >"$file"
    refused "is not cgscope's; .*another name" enable io
    refused "is not cgscope's" disable io
    chown tester "$file"
    refused "not root's" enable cpuset
}

test_full_disk() {
    # no space, neither for a file nor for what is in it: the old file stays, and nothing is left beside it
    needs container
    mount -t tmpfs -o mode=755,size=32k,nr_inodes=30 tmpfs "$image"
    mkdir -m 755 "$image/run"
    in_image enable io
    dd if=/dev/zero of="$image/filler" bs=4k status=none 2>/dev/null || true
    # Nothing is left behind, so the listing is the same.
    refused 'user@1000.service.d/delegate-user.conf.*no space left' enable cpuset
    refused 'no space left' enable cpuset --all-users
    run in_image enable io
    expect_status 0
    rm "$image/filler"
    for ((i = 0; i < 30; i++)); do
        touch "$image/file$i" 2>/dev/null || break
    done
    refused 'no space left' enable cpuset
    refused 'no space left' enable cpuset --user-id 1001
    rm "$image"/file[01] # for the lock
    in_image disable io
}

test_read_only() {
    # a read-only file system: refused with the way out, unless there is nothing to do
    needs container
    mount -t tmpfs -o mode=755 tmpfs "$image"
    in_image enable io
    mount -o remount,ro "$image"
    refused 'read-only' enable cpuset
    refused 'read-only' enable cpuset --all-users
    refused 'read-only' disable io
    run in_image enable io
    expect_status 0
    run in_image disable cpuset
    expect_status 0
}

test_user() {
    # an ordinary user changes nothing, neither in an image of root's nor in one of his own
    needs container
    in_image enable io
    before=$(listing)
    run nearby tester cgscope enable cpuset --user-id 1000 "--root=$image"
    expect_refusal 1 'not permitted'
    run nearby tester cgscope disable io --user-id 1000 "--root=$image"
    expect_refusal 1 'not permitted'
    expect_equal "$(listing)" "$before"
    mkdir -m 755 "$scratch/own"
    chown tester "$scratch/own"
    run nearby tester cgscope enable cpuset --user-id 1000 "--root=$scratch/own"
    expect_refusal 1 "$scratch/own"
    expect_equal "$(ls -A "$scratch/own")" ''
}

test_many_at_once() {
    # thirty at once, for one user and for all: each succeeds, and everything is there
    needs container
    local pids=() pid i file
    for ((i = 0; i < 10; i++)); do
        in_image enable io & pids+=($!)
        in_image enable cpuset --user-id "$((2000 + i))" & pids+=($!)
        in_image enable memory --all-users & pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || fail 'one of them failed'
    done
    expect_equal "$(grep -h '^Delegate' "$image/$all_dir/delegate.conf")" 'Delegate=memory'
    expect_equal "$(grep -h '^Delegate' "$image/$user_file" | xargs)" 'Delegate=io'
    for ((i = 0; i < 10; i++)); do
        file=$image/etc/systemd/system/user@$((2000 + i)).service.d/delegate-user.conf
        expect_equal "$(grep '^Delegate' "$file" | xargs)" 'Delegate=cpuset'
    done
    expect_equal "$(find "$image" -type f ! -name 'delegate*.conf')" ''
}

# --- as systemd reads it ---

# Controllers that systemd manages, of a list of any kind.
managed() {
    tr -s '", []' '\n' | grep -xE 'cpu|cpuset|io|memory|pids' | sort | xargs
}

# expect_loaded CONTROLLER…: besides cpu, memory and pids, which user@.service hands on itself.
expect_loaded() {
    systemctl daemon-reload
    expect_equal "$(systemctl show -p DelegateControllers --value user@4242.service | managed)" \
        "$(printf '%s\n' cpu memory pids "$@" | managed)"
}

test_all_count() {
    # systemd reads all four of our files for a user, and what they say adds up
    needs container
    local i file files=(
        /etc/systemd/system/user@4242.service.d/delegate-user.conf /etc/systemd/system/user@.service.d/delegate.conf
        /run/systemd/system/user@4242.service.d/delegate-user-runtime.conf
        /run/systemd/system/user@.service.d/delegate-runtime.conf
    )
    cgscope enable -q --root=/ --user-id 4242 io
    cgscope enable -q --root=/ --all-users memory
    cgscope enable -q --root=/ --runtime --user-id 4242 cpuset
    cgscope enable -q --root=/ --runtime --all-users pids
    expect_loaded cpuset io
    for file in "${files[@]}"; do
        systemctl show -p DropInPaths --value user@4242.service | tr ' ' '\n' | grep -qxF "$file" || fail "$file is not read"
    done
    cgscope disable -q --root=/ --runtime --user-id 4242 cpuset
    expect_loaded io
    cgscope disable -q --root=/ --user-id 4242 io
    expect_loaded
}

test_loaded() {
    # systemd takes what was written: for one user, for everybody, both, and until the next boot
    local one=(--root=/ -q --user-id 4242) all=(--root=/ -q --all-users)
    cgscope enable io "${one[@]}"
    expect_loaded io
    cgscope enable cpuset "${all[@]}"
    expect_loaded cpuset io
    cgscope disable io "${one[@]}"
    expect_loaded cpuset
    cgscope disable cpuset "${all[@]}"
    expect_loaded
    cgscope enable io cpuset --runtime "${all[@]}"
    expect_loaded cpuset io
    cgscope disable io "${all[@]}"
    expect_loaded cpuset
    cgscope disable cpuset --runtime "${all[@]}"
    expect_loaded
    expect_equal "$(find /etc/systemd/system /run/systemd/system -name '.delegate*' -o -name 'delegate*.conf*')" ''
}

# --- by the service ---

# The service is started anew, so that it sees the mounts.
asked() {
    systemctl stop cgscoped.service
    run cgscope "$1" "${@:2}" --user-id 1000 --no-apply
}

test_service_links() {
    # cgscoped: a drop-in directory that is a symbolic link, or not root's
    # deadline 100
    needs controllers io
    mkdir -m 777 "$scratch/there"
    ln -s "$scratch/there" "/$user_dir"
    asked enable io
    expect_refusal 1 "$user_dir is a symbolic link"
    expect_equal "$(ls -A "$scratch/there")" ''
    rm "/$user_dir"
    mkdir "/$user_dir"
    chown tester "/$user_dir"
    asked enable io
    expect_refusal 1 "$user_dir belongs to user 1000"
    chmod 1777 "/$user_dir"
    chown root "/$user_dir"
    asked enable io
    expect_refusal 1 'chmod go-w'
    expect_equal "$(ls -A "/$user_dir")" ''
    rmdir "/$user_dir"
}

test_service_no_space() {
    # cgscoped: a full and a read-only file system; the old file stays
    # deadline 100
    needs controllers io cpuset
    mkdir -p "/$user_dir"
    mount -t tmpfs -o mode=755,size=16k tmpfs "/$user_dir"
    asked enable io
    before=$(cat "/$user_file")
    dd if=/dev/zero of="/$user_dir/filler" bs=4k status=none 2>/dev/null || true
    asked enable cpuset
    expect_status 1
    expect_err 'no space left'
    expect_equal "$(cat "/$user_file")" "$before"
    expect_equal "$(find "/$user_dir" -type f -printf '%f\n' | sort | xargs)" 'delegate-user.conf filler'
    rm "/$user_dir/filler"
    mount -o remount,ro "/$user_dir"
    asked enable cpuset
    expect_status 1
    expect_err 'read-only'
    asked disable io
    expect_status 1
    expect_err 'read-only'
    expect_equal "$(cat "/$user_file")" "$before"
    mount -o remount,rw "/$user_dir"
    asked disable io
    expect_equal "$(ls -A "/$user_dir")" ''
}
