# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# `cgscope enable` and `disable`: which controllers reach whom, at once, and the truth about it.

rules=/etc/polkit-1/rules.d/49-cgscope-test.rules
etc=/etc/systemd/system/user@1000.service.d/delegate-user.conf
header='^# Written by cgscope'

# Puts back all that a test may have left: where it got to its end, nothing but the rule is there any more.
teardown() {
    local uid
    rm -f "$rules"
    manager_of tester stop test-one.scope test-keeper.scope 2>/dev/null || true
    if [[ -n $(drop_ins) ]]; then
        rm -rf {/etc,/run}/systemd/system/user@*.d
        systemctl daemon-reload
    fi
    [[ $CGSCOPE_SYSTEM == vm ]] || return 0
    for uid in 1000 1001; do
        ! grep -q -w -e io -e cpuset "$(group "$uid")/cgroup.controllers" || systemctl restart "user@$uid.service"
    done
}

# The directories of drop-ins for user managers that are there.
drop_ins() {
    compgen -G '/etc/systemd/system/user@*.d' || true
    compgen -G '/run/systemd/system/user@*.d' || true
}

# group UID: the directory of the user's manager.
group() {
    printf '/sys/fs/cgroup/user.slice/user-%s.slice/user@%s.service\n' "$1" "$1"
}

# allow USER: may do all that cgscoped does, and restart units, without a password.
allow() {
    printf 'polkit.addRule(function(action, subject) {
        if (subject.user == "%s" && (action.id.indexOf("org.cgscope.delegation.") == 0 ||
            action.id == "org.freedesktop.systemd1.manage-units")) return polkit.Result.YES;
    });\n' "$1" >"$rules"
    chmod 644 "$rules"
    start "$1"
    wait_until pkcheck --action-id org.cgscope.delegation.enable-any --process "$started"
}

# The last group on the way to tester's manager that has this controller.
stop_of() {
    local way=/sys/fs/cgroup last='' part
    for part in '' user.slice user-1000.slice user@1000.service; do
        way=$way${part:+/$part}
        ! grep -q -w "$1" "$way/cgroup.controllers" || last=$way
    done
    printf '%s\n' "${last#/sys/fs/cgroup}"
}

# What `enable` shows of each user manager is what the kernel and the system manager say, and no manager is missing.
expect_truth() {
    run cgscope enable --all-users --json -o uid,manager,slice,handed-on,loaded
    expect_status 0
    python3 - "$out" <<'EOF' || fail 'the table is not the truth'
import glob, json, re, subprocess, sys

def words(path):
    with open(path) as file:
        return sorted(file.read().split())

rows = {row['uid']: row for row in json.loads(sys.argv[1])['users'] if row['manager'] is not None}
groups = {int(re.search(r'user@(\d+)', path)[1]): path
          for path in glob.glob('/sys/fs/cgroup/user.slice/user-*.slice/user@*.service')}
assert set(rows) == set(groups), (rows, groups)
for uid, group in groups.items():
    row = rows[uid]
    loaded = subprocess.run(['systemctl', 'show', '-p', 'DelegateControllers', '--value', f'user@{uid}.service'],
                            capture_output=True, text=True, check=True).stdout
    for field, truth in (('manager', words(group + '/cgroup.controllers')),
                         ('slice_controllers', words(group + '/../cgroup.controllers')),
                         ('handed_on', words(group + '/cgroup.subtree_control')),
                         ('loaded', sorted(loaded.split()))):
        known = {'cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc', 'dmem'}
        truth = [word for word in truth if word in known]
        assert sorted(row[field]) == truth, (uid, field, row[field], truth)
EOF
}

# row USER: that user's line of the table on stdout of the last command, blanks squeezed.
row() {
    grep -E "^ *[0-9]+ +$1( |\$)" <<<"$out" | tr -s ' ' | sed 's/^ //; s/ $//'
}

# delegates USER CONTROLLERS: a scope of the user's can have them.
delegates() {
    run as "$1" cgscope run -q --delegate="$2" -- true
    expect_status 0
    expect_lines err 0
}

# --- without a system ---

