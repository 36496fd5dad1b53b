# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # names for the cases
# Sourced by the cases about cgscoped: calling it past the command, polkit's rules and agents, what it wrote.

# shellcheck source=tests/integration/scopes.sh
. "${BASH_SOURCE[0]%/*}/scopes.sh"

programs=/opt/cgscope/build/tests/integration
caller=$programs/delegation-caller
agent=$programs/polkit-agent
service=org.cgscope.Delegation1
object=/org/cgscope/Delegation1
everybody=18446744073709551615
rule=/etc/polkit-1/rules.d/10-cgscope-test.rules
example=/usr/share/doc/cgscope/examples/50-cgscope-example.rules
agents=()
declare -A callers

# Flags of the methods.
runtime=1 no_apply=2

# --- calling ---

# ask USER [-i] METHOD UID FLAGS CONTROLLER…: one call; see delegation-caller.c. Without the many processes that lead to
# it elsewhere, for that is what takes time in the virtual machine.
ask() {
    local user=$1
    shift
    run "$caller" -u "$user" "$@"
}

# The only answer was a line like "1 PATTERN".
expect_answer() {
    expect_status 0
    expect_lines out 1
    expect_out "^1 $1"
}

# Authorised, which is one thing, and done, which is another: a container has no controller to hand on.
expect_authorised() {
    if [[ $CGSCOPE_SYSTEM == vm ]]; then
        expect_answer 'ok$'
    else
        expect_answer "$service\\.Error\\.NoSuchController: "
    fi
}

expect_denied() {
    expect_answer "org\\.freedesktop\\.DBus\\.Error\\.(AccessDenied|InteractiveAuthorizationRequired): $1"
    expect_untouched
}

# No file hands a controller on.
expect_untouched() {
    ! compgen -G '/etc/systemd/system/user@*.service.d' >/dev/null || fail 'something was written to /etc'
    ! compgen -G '/run/systemd/system/user@*.service.d' >/dev/null || fail 'something was written to /run'
}

service_pid() {
    systemctl show -p MainPID --value cgscoped.service
}

service_processes() {
    wc -l </sys/fs/cgroup/system.slice/cgscoped.service/cgroup.procs
}

# --- polkit ---

# Has it read its rules anew, when somebody asks it next. Systemd counts how often it is started.
stop_polkit() {
    systemctl stop polkit.service
    systemctl reset-failed polkit.service 2>/dev/null || true
}

# use_rule: what stands on the input decides before any other rule.
use_rule() {
    mkdir -p "${rule%/*}"
    cat >"$rule"
    chmod 755 "${rule%/*}"
    chmod 644 "$rule"
    stop_polkit
}

is_stopped() {
    [[ $(ps -o state= -p "$1") == T ]]
}

# call_with_agent NAME MODE WORDS…: like "ask tester -i WORDS…" in the background, with an agent for the process that
# calls. Of all that: callers[NAME], the process; NAME.answer; and NAME.agent, what the agent said.
call_with_agent() {
    local name=$1 mode=$2
    shift 2
    rm -f "$name".{answer,agent}
    "$caller" -u tester -s -i "$@" </dev/null >"$name.answer" 2>&1 &
    callers[$name]=$!
    wait_until is_stopped "${callers[$name]}"
    "$agent" "$mode" "${callers[$name]}" >"$name.agent" 2>&1 </dev/null &
    agents+=($!)
    wait_until grep -qs ^ready "$name.agent"
    kill -CONT "${callers[$name]}"
}

# The caller's answer, as "ask" leaves it.
take_answer() {
    last_command="call with an agent: $1" status=0
    if wait "${callers[$1]}"; then :; else status=$?; fi
    out=$(<"$1.answer") err=''
}

# The caller goes away without an answer.
kill_caller() {
    kill -KILL "${callers[$1]}"
    wait "${callers[$1]}" 2>/dev/null || true
}

end_agents() {
    [[ ${#agents[@]} -eq 0 ]] || kill "${agents[@]}" 2>/dev/null || true
    agents=()
}

# --- afterwards ---

# Puts back what a test changed, however it ended.
restore() {
    local dirs
    end_agents
    systemctl unmask --runtime --quiet polkit.service 2>/dev/null || true
    if [[ -e $rule || -e ${rule%/*}/${example##*/} ]]; then
        rm -f "$rule" "${rule%/*}/${example##*/}"
        stop_polkit
    fi
    dirs=$(compgen -G '/etc/systemd/system/user@*.service.d'; compgen -G '/run/systemd/system/user@*.service.d') || true
    if [[ -n $dirs ]]; then
        # shellcheck disable=SC2086 # no name has a space
        rm -rf $dirs
        systemctl daemon-reload
    fi
}
