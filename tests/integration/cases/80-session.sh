# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# From where cgscope is used: a login session, another scope.
# The tests that need no controllers are for the container.

# in_session COMMAND: the text COMMAND for a shell, in a login session of tester's.
in_session() {
    local script
    script sh -c "$1"
    as_session tester bash "$script"
}

test_session() {
    # from a login session the command goes to a scope of the user manager's
    run in_session '
        echo "before=$(sed -n s/^0:://p /proc/self/cgroup)"
        cgscope run -- sh -c "
            echo inside=\$(sed -n s/^0:://p /proc/self/cgroup)
            echo root=\$CGSCOPE_ROOT"
        echo "status=$?"
        echo "after=$(sed -n s/^0:://p /proc/self/cgroup)"
        cgscope run -q -- sh -c "exit 9"
        echo "second=$?"'
    expect_status 0
    expect_value before '/user.slice/user-1000.slice/session-*.scope'
    expect_value inside '/user.slice/user-1000.slice/user@1000.service/app.slice/app-cgscope-sh-*.scope'
    expect_value root "/sys/fs/cgroup$(value inside)"
    expect_value status 0
    expect_value after "$(value before)"
    expect_value second 9
    expect_lines err 1
    expect_no_scopes tester
}

test_session_delegate() {
    # so with --delegate, and the subtree can be used
    run in_session 'cgscope run -q --delegate -- sh -c "
        echo inside=\$(sed -n s/^0:://p /proc/self/cgroup)
        mkdir \$CGSCOPE_ROOT/child && echo \$\$ >\$CGSCOPE_ROOT/child/cgroup.procs
        echo moved=\$(sed -n s/^0:://p /proc/self/cgroup)"'
    expect_status 0
    expect_lines err 0
    expect_value inside '*/user@1000.service/app.slice/app-cgscope-sh-*.scope/main'
    expect_value moved '*/user@1000.service/app.slice/app-cgscope-sh-*.scope/child'
    expect_no_scopes tester
}

test_session_exec() {
    # the shell of the session itself can become the command; the session stays
    run in_session 'exec cgscope run -q -- sh -c "sed -n s/^0:://p /proc/self/cgroup; loginctl list-sessions --no-legend"'
    expect_status 0
    expect_out '/user@1000\.service/app\.slice/app-cgscope-sh-'
    expect_out ' 1000 tester '
    expect_no_scopes tester
}

test_nested() {
    # from inside a scope another one is made, beside it and not below
    local user words
    for user in root tester; do
        for words in --quiet --delegate; do
            run as "$user" cgscope run -q $words -- sh -c '
                echo "outer=$CGSCOPE_ROOT"
                echo "outer_id=$INVOCATION_ID"
                cgscope run -q '$words' -- sh -c "
                    echo inner=\$CGSCOPE_ROOT
                    echo inner_id=\$INVOCATION_ID
                    echo group=/sys/fs/cgroup\$(sed -n s/^0:://p /proc/self/cgroup)"
                echo "still=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)"'
            expect_status 0
            expect_lines err 0
            expect_value inner '/sys/fs/cgroup/*.scope'
            [[ $(value inner) != "$(value outer)"* ]] || fail 'the inner scope is not one of its own'
            [[ $(value inner_id) != "$(value outer_id)" ]] || fail 'the invocation ID is the outer one'
            expect_value group "$(value inner)*"
            expect_value still "$(value outer)*"
            expect_equal "$(value inner | xargs dirname)" "$(value outer | xargs dirname)"
        done
        expect_no_scopes "$user"
    done
}

test_exec_chain() {
    # a run that becomes a run: the outer scope goes when its only process has left it
    local user
    for user in root tester; do
        run as "$user" cgscope run -q --delegate -u test-outer -- cgscope run -q --delegate -u test-inner -- sh -c '
            sleep 0.5
            [ "$(id -u)" -eq 0 ] || user=--user
            sed -n s/^0:://p /proc/self/cgroup
            systemctl $user show -p ActiveState --value test-outer.scope'
        expect_status 0
        expect_out '/test-inner\.scope/main$'
        expect_out '^inactive$'
        expect_no_scopes "$user"
    done
}
