#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-service.sh TOP UNITS LIBEXECDIR: what is installed around cgscoped fits together, and fits the sources. TOP has
# the sources, UNITS the units as they are installed.
set -euo pipefail

top=$1 units=$2 libexecdir=$3
# shellcheck source=tests/cli/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
export LC_ALL=C.UTF-8
name=org.cgscope.Delegation1
xml=$top/units/$name.xml policy=$top/polkit/org.cgscope.policy
manual=$top/src/man/$name.5 service_manual=$top/src/man/cgscoped.8
source_dir=$top/src

# The value of KEY= in a file of that kind.
setting() {
    sed -n "s/^$2=//p" "$1"
}

is_xml() {
    if command -v xmllint >/dev/null; then
        xmllint --nonet --noout "$1"
    else
        python3 -c 'import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])' "$1"
    fi
}

# define FILE NAME: what is defined there, without quotes.
define() {
    sed -n "s/^#define $2 \"\?\([^\" ]*\)\"\?.*/\1/p" "$source_dir/$1"
}

# manual_section FILE NAME: what stands below .SH or .SS NAME.
manual_section() {
    awk -v name="$2" '
        /^\.S[HS] / { inside = 0; gsub(/"/, ""); if (substr($0, 5) == name) { inside = 1; next } }
        inside' "$1"
}

plain() {
    sed -e 's/\\f[BIR]//g' -e 's/\\-/-/g' -e 's/\\~/ /g'
}

# Methods and signals as the manual writes them.
xml_members() {
    python3 - "$xml" <<'PYTHON'
import sys, xml.etree.ElementTree as tree
interface = tree.parse(sys.argv[1]).getroot().find("interface")
def arguments(member, direction):
    return ", ".join(a.get("type") + " " + a.get("name") for a in member.findall("arg")
                     if a.get("direction", "in") == direction)
for member in interface:
    text = "%s(%s)" % (member.get("name"), arguments(member, "in"))
    print("signal " + text if member.tag == "signal" else text + " -> " + arguments(member, "out"))
PYTHON
}

manual_members() {
    manual_section "$manual" SYNOPSIS | sed '1,/^\.PP/d; /^\.EE/d' | plain | awk '
        /^ / { sub(/^ +/, " "); line = line $0; next }
        { if (line != "") print line; line = $0 }
        END { print line }'
}

# The entries below a heading, those that look like names.
manual_entries() {
    manual_section "$manual" "$1" | plain | grep -A1 '^\.T[PQ]' | sed -n 's/^\.B //p' | sort
}

# The first column of the table with the line PATTERN in it.
manual_column() {
    awk -v pattern="$1" '
        /^\.TS/ { rows = ""; found = 0; inside = 1; next }
        /^\.TE/ { if (found) printf "%s", rows; inside = 0 }
        inside { if ($0 ~ pattern) found = 1; if (/\t/) rows = rows $0 "\n" }' "$manual" | plain | cut -f1
}

activation_fits() {
    local file=$top/units/$name.service
    same "the source, the activation file" "$(define systemd/delegation-message.h DELEGATION_NAME)" \
        "$(setting "$file" Name)" &&
        same "the unit, the activation file" "$(setting "$units/cgscoped.service" BusName)" "$(setting "$file" Name)" &&
        [[ -f $units/$(setting "$file" SystemdService) ]] &&
        same "the user of the service" root "$(setting "$file" User)" &&
        same "the command of the service" /bin/false "$(setting "$file" Exec)"
}

programs_are_there() {
    same "cgscoped" "$libexecdir/cgscoped" "$(setting "$units/cgscoped.service" ExecStart)" &&
        same "cgscope-reexecute" "$libexecdir/cgscope-reexecute" \
            "$(setting "$units/cgscope-reexecute@.service" ExecStart)"
}

# What the reader of a unit is sent to is installed beside it.
documentation_is_there() {
    local page file
    for file in "$units"/cgscope*.service; do
        for page in $(setting "$file" Documentation); do
            [[ $page == man:*\(?\) ]] || return 1
            page=${page#man:}
            page=${page/(/.}
            ls "$source_dir/man/${page%)}" || return 1
        done
    done
}

source_actions() {
    sed -n 's/^#define ACTION_[A-Z_]* "\([^"]*\)".*/\1/p' "$source_dir/cgscoped/authorization.c" | sort
}

policy_has_actions() {
    same "the sources, the policy" "$(source_actions)" "$(sed -n 's/.*<action id="\([^"]*\)">/\1/p' "$policy" | sort)"
}

# Never without a password by default.
policy_is_strict() {
    same "the policy's defaults" "$(sed -n 's/ *<allow_\(.*\)>\(.*\)<.*/\1 \2/p' "$policy" | sort | uniq -c | tr -s ' ')" \
        "$(printf ' 3 %s\n' 'active auth_admin' 'any auth_admin' 'inactive auth_admin')"
}

# What somebody is told who is asked because of a rule of polkit's alone is what cgscoped would have had him told.
policy_has_messages() {
    local text message
    text=$(tr -s '\n ' ' ' <"$source_dir/cgscoped/authorization.c" | sed 's/" "//g')
    while IFS= read -r message; do
        [[ $text == *"\"$message\""* ]] || {
            printf 'the sources have no "%s"\n' "$message"
            return 1
        }
    done < <(sed -n 's/.*<message[^>]*>\(.*\)<.*/\1/p' "$policy")
}

manual_has_errors() {
    same "the sources, the manual" \
        "$(sed -n "s/^#define DELEGATION_ERROR_[A-Z_]* DELEGATION_NAME \"\(.*\)\".*/$name\1/p" \
            "$source_dir/systemd/delegation-message.h" | sort)" \
        "$(manual_entries ERRORS | grep "^$name")"
}

manual_has_details() {
    same "the sources, the manual" \
        "$(sed -n '/append_details/,/^}/s/^ *"\([a-z._]*\)",.*/\1/p' "$source_dir/cgscoped/authorization.c" |
            grep -v gettext_domain)" \
        "$(manual_column '^.fBcontrollers')"
}

# strings FILE ARRAY: the texts of an array with designated initialisers.
strings() {
    sed -n "/$2\[\] = {/,/};/p" "$source_dir/$1" | sed -n 's/\[[A-Z_]*\] = "\([^"]*\)",/\n\1\n/gp' | grep -xE '[a-z-]+'
}

manual_has_outcomes() {
    same "the sources, the manual" "$(strings delegation/delegation.c outcomes)" "$(manual_column '^.fBapplied')"
}

manual_has_kinds() {
    local kind
    for kind in $(strings delegation/delegation.c kinds); do
        manual_section "$manual" 'The answer' | grep -q "^.*\\\\fB$kind\\\\fR" || return 1
    done
}

manual_has_controllers() {
    same "the sources, the manual" \
        "$(tr -s '\n ' ' ' <"$source_dir/unit/controller.h" | grep -o '#define CONTROLLER_MASK_MANAGED [^#]*' |
            grep -o 'CONTROLLER_[A-Z]*\b' | sed -n 's/CONTROLLER_//p' | grep -vx MASK | tr '[:upper:]' '[:lower:]')" \
        "$(manual_section "$manual" Arguments | sed -n '/^\.I controllers/,/^systemd/s/^\.BR \([a-z]*\) .*/\1/p')"
}

manual_has_limits() {
    local own all idle
    own=$(define cgscoped/service-queue.h QUEUE_PER_USER_MAX)
    all=$(define cgscoped/service-queue.h QUEUE_MAX)
    idle=$(sed -n 's/.*\.idle = \([0-9]*\) \* USEC_PER_SEC,/\1/p' "$source_dir/cgscoped/service.c")
    manual_section "$manual" ERRORS | grep -q "Of this user $own calls .*, or $all of all" || return 1
    tr '\n' ' ' <"$service_manual" | grep -q "nobody has asked for $idle seconds"
}

rule_fits() {
    local rule=$top/polkit/50-cgscope-example.rules key
    for key in $(manual_column '^.fBcontrollers' | grep -v polkit); do
        grep -q "\"$key\"" "$rule" || return 1
    done
    manual_section "$manual" AUTHORISATION | plain | sed -n '/^polkit\.addRule/,/^});/p' >"$work_dir/manual"
    sed -n '/^polkit\.addRule/,/^});/p' "$rule" | diff - "$work_dir/manual"
}

work_dir=$(mktemp -d)
trap 'rm -rf "$work_dir"' EXIT

for file in "$xml" "$top/units/$name.conf" "$policy"; do
    ok "${file##*/} is XML" is_xml "$file"
done
ok "the bus starts the unit" activation_fits
ok "the units start what is installed" programs_are_there
ok "the units name manual pages" documentation_is_there
ok "the policy has the actions, and no other" policy_has_actions
ok "the policy wants a password" policy_is_strict
ok "the policy has the messages" policy_has_messages
ok "the manual has methods and signals, and no other" same "the interface, the manual" "$(xml_members)" "$(manual_members)"
ok "the manual has the errors, and no other" manual_has_errors
ok "the manual has the actions, and no other" same "the sources, the manual" "$(source_actions)" \
    "$(manual_entries AUTHORISATION)"
ok "the manual has the details, and no other" manual_has_details
ok "the manual has the outcomes, and no other" manual_has_outcomes
ok "the manual has the owners of drop-ins" manual_has_kinds
ok "the manual has the controllers" manual_has_controllers
ok "the manual has the limits" manual_has_limits
ok "the example is the manual's, and explains the details" rule_fits

for page in "$manual" "$service_manual"; do
    mandoc_is_silent "$page"
done
finish
