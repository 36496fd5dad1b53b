#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-mistakes.sh CGSCOPE: who mistypes something is told, in one line, what was meant or what there is.
set -euo pipefail

cgscope=$1
# shellcheck source=tests/cli/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
export LC_ALL=C.UTF-8

# told STATUS TEXT ARGS…: one line on standard error that has TEXT in it, nothing on standard output, and that status.
told() {
    local wanted=$1 text=$2 status=0 lines
    shift 2
    # What stands on standard output is marked.
    mapfile -t lines < <({ timeout 10 "$cgscope" "$@" </dev/null 2>&3 | sed 's/^/out: /'; echo "${PIPESTATUS[0]}"; } 3>&1)
    status=${lines[-1]}
    unset 'lines[-1]'
    [[ $status -eq $wanted && ${#lines[@]} -eq 1 && ${lines[0]} == "cgscope: "*"$text"* ]] || {
        printf 'status %s:\n' "$status"
        printf '%s\n' "${lines[@]}"
        return 1
    }
}

same_help() {
    same "cgscope $*" "$("$cgscope" "$@")" "$("$cgscope" run --help)"
}

is_full() {
    local status=0 message
    message=$("$cgscope" "$@" 2>&1 >/dev/full) || status=$?
    same "cgscope $*" "1 cgscope: cannot write to standard output: No space left on device" "$status $message"
}

for pair in rnu:run stauts:status can-mvoe:can-move Enable:enable ls:list ps:procs rm:remove cat:get mkdir:create \
    cgexec:exec pause:freeze set-property:set; do
    ok "verb: ${pair%:*}" told 2 "unknown verb '${pair%:*}', did you mean ${pair#*:}?" "${pair%:*}"
done
ok "verb: like no other" told 2 "unknown verb 'frobnicate'; see cgscope --help" frobnicate
ok "verb: help of one that there is not" told 2 "unknown verb 'rnu', did you mean run?" help rnu
ok "verb: its name with an escape sequence" told 2 "unknown verb '\\x1b[31m'" $'\e[31m'

ok "option: mistyped" told 125 "unknown option '--delgate', did you mean --delegate?" run --delgate true
ok "option: mistyped, with a value" told 2 "unknown option '--outptu', did you mean --output?" list --outptu=UNIT
ok "option: by another tool's name" told 125 "unknown option '--name', did you mean --unit?" run --name=a true
ok "option: like no other" told 2 "unknown option '--frobnicate'; see cgscope list --help" list --frobnicate
ok "option: a letter" told 2 "unknown option '-Z'; see cgscope list --help" list -Z
ok "option: a letter behind one that there is" told 2 "unknown option '-Z'; see cgscope list --help" list -aZ
ok "option: two are meant" told 125 "'--s' may be any of --system, --slice, --slice-inherit, --setenv, --same-dir" \
    run --s true
ok "option: no value" told 125 "--unit needs a value, as --unit=NAME" run --unit
ok "option: no value for the letter" told 125 "--unit needs a value, as --unit=NAME" run -u
ok "option: a value too many" told 2 "--quiet takes no value" list --quiet=yes
ok "option: an empty directory" told 125 "--working-directory: the value is empty" run --working-directory= true
ok "option: an empty file" told 125 "--report: the value is empty" run --report= true
ok "option: an empty directory behind a blank" told 125 "--working-directory: the value is empty" run --working-directory '' true
ok "option: a signal, as kill(1) has it" told 2 "unknown option '-9'; a signal is written --signal=9" kill -9 .
ok "option: a signal's name" told 2 "unknown option '-KILL'; a signal is written --signal=KILL" kill -KILL .
for signal in TERM SIGKILL 9; do
    ok "kill: a signal as a word: $signal" told 2 "'$signal' is a signal and no target; it is written --signal=$signal" \
        kill "$signal" ./job
done

ok "before the verb: an option of it" told 2 "--output: there is no column 'FROB'" -q --output FROB list
ok "before the verb: a verb's name as a value" told 2 "'run' is none of short, pretty, off" --json=run --output list list
ok "before the verb: an option of another verb" told 2 "unknown option '--report'" --report list
ok "before the verb: an option of none" told 2 "unknown option '--frob'; see cgscope --help" --frob list
ok "before the verb: and no verb" told 2 "no verb given" --user
for words in "help run" "--help run" "-h run" "run --help" "--quiet run --help"; do
    # shellcheck disable=SC2086 # words
    ok "help: $words" same_help $words
done

ok "order: move" told 2 "move: the target comes before the process: cgscope move [OPTIONS…] TARGET PID…" move 1 ./job
ok "order: can-move" told 2 "can-move: the process comes before the target: cgscope can-move [OPTIONS…] PID TARGET" \
    can-move a.scope 1
ok "order: set" told 2 "set: the target comes before the setting" set MemoryMax=1G ./job
ok "order: get" told 2 "get: the target comes before the key" get memory.max ./job
ok "order: chown" told 2 "chown: the target comes before the owner" chown root ./job

# shellcheck disable=SC2016 # for the other shell
ok "order: none of several targets" bash -c '! "$1" kill job ./job 2>&1 | grep "comes before"' bash "$cgscope"

ok "delegate: nothing" told 125 "--delegate: to delegate nothing, leave the option out" run --delegate=no true
ok "delegate: controllers as words" told 127 \
    "io: command not found; controllers are divided by commas, as --delegate=cpu,io" run --delegate cpu io -- true
for value in yes all "cpu io"; do
    ok "delegate: $value" told 127 "/nonexistent: command not found" run --delegate="$value" /nonexistent
done
ok "run: a line for a shell" told 127 "a line for a shell is run as sh -c" run 'echo hi; echo ho'
ok "option: a limit, as podman(1) has it" told 125 "unknown option '--memory', did you mean --property?" \
    run --memory=1G true
ok "property: what comes to mind" told 125 "unknown property 'Memory', did you mean MemoryMax?" run -p Memory=1G true
ok "run: an empty command" told 127 "the command is an empty word" run ''

# Who has read enough is no error, also where SIGPIPE is ignored, as below Python.
ok "nobody reads any more" python3 -c '
import os, signal, subprocess, sys
read, write = os.pipe()
os.close(read)
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
done = subprocess.run([sys.argv[1], "--help"], stdout=write, stderr=subprocess.PIPE, restore_signals=False)
sys.exit(done.returncode != 0 or done.stderr != b"")' "$cgscope"
if [[ -c /dev/full ]]; then
    for words in --help --version "help list" "list --help" "list --version"; do
        # shellcheck disable=SC2086 # words
        ok "full: $words" is_full $words
    done
fi
finish
