# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; out and err come from run
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# `cgscope ns`: how processes see their groups, compared with what /proc says from outside and from inside.

initial=4026531835
as_proc=$guest_dir/as-proc.py

teardown() {
    end_scopes
    remove_top
    unmount_v1
}

# groups MOUNT: $top with the groups in and out.
groups() {
    top=$1/cgscope-ns-$RANDOM$RANDOM
    mkdir "$top" "$top/in" "$top/out"
}

# hand USER: a shell of the user's in $top/in, number $hand, that does what it is told, step by step.
hand() {
    groups /sys/fs/cgroup
    chmod 755 .
    mkfifo -m 666 tell told
    printf '%s\n' 'echo ready >&4' 'while read -r line <&3; do eval "$line"; echo ready >&4; done' >steps
    chmod 644 steps
    setpriv --reuid="$1" --regid="$1" --init-groups bash steps 3<>tell 4<>told >/dev/null 2>steps.err &
    hand=$!
    disown "$hand"
    answer
    echo "$hand" >"$top/in/cgroup.procs"
}

answer() {
    local word=
    read -r -t 60 word <>told || fail "no answer: $(<steps.err)"
    expect_equal "$word" ready
    [[ ! -s steps.err ]] || fail "the shell says: $(<steps.err)"
}

# tell WORDS: one line.
tell() {
    printf '%s\n' "$*" >tell
    answer
}

# in_hand CMD…: in the cgroup namespace of that shell.
in_hand() {
    nsenter --target "$hand" --cgroup "$@"
}

# expect_as_proc: `cgscope ns` of the shell says what /proc says, here and in there; its JSON is left in $out.
expect_as_proc() {
    works cgscope ns --json --all-hierarchies "$hand"
    python3 "$as_proc" "$hand" <<<"$out" >"$scratch/differs" || fail "not as in /proc: $(<"$scratch/differs")"
}

# expect_marks WORDS: of the shell's row, and of its text.
expect_marks() {
    expect_json "data['processes'][0]['marks'] == '$1'.split()"
    local json=$out mark
    works cgscope ns "$hand"
    expect_out "^ *Process: $hand \(bash\)$"
    for mark in outside stale-mount shows-more; do
        if [[ " $1 " == *" $mark "* ]]; then
            expect_out "^$mark +[A-Z].*\.$"
        else
            expect_not_out "^$mark "
        fi
    done
    works cgscope ns -o +ABSOLUTE "$hand"
    expect_out "^ *$hand bash "
    [[ -z $1 ]] || expect_out "^ *$hand bash .* ${1// /,} "
    out=$json
}

test_by_hand() {
    # step by step: unshare, make-rslave, umount, mount: each step is shown as it is, the stale mount while it is there
    # deadline 90
    hand root
    expect_as_proc
    expect_marks ''
    expect_json "data['processes'][0]['namespace'] == data['own_namespace']"

    tell 'exec unshare --cgroup --mount --propagation unchanged bash steps'
    expect_as_proc
    expect_marks stale-mount
    expect_json "data['processes'][0]['namespace'] != data['own_namespace']"
    expect_json "data['processes'][0]['inside'] == '/' and '${top##*/}/in' in data['processes'][0]['control_group']"
    expect_json "[m['root'] for m in data['processes'][0]['mounts'] if 'stale-mount' in m['marks']] == ['/']"
    expect_json "[n['root'] for n in data['namespaces']] == [data['processes'][0]['control_group']]"

    tell 'mount --make-rslave /'
    expect_as_proc
    expect_marks stale-mount

    tell 'umount -l /sys/fs/cgroup'
    expect_as_proc
    expect_marks ''
    expect_json "not [m for m in data['processes'][0]['mounts'] if m['mount'] == '/sys/fs/cgroup']"

    tell 'mount -t cgroup2 cgroup2 /sys/fs/cgroup'
    expect_as_proc
    expect_marks ''
    expect_json "[m['inside'] for m in data['processes'][0]['mounts'] if m['mount'] == '/sys/fs/cgroup'] == ['/']"
    expect_equal "$(in_hand stat -c %i /sys/fs/cgroup)" "$(stat -c %i /sys/fs/cgroup)" # ours is as it was

    # Out of its root.
    echo "$hand" >"$top/out/cgroup.procs"
    expect_as_proc
    expect_marks outside
    expect_json "data['processes'][0]['inside'] == '/../out'"
    expect_json "data['namespaces'][0]['root'] == '${top#/sys/fs/cgroup}/in'" # its mount tells
    echo "$hand" >"$top/in/cgroup.procs"
    expect_as_proc
    expect_marks ''
}

