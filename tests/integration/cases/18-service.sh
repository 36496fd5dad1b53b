# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/delegation.sh
. "${BASH_SOURCE[0]%/*}/../delegation.sh"
# The service under those who wish it ill.
# The tests that need no controllers are for the container.

hostile=()

teardown() {
    rm -f /run/systemd/no-memory /usr/lib/cgscope-test-fail-alloc.so
    if [[ -e /run/systemd/system/cgscoped.service.d/test.conf ]]; then
        rm -r /run/systemd/system/cgscoped.service.d
        systemctl daemon-reload
        systemctl stop cgscoped.service
    fi
    [[ -z ${stopped-} ]] || kill -CONT "$stopped" 2>/dev/null || true
    if [[ ${#hostile[@]} -gt 0 ]]; then
        # What they still ask for takes places that the next test needs.
        kill "${hostile[@]}" 2>/dev/null || true
        pkill -KILL -f "^$caller " || true
        systemctl stop cgscoped.service
    fi
    chmod 644 "$group/cgroup.subtree_control"
    restore
}

quick=$((runtime | no_apply))
group=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service
files=systemd/system/user@1000.service.d

# allow_tester ACTION…: without a password.
allow_tester() {
    printf 'polkit.addRule(function(action, subject) {
        if (subject.user == "tester" && %s.indexOf(action.id) >= 0) return polkit.Result.YES;
    });\n' "[$(printf '"org.cgscope.delegation.%s", ' "$@")]" | use_rule
}

# When the system manager last read its files.
reloaded() {
    systemctl show -p UnitsLoadTimestampMonotonic --value
}

# flood_while_stopped WORDS…: the service does nothing until the bus holds all of a flood: a call of tester's as "ask"
# takes it, and three of the largest messages. Then it goes on. What was answered is in "flood".
flood_while_stopped() {
    local flood_pid
    ask root Get 1000
    stopped=$(service_pid)
    kill -STOP "$stopped"
    "$caller" -u tester -p 3 "$@" >flood 2>flood.sent </dev/null &
    flood_pid=$!
    wait_until grep -qs ^sent flood.sent
    kill -CONT "$stopped"
    wait "$flood_pid"
    stopped=''
}

# The most that the service ever had in its memory, in KiB.
peak_of() {
    awk '/^VmHWM:/ { print $2 }' "/proc/$1/status"
}

is_gone() {
    [[ ! -d /proc/$1 ]]
}

test_no_memory() {
    # without memory for an answer the service ends, and who waits is told; the next one finds a new one
    needs plain
    needs container
    local pid begin
    cp "$programs/fail-alloc.so" /usr/lib/cgscope-test-fail-alloc.so
    mkdir -p /run/systemd/system/cgscoped.service.d
    printf '[Service]\nEnvironment=LD_PRELOAD=/usr/lib/cgscope-test-fail-alloc.so\n' \
        >/run/systemd/system/cgscoped.service.d/test.conf
    systemctl daemon-reload
    systemctl stop cgscoped.service
    ask root Get 1000
    expect_answer 'ok$'
    pid=$(service_pid)
    grep -q fail-alloc "/proc/$pid/maps"
    touch /run/systemd/no-memory
    begin=$SECONDS
    run timeout 100 cgscope enable --timeout=60s
    rm /run/systemd/no-memory
    expect_refusal 1 'cgscoped went away before it answered'
    [[ $((SECONDS - begin)) -lt 30 ]] || fail "it took $((SECONDS - begin)) s"
    wait_until is_gone "$pid"
    ask root Get 1000
    expect_answer 'ok$'
}

test_largest_messages() {
    # of the largest messages that lie before an answer the service holds one at a time, and lives; root is served
    needs container
    needs plain
    local pid n
    ask root Get 1000
    expect_answer 'ok$'
    pid=$(service_pid)
    for n in 1 2; do
        flood_while_stopped Get 1000
        run cat flood
        expect_out '^1 ok$'
        expect_out '^3 pong$'
    done
    expect_equal "$(service_pid)" "$pid"
    [[ $(peak_of "$pid") -lt 65536 ]] || fail "the service had $(peak_of "$pid") KiB"
    ask root Get 1000
    expect_answer 'ok$'
}

test_no_start_limit() {
    # however often it ended within a short time, it is started again for who asks next
    # deadline 90
    needs container
    local n
    for ((n = 0; n < 8; n++)); do
        ask tester Get 1000
        expect_answer 'ok$'
        systemctl kill --signal=KILL cgscoped.service
        wait_until service_is_down
    done
    ask root Get 1000
    expect_answer 'ok$'
    systemctl reset-failed cgscoped.service 2>/dev/null || true
}

service_is_down() {
    [[ $(systemctl show -p ActiveState --value cgscoped.service) != active ]]
}

# repeat CMD…: in the background, again and again until the test ends.
repeat() {
    while :; do "$@" || true; done >/dev/null 2>&1 </dev/null &
    hostile+=($!)
}

test_administrator_is_served() {
    # a user who may enable for himself, floods, has questions that nobody answers: root is served within 5 s each time
    # deadline 90
    needs container
    needs plain
    local n words began
    allow_tester enable-own
    call_with_agent crowd silent -n 9 -w 9 DisableWithFlags 1000 "$quick" io
    wait_until grep -q ^action crowd.agent
    repeat "$caller" -u tester -n 5 -w 5 -p 3 Get 1000
    repeat "$caller" -u tester -n 1000 -w 100 EnableWithFlags 1000 "$quick" io
    repeat "$caller" -u other -n 1000 -w 100 Get "$everybody"
    for ((n = 0; n < 2; n++)); do
        for words in 'Get 1000' "EnableWithFlags $everybody $quick io" "DisableWithFlags $everybody 0 io"; do
            began=${EPOCHREALTIME/[.,]/}
            # shellcheck disable=SC2086 # several words
            ask root $words
            expect_answer "(ok\$|$service\\.Error\\.NoSuchController: )"
            [[ $((${EPOCHREALTIME/[.,]/} - began)) -lt 5000000 ]] || fail "$words took $((${EPOCHREALTIME/[.,]/} - began)) us"
        done
    done
    kill_caller crowd
}

test_nothing_is_kept() {
    # who was granted one thing is asked again before he gets another: polkit would keep the action, not the details
    needs container
    local action
    for action in enable-own enable-any disable; do
        run pkaction --verbose --action-id "org.cgscope.delegation.$action"
        expect_status 0
        expect_equal "$(grep -c '^  implicit .*: *auth_admin$' <<<"$out")" 3
    done
    call_with_agent first grant EnableWithFlags 1000 "$quick" io
    take_answer first
    expect_authorised
    ask tester -i EnableWithFlags 1000 "$quick" io
    expect_denied 'to enable io for tester needs authentication'
}

test_no_reload_each_time() {
    # who changes nothing has the system manager read its files once, however often he asks; root always
    needs container
    local n before first
    allow_tester disable
    before=$(reloaded)
    ask tester DisableWithFlags 1000 "$quick" pids
    expect_answer 'ok$'
    first=$(reloaded)
    [[ $first != "$before" ]] || fail 'not even once'
    for ((n = 0; n < 3; n++)); do
        ask tester DisableWithFlags 1000 "$quick" pids
        expect_answer 'ok$'
    done
    expect_equal "$(reloaded)" "$first"
    ask root DisableWithFlags 1000 "$quick" pids
    expect_answer 'ok$'
    [[ $(reloaded) != "$first" ]] || fail 'not for root'
}

test_helper_is_stopped() {
    # the helper waits for a manager that has jobs until it is stopped, and says then that it was for that; else it is done
    needs container
    run systemctl start cgscope-reexecute@1000.service
    expect_status 0
    as_user tester systemd-run --user --quiet --no-block --collect --unit=test-job --service-type=oneshot sleep 1000
    wait_until helper_had_to_wait
    as_user tester systemctl --user stop test-job.service
    systemctl reset-failed cgscope-reexecute@1000.service
    run journalctl --no-pager -o cat -u cgscope-reexecute@1000.service
    expect_out '^cgscope-reexecute: the user manager of uid 1000 did not come to rest and was left alone; see systemctl'
    run systemctl start cgscope-reexecute@1000.service
    expect_status 0
}

# It may have been stopped before it came to wait.
helper_had_to_wait() {
    systemctl start --no-block cgscope-reexecute@1000.service
    sleep 0.3
    systemctl stop cgscope-reexecute@1000.service
    [[ $(systemctl show -p ExecMainStatus --value cgscope-reexecute@1000.service) == 75 ]]
}

test_half_disabled() {
    # of two files the second is the administrator's: the error says so, and what was removed is in effect
    local before
    run cgscope enable --root=/ --user-id=1000 io
    expect_status 0
    mkdir -p "/run/$files"
    printf '[Service]\nDelegate=io\n' >"/run/$files/delegate-user-runtime.conf"
    systemctl daemon-reload
    before=$(reloaded)
    run cgscope disable --user-id=1000 io
    expect_status 1
    expect_lines err 1
    expect_err "/run/$files/delegate-user-runtime\.conf .*; what was changed before that is in effect"
    [[ ! -e /etc/$files/delegate-user.conf ]] || fail 'the first is there'
    [[ -e /run/$files/delegate-user-runtime.conf ]] || fail "the administrator's is gone"
    [[ $(reloaded) != "$before" ]] || fail 'the system manager has not read it'
}

test_unreadable_group() {
    # a user who takes the right to read his groups away is shown as he is, and does not cost others the answer
    local user
    chmod 0 "$group/cgroup.subtree_control"
    for user in root other; do
        ask "$user" Get "$everybody"
        expect_answer 'ok$'
    done
    ask root DisableWithFlags "$everybody" "$quick" io
    expect_answer 'ok$'
}

# --- the installed programs ---

# option NAME: of the build that is installed.
option() {
    python3 -c 'import json, sys
for option in json.load(open("/opt/cgscope/build/meson-info/intro-buildoptions.json")):
    if option["name"] == sys.argv[1]:
        print(option["value"])' "$1"
}

test_hardening() {
    # what is installed is hardened: all symbols bound and read-only, position-independent, guarded stacks and branches
    needs plain
    needs command readelf objdump nm
    local file programs modules symbols fortified=0 optimized
    programs=(/usr/bin/cgscope /usr/libexec/cgscoped /usr/libexec/cgscope-reexecute)
    mapfile -t modules < <(find /usr/lib* -path "*/cgscope/*.so")
    optimized=$(option optimization)
    [[ ${#modules[@]} -eq 2 ]] || fail "modules: ${modules[*]}"
    for file in "${programs[@]}" "${modules[@]}"; do
        run readelf -dlW "$file"
        expect_status 0
        expect_out '^Elf file type is DYN '
        expect_out 'FLAGS.*BIND_NOW'
        expect_out '^ +GNU_RELRO '
        expect_out '^ +GNU_STACK .* RW '
        expect_not_out '(RPATH|RUNPATH|TEXTREL)'
        [[ $file == *.so ]] || expect_out 'FLAGS_1.* PIE'
        symbols=$(nm -D "$file")
        [[ $symbols == *__stack_chk_fail* ]] || fail "$file guards no stack"
        ! grep -q -E '__(s?n?printf|memcpy|strcpy|stpcpy|read)_chk' <<<"$symbols" || fortified=$((fortified + 1))
        # The note of it takes a C library that has it, too.
        [[ $(uname -m) != x86_64 ]] || [[ $(objdump -d "$file" | grep -c endbr64) -ge 20 ]] || fail "$file has no endbr64"
    done
    [[ $optimized == 0 ]] || [[ $fortified -ge 3 ]] || fail "$fortified programs are fortified"
}

test_module_beside() {
    # a module beside the program is for the build directory: never where it is installed, nor when somebody else's
    local planted=/usr/bin/cgscope-systemd.so
    [[ ! -e $planted ]] || fail "$planted is there"
    : >"$planted"
    run cgscope run -q -- true
    rm "$planted"
    expect_status 0
    mkdir beside
    cp /usr/bin/cgscope beside/
    chmod 755 . beside beside/cgscope
    : >beside/cgscope-systemd.so
    chown tester beside/cgscope-systemd.so
    run beside/cgscope run -q -- true
    expect_status 0
    chown root beside/cgscope-systemd.so
    chmod 666 beside/cgscope-systemd.so
    run beside/cgscope run -q -- true
    expect_status 0
    chmod 644 beside/cgscope-systemd.so
    run beside/cgscope run -q -- true
    expect_status 125
    expect_err '^cgscope: cannot load .*: .*file too short'
}
