# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# What is said to help does help, and what is the cause is named.
# The tests that need no controllers are for the container.

drop_in=/etc/systemd/system/user@1000.service.d/delegate-user.conf
later=/etc/systemd/system/user@.service.d/zz-cgscope-test.conf

teardown() {
    if [[ -e $later || -L $drop_in || -e $drop_in ]]; then
        rm -f "$later" "$drop_in"
        rmdir --ignore-fail-on-non-empty "${later%/*}" "${drop_in%/*}" 2>/dev/null || true
        systemctl daemon-reload
    fi
    systemctl stop test-plain.service 2>/dev/null || true
    nearby tester systemctl --user reset-failed 2>/dev/null || true
}

# refused STATUS PATTERN CMD…: in one line.
refused() {
    local status_wanted=$1 pattern=$2
    shift 2
    run "$@"
    expect_refusal "$status_wanted" "$pattern"
}

# sandboxed SETTING… -- CMD…: root's, in a service with those settings.
sandboxed() {
    local settings=()
    while [[ $1 != -- ]]; do
        settings+=(-p "$1")
        shift
    done
    systemd-run --quiet --pipe --wait --collect "${settings[@]}" "$@"
}

test_sandbox() {
    # what the sandbox of a unit hides is named, and not called absent
    needs container
    local hidden='is hidden by the sandbox of the unit that this process is in'
    refused 125 "/run/user $hidden \(ProtectHome=" sandboxed User=tester ProtectHome=yes -- cgscope run -- true
    refused 125 "/run/user $hidden \(ProtectHome=" sandboxed User=tester ProtectHome=tmpfs -- cgscope run -- true
    refused 125 "/run/user/1000/bus $hidden" sandboxed User=tester InaccessiblePaths=/run/user/1000/bus -- \
        cgscope run -- true
    refused 1 "/run/dbus $hidden \(InaccessiblePaths=" sandboxed User=tester InaccessiblePaths=/run/dbus -- \
        cgscope enable
    refused 125 "/sys/fs/cgroup $hidden" sandboxed InaccessiblePaths=/sys/fs/cgroup -- cgscope run -- true
    refused 125 'AF_UNIX \(RestrictAddressFamilies=\)' sandboxed RestrictAddressFamilies=AF_INET -- cgscope run -- true
    expect_no_scopes root tester
}

test_no_proc() {
    # no /proc: that is what is said, and not that there is no such group
    needs container
    needs plain
    local words
    for words in status 'create ./x' 'procs .' 'controllers .' 'move ./x 1'; do
        # shellcheck disable=SC2086 # words
        refused 1 '/proc is not mounted here' unshare --mount --propagation private \
            sh -c 'mount -t tmpfs none /proc && exec cgscope "$@"' sh $words
    done
    refused 125 '/proc is not mounted here' unshare --mount --propagation private \
        sh -c 'mount -t tmpfs none /proc && exec cgscope run -- true'
    expect_no_scopes root
}

test_mounted_elsewhere() {
    # no cgroup2 at /sys/fs/cgroup: whatever v1 holds, what helps is to mount it; one that is mounted elsewhere is named
    needs container
    local move='mkdir -p /run/cgscope-elsewhere && mount --bind /sys/fs/cgroup /run/cgscope-elsewhere &&
        umount /sys/fs/cgroup'
    refused 125 'no cgroup2 is mounted at /sys/fs/cgroup, .* but at /run/cgscope-elsewhere; .*mount --bind' \
        unshare --mount --propagation private sh -c "$move; exec cgscope run -- true"
    run unshare --mount --propagation private sh -c "$move; exec cgscope doctor"
    expect_out 'no cgroup2 is mounted at /sys/fs/cgroup, but at /run/cgscope-elsewhere$'
    refused 125 'no cgroup2 is mounted at /sys/fs/cgroup; mount it: ' \
        unshare --mount --propagation private sh -c "$move; umount /run/cgscope-elsewhere; exec cgscope run -- true"
    # The advice is good.
    run unshare --mount --propagation private sh -c "$move; mount --bind /run/cgscope-elsewhere /sys/fs/cgroup &&
        exec cgscope run -q -- echo ran"
    expect_equal "$out" ran
    rmdir /run/cgscope-elsewhere
}