test_other_mounts() {
    # a bind mount of what is outside, one that is covered, a point with blanks and a newline, very long options
    needs container
    local point=$scratch/$'a b\n\\c'
    hand root
    mkdir -p "$point" "$top/in/below"
    tell 'exec unshare --cgroup --mount --propagation private bash steps'
    tell "mount --bind /sys/fs/cgroup $(printf %q "$point")"
    tell 'umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup'
    expect_as_proc
    expect_marks shows-more
    expect_json "[m['mount'] for m in data['processes'][0]['mounts'] if m['marks']] == ['$scratch/a b\\n\\\\c']"
    works cgscope ns -l "$hand"
    expect_out "/[\$]'a b\\\\x0a\\\\\\\\c' .*shows-more"

    # A group beside its own.
    mkdir other
    tell "mount --bind $(printf %q "$point")/${top#/sys/fs/cgroup/}/out other"
    tell "umount $(printf %q "$point")"
    expect_as_proc
    expect_marks shows-more
    expect_json "[m['inside'] for m in data['processes'][0]['mounts'] if m['marks']] == ['/../out']"

    # What lies below another mount is found by nobody.
    tell 'mount -t tmpfs none other'
    expect_as_proc
    expect_marks ''
    expect_json "[m['covered'] for m in data['processes'][0]['mounts']] == [False, True]"

    # In a group of its own: no mount at all.
    tell 'umount other; umount other; umount /sys/fs/cgroup'
    expect_as_proc
    works cgscope ns "$hand"
    expect_out '^ *Mounts: none$'
}

test_user() {
    # as an ordinary user: one's own are known, also in a user namespace of one's own; of root's it is said why not
    hand tester
    tell 'exec unshare --user --map-root-user --cgroup --mount bash steps'
    expect_as_proc
    expect_marks stale-mount
    run nearby tester cgscope ns --json "$hand" 1
    expect_status 0
    expect_lines err 0
    expect_json "data['processes'][0]['inside'] == '/' and data['processes'][0]['reason'] is None"
    expect_json "data['processes'][0]['mounts'][0]['inside'].startswith('/..')"
    expect_json "data['processes'][0]['marks'] == ['stale-mount']"
    expect_json "data['processes'][1]['namespace'] is None and data['processes'][1]['inside'] is None"
    expect_json "'CAP_SYS_PTRACE' in data['processes'][1]['reason'] and data['processes'][1]['marks'] == []"
    expect_json "data['processes'][1]['control_group'] == '/init.scope' and data['processes'][1]['mounts']"
    run nearby tester cgscope ns "$hand" 1
    expect_out '^ *Namespace: \? \(only root \(CAP_SYS_PTRACE\)'
    expect_out '^ *Cgroup: /init.scope$'
    run nearby other cgscope ns --json "$hand"
    expect_json "data['processes'][0]['namespace'] is None and data['processes'][0]['control_group']"

    # In a list all are there.
    run nearby tester cgscope ns
    expect_status 0
    expect_lines err 0
    expect_out "^ *$hand bash +[0-9]+ +stale-mount "
    expect_out '^ *1 systemd +\? .* /init.scope +\?$'
    expect_out '^\? +[0-9]+ process(es)?: only root \(CAP_SYS_PTRACE\)'
    expect_out '^stale-mount +A mount'
}

# expect_absolute: what the shell found out about itself, of which we know more.
expect_absolute() {
    out=$(<answer)
    expect_json "data['own_namespace'] == data['processes'][0]['namespace']"
    if [[ $(stat -Lc %i /proc/1/ns/cgroup) == "$initial" && $1 == root ]]; then
        expect_json "data['processes'][0]['absolute'] == '${top#/sys/fs/cgroup}/in'"
        expect_json "data['processes'][1]['absolute'] == '/init.scope'"
    else
        expect_json "data['processes'][0]['absolute'] is None"
        expect_json "'initial cgroup namespace' in data['processes'][0]['absolute_reason']"
    fi
    expect_json "data['processes'][0]['control_group'] == '/'"
    expect_json "data['processes'][1]['control_group'].startswith('/..')"
    expect_json "data['processes'][1]['marks'] == []" # to itself it is where it should be
}

test_from_inside() {
    # from inside a namespace: what is outside is seen so; the absolute path where the initial namespace may be entered
    hand root
    tell 'exec unshare --cgroup --mount bash steps'
    tell "cgscope ns --json \$\$ 1 >$scratch/answer"
    out=$(<answer)
    expect_json "data['processes'][1]['inside'] == '/init.scope'"
    expect_absolute root
    tell "cgscope ns >$scratch/answer"
    out=$(<answer)
    expect_out '^ *1 systemd +[0-9]+ .*/\.\./.*/init.scope +/init.scope$'
}

