# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/../scopes.sh"
# The manager is slow, away, somebody else's, or not there.
# The tests that need no controllers are for the container.

rule=/etc/polkit-1/rules.d/10-cgscope-test.rules

teardown() {
    local pid
    pid=$(manager_pid tester)
    [[ $pid -eq 0 ]] || kill -CONT "$pid" 2>/dev/null || true
    systemctl start user@1000.service
    if [[ -e $rule ]]; then
        rm -f "$rule"
        systemctl try-restart polkit.service
    fi
    if id third >/dev/null 2>&1; then
        userdel --remove third 2>/dev/null || true
    fi
}

user_bus_is_up() {
    [[ -S /run/user/1000/bus ]] && nearby tester systemctl --user is-active --quiet init.scope
}

test_deadline() {
    # past its deadline, within bounded time: 125, one line; and nothing of it remains when the manager goes on
    local pid begin words
    for words in --nice=0 --delegate --unit=test-late; do
        pid=$(manager_pid tester)
        begin=$SECONDS
        kill -STOP "$pid"
        run nearby tester timeout 40 cgscope run --timeout=1s $words -- touch "$scratch/ran"
        kill -CONT "$pid"
        expect_refusal 125 'your user manager was not done within 1s'
        [[ $((SECONDS - begin)) -le 10 ]] || fail "it took $((SECONDS - begin)) s"
        [[ ! -e ran ]] || fail 'the command was run'
        wait_until user_bus_is_up
        sleep 0.5
        expect_no_scopes tester
    done
}

test_slow_manager() {
    # a manager that answers late, but in time, is waited for
    local pid
    pid=$(manager_pid tester)
    kill -STOP "$pid"
    (
        sleep 2
        kill -CONT "$pid"
    ) &
    run nearby tester timeout 40 cgscope run -q -- echo late
    expect_status 0
    expect_equal "$out" late
    wait $!
}

# while_under_way USER COMMAND…: twenty runs of USER's, and COMMAND of that user's manager in the middle.
while_under_way() {
    local user=$1
    shift
    run as "$user" bash -c '
        for i in {1..20}; do
            cgscope run -q --delegate -- sh -c "sleep 0.2; echo ran" &
            if [ "$i" -eq 8 ]; then "$@" & fi
        done
        failed=0
        while true; do
            wait -n; r=$?
            [ "$r" -ne 127 ] || break
            [ "$r" -eq 0 ] || failed=$((failed + 1))
        done
        echo "failed=$failed"' bash "$@"
    expect_status 0
    expect_value failed 0
    expect_lines err 0
    expect_equal "$(grep -c '^ran$' <<<"$out")" 20
    expect_no_scopes "$user"
}

test_reexec() {
    # the manager re-executes itself while twenty runs are under way: all succeed
    # deadline 120
    while_under_way tester systemctl --user daemon-reexec
    wait_until -t 30 user_bus_is_up
    while_under_way root systemctl daemon-reexec
}

test_reload() {
    # so when it reloads
    while_under_way tester systemctl --user daemon-reload
    while_under_way root systemctl daemon-reload
}

test_reexec_while_running() {
    # a command that runs while its manager re-executes goes on in its scope, which goes with it
    local pid
    start tester cgscope run -q --delegate -u test-through -- sleep 1000
    pid=$started
    wait_until eval "[[ \$(group_of $pid) == */test-through.scope/main ]]"
    nearby tester systemctl --user daemon-reexec
    wait_until -t 30 user_bus_is_up
    [[ $(group_of "$pid") == */test-through.scope/main ]] || fail "the process is in $(group_of "$pid")"
    unit_is tester test-through.scope loaded || fail 'the scope is gone'
    run getfattr -d -m - "/sys/fs/cgroup$(group_of "$pid" | sed 's,/main$,,')"
    expect_out '^user\.cgscope\.delegate="1"$'
    kill -KILL "$pid"
    wait_until unit_is tester test-through.scope not-found
}

test_manager_killed() {
    # the manager is killed while it is asked: 125, one line, and the command is not run
    # deadline 90
    local pid status=0
    pid=$(manager_pid tester)
    kill -STOP "$pid"
    run killed_meanwhile "$pid"
    expect_refusal 125 'user (manager|bus)'
    [[ ! -e ran ]] || fail 'the command was run'
    systemctl reset-failed user@1000.service || true
    systemctl start user@1000.service
    wait_until -t 30 user_bus_is_up
    expect_no_scopes tester
    run as tester cgscope run -q -- echo again
    expect_equal "$out" again
}

killed_meanwhile() {
    local status=0
    nearby tester timeout 40 cgscope run -- touch "$scratch/ran" &
    sleep 1
    kill -KILL "$1"
    wait $! || status=$?
    return "$status"
}

test_no_manager() {
    # a user without a manager is told what helps
    local words
    useradd --create-home --uid 1500 third
    for words in '' --user; do
        # shellcheck disable=SC2086 # no word, or one
        run setpriv --reuid=third --regid=third --init-groups env -i PATH="$PATH" \
            cgscope run $words -- touch "$scratch/ran"
        expect_refusal 125 'no user manager runs for uid 1500.*loginctl enable-linger'
        run setpriv --reuid=third --regid=third --init-groups env -i PATH="$PATH" cgscope adopt $words $$
        expect_status 1
        expect_lines err 1
    done
    # As many a shell after su has it.
    run setpriv --reuid=third --regid=third --init-groups env -i PATH="$PATH" XDG_RUNTIME_DIR=/run/user/1500 \
        DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1500/bus cgscope run -- touch "$scratch/ran"
    expect_refusal 125 'no user manager runs for uid 1500.*loginctl enable-linger'
    [[ ! -e ran ]] || fail 'the command was run'
}

