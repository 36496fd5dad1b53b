# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; out and err come from run
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# `run --cgroup-namespace` and `exec --cgroup-namespace`: the command sees its own subtree alone.

settings=()

restore_settings() {
    local setting
    for setting in "${settings[@]}"; do
        echo "${setting#*=}" >"${setting%%=*}"
    done
    settings=()
}

teardown() {
    restore_settings
    end_scopes
}

# What a process finds: its group; the root of the mount at /sys/fs/cgroup, the last one covering the others; whether it
# is itself in the group of that name there; the first process; who it is.
setup() {
    chmod 777 .
    look=$scratch/look
    cat >"$look" <<'END'
group=$(sed -n s/^0:://p /proc/self/cgroup)
echo "group=$group"
awk '$5 == "/sys/fs/cgroup" { print $4, $6 }' /proc/self/mountinfo | tail -n 1 |
    { read -r root options; echo "root=$root"; echo "options=$options"; }
echo "here=$(grep -cx $$ "/sys/fs/cgroup$group/cgroup.procs")"
echo "groups=$(cd /sys/fs/cgroup && echo */)"
echo "first=$(sed -n s/^0:://p /proc/1/cgroup)"
echo "uid=$(id -u)" "gid=$(id -g)"
echo "variable=$CGSCOPE_ROOT unit=$CGSCOPE_UNIT"
echo "capabilities=$(sed -n 's/^CapEff:\t//p' /proc/self/status)"
echo "setgroups=$(cat /proc/self/setgroups)"
END
}

has_nsdelegate() {
    grep -q ' - cgroup2 .*nsdelegate' /proc/self/mountinfo
}

# expect_view GROUP GROUPS: what is told agrees.
expect_view() {
    expect_status 0
    expect_value group "$1"
    expect_value root /
    expect_value options '*nosuid*nodev*noexec*'
    expect_value here 1
    expect_value groups "$2"
    expect_value first '/../*init.scope'
    expect_value variable '/sys/fs/cgroup unit=?*.scope'
}

# confined USER OPTION…: runs the look.
confined() {
    local user=$1
    shift
    run as "$user" cgscope run -q --cgroup-namespace "$@" -- sh "$look"
}

# --- run ---

test_agree() {
    # /proc/self/cgroup, mountinfo and /sys/fs/cgroup agree: in the scope, in its leaf, supervised
    # deadline 90
    local user
    for user in $(both); do
        confined "$user" --delegate
        expect_view /main 'main/'
        expect_value capabilities "$([[ $user == root ]] && echo '*f' || echo '0*0')"
        expect_value uid "$(id -u "$user") gid=$(id -g "$user")"
        expect_value setgroups "$([[ $user == root ]] && echo allow || echo deny)"
        confined "$user" --delegate --report=/dev/null
        expect_view /main 'main/ supervisor/'
        confined "$user" --delegate --root=leaf
        expect_view / '*/'
        confined "$user" --delegate --root=leaf --wait
        expect_view / '*/'
        [[ $CGSCOPE_SYSTEM == container ]] || continue
        confined "$user"
        expect_view / '*/'
        confined "$user" --wait
        expect_view /main 'main/ supervisor/'
        confined "$user" --delegate --no-leaf
        expect_view / '*/'
        confined "$user" --delegate --leaf=other --root boundary
        expect_view /other 'other/'
    done
}

test_one_mount() {
    # for root there is one mount at /sys/fs/cgroup, and no other hides below it
    needs container
    run cgscope run -q --cgroup-namespace --delegate -- grep -c ' /sys/fs/cgroup ' /proc/self/mountinfo
    expect_out '^1$'
}

test_uid() {
    # --uid: made with root's rights, then the command is the user's, and so is the supervisor
    needs container
    local option
    for option in --root=boundary '--root=boundary --wait' --root=leaf '--root=leaf --wait'; do
        # shellcheck disable=SC2086 # words
        confined root --uid=tester --delegate $option
        expect_view "$([[ $option == *leaf* ]] && echo / || echo /main)" '*/'
        expect_value uid '1000 gid=1000'
        expect_value capabilities '0*0'
        expect_value setgroups allow
    done
    # The subtree is the user's, and nobody keeps root's rights.
    run cgscope run -q --cgroup-namespace --uid=tester --delegate --wait -- sh -c '
        stat -c %U /sys/fs/cgroup/main /sys/fs/cgroup/supervisor /sys/fs/cgroup/main/cgroup.procs
        cat /proc/$PPID/status; id -G'
    expect_lines err 0
    expect_equal "$(grep -c '^tester$' <<<"$out")" 3
    expect_out $'^Uid:\t1000\t1000\t1000\t1000$'
    expect_out $'^Groups:\t1000 $'
    expect_out '^1000$'
}

test_map_root() {
    # --map-root: root in a user namespace, who may mount there
    local user=tester
    confined "$user" --map-root --delegate
    expect_view /main 'main/'
    expect_value uid '0 gid=0'
    expect_value capabilities '*f'
    run as "$user" cgscope run -q --cgroup-namespace --map-root --delegate --wait -- \
        sh -c 'mount -t tmpfs none /mnt && id -u && stat -c %u /sys/fs/cgroup/main'
    expect_status 0
    expect_equal "$out" $'0\n0'
    ! grep -q ' /mnt ' /proc/self/mountinfo || fail 'it mounted outside'
}

mounts_of() {
    cat "/proc/$1/mountinfo"
}

test_host_untouched() {
    # nothing that happens to the mounts inside is seen outside, while it runs and afterwards
    local user before first
    before=$(mounts_of self) first=$(mounts_of 1)
    for user in $(both); do
        run as "$user" cgscope run -q --cgroup-namespace --delegate -- sh -c 'sleep 1000 & echo $!'
        expect_status 0
        expect_equal "$(mounts_of 1)" "$first"
        expect_equal "$(mounts_of self)" "$before"
        [[ $(mounts_of "$out") != "$before" ]] || fail 'it sees what we see'
        kill -KILL "$out"
        expect_no_scopes "$user"
    done
    expect_equal "$(mounts_of self)" "$before"
    expect_equal "$(mounts_of 1)" "$first"
}

works_inside() {
    expect_equal "$(pwd)" /sys/fs/cgroup
    works cgscope create ./x/y -p
    expect_group x/y
    works cgscope create -q /sys/fs/cgroup/z
    works cgscope tree .
    expect_out '─x '
    expect_out '─y '
    works cgscope get . cgroup.type
    expect_out '^cgroup.type=domain'
    works cgscope exec ./x/y -- sh -c 'cat /proc/self/cgroup; echo "unit=$CGSCOPE_UNIT root=$CGSCOPE_ROOT"'
    expect_out '^0::/x/y$'
    expect_out '^unit=app-cgscope-.*\.scope root=/sys/fs/cgroup$'
    sleep_in x/y
    works cgscope procs ./x/y
    expect_out "^ *$sleeping "
    works cgscope move ./z "$sleeping"
    expect_equal "$(group_of "$sleeping")" /z
    works cgscope freeze ./z
    works cgscope thaw ./z
    works cgscope kill ./z
    works cgscope remove -r ./x
    expect_none x
    works cgscope exec --create --remove --report=/dev/null ./job -- sed -n s/^0:://p /proc/self/cgroup
    expect_out '^/job$'
    # It is in such a namespace already.
    works cgscope exec -q --cgroup-namespace --create --remove ./job -- sh "$scratch/look"
    expect_view /job '*job/*'
    works cgscope status .
    # A new scope would be outside.
    run cgscope run -- true
    expect_refusal 125 'outside of the cgroup namespace .*exec --create'
    wait_until rmdir z
}

test_works_inside() {
    # the verbs work inside, where the boundary is the root of what is seen
    # deadline 120
    local user
    for user in $(both); do
        inside "$user" --cgroup-namespace works_inside
    done
    [[ $CGSCOPE_SYSTEM != container ]] || inside tester --delegate --cgroup-namespace --root=leaf works_inside
}

contained_inside() {
    local file
    # With their controllers there, or without.
    for file in memory.max pids.max cpu.max cgroup.freeze cgroup.max.depth cgroup.kill; do
        [[ -e $file ]] || continue
        run bash -c 'echo 1 >"$1"' bash "$file"
        [[ $status -ne 0 ]] || fail "$file could be written"
        expect_err 'Operation not permitted'
    done
    # Beside the leaf there is room.
    mkdir a
    echo $BASHPID >a/cgroup.procs
    works cgscope create ./b MemoryMax=64M
    expect_file b/memory.max $((64 << 20))
}

test_contained() {
    # with nsdelegate the boundary's limits are closed, and the subtree's are open
    needs vm
    needs controllers memory pids
    has_nsdelegate || fail 'nsdelegate is off'
    local user
    for user in root tester; do
        inside "$user" --cgroup-namespace contained_inside
    done
    run as tester cgscope run --cgroup-namespace --delegate -- true
    expect_status 0
    expect_lines err 1 # what it runs as, and no warning
}

test_contained_moves() {
    # with nsdelegate nobody is moved in from outside, or out, also where the old mount is still reached: ENOENT
    needs vm
    has_nsdelegate || fail 'nsdelegate is off'
    local user
    for user in root tester; do
        scope "$user" outside
        # The directory was opened outside.
        run as "$user" bash -c "exec 9<$boundary; exec cgscope run -q --cgroup-namespace --delegate -- bash -c '
            sleep 1000 & trap \"kill \$!\" EXIT
            try() { python3 -c \"
import errno, os, sys
try:
    os.write(os.open(sys.argv[2], os.O_WRONLY), sys.argv[1].encode())
    print(0)
except OSError as error:
    print(errno.errorcode[error.errno])\" \"\$@\"; }
            echo in=\$(try $sleeper /sys/fs/cgroup/main/cgroup.procs)
            echo out=\$(try \$! /proc/self/fd/9/main/cgroup.procs)
            echo within=\$(try \$! /sys/fs/cgroup/main/cgroup.procs)'"
        expect_status 0
        expect_value in ENOENT
        expect_value out ENOENT
        expect_value within 0
        end_scopes
    done
}

test_warning() {
    # without nsdelegate one line warns of it, but not with -q
    ! has_nsdelegate || skip 'nsdelegate is on'
    run cgscope run --cgroup-namespace -- true
    expect_status 0
    expect_equal "$(grep -c nsdelegate <<<"$err")" 1
    expect_lines err 2
    run cgscope run -q --cgroup-namespace -- true
    expect_lines err 0
}

test_statuses() {
    # status and signals pass through; what cannot be executed is said; the terminal's process is the same
    needs container
    local user option
    for user in root tester; do
        for option in --keep= --wait; do
            [[ $option == --wait ]] || option=--delegate
            run as "$user" cgscope run -q --cgroup-namespace $option -- sh -c 'exit 7'
            expect_status 7
            run as "$user" sh -c "cgscope run -q --cgroup-namespace $option -- sh -c 'kill -TERM \$\$'; echo status=\$?"
            expect_value status 143
            run as "$user" cgscope run -q --cgroup-namespace $option -- /nonexistent
            expect_refusal 127 'not found'
            printf '#!/nonexistent\n' >"$scratch/bad"
            chmod 755 "$scratch/bad"
            run as "$user" cgscope run -q --cgroup-namespace $option -- "$scratch/bad"
            expect_refusal 127 'cannot execute'
        done
        run as "$user" sh -c 'echo $$; exec cgscope run -q --cgroup-namespace -- sh -c "echo \$\$"'
        expect_equal "$(uniq <<<"$out" | wc -l)" 1
        run as "$user" sh -c "cd $scratch && cgscope run -q --cgroup-namespace -- pwd"
        expect_out "^$scratch$"
    done
    expect_no_scopes root tester
}

# --- exec ---

exec_inside() {
    mkdir a a/b
    works cgscope exec -q ./a/b --cgroup-namespace -- sh "$scratch/look"
    expect_view /a/b 'a/ main/'
    works cgscope exec -q ./a/b --cgroup-namespace --root=leaf -- sh "$scratch/look"
    expect_view / '*/'
    works cgscope exec -q ./a/b --cgroup-namespace --wait -- sh "$scratch/look"
    expect_view /a/b 'a/ main/'
    works cgscope exec -q --create --remove ./job --cgroup-namespace --root=leaf -- sh "$scratch/look"
    expect_view / '*/'
    works cgscope exec -q . --cgroup-namespace -- sh "$scratch/look"
    expect_view / 'a/ main/'
    # No way out by the working directory.
    works sh -c 'cd a && exec cgscope exec -q ./a/b --cgroup-namespace -- pwd -P'
    expect_equal "$out" /sys/fs/cgroup/a
    works sh -c 'cd a && exec cgscope exec -q ./a/b --cgroup-namespace --root=leaf -- pwd -P'
    expect_equal "$out" /sys/fs/cgroup
    if [[ $user != root ]]; then
        works cgscope exec -q ./a/b --cgroup-namespace --map-root -- sh "$scratch/look"
        expect_view /a/b 'a/ main/'
        expect_value uid '0 gid=0'
    fi
    expect_equal "$(cat a/cgroup.procs cgroup.procs)" ''

    # What was made goes, when the command could not be begun; whoever is root cannot get out of a namespace otherwise.
    printf '#!/nonexistent\n' >"$scratch/bad.$user"
    chmod 755 "$scratch/bad.$user"
    run cgscope exec -q --create ./new --cgroup-namespace -- "$scratch/bad.$user"
    expect_refusal 127 'cannot execute'
    expect_none new
}

test_exec() {
    # exec: from the boundary on, by way of it, or from the group on; what it made goes when it fails
    needs container
    local user
    for user in root tester; do
        inside "$user" exec_inside
        # From where the kernel lets nobody go back to.
        scope "$user" target --cgroup-namespace
        run as "$user" cgscope exec -q --create "$unit/new" --cgroup-namespace -- "$scratch/bad.$user"
        expect_refusal 127 'cannot execute'
        expect_none "$boundary/new"
        end_scopes
    done
}

joins_inside() {
    # The boundary hands controllers on: nobody can be in it.
    works cgscope create ./a MemoryMax=64M
    run cgscope exec -q ./a --cgroup-namespace -- true
    expect_refusal 125 'hands controllers on; use --root=leaf, or .* run --cgroup-namespace'
    expect_equal "$(cat a/cgroup.procs)" ''
    works cgscope exec -q ./a --cgroup-namespace --root=leaf -- sh "$scratch/look"
    expect_view / '*/'
    run cgscope exec -q --create -p MemoryMax=32M ./new --cgroup-namespace -- true
    expect_refusal 125 'hands controllers on'
    expect_none new
}

test_exec_joins() {
    # where the boundary can hold no process, the namespace is joined that begins there; else it is said
    # deadline 90
    needs vm
    needs controllers memory
    local user
    for user in root tester; do
        inside "$user" joins_inside
        scope "$user" joined --cgroup-namespace
        run as "$user" sh -c "cgscope create $unit/a MemoryMax=64M &&
            cgscope exec -q $unit/a --cgroup-namespace -- sh $look"
        expect_view /a 'a/ main/'
        expect_value uid "$(id -u "$user") gid=$(id -g "$user")"
        run as "$user" cgscope exec -q "$unit/a" --cgroup-namespace --wait -- sh "$look"
        expect_view /a 'a/ main/'
        # One that begins elsewhere is none of them.
        run as "$user" cgscope exec -q "$unit/a" --cgroup-namespace -- \
            cgscope exec -q ./a --cgroup-namespace --root=leaf -- sh "$look"
        expect_view / '*/'
        end_scopes
    done
}

# --- what forbids it ---

# forbidden PATTERN USER CMD…: as the words before it allow: 125, one line, and no scope is left; also of exec.
forbidden() {
    local pattern=$1 user=$2
    shift 2
    run "$@" cgscope run -q --cgroup-namespace --delegate -- true
    expect_refusal 125 "^cgscope: --cgroup-namespace: .*$pattern"
    run "$@" cgscope run -q --cgroup-namespace --wait -- true
    expect_refusal 125 "^cgscope: --cgroup-namespace: .*$pattern"
    expect_no_scopes "$user"
}

# limited NAME USER: a file that runs its words as the user, in a user namespace in which all are mapped to themselves
# and there are no namespaces of that kind: in a container the system's own number is not the test's. In $limited.
limited() {
    limited=$scratch/limited-$1-$2
    cat >"$limited" <<END
#!/usr/bin/python3
import ctypes, os, sys
mapped, told = os.pipe(), os.pipe()
pid = os.fork()
if pid == 0:
    ctypes.CDLL(None).unshare(0x10000000)
    os.write(told[1], b'x')
    os.read(mapped[0], 1)
    os.setresgid(0, 0, 0), os.setresuid(0, 0, 0)
    open('/proc/sys/user/max_$1_namespaces', 'w').write('0')
    uid = $(id -u "$2")
    os.setresgid(uid, uid, uid), os.setresuid(uid, uid, uid)
    if uid:
        os.environ.update(XDG_RUNTIME_DIR=f'/run/user/{uid}',
                          DBUS_SESSION_BUS_ADDRESS=f'unix:path=/run/user/{uid}/bus')
    os.execvp(sys.argv[1], sys.argv[1:])
os.read(told[0], 1)
for name in 'uid_map', 'gid_map':
    open(f'/proc/{pid}/{name}', 'w').write('0 0 65536')
os.write(mapped[1], b'x')
status = os.waitpid(pid, 0)[1]
sys.exit(os.waitstatus_to_exitcode(status))
END
    chmod 755 "$limited"
}

test_switched_off() {
    # namespaces of a kind switched off: the setting is named
    needs container
    limited user tester
    forbidden 'user namespaces are switched off: /proc/sys/user/max_user_namespaces is 0' tester "$limited"
    limited cgroup tester
    forbidden 'cgroup namespaces are switched off: /proc/sys/user/max_cgroup_namespaces is 0' tester "$limited"
    limited mnt tester
    # Where it is to be joined to others, from inside of which the number cannot be read.
    forbidden 'mount namespaces are .*: /proc/sys/user/max_mnt_namespaces (is 0|limits them)' tester "$limited"
}

# setting FILE VALUE: of the whole system, until the end of the test.
setting() {
    settings+=("$1=$(<"$1")")
    echo "$2" >"$1"
}

test_settings() {
    # the same by the system's own settings, and that of Debian's for users
    needs vm
    local name
    for name in user cgroup; do
        setting "/proc/sys/user/max_${name}_namespaces" 0
        forbidden "$name namespaces are switched off: /proc/sys/user/max_${name}_namespaces is 0" tester as tester
        restore_settings
    done
    [[ -e /proc/sys/kernel/unprivileged_userns_clone ]] || skip "this kernel has no unprivileged_userns_clone"
    setting /proc/sys/kernel/unprivileged_userns_clone 0
    forbidden 'only root may make user namespaces: kernel.unprivileged_userns_clone is 0' tester as tester
    run as root cgscope run -q --cgroup-namespace --delegate -- true
    expect_status 0
}

# filtered USER PROPERTY…: words that run others in a service with these properties, in $filtered.
filtered() {
    local user=$1 property
    shift
    filtered=(systemd-run --quiet --pipe --wait --collect --uid="$user")
    for property; do
        filtered+=(-p "$property")
    done
    [[ $user == root ]] || filtered+=(-E "XDG_RUNTIME_DIR=/run/user/$(id -u "$user")")
    filtered+=(--)
}

test_filtered() {
    # a system call filter, a missing capability, a chroot: named, as far as can be known
    needs container
    local user
    for user in root tester; do
        filtered "$user" RestrictNamespaces=yes
        forbidden 'making the namespaces is forbidden, by the system call filter' "$user" "${filtered[@]}"
        filtered "$user" SystemCallFilter=~@mount SystemCallErrorNumber=EPERM
        forbidden '(making the mounts private|mounting cgroup2 anew) is forbidden, by the system call filter' "$user" \
            "${filtered[@]}"
        filtered "$user" 'SystemCallFilter=~fsopen:ENOSYS'
        forbidden 'mounting cgroup2 anew: the kernel, or a system call filter, does not know' "$user" \
            "${filtered[@]}"
    done
    forbidden 'needs CAP_SYS_ADMIN' root setpriv --bounding-set -sys_admin --inh-caps -sys_admin
}

test_chroot() {
    # in a chroot, where the kernel allows none of it
    needs container
    local user words
    mkdir -m 755 "$scratch/jail"
    for user in root tester; do
        words=(unshare --mount --propagation private sh -c '
            for name in bin lib lib64 sbin usr opt etc proc sys run dev tmp; do
                [ -e "/$name" ] || continue
                if [ -L "/$name" ]; then cp -P "/$name" .; else mkdir -p "$name" && mount --rbind "/$name" "$name"; fi
            done
            user=$0
            [ "$user" = root ] || export XDG_RUNTIME_DIR=/run/user/$(id -u "$user")
            exec chroot --userspec="$user:$user" . "$@"' "$user")
        (cd "$scratch/jail" && forbidden 'not possible in a chroot' "$user" "${words[@]}")
        find "$scratch/jail" -mindepth 1 -delete
    done
}

failing_inside() {
    # The filter is on this process, too: what could not be confined is undone.
    run cgscope exec -q --create ./new --cgroup-namespace --root=leaf -- true
    expect_refusal 125 'is forbidden'
    expect_none new
    run cgscope exec -q --create ./new --cgroup-namespace -- true
    expect_refusal 125 'is forbidden'
    expect_none new
    run cgscope exec -q --create ./new --cgroup-namespace --wait -- true
    expect_refusal 125 'is forbidden'
    expect_none new
}

test_exec_undoes() {
    # exec --create: the group goes when mounting is forbidden half-way
    needs container
    local user
    for user in root tester; do
        filtered "$user" SystemCallFilter=~fsmount:EPERM
        as_here "$user" failing_inside "${filtered[@]}" cgscope run -q --delegate --
    done
}

test_usage() {
    # usage errors, in one clear line
    needs container
    refused 125 '--root: there is a namespace only with --cgroup-namespace' run --root=leaf -- true
    refused 125 '--map-root: there is a namespace only with --cgroup-namespace' run --map-root -- true
    refused 125 "--root: 'frob' is none of boundary, leaf" run --cgroup-namespace --root=frob -- true
    refused 125 'root is root already' run --cgroup-namespace --map-root -- true
    refused 125 '--root=leaf: there is a leaf only with' run --cgroup-namespace --root=leaf -- true
    refused 125 '--root=leaf: there is a leaf only with' run --cgroup-namespace --delegate --no-leaf --root=leaf -- true
    refused 125 '--root: there is a namespace only with' exec . --root=leaf -- true
    refused 125 'root is root already' exec . --cgroup-namespace --map-root -- true
    expect_no_scopes root
}

test_killed() {
    # killed at random instants: no scope and no process is left
    # deadline 120
    needs container
    local user
    for user in root tester; do
        run as "$user" "$kill_race" kill 60 -- cgscope run -q --delegate --cgroup-namespace -- sleep 0.02
        expect_status 0
        expect_value left 0
        expect_value processes 0
        run as "$user" "$kill_race" kill 60 -- cgscope run -q --wait --cgroup-namespace -- sleep 0.02
        expect_status 0
        expect_value left 0
        expect_value processes 0
    done
}