test_from_inside_user() {
    # the same for an ordinary user in a namespace of its own, who may not enter those outside
    hand tester
    touch answer
    chmod 666 answer
    tell 'exec unshare --user --map-root-user --cgroup --mount bash steps'
    tell "cgscope ns --json \$\$ 1 >$scratch/answer"
    expect_absolute tester
    out=$(<answer)
    expect_json "data['processes'][1]['inside'] is None and data['processes'][1]['reason']"
}

test_hierarchies() {
    # --all-hierarchies: a row for each, those of v1, too; and their mounts
    local group
    v1_hierarchy || skip "no v1 hierarchy can be mounted: $(<"$scratch/why")"
    hand root
    group=$v1/$(basename "$top")
    mkdir "$group"
    echo "$hand" >"$group/cgroup.procs"
    tell 'exec unshare --cgroup --mount bash steps'
    expect_as_proc
    expect_marks stale-mount
    expect_json "[h['inside'] for h in data['processes'][0]['hierarchies']
        if h['hierarchy'] == 'name=$v1_name'] == ['/']"
    expect_json "[m['marks'] for m in data['processes'][0]['mounts'] if m['mount'] == '$v1'] == [['stale-mount']]"
    works cgscope ns --all-hierarchies "$hand"
    expect_out "^name=$v1_name +stale-mount +/.*${top##*/} +/ "
    expect_out "^$v1 +name=$v1_name +stale-mount +/ +/\.\."
    works cgscope ns --all-hierarchies -n -o PID,HIERARCHY,MARKS,CGROUP,INSIDE "$hand"
    expect_lines out "$(wc -l <"/proc/$hand/cgroup")"
    expect_out "^ *$hand name=$v1_name +stale-mount /.*${top##*/} +/$"
    kill -KILL "$hand"
    wait_until rmdir "$group"
}

test_unit() {
    # --unit: the processes of a unit and of the groups below it
    needs container
    local user pids
    for user in $(both); do
        scope "$user" ns
        run nearby "$user" cgscope ns -u test-ns.scope --json
        expect_status 0
        expect_lines err 0
        expect_json "[p['pid'] for p in data['processes']] == [$sleeper]"
        expect_json "data['processes'][0]['control_group'].endswith('/test-ns.scope/main')"
        run nearby "$user" cgscope ns -n -o PID,COMMAND -u test-ns.scope
        expect_equal "$(xargs <<<"$out")" "$sleeper sleep"
        end_scopes
    done
    run cgscope ns --json -u init.scope
    pids=$(xargs </sys/fs/cgroup/init.scope/cgroup.procs)
    expect_json "[p['pid'] for p in data['processes']] == [int(p) for p in '$pids'.split()]"
    run cgscope ns -u none.service
    expect_refusal 1 'no unit none.service'
}

test_all() {
    # without arguments all processes; --tree puts them below their namespaces
    needs container
    local before
    hand root
    tell 'exec unshare --cgroup --mount bash steps'
    echo "$hand" >"$top/out/cgroup.procs"
    before=$(find /proc -maxdepth 1 -name '[1-9]*' -printf '%f,')
    works cgscope ns --json
    # What was there before and is there still was there meanwhile.
    expect_json "not ({$before} & {$(find /proc -maxdepth 1 -name '[1-9]*' -printf '%f,')}) - {
        p['pid'] for p in data['processes']}"
    expect_json "data['own_namespace'] in [n['namespace'] for n in data['namespaces']]"
    expect_json "sum(n['processes'] for n in data['namespaces']) == len([
        p for p in data['processes'] if p['namespace']])"

    works cgscope ns --tree
    expect_out '^[0-9]+ \(ours\)'
    expect_out '^.-1 systemd|─1 systemd'
    expect_out "^└─$hand bash +outside,stale-mount .*/out +/../out$"
    expect_out '^outside +'
    works cgscope ns
    expect_out '^PROCESSES +MOUNT'
    expect_out "^$hand +/sys/fs/cgroup +stale-mount +/ +/\.\./\.\."
    kill -KILL "$hand"
}