test_image() {
    # --root: the same files in an image, for all users unless said otherwise; disable removes file and directory
    needs container
    local files=etc/systemd/system
    mkdir -p image/etc
    run cgscope enable --root=image io,cpuset
    expect_status 0
    expect_lines err 2
    expect_err "^Wrote image/$files/user@\.service\.d/delegate\.conf: cpuset io\.\$"
    expect_err '^Nothing was applied'
    expect_out '\(all\) +cpuset io'
    head -n 1 "image/$files/user@.service.d/delegate.conf" | grep -q "$header" || fail 'who wrote it is not said'
    grep -q -x 'Delegate=cpuset io' "image/$files/user@.service.d/delegate.conf" || fail 'the controllers are not there'
    expect_equal "$(stat -c %a "image/$files/user@.service.d/delegate.conf")" 644

    run cgscope enable --root=image --user-id=4711 memory
    expect_status 0
    expect_out '^ *4711 +cpuset io memory +at next login$'
    expect_equal "$(grep -v '^#' "image/$files/user@4711.service.d/delegate-user.conf" | xargs)" '[Service] Delegate=memory'
    run cgscope enable --root=image --json -o +file,kind
    expect_status 0
    expect_out '"uid": *4711, *"user": *null, *"drop_in": *\["cpuset", *"io", *"memory"\], *"manager": *null'
    expect_out '"verdict": *"next-login", *"file": *"image/etc/[^"]*/user@4711[^"]*", *"kind": *"cgscope"'

    run cgscope enable --root=image io
    expect_status 0
    expect_err '^io enabled for all users already\.$'
    run cgscope disable --root=image --user-id=4711 memory io
    expect_err "^Removed image/$files/user@4711\.service\.d/delegate-user\.conf\.\$"
    expect_err "^image/$files/user@\.service\.d/delegate\.conf still asks for io, for all users\.\$"
    run cgscope disable --root=image -q io cpuset
    expect_status 0
    expect_lines err 0
    expect_lines out 0
    expect_equal "$(find image -mindepth 1 -name '*user@*')" ''
    run cgscope disable --root=image io
    expect_status 0
    expect_err '^io not enabled by cgscope for all users: nothing to take back\.$'
    expect_err '^Nothing is enabled for anybody\.$'
}

test_image_foreign() {
    # a file of the administrator's is left alone
    needs container
    local file=image/etc/systemd/system/user@.service.d/delegate.conf before
    mkdir -p "${file%/*}"
    printf '# by hand\e[2J\n[Service]\nDelegate=memory cpuset\n' >"$file"
    before=$(<"$file")
    run cgscope enable --root=image io
    expect_refusal 1 '/etc/systemd/system/user@\.service\.d/delegate\.conf is not cgscope.s; remove it, or give it another name$'
    expect_equal "$(<"$file")" "$before"
    run cgscope disable --root=image cpuset
    expect_refusal 1 '/etc/systemd/system/user@\.service\.d/delegate\.conf is not cgscope.s'
    expect_equal "$(<"$file")" "$before"
}

test_no_bus() {
    # without a system bus root writes the files and says that nothing was applied; others get one line
    needs container
    local script
    script sh -c '
        mount -t tmpfs none /run/dbus && mount -t tmpfs -o mode=755 none /etc/systemd/system || exit
        cgscope enable --all-users io
        echo "status=$?"
        find /etc/systemd/system -type f
        cgscope enable io
        echo "unclear=$?"
        cgscope enable --user-id=tester
        cgscope disable --all-users io
        echo "disabled=$?"
        find /etc/systemd/system -mindepth 1
        setpriv --reuid=tester --regid=tester --init-groups cgscope enable io
        echo "tester=$?"'
    run unshare --mount bash "$script"
    expect_status 0
    expect_value status 0
    expect_err '^Wrote /etc/systemd/system/user@\.service\.d/delegate\.conf: io\.$'
    expect_err '^Nothing was applied'
    expect_out '^/etc/systemd/system/user@\.service\.d/delegate\.conf$'
    expect_value unclear 2
    expect_err '^cgscope: enable: for whom\? .*--user-id=UID.*--all-users$'
    expect_out '^ *1000 +tester +io +at next login$'
    expect_value disabled 0
    expect_err '^Removed /etc/systemd/system/user@\.service\.d/delegate\.conf\.$'
    expect_not_out '/user@\.service\.d$'
    expect_value tester 1
    expect_err '^cgscope: no system bus at .*/run/dbus/system_bus_socket'
    expect_lines err 7
}

test_state() {
    # `enable` alone shows the state and changes nothing: one's own, for root everybody's
    run as tester cgscope enable
    expect_status 0
    expect_equal "$(row tester | cut -d' ' -f1-2)" '1000 tester'
    expect_not_out 'other'
    expect_lines out 2
    run cgscope enable
    expect_status 0
    [[ -n $(row tester) && -n $(row other) ]] || fail 'a user manager is not there'
    expect_lines err 0
    run nearby other cgscope enable --user-id=tester --json
    expect_status 0
    expect_out '"uid": *1000, *"user": *"tester", *"drop_in": *\[\]'
    expect_truth
    # A user that is not there is given nothing; what he was given once can be seen, and taken back.
    run cgscope enable --user-id=4242 io
    expect_status 1
    expect_lines err 1
    expect_err 'no user with uid 4242|there is no io to hand on'
    cgscope enable -q --root=/ --user-id=4242 io
    run cgscope enable --user-id=4242 --json
    expect_status 0
    run cgscope disable --user-id=4242 io
    expect_status 0
    [[ ! -e /etc/systemd/system/user@4242.service.d ]] || fail 'it was not taken back'
}

