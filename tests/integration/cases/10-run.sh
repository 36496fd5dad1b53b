# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for the shell in the scope
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# `cgscope run`: what the command gets, and what stays when it has ended.
# The tests that need no controllers are for the container.

test_in_place() {
    # the command has the process number of the cgscope that was started, alone in the new scope, without a child
    local user
    for user in root tester; do
        run as "$user" sh -c 'echo "before=$$"; exec cgscope run -q -- sh -c "
            echo after=\$\$
            echo children=\$(pgrep -P \$\$ -l | grep -v pgrep)
            echo group=\$(grep ^0:: /proc/self/cgroup)
            echo procs=\$(tr \"\\n\" \" \" <\$CGSCOPE_ROOT/cgroup.procs)
            pgrep -x cgscope"'
        # pgrep found none.
        expect_status 1
        expect_value after "$(value before)"
        # Only the shell that looks.
        expect_value children '+([0-9]) sh'
        expect_value group "0::/*/app-cgscope-sh-????????????????.scope"
        # The shell, and the one that puts the line together.
        [[ " $(value procs) " == *" $(value before) "* ]] || fail "the command is not in cgroup.procs"
    done
}

test_status() {
    # the exit status is the command's; a signal that ends it is told by the shell as 128 and its number
    local user
    for user in root tester; do
        run as "$user" cgscope run -q -- sh -c 'exit 7'
        expect_status 7
        run as "$user" sh -c 'cgscope run -q -- sh -c "kill -KILL \$\$"; exit $?'
        expect_status 137
        run as "$user" sh -c 'cgscope run -q --delegate -- sh -c "kill -TERM \$\$"; exit $?'
        expect_status 143
    done
}

test_streams() {
    # input and output are the command's, one line on stderr names the unit, and none with -q
    local user
    for user in root tester; do
        run as "$user" sh -c 'printf "one\ntwo" | cgscope run -- sh -c "cat; echo three >&2"'
        expect_status 0
        expect_equal "$out" $'one\ntwo'
        expect_lines err 2
        expect_err '^Running as unit: app-cgscope-sh-[0-9a-f]{16}\.scope$'
        expect_err '^three$'
        run as "$user" cgscope run -q -- true
        expect_status 0
        expect_lines err 0
        expect_lines out 0
    done
}

test_environment() {
    # CGSCOPE_UNIT, CGSCOPE_ROOT and INVOCATION_ID are this scope's, and the rest of the environment is inherited
    local user
    for user in root tester; do
        run as "$user" env KEPT=here INVOCATION_ID=00000000000000000000000000000000 cgscope run -q -- sh -c '
            echo "unit=$CGSCOPE_UNIT"
            echo "root=$CGSCOPE_ROOT"
            echo "id=$INVOCATION_ID"
            echo "group=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)"
            echo "kept=$KEPT"
            [ "$(id -u)" -eq 0 ] || user=--user
            echo "asked=$(systemctl $user show -p InvocationID --value "$CGSCOPE_UNIT")"'
        expect_status 0
        expect_value unit 'app-cgscope-sh-*.scope'
        expect_value root "/sys/fs/cgroup/*/$(value unit)"
        expect_value group "$(value root)"
        expect_value kept here
        [[ $(value id) =~ ^[0-9a-f]{32}$ ]] || fail "INVOCATION_ID is '$(value id)'"
        expect_value asked "$(value id)"
    done
}

test_generated_name() {
    # the name is made of the command's, escaped, and 64 random bits
    local user
    cp /usr/bin/true 'my-odd cmd'
    for user in root tester; do
        run as "$user" cgscope run -- "$PWD/my-odd cmd"
        expect_status 0
        expect_err '^Running as unit: app-cgscope-my\\x2dodd\\x20cmd-[0-9a-f]{16}\.scope$'
        run as "$user" sh -c 'for i in 1 2 3 4 5; do cgscope run -- true; done'
        expect_equal "$(sort -u <<<"$err" | wc -l)" 5
    done
}

test_unit_name() {
    # -u names the scope, with and without .scope
    local user
    for user in root tester; do
        run as "$user" cgscope run -u test-name -- sh -c 'echo "$CGSCOPE_UNIT"; cat /proc/self/cgroup'
        expect_status 0
        expect_out '^test-name\.scope$'
        expect_out '^0::/.*/test-name\.scope$'
        expect_err '^Running as unit: test-name\.scope$'
        expect_no_scopes "$user"
        run as "$user" cgscope run -q --unit=test-name.scope --delegate -- sh -c 'echo "$CGSCOPE_UNIT"'
        expect_status 0
        expect_equal "$out" test-name.scope
        expect_no_scopes "$user"
    done
}

test_slice() {
    # the default slices, --slice, and --slice-inherit from within a slice
    run as root cgscope run -q -- cat /proc/self/cgroup
    expect_out '^0::/system\.slice/app-'
    run as tester cgscope run -q -- cat /proc/self/cgroup
    expect_out '^0::/user\.slice/user-1000\.slice/user@1000\.service/app\.slice/app-'
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --slice=test-part -- cgscope run -q --slice-inherit -- cat /proc/self/cgroup
        expect_status 0
        expect_out '/test\.slice/test-part\.slice/app-cgscope-cat-'
        run as "$user" cgscope run -q --slice=test.slice -- \
            cgscope run -q --slice-inherit --slice=sub -- cat /proc/self/cgroup
        expect_status 0
        expect_out '/test\.slice/test-sub\.slice/app-cgscope-cat-'
    done
}

test_description() {
    # the manager knows --description, and without it the command line
    local user show='[ "$(id -u)" -eq 0 ] || user=--user; systemctl $user show -p Description --value "$CGSCOPE_UNIT"'
    for user in root tester; do
        run as "$user" cgscope run -q --description='What it is: ünïcode' -- sh -c "$show"
        expect_equal "$out" 'What it is: ünïcode'
        run as "$user" cgscope run -q -- sh -c "$show" and more
        [[ $out == "sh -c $show and more" ]] || fail 'the description is not the command line'
    done
}

test_process_options() {
    # -E, --working-directory, --same-dir and --nice are in force
    needs container
    local user
    for user in root tester; do
        run as "$user" sh -c 'cd /usr; FROM=outside cgscope run -q -E A=1 -E A=2 --setenv=B= -E FROM -- sh -c "
            echo a=\$A b=[\$B] from=\$FROM in=\$(pwd) nice=\$(nice)"'
        expect_equal "$out" 'a=2 b=[] from=outside in=/usr nice=0'
        run as "$user" cgscope run -q --working-directory=/var/tmp --nice=5 -- sh -c 'echo "$(pwd) $(nice)"'
        expect_equal "$out" '/var/tmp 5'
        run as "$user" sh -c 'cd /usr; cgscope run -q --working-directory=/var/tmp -d -- pwd'
        expect_equal "$out" '/usr'
        run as "$user" sh -c 'cd /usr; cgscope run -q --same-dir -- pwd'
        expect_equal "$out" '/usr'
    done
    run as root cgscope run -q --nice=-5 -- nice
    expect_equal "$out" -5
}

remove_test_group() {
    gpasswd --delete tester cgtest >/dev/null || true
    groupdel cgtest || true
}

test_uid() {
    # --uid and --gid: identity, groups, home, and a scope that is that user's to divide
    groupadd cgtest
    trap remove_test_group EXIT
    usermod --append --groups cgtest tester
    run cgscope run -q --delegate --uid=tester -- sh -c '
        echo "ids=$(id -u) $(id -g) $(id -ru) $(id -rg)"
        echo "groups=$(id -Gn)"
        echo "home=$HOME $USER $LOGNAME $SHELL"
        echo "owner=$(stat -c %U:%G "$CGSCOPE_ROOT" "$CGSCOPE_ROOT/cgroup.procs" | sort -u)"
        echo "leaf=$(stat -c %U "$CGSCOPE_ROOT/main")"
        mkdir "$CGSCOPE_ROOT/child" && echo $$ >"$CGSCOPE_ROOT/child/cgroup.procs" && cat /proc/self/cgroup
        grep ^Cap /proc/self/status | sort -u'
    expect_status 0
    expect_value ids '1000 1000 1000 1000'
    expect_value groups 'tester cgtest'
    expect_value home '/home/tester tester tester /bin/bash'
    expect_value owner 'tester:tester'
    expect_value leaf tester
    expect_out '^0::/system\.slice/app-cgscope-sh-[0-9a-f]*\.scope/child$'
    expect_out '^CapEff:.0*$'

    run cgscope run -q --uid=1000 --gid=cgtest -- sh -c 'id -g; stat -c %U:%G "$CGSCOPE_ROOT"'
    expect_status 0
    expect_out "^$(getent group cgtest | cut -d: -f3)\$"
    run cgscope run -q --gid=cgtest -- sh -c 'id -u; id -gn'
    expect_equal "$out" $'0\ncgtest'
    # Oneself is always allowed.
    run as tester cgscope run -q --uid=tester --gid=tester -- id -un
    expect_equal "$out" tester
}

test_json() {
    # --json prints one object before the command's own output, --json=pretty the same over several lines
    needs container
    local user mode
    for user in root tester; do
        for mode in --json --json=short --json=pretty; do
            run as "$user" cgscope run -q --delegate "$mode" -- sh -c '
                echo "unit=$CGSCOPE_UNIT root=$CGSCOPE_ROOT controllers=$(cat "$CGSCOPE_ROOT/cgroup.controllers")"'
            expect_status 0
            python3 - "$mode" "$out" <<'PYTHON' || fail "this is not what $mode should print"
import json, re, sys
mode, text = sys.argv[1:]
document, end = json.JSONDecoder().raw_decode(text)
rest = text[end:].strip("\n")
unit, root, controllers = re.fullmatch(r"unit=(\S+) root=/sys/fs/cgroup(\S+) controllers=(.*)", rest).groups()
assert document["unit"] == unit, document
assert document["control_group"] == root, document
assert sorted(document["controllers"]) == sorted(controllers.split()), (document, controllers)
assert ("\n" in text[:end]) == (mode == "--json=pretty"), text
PYTHON
        done
        run as "$user" cgscope run -q --json=off -- echo only
        expect_equal "$out" only
    done
}

test_no_collect() {
    # --no-collect keeps a scope that has failed, and another run by the same name clears it away
    local user
    for user in root tester; do
        run as "$user" sh -c 'cgscope run -q --no-collect -u test-kept -p RuntimeMaxSec=1s -- sleep 60; exit $?'
        expect_status 143
        wait_until unit_is "$user" test-kept.scope loaded
        run manager_of "$user" show -p Result --value test-kept.scope
        expect_equal "$out" timeout
        run as "$user" cgscope run -q -u test-kept -- echo again
        expect_status 0
        expect_equal "$out" again
        expect_no_scopes "$user"
    done
}

test_collect() {
    # by default, and with --collect, nothing is left of a scope that has failed
    needs container
    local user option
    for user in root tester; do
        for option in --quiet -G --collect; do
            run as "$user" sh -c "cgscope run -q $option -u test-gone -p RuntimeMaxSec=200ms -- sleep 60; exit \$?"
            expect_status 143
            wait_until unit_is "$user" test-gone.scope not-found
        done
        expect_no_scopes "$user"
    done
}

test_command_line() {
    # options after the command are the command's; --, --scope, and values as a word of their own are taken
    local user
    for user in root tester; do
        run as "$user" cgscope run -q echo -q --delegate -- --help
        expect_equal "$out" '-q --delegate -- --help'
        run as "$user" cgscope run -q -- echo -- -q
        expect_equal "$out" '-- -q'
        run as "$user" cgscope run --scope -q --unit test-words --slice test --description text -- echo ran
        expect_status 0
        expect_equal "$out" ran
        expect_no_scopes "$user"
    done
}

test_script() {
    # a script without an interpreter line is run by the shell, as env does it
    local user
    printf 'echo "run with $*"\n' >plain
    chmod 755 plain
    for user in root tester; do
        run as "$user" cgscope run -q -- "$PWD/plain" one two
        expect_status 0
        expect_equal "$out" 'run with one two'
    done
}

test_help() {
    # -h, --help and --version print to stdout and succeed, for everybody, with no systemd to talk to
    local arguments
    for arguments in -h --help help 'run -h' 'run --help' 'adopt -h' 'adopt --help' --version 'run --version' \
        'adopt --version'; do
        # shellcheck disable=SC2086 # two words
        run env -i DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere /usr/bin/cgscope $arguments
        expect_status 0
        expect_lines err 0
        [[ -n $out ]] || fail "$arguments prints nothing"
    done
    run cgscope --version
    [[ $out =~ ^cgscope\ [0-9][^\ ]*$ ]] || fail 'no version'
    run cgscope run --help
    expect_out '--delegate'
    expect_out '--working-directory'
    expect_not_out '--steal'
    run cgscope adopt --help
    expect_out '--steal'
    expect_not_out '--working-directory'
}

test_scope_ends() {
    # the scope goes with its last process: with the command, or with what the command has left behind
    local user unit pid
    for user in root tester; do
        run as "$user" cgscope run -- true
        expect_status 0
        unit=${err#Running as unit: }
        wait_until -t 5 unit_is "$user" "$unit" not-found

        # The child goes to the background, with none of our pipes.
        run as "$user" cgscope run -q -u test-left -- sh -c 'sleep 1000 </dev/null >/dev/null 2>&1 & echo $!'
        expect_status 0
        pid=$out
        unit_is "$user" test-left.scope loaded || fail 'the scope went before its last process'
        [[ $(group_of "$pid") == */test-left.scope ]] || fail "the child is in $(group_of "$pid")"
        kill -KILL "$pid"
        wait_until -t 5 unit_is "$user" test-left.scope not-found
    done
}