test_moving() {
    # processes that come, go and move meanwhile: what is shown was so at some moment
    needs container
    local mover i times=20
    [[ $CGSCOPE_SYSTEM != vm ]] || times=4
    hand root
    tell 'exec unshare --cgroup --mount bash steps'
    bash -c 'trap "" PIPE; while :; do for g in in out; do echo "$1" >"$2/$g/cgroup.procs"; /bin/true; done; done' \
        bash "$hand" "$top" >/dev/null 2>&1 &
    mover=$!
    disown "$mover"
    for ((i = 0; i < times; i++)); do
        works cgscope ns --json "$hand"
        expect_json "[data['processes'][0]['control_group'].rsplit('/', 1)[1], data['processes'][0]['inside']] in (
            ['in', '/'], ['out', '/../out'], ['in', None], ['out', None])"
        works cgscope ns
    done
    kill -KILL "$mover"
}

test_zombie() {
    # a zombie in a group that has been removed: it is in no namespace any more
    needs container
    local parent zombie
    groups /sys/fs/cgroup
    python3 -c 'import os, sys, time
pid = os.fork()
if pid == 0:
    open(sys.argv[1] + "/in/cgroup.procs", "w").write("0")
    os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
os.rmdir(sys.argv[1] + "/in")
open(sys.argv[2], "w").write(str(pid))
time.sleep(1000)' "$top" zombie &
    parent=$!
    disown "$parent"
    wait_until test -s zombie
    zombie=$(<zombie)
    works cgscope ns "$zombie"
    expect_out "^ *Namespace: \? \(it has ended"
    expect_out "^ *Cgroup: .*/in \(deleted\)$"
    expect_out "^ *Mounts: \? \(it has ended"
    works cgscope ns
    expect_out "^ *$zombie python3 +\? .*/in \(deleted\) +\?$"
    kill -KILL "$parent"
}

test_bad_process() {
    # one that is gone, hidden, or no process: an error, and the others are shown
    needs container
    local gone hidden=(unshare --mount --propagation private bash -c)
    sleep 0 &
    gone=$!
    wait "$gone"
    run cgscope ns "$gone" $$
    expect_status 1
    expect_lines err 1
    expect_err "^cgscope: no process $gone$"
    expect_out "^ *Process: $$ "
    run cgscope ns "$gone"
    expect_refusal 1 "no process $gone$"
    run cgscope ns frob
    expect_refusal 2 "'frob' is no process number"
    run cgscope ns -u init.scope 1
    expect_refusal 2 'exclude each other'
    run cgscope ns -o FROB
    expect_refusal 2 'no column'
    run cgscope ns --json -o PID
    expect_refusal 2 'JSON has all'

    run "${hidden[@]}" 'mount -t proc -o hidepid=invisible proc /proc &&
        exec setpriv --reuid=tester --regid=tester --init-groups cgscope ns 1 $$'
    expect_status 1
    expect_lines err 1
    expect_err 'process 1 is there, but /proc does not show it \(mount option hidepid=\)'
    expect_out '^ *Process: [0-9]+ \(cgscope\)$'
    # They are in the list where /proc lists them.
    run "${hidden[@]}" 'mount -t proc -o hidepid=noaccess proc /proc &&
        exec setpriv --reuid=tester --regid=tester --init-groups cgscope ns'
    expect_status 0
    expect_lines err 0
    expect_out '^ *1 \? +\? +\? +\?$'
    expect_out '^\? +[0-9]+ processes: .*hidepid='
    # And of a unit they are known.
    run "${hidden[@]}" 'mount -t proc -o hidepid=invisible proc /proc &&
        exec setpriv --reuid=tester --regid=tester --init-groups cgscope ns --system -u init.scope'
    expect_status 0
    expect_out '^ *1 \? +\? +\? +\?$'
}

test_bad_proc() {
    # no /proc, and those of other PID namespaces
    needs plain
    needs container
    local private=(unshare --mount --propagation private bash -c)
    run "${private[@]}" 'umount -l /proc && exec cgscope ns 1'
    expect_refusal 1 '/proc is not mounted'
    run "${private[@]}" 'umount -l /proc && exec cgscope ns'
    expect_refusal 1 '/proc is not mounted'
    # There it is number 1, and has another one in /proc.
    run unshare --pid --fork bash -c 'cgscope ns $$; exit $?'
    expect_status 0
    expect_out '^ *Process: 1 \(bash\)$'
    # The /proc of a PID namespace that we are not in.
    run unshare --mount --propagation private bash -c 'unshare --pid --fork mount -t proc proc /proc; exec cgscope ns 1'
    expect_refusal 1 'that of another PID namespace'
    # Those outside of the PID namespace, in a unit.
    run unshare --pid --fork --mount-proc bash -c 'cgscope ns -u init.scope; exit $?'
    expect_status 0
    expect_out '^ *0 \? '
    expect_out 'outside of this PID namespace'
}