test_refused() {
    # what cannot be asked for is refused in one line: no such controller here, no right to it
    local user name
    if [[ $CGSCOPE_SYSTEM != vm ]]; then
        name=$(absent_controller)
        for user in root tester; do
            run nearby "$user" cgscope enable --user-id=tester "$name"
            expect_refusal 1 "$name"
        done
    else
        run nearby other cgscope enable --no-ask-password io
        expect_refusal 1 'authori[sz]|authentication'
    fi
    run nearby tester cgscope disable --no-ask-password io
    expect_status 0
    expect_err '^io not enabled by cgscope for tester \(1000\): nothing to take back\.$'
    expect_equal "$(drop_ins)" ''
}

test_way() {
    # the state says how far a controller has come, and the one step that is left, with what that would end
    needs container # where it does not arrive
    local processes units unit
    [[ " $(</sys/fs/cgroup/cgroup.controllers) " != *' io '* ]] || skip 'io could arrive here'
    run cgscope enable --root=/ --runtime --user-id=1000 -q io
    expect_status 0
    run cgscope enable --user-id=tester
    expect_status 0
    expect_equal "$(row tester)" "1000 tester io not loaded"
    expect_lines err 1
    expect_err "^cgscope: tester \(1000\): io not in effect: /run/.*/delegate-user-runtime\.conf asks for it, which PID 1 has not read yet; systemctl daemon-reload"

    systemctl daemon-reload
    start tester cgscope run -q -u test-one -- bash -c 'sleep 1000 & wait'
    wait_until test -d "$(group 1000)/app.slice/test-one.scope"
    run cgscope enable --user-id=tester
    expect_equal "$(row tester)" "1000 tester io not there"
    processes=$(find "$(group 1000)" -name cgroup.procs ! -path '*/init.scope/*' -exec cat {} + | wc -l)
    units=$(find "$(group 1000)" \( -name '*.service' -o -name '*.scope' \) ! -name init.scope -mindepth 1 |
        while read -r unit; do
            ! grep -q 'populated 1' "$unit/cgroup.events" || echo "$unit"
        done | wc -l)
    expect_err "; last resort: --restart, which ends $processes process(es)? in $units units? of the user's\$"
    manager_of tester stop test-one.scope

    # One that is not ours does not hide it, and is named.
    mkdir /etc/systemd/system/user@.service.d
    printf '[Service]\nDelegate=cpuset\n' >/etc/systemd/system/user@.service.d/delegate.conf
    systemctl daemon-reload
    run nearby tester cgscope enable -o +missing,file,kind
    expect_out '^ *1000 +tester +io +not there +cpuset io +/etc/.*/user@\.service\.d/delegate\.conf +administrator$'
    expect_truth
    run cgscope disable --all-users cpuset
    expect_refusal 1 '/etc/systemd/system/user@\.service\.d/delegate\.conf is not cgscope.s; remove it'
}

# --- with a system, and all controllers ---

# In a login session of tester's, opened now: tries, says so, and tries again when it is told to.
open_session() {
    cat >session.sh <<EOF
try() {
    cgscope run --delegate io,cpuset -- cat /proc/self/cgroup
    echo "\$1=\$?"
}
try before
touch $scratch/tried
until [[ -e $scratch/go ]]; do
    sleep 0.1
done
try after
EOF
    as_session tester bash "$scratch/session.sh" >session.out 2>&1 &
    session=$!
    wait_until test -e tried
}

