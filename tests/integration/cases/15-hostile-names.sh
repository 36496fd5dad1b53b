# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # what is in single quotes is for another shell; $user comes from inside()
# shellcheck source=tests/integration/groups.sh
. "${BASH_SOURCE[0]%/*}/../groups.sh"
# Names that others chose: what is printed has nothing in it that a terminal acts on, what is completed runs nothing,
# and what is shown can be typed.
# The tests that need no controllers are for the container.

complete=$guest_dir/complete.py
hostile_user='h`touch PWNED`'$'\u009b'
hostile_uid=64217

# For groups: all that the kernel lets into a name (no newline, no '/'). No longer than a process' name may be.
names=(
    'a b' '`touch PWNED`' '$(touch PWNED)' 'a;touch PWNED' "it's" 'say"' '*' -rf $'\e]0;owned\a' $'\u009b31m' $'\u202eabc'
    $'\u2028' $'\uffff' $'g\xff' $'\x9b\xb1\x80\x80' '!!' '~' 'a&b|c' '#x' "\$'x'" 'back\slash' '\x1b' 'a:b=c@d' $'\t' grün
    .hidden x.service cpu.x
)
# Several of these in one, for what takes longer; the first of them for the user.
mixed=(
    $'\e]0;owned\a\u009b' $'\u202e`touch PWNED`' $'g\xff' $'\x9b\xb1\x80\x80 "' "a b;'" $'\u2028\uffff\t' -rf '\x1b$(touch PWNED)' "\$'x'" .hidden
    x.service
)
# What becomes of such a group, in this order: STATUS, then the words, with T for the target, P for a process in it
# that is called as it is, and U for the user's number.
verbs=(
    '3 status T' '0 move T P' '0 status T' '0 status --json T' '0 tree T' '0 tree -p --json T' '0 procs T' '0 procs --json T'
    '0 get T cgroup.max.depth' '0 get --json T cgroup.max.depth' '0 controllers T' '0 controllers --json T'
    '0 set T cgroup.max.depth=7' '0 chown T U' '0 freeze T' '0 thaw T' '0 can-move P T' '0 can-move --json P T'
    '0 ns P' '0 ns -l P' '0 ns --tree -n P' '0 ns --json P' '0 exec T -- true' '0 exec --report T -- true'
    '0 exec --json=short --report=/dev/null T -- true' '1 create T' '0 create -p T/x/y' '0 procs -r T' '0 tree -p T' '4 status T/no'
    '1 get T no' '125 exec T/no -- true' '1 move T 999999999' '1 remove T' '0 stop T' '0 kill T' '0 remove -r T'
)

setup() {
    chmod 777 .
}

# A line of the password file, for the time of a test.
add_user() {
    cp -p /etc/passwd "$scratch/passwd"
    printf '%s:x:%d:%d:owned:/:/bin/false\n' "$hostile_user" "$hostile_uid" "$hostile_uid" >>/etc/passwd
}

teardown() {
    [[ ! -e $scratch/passwd ]] || cp -p "$scratch/passwd" /etc/passwd
    end_scopes
}

# No byte on standard output or standard error that a terminal could act on. Newlines are ours: what has one in its name
# would have a line more.
expect_harmless() {
    local LC_ALL=C text=$out$err bad
    [[ $text != *[$'\x01'-$'\x09\x0b'-$'\x1f\x7f\xff\xf8'-$'\xfe']* ]] || fail "a control character, or no UTF-8: $(printf %q "$text")"
    for bad in $'\xc2'[$'\x80'-$'\x9f'] $'\xe2\x80'[$'\x8e\x8f\xa8'-$'\xae'] $'\xe2\x81'[$'\xa6'-$'\xa9'] $'\xd8\x9c' $'\xef\xbf'[$'\xbe\xbf'] \
        $'\x9b\xb1\x80'; do
        # shellcheck disable=SC2053 # a pattern it is
        [[ $text != *$bad* ]] || fail "shown as it is: $(printf %q "$text")"
    done
}