test_no_bus() {
    # no bus where it should be: one line names the place
    run nearby tester env DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere cgscope run -- touch "$scratch/ran"
    expect_refusal 125 'no user bus at unix:path=/nowhere'
    run nearby tester env DBUS_SESSION_BUS_ADDRESS=nonsense cgscope run -- touch "$scratch/ran"
    expect_refusal 125 'nonsense'
    run env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere cgscope run -- touch "$scratch/ran"
    expect_refusal 125 'no system bus at unix:path=/nowhere'
    run env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere cgscope adopt $$
    expect_refusal 1 'no system bus at unix:path=/nowhere'
    # Something of the user's own listens there that never answers.
    nearby tester python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("silent"); s.listen(); time.sleep(1000)' &
    wait_until test -S silent
    run nearby tester timeout 30 env "DBUS_SESSION_BUS_ADDRESS=unix:path=$PWD/silent" \
        cgscope run --timeout=1s -- touch "$scratch/ran"
    expect_refusal 125 'the user bus at unix:path=.*/silent did not answer within 1s'
    [[ ! -e ran ]] || fail 'the command was run'
}

test_bus_without_systemd() {
    # a bus that systemd is not on, as dbus-run-session makes it
    local user
    for user in root tester; do
        # The bus itself has a lot to say.
        run nearby "$user" dbus-run-session -- sh -c '
            cgscope run --user -- touch "$1" 2>&1; echo "status $?"
            export DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS
            cgscope run --system -- touch "$1" 2>&1; echo "status $?"' sh "$scratch/ran"
        expect_lines out 4
        expect_equal "$(grep -c '^status 125$' <<<"$out")" 2
        expect_out '^cgscope: no systemd on the bus of DBUS_SESSION_BUS_ADDRESS=.*dbus-run-session'
        expect_out '^cgscope: no systemd on the system bus'
    done
    [[ ! -e ran ]] || fail 'the command was run'
}

test_foreign_runtime_dir() {
    # XDG_RUNTIME_DIR of another user, as su leaves it, is refused and named
    run nearby tester env XDG_RUNTIME_DIR=/run/user/1001 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1001/bus \
        cgscope run -- touch "$scratch/ran"
    expect_refusal 125 'XDG_RUNTIME_DIR=/run/user/1001 belongs to uid 1001, you are uid 1000'
    run nearby tester env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR=/run/user/1001 cgscope adopt $$
    expect_status 1
    expect_lines err 1
    run env XDG_RUNTIME_DIR=/run/user/1000 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus \
        cgscope run --user -- touch "$scratch/ran"
    expect_refusal 125 'XDG_RUNTIME_DIR=/run/user/1000 belongs to uid 1000, you are uid 0'
    # Another user's bus alone: that bus refuses, or does not let us in.
    run nearby tester env DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1001/bus cgscope run -- touch "$scratch/ran"
    expect_refusal 125 'user bus'
    [[ ! -e ran ]] || fail 'the command was run'
}

test_bare_environment() {
    # without XDG_RUNTIME_DIR and DBUS_SESSION_BUS_ADDRESS, as in cron, the user manager is found
    run as tester env -i PATH="$PATH" cgscope run -q --delegate -- sh -c 'sed -n s/^0:://p /proc/self/cgroup'
    expect_status 0
    expect_out '^/user\.slice/user-1000\.slice/user@1000\.service/.*\.scope/main$'
    run as tester env -i PATH="$PATH" XDG_RUNTIME_DIR= DBUS_SESSION_BUS_ADDRESS= cgscope run -q -- echo ran
    expect_equal "$out" ran
    run as tester env -i /usr/bin/cgscope run -q -- true
    expect_status 0
}

test_not_authorised() {
    # a user who asks the system manager is refused in one line, and nothing is left
    local words
    for words in '' --no-ask-password; do
        # shellcheck disable=SC2086 # no word, or one
        run as tester cgscope run --system $words -- touch "$scratch/ran"
        expect_refusal 125 'the system manager refuses: '
    done
    start tester
    run as tester cgscope adopt --system "$started"
    expect_refusal 1 'the system manager refuses: '
    [[ $(group_of "$started") == /system.slice/testrun-*.service ]] || fail 'the process was moved'
    [[ ! -e ran ]] || fail 'the command was run'
    expect_no_scopes root tester
}

test_authorised() {
    # allowed by polkit, the system manager's scope belongs to the user, leaf and all
    needs command pkaction
    mkdir -p "${rule%/*}"
    cat >"$rule" <<'RULE'
polkit.addRule(function(action, subject) {
    if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "tester")
        return polkit.Result.YES;
});
RULE
    chmod 755 "${rule%/*}"
    chmod 644 "$rule"
    systemctl restart polkit.service
    run as tester cgscope run -q --system --delegate -- sh -c '
        echo "group=$(sed -n s/^0:://p /proc/self/cgroup)"
        echo "owner=$(stat -c %U "$CGSCOPE_ROOT")"
        echo "id=$(id -un)"
        mkdir "$CGSCOPE_ROOT/child" && echo $$ >"$CGSCOPE_ROOT/child/cgroup.procs"
        echo "moved=$(sed -n s/^0:://p /proc/self/cgroup)"'
    expect_status 0
    expect_value group '/system.slice/app-cgscope-sh-*.scope/main'
    expect_value owner tester
    expect_value id tester
    expect_value moved '/system.slice/app-cgscope-sh-*.scope/child'
    expect_no_scopes root tester
}