test_story() {
    # a user's command fails, `enable` is authorised, and the same command succeeds in the same session; and back again
    # deadline 100
    needs controllers cpuset io
    local before session manager refused='cpuset io not available: stops at '
    before=$(user_controllers tester)
    manager=$(manager_pid tester)
    open_session
    refused+="$(stop_of io): PID 1 does not hand it to the user manager unless told to; cgscope enable cpuset io\$"
    run as tester cgscope run --delegate io,cpuset -- true
    expect_refusal 125 "$refused"

    allow tester
    run as tester cgscope enable io cpuset
    expect_status 0
    expect_lines err 1
    expect_err "^Wrote ${etc//./\\.}: cpuset io\.\$"
    expect_equal "$(row tester)" "1000 tester cpuset io $(user_controllers tester) in effect"
    expect_truth
    run as tester cgscope run --delegate io,cpuset -- true
    expect_status 0
    touch go
    wait "$session"
    out=$(<session.out)
    expect_out "$refused"
    expect_value before 125
    expect_value after 0
    expect_equal "$(manager_pid tester)" "$manager"

    # It is so already; and the caller's own manager has been asked what a scope gets.
    run as tester cgscope enable
    expect_status 0
    expect_equal "$(row tester)" "1000 tester cpuset io $(user_controllers tester) in effect"

    # What runs keeps what it has, and is named.
    start tester cgscope run -q -u test-keeper --delegate=io -- sleep 1000
    wait_until test -d "$(group 1000)/app.slice/test-keeper.scope/main"
    run as tester cgscope disable io cpuset
    expect_status 0
    expect_err "^Removed ${etc//./\\.}\.\$"
    expect_err '^tester \(1000\): .*io.* stays with what runs now, until it ends: .*test-keeper\.scope'
    [[ ! -e ${etc%/*} ]] || fail 'the directory is still there'
    expect_equal "$(systemctl show -p DelegateControllers --value user@1000.service | xargs)" 'cpu memory pids'
    grep -q -w io "$(group 1000)/app.slice/test-keeper.scope/cgroup.controllers" || fail 'the scope has lost it'
    expect_truth
    manager_of tester stop test-keeper.scope
    run as tester cgscope disable io cpuset
    expect_status 0
    expect_equal "$(user_controllers tester)" "$before"
    expect_equal "$(manager_pid tester)" "$manager"
}

test_others() {
    # for all users until the next boot; --no-apply leaves a manager as it is, and says the step that is left
    # deadline 100
    needs controllers cpuset io
    local tester other command pid run=/run/systemd/system
    tester=$(user_controllers tester)
    other=$(user_controllers other)
    pid=$(manager_pid other)
    run cgscope enable --all-users --runtime io
    expect_status 0
    expect_err "^Wrote $run/user@\.service\.d/delegate-runtime\.conf: io\.\$"
    expect_equal "$(row tester)" "1000 tester io $(user_controllers tester) in effect"
    expect_equal "$(row other)" "1001 other io $(user_controllers other) in effect"
    delegates tester io
    delegates other io

    run cgscope enable --user-id=other --runtime --no-apply cpuset
    expect_status 1
    # From 257 on the system manager, too, does nothing before something starts.
    expect_equal "$(row other | sed 's/not there$/not taken up/')" \
        "1001 other cpuset io $(user_controllers other) not taken up"
    expect_err '^cgscope: other \(1001\): .*(; systemctl --user --machine=other@ daemon-reexec |without --no-apply$)'
    command=$(sed -n 's/.*\(systemctl --user.*daemon-reexec\).*/\1/p' <<<"$err")
    expect_truth
    # shellcheck disable=SC2086 # words
    run ${command:-cgscope enable --user-id=other --runtime cpuset}
    expect_status 0
    delegates other cpuset

    run cgscope disable --all-users --runtime io
    expect_status 0
    expect_err "^Removed $run/user@\.service\.d/delegate-runtime\.conf\.\$"
    run cgscope disable --user-id=other --runtime cpuset io
    expect_status 0
    expect_equal "$(drop_ins)" ''
    run cgscope disable --all-users io cpuset
    expect_equal "$(user_controllers tester)" "$tester"
    expect_equal "$(user_controllers other)" "$other"
    expect_equal "$(manager_pid other)" "$pid"
}

# The manager of tester's runs, and is another one than that process.
manager_is_new() {
    [[ $(manager_pid tester) != "$1" ]] && systemctl is-active -q user@1000.service
}

test_restart() {
    # --restart says what it ends, and leaves nothing over
    # deadline 100
    needs controllers cpuset io
    local before pid text
    before=$(user_controllers tester)
    pid=$(manager_pid tester)
    run cgscope enable --user-id=tester cpuset io
    expect_status 0
    expect_equal "$(row tester)" "1000 tester cpuset io $(user_controllers tester) in effect"

    # From within, so all is said before.
    allow tester
    start tester cgscope run -q -u test-keeper --delegate=io -- sleep 1000
    wait_until test -d "$(group 1000)/app.slice/test-keeper.scope/main"
    run as_user tester systemd-run --user --quiet --pipe --wait -- \
        "$(command -v cgscope)" disable --restart io cpuset
    text='^cgscope: tester \(1000\): restarting user@1000\.service ends [0-9]+ processes in [0-9]+ units: '
    expect_err "$text.*test-keeper\.scope.*; including this command\$"
    expect_out '^ *1000 +tester +cp.* io .* left over$'
    wait_until manager_is_new "$pid"
    [[ ! -e $(group 1000)/app.slice/test-keeper.scope ]] || fail 'the scope is still there'
    expect_equal "$(user_controllers tester)" "$before"
    expect_truth
}