test_service_without_delegate() {
    # a service without Delegate= is told that it is that, from outside and from inside
    needs container
    systemd-run --quiet --unit=test-plain.service sleep 1000
    refused 1 'Delegate=yes in its \[Service\] does that: systemctl edit test-plain\.service' \
        cgscope create test-plain.service/x
    refused 125 'systemctl edit test-plain\.service' cgscope exec test-plain.service -- true
    refused 1 'this process is in test-bare\.service, which lacks Delegate=: systemctl edit test-bare\.service' \
        systemd-run --quiet --pipe --wait --collect --unit=test-bare.service cgscope create ./x
}

test_other_manager() {
    # of a unit of the system's nobody is told to ask the own manager for it
    needs container
    local words
    systemd-run --quiet --unit=test-plain.service sleep 1000
    for words in stop freeze thaw; do
        refused 1 'run it as root' nearby tester cgscope "$words" --no-ask-password --system test-plain.service
        expect_not_err '--user'
    done
    refused 1 'run it as root' nearby tester cgscope set --no-ask-password --system test-plain.service \
        ManagedOOMPreference=avoid
    expect_not_err '--user'
}

pair_is_dead() {
    [[ $(manager_of tester show -p ActiveState --value test-pair.scope) == inactive ]]
}

test_kept_by_part() {
    # a name that a dead scope holds which a failed unit that is part of it keeps: that one is named, and what helps
    needs container
    nearby tester systemd-run --user --quiet --unit=test-mate.service -p PartOf=test-pair.scope false || true
    run nearby tester cgscope run -q -u test-pair -- true
    expect_status 0
    wait_until pair_is_dead
    refused 125 'test-mate\.service, which is part of it .*systemctl --user reset-failed test-mate\.service$' \
        nearby tester cgscope run -u test-pair -- true
    refused 1 'test-pair\.scope has ended .*systemctl --user reset-failed, of it or of a unit that is part of it' \
        nearby tester cgscope procs test-pair.scope
    nearby tester systemctl --user reset-failed test-mate.service
    run nearby tester cgscope run -q -u test-pair -- echo again
    expect_equal "$out" again
}

test_enable_what_is_not_there() {
    # what the kernel lacks is said before anybody is asked for a password
    needs container
    local name
    name=$(absent_controller)
    refused 1 "there is no $name to hand on" nearby tester cgscope enable "$name"
}

test_output() {
    # why standard output takes nothing is said
    needs container
    local words
    for words in 'status init.scope' 'status --json init.scope' tree 'tree --json' enable 'doctor' 'doctor --json' \
        'procs init.scope' 'controllers init.scope' 'stop --empty' 'can-move --json 1 /sys/fs/cgroup/init.scope'; do
        run sh -c "exec cgscope $words >/dev/full"
        [[ $words == 'stop --empty' ]] || expect_err '^cgscope: cannot write .*: No space left on device$'
        expect_not_err 'Input/output error'
        run sh -c "exec cgscope $words >&-"
        expect_not_err 'Input/output error'
    done
}

test_later_drop_in() {
    # a later drop-in that takes back what ours asks for is found and named
    needs container
    local line
    cgscope enable -q --root=/ --user-id=1000 io
    mkdir -p "${later%/*}"
    for line in Delegate= Delegate=no; do
        printf '[Service]\n%s\n' "$line" >"$later"
        systemctl daemon-reload
        run nearby tester cgscope enable
        expect_lines err 1
        expect_err "io not in effect: $drop_in asks for it, and $later, .* takes it back"
    done
    # One that asks for it again is none.
    printf '[Service]\nDelegate=\nDelegate=cpu io\n' >"$later"
    systemctl daemon-reload
    run nearby tester cgscope enable
    expect_not_err 'takes it back'
    cgscope disable -q --root=/ --user-id=1000 io
}

test_masked_drop_in() {
    # a masked drop-in, which enable would refuse to touch, is named instead of enable
    # deadline 90
    needs controllers io
    mkdir -p "${drop_in%/*}"
    ln -s /dev/null "$drop_in"
    systemctl daemon-reload
    refused 125 "io not available: stops at .*: $drop_in, .* is masked, a link to /dev/null; remove it" \
        nearby tester cgscope run --delegate=io -- true
    run nearby tester cgscope doctor --json
    expect_out "is masked, a link to /dev/null"
}
