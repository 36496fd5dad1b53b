# SPDX-License-Identifier: LGPL-2.1-or-later
"""as-proc.py PID: is what `cgscope ns --json --all-hierarchies PID`, on standard input, says of its first process what
/proc says, read here and by a process in the cgroup namespace of that process? Prints what differs."""

import json
import subprocess
import sys

INITIAL = 4026531835


def read(pid, name, inside):
    path = f"/proc/{pid}/{name}"
    command = ["nsenter", "--target", pid, "--cgroup"] if inside else []
    return subprocess.run(command + ["cat", path], check=True, capture_output=True, text=True).stdout


def hierarchies(text):
    lines = [line.split(":", 2) for line in text.splitlines()]
    return [(name or "unified", path) for _, name, path in lines]


def unescape(text):
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text


def mounts(text):
    found = []
    for line in text.splitlines():
        fields, rest = line.split(" - ", 1)
        if rest.split()[0] in ("cgroup", "cgroup2"):
            fields = fields.split()
            found.append((unescape(fields[4]), unescape(fields[3])))
    return found


def main():
    pid = sys.argv[1]
    data = json.load(sys.stdin)
    process = data["processes"][0]
    here, there = (hierarchies(read(pid, "cgroup", inside)) for inside in (False, True))
    root_here, root_there = (mounts(read(pid, "mountinfo", inside)) for inside in (False, True))
    pairs = {
        "paths here": (here, [(h["hierarchy"], h["control_group"]) for h in process["hierarchies"]]),
        "paths there": (there, [(h["hierarchy"], h["inside"]) for h in process["hierarchies"]]),
        "mounts here": (root_here, [(m["mount"], m["root"]) for m in process["mounts"]]),
        "mounts there": (root_there, [(m["mount"], m["inside"]) for m in process["mounts"]]),
        "main": (dict(here)["unified"], process["control_group"]),
    }
    if data["own_namespace"] == INITIAL:
        pairs["absolute"] = (here, [(h["hierarchy"], h["absolute"]) for h in process["hierarchies"]])
    different = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    for name, (proc, cgscope) in different.items():
        print(f"{name}: /proc {proc}, cgscope {cgscope}")
    return bool(different)


sys.exit(main())