# harmless STATUS CMD…: and a failure is one line. JSON is kept, to be read at the end.
harmless() {
    local wanted=$1
    shift
    run "$@"
    expect_status "$wanted"
    expect_harmless
    [[ $wanted -eq 0 || $wanted -eq 3 || $2 == doctor ]] || expect_lines err 1
    [[ " $* " != *' --json '* ]] || printf '%s\n' "$out" >>"$scratch/json-$user"
}

# started_as NAME: a sleep that is called so, in $pid.
started_as() {
    local file=$scratch/$user-sleep
    mkdir -p "$file"
    cp /bin/sleep "$file/$1"
    "$file/$1" 1000 &
    pid=$!
    wait_until eval '[[ $(</proc/$pid/comm) != bash ]]'
    rm "$file/$1"
}

expect_json_valid() {
    python3 -c 'import json, sys
for line in open(sys.argv[1], "rb"): json.loads(line)' "$1" || fail "no JSON: $(cat -v "$1")"
}

groups_inside() {
    local name typed verb words word pid
    [[ $user == root ]] || mixed=("${mixed[@]:0:3}")
    mkdir n
    for name in "${mixed[@]}"; do
        mkdir "n/$name"
        typed=./n/$name
        # What begins as quotes do has to be in quotes.
        [[ $name != "\$'x'" ]] || typed="./n/\$'\$\\'x\\''"
        started_as "$name"
        for verb in "${verbs[@]}"; do
            words=()
            for word in ${verb#* }; do
                case $word in
                    T*) words+=("$typed${word#T}") ;;
                    P) words+=("$pid") ;;
                    U) words+=("$(id -u)") ;;
                    *) words+=("$word") ;;
                esac
            done
            harmless "${verb%% *}" cgscope "${words[@]}"
        done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" || true
        [[ ! -e n/$name ]] || fail "$(printf %q "$name") is left"
    done 2>/dev/null
    [[ ! -e PWNED ]] || fail 'a name was executed'
    expect_json_valid "$scratch/json-$user"
}

test_groups() {
    # groups and processes with hostile names, through every verb for them: the bytes, the lines, the JSON
    # deadline 180
    needs container
    local user
    for user in root tester; do
        inside "$user" groups_inside
    done
}

