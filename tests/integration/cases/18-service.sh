# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck source=tests/integration/delegation.sh
. "${BASH_SOURCE[0]%/*}/../delegation.sh"
# The service under those who wish it ill.

teardown() {
    [[ -z ${stopped-} ]] || kill -CONT "$stopped" 2>/dev/null || true
    restore
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

test_largest_messages() {
    # of the largest messages that lie before an answer the service holds one at a time, and lives; root is served
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