typed_inside() {
    local name shown line
    mkdir n
    for name in "${names[@]}"; do
        mkdir "n/$name"
        run cgscope tree -n -o CGROUP ./n
        expect_status 0
        shown=$(tail -n 1 <<<"$out")
        shown=${shown##*/n/}
        # As it stands, for a script; and pasted. A backslash alone is as systemctl shows it, and needs quotes.
        run cgscope set "./n/$shown" cgroup.max.depth=7
        expect_status 0
        expect_equal "$(<"n/$name/cgroup.max.depth")" 7
        for line in bash zsh; do
            run "$line" -c "printf %s ./n/$shown"
            [[ $shown == *\\* && $shown != \$\'* ]] || expect_equal "$out" "./n/$name"
        done
        rmdir "n/$name"
    done
}

test_typed() {
    # what tree shows of a group can be typed: as it stands, and in bash and zsh
    needs container
    inside root typed_inside
}

test_units() {
    # the name of a unit is shown as it is, backslashes and all, and is taken so
    needs container
    local user unit
    for user in root tester; do
        unit=test-hos\\x2dtile-$RANDOM.scope
        start "$user" cgscope run -q --delegate -u "$unit" -- sleep 1000
        # A unit that its manager has loaded is not marked yet.
        wait_until grep -qF "$unit/main" "/proc/$started/cgroup"
        run nearby "$user" cgscope list -n -o UNIT
        grep -qxF "$unit" <<<"$out" || fail "list has no $unit"
        run nearby "$user" cgscope tree -n -o GROUP "$unit"
        [[ $out == "$unit"* ]] || fail "tree has no $unit"
        run nearby "$user" cgscope ns -n -o CGROUP "$started"
        [[ $out == */"$unit/main" ]] || fail "ns has no $unit"
        run nearby "$user" cgscope status -l "$unit"
        expect_status 0
        [[ $out == *"Unit: $unit "* ]] || fail "status has no $unit"
        manager_of "$user" stop "$unit"
    done
}

test_users_and_mounts() {
    # the name of a user, and the place of a mount
    needs container
    local user=root name
    add_user
    scope root hostile
    mkdir "$boundary/x"
    chown "$hostile_uid" "$boundary" "$boundary/x"
    harmless 3 cgscope status "$unit/x"
    harmless 0 cgscope list -a
    harmless 0 cgscope list -a --json
    harmless 1 cgscope doctor --user-id="$hostile_uid"
    expect_out "enable-linger [\$]'"
    harmless 2 cgscope chown "$unit/x" "no$hostile_user"
    start "$hostile_uid"
    run cgscope move --steal "$unit/x" "$started"
    harmless 0 cgscope procs -r "$unit"
    harmless 0 cgscope procs -r --json "$unit"
    for name in "${names[@]}" $'a\nb'; do
        mkdir -p "mounts/$name"
    done
    printf '%s\n' 'cd "$1"; for d in mounts/*; do mount -t cgroup2 cgroup2 "$d"; done; exec sleep 1000' >"$scratch/mounts.sh"
    start root unshare --mount --propagation private bash "$scratch/mounts.sh" "$scratch"
    wait_until eval "[[ \$(</proc/$started/comm) == sleep ]]"
    harmless 0 cgscope ns "$started"
    expect_out '/mounts/a b|/mounts/..a b'
    harmless 0 cgscope ns --json "$started"
    expect_json_valid "$scratch/json-root"
}

refused_inside() {
    local name
    for name in $'a\tb' $'\e[31m' $'\a' $'\x7f' $'\u009b' $'\u202e' $'\uffff' $'g\xe9' irq.pressure perf_event.x; do
        run cgscope create "./$name"
        expect_refusal 1 'no name for a group'
        expect_harmless
        [[ ! -d ./$name ]] || fail "$(printf %q "$name") was made"
        run cgscope run --delegate --leaf="$name" -- true
        expect_refusal 125 '\-\-leaf'
        expect_harmless
        run cgscope exec --create "./$name" -- true
        expect_refusal 125 'no name for a group'
        [[ ! -d ./$name ]] || fail "$(printf %q "$name") was made"
    done
}

test_words() {
    # what is refused on the command line, the name of a command, and an option that is none: shown without harm
    needs container
    local user=root bad=$'\e]0;owned\a\u009b\u202e\xff' words
    # A "%" is where it stands.
    while read -ra words; do
        words=("${words[@]//%/"$bad"}")
        harmless "${words[@]}"
        [[ $err$out == *'\x1b]0;owned\x07\xc2\x9b\xe2\x80\xae\xff'* || $err == *"'-\\x1b'"* || $err == *UTF-8* ]] || fail 'it is not shown'
    done < <(sed 's/ / cgscope /' <<'END'
125 run --%
125 run -%
125 run --%=1
2 stop --%
127 run -- no%
125 run -u % -- true
125 run --slice=% -- true
125 run -p %=1 -- true
125 run -p MemoryMax=% -- true
125 run --description=% -- true
125 run --uid=% -- true
125 run --working-directory=/% -- true
125 run --delegate=% -- true
125 run -E % -- true
2 %
2 enable %
2 enable io --user-id=%
2 list -o %
2 doctor --user-id=%
2 can-move 1 /sys/fs/cgroup/%
2 kill -s % .
2 stop --grace=% .
END
    )
    cp /bin/true "$bad"
    harmless 0 cgscope run -- "./$bad"
    harmless 0 cgscope run --report -- "./$bad"
}

test_refused() {
    # create, exec --create and --leaf make no group with a control character, no UTF-8, or the name of a kernel's file
    needs container
    local user
    for user in root tester; do
        inside "$user" refused_inside
    done
}

test_not_for_the_bus() {
    # a group whose name is no UTF-8 cannot be named to a manager: exec and move say so
    needs container
    scope tester bytes
    mkdir "$boundary/"$'g\xe9'
    chown tester "$boundary/"$'g\xe9'{,/cgroup.procs}
    run as tester cgscope exec "$unit/"$'g\xe9' -- true
    expect_refusal 125 'no UTF-8'
    expect_harmless
    start tester
    run as tester cgscope move --steal "$unit/"$'g\xe9' "$started"
    expect_refusal 1 'no UTF-8'
    expect_harmless
}

# completed SHELL DIRECTORY LINE NAME…: each name is inserted as it is, in the way of the shell: or, where a name begins
# with "?", perhaps not at all.
completed() {
    local shell=$1 directory=$2 line=$3 name hex=() words=() got maybe=() i=0
    local -A files=([bash]=bash-completion/completions/cgscope [zsh]=zsh/site-functions/_cgscope
        [fish]=fish/vendor_completions.d/cgscope.fish)
    shift 3
    for name; do
        maybe+=("${name%"${name#\?}"}")
        hex+=("$(printf %s "${name#\?}" | od -An -v -tx1 | tr -d ' \n')")
    done
    for ((i = 0; i < ${#hex[@]}; i++)); do
        words+=("${maybe[i]}${hex[i]}")
    done
    i=0
    run python3 "$complete" "$shell" "/usr/share/${files[$shell]}" "$directory" "$line" "${words[@]}"
    expect_status 0
    [[ ! -e PWNED ]] || fail "$shell executed a name"
    while read -r name got; do
        expect_equal "$name" "${hex[i]}"
        [[ -n ${maybe[i]} || $got == *"$name" ]] || fail "$shell: $line: for $name it was $got"
        i=$((i + 1))
    done <<<"$out"
    expect_equal "$i" "${#hex[@]}"
}

completions_inside() {
    local shell offered name unit=${CGSCOPE_ROOT##*/}
    mkdir box
    for shell in bash zsh fish; do
        offered=()
        # zsh and fish quote by themselves.
        [[ $shell == bash ]] || names=("${mixed[@]}")
        for name in "${names[@]}"; do
            # Such ones fish would show as they are, and a tab is its own; a dot in front has to be typed.
            [[ $shell != fish || $name != *[$'\t\u009b\u202e\u2028\uffff']* ]] || name="?$name"
            # Of these zsh would show several as they are.
            [[ $shell != zsh || $name != *[$'\u202e\u2028']* ]] || name="?$name"
            # What cgscope itself takes for quotes is not offered.
            [[ $name != "\$'x'" ]] || name="?$name"
            [[ $name == .hidden ]] || offered+=("$name")
        done
        [[ $user == root ]] || offered=("${offered[@]:0:2}")
        completed "$shell" "$CGSCOPE_ROOT/box" "cgscope status $unit/box/" "${offered[@]}"
        [[ $user == root ]] || continue
        completed "$shell" "$CGSCOPE_ROOT/box" "cgscope kill ./main '$unit/box/" plain 'a b' '`touch PWNED`' '?it'\''s' $'?\e]0;owned\a' \
            $'?g\xff'
        completed "$shell" "$CGSCOPE_ROOT/box" "cgscope freeze \"$unit/box/" plain 'a b' '$(touch PWNED)' '?say"' '?!!' $'?\u202eabc'
    done
}

test_completions() {
    # completing a group and pressing Enter gives its name and runs nothing: three shells, with quotes and without
    # deadline 180
    needs container
    needs plain
    local user
    for user in root tester; do
        inside "$user" completions_inside
    done
}

test_other_completions() {
    # so for units, users, and the list of processes
    # deadline 120
    needs container
    local user=root shell
    add_user
    unit='test-hos\x2dtile.scope'
    start root cgscope run -q --delegate -u "$unit" -- sleep 1000
    wait_until unit_is root "$unit" loaded
    started_as $'\e]0;owned\a'
    for shell in bash zsh fish; do
        completed "$shell" - 'cgscope status test-hos' 'test-hos\x2dtile.scope'
        completed "$shell" - 'cgscope run --uid=h`t' "?$hostile_user"
        completed "$shell" - 'cgscope chown . h\`t' "?$hostile_user"
        completed "$shell" - 'cgscope adopt ' '?1'
        # Of an unknown unit there are no groups; those of / are none.
        completed "$shell" - 'cgscope status nosuch.scope/op' '?opt'
        expect_not_out '^[0-9a-f]+ .*6f7074$'
    done
    kill "$pid"
}
