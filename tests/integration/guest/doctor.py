#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares what `cgscope doctor --json` says, on standard input, with the system.

doctor.py levels          with the groups in /sys/fs/cgroup, and the controllers with the levels
doctor.py text FILE       with what it printed without --json, to no terminal
doctor.py get EXPRESSION  prints that; the object is d, the controllers by name are c, the checks k

Prints what differs, and fails.
"""

import json
import os
import pwd
import re
import sys

MOUNT = "/sys/fs/cgroup"
MANAGED = ("cpuset", "cpu", "io", "memory", "pids")
MARKS = ("user.delegate", "user.cgscope.delegate")


def words(path, name):
    with open(MOUNT + path + "/" + name, encoding="ascii") as f:
        return f.read().split()


def mark(path, name):
    try:
        return os.getxattr(MOUNT + path, name) == b"1"
    except OSError:
        return False


def seen(path):
    return {
        "control_group": path,
        "controllers": words(path, "cgroup.controllers"),
        "handed_on": words(path, "cgroup.subtree_control"),
        "owner": pwd.getpwuid(os.stat(MOUNT + path).st_uid).pw_name,
        "delegated": any(mark(path, name) for name in MARKS),
    }


def levels(d):
    """The levels are the groups, one below the other, and each controller stops where it is last seen."""
    path, known = "", d["levels"]
    for level in known:
        here = level["control_group"]
        if here != "/" and os.path.dirname(here) != (path or "/"):
            yield f"{here} is not right below {path}"
        path = here if here != "/" else ""
        if here == d["probe"]:
            if os.path.exists(MOUNT + here):
                yield f"{here} is still there"
        elif level != seen(here):
            yield f"{level} but {seen(here)}"
    if [level["control_group"] for level in known][:1] != ["/"]:
        yield "it does not begin with the root"

    names = [c["name"] for c in d["controllers"]]
    if [name for name in names if name in MANAGED] != list(MANAGED):
        yield f"not these controllers: {names}"
    if not set(known[0]["controllers"]) <= set(names):
        yield f"not all that the root has: {names}"
    for c in d["controllers"]:
        yield from stops(d, c)


def stops(d, c):
    have = [level["control_group"] for level in d["levels"] if c["name"] in level["controllers"]]
    everywhere = len(have) == len(d["levels"])
    if d["end"] in ("probe", "unit"):
        if c["arrives"] != everywhere:
            yield f"{c} but {have}"
        if not everywhere and c["stops_at"] != (have[-1] if have else None):
            yield f"{c} but {have}"
    elif c["arrives"] and not have:
        yield f"{c} but nobody has it"
    if c["arrives"] is not True and not c["why"]:
        yield f"{c}: why?"


def expected_status(d):
    arrivals = [c["arrives"] for c in d["controllers"] if c["name"] in MANAGED]
    results = [k["result"] for k in d["checks"]]
    if False in arrivals or "problem" in results:
        return 1
    return 2 if None in arrivals or "unknown" in results or d["unknown"] else 0


def rows(d):
    """The lines of the text, as regular expressions."""
    for level in d["levels"]:
        name = os.path.basename(level["control_group"]) or "/"
        name = r"\(the new scope\)" if level["control_group"] == d["probe"] else re.escape(name)
        cells = [" ".join(level["controllers"]), " ".join(level["handed_on"]), level["owner"],
                 "yes" if level["delegated"] else "no"]
        yield f"\\W*{name} +" + " +".join(re.escape(cell) for cell in cells if cell)
    for c in d["controllers"]:
        result = "unknown" if c["arrives"] is None else "ok" if c["arrives"] else \
            "problem" if c["name"] in MANAGED else "note"
        text = c["why"] or "arrives"
        if c["arrives"] is False:
            text = (f"stops at {c['stops_at']}: " if c["stops_at"] else "is not there: ") + text
        yield f"{result} +{c['name']} +{re.escape(text)}"
        if c["remedy"]:
            yield " +" + re.escape(c["remedy"])
    for k in d["checks"]:
        yield f"{k['result']} +{k['check']} +{re.escape(k['found'])}"
        if k["remedy"]:
            yield " +" + re.escape(k["remedy"])
    if d["unknown"] and d["levels"]:
        yield "unknown +way +" + re.escape(d["unknown"])


def text(d, path):
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    left = [line for line in lines if line.strip()]
    for row in rows(d):
        found = [line for line in lines if re.fullmatch(row, line)]
        if not found:
            yield f"no line like: {row}"
        left = [line for line in left if line not in found]
    # The title, and the headings of the table.
    if len(left) != (2 if d["levels"] else 0):
        yield "lines besides: " + "\n".join(left)


def main():
    verb, *rest = sys.argv[1:]
    d = json.load(sys.stdin)
    if verb == "get":
        c = {one["name"]: one for one in d["controllers"]}
        k = {one["check"]: one for one in d["checks"]}
        value = eval(rest[0], {"d": d, "c": c, "k": k})  # the test's own words
        print("\n".join(map(str, value)) if isinstance(value, list) else value)
        return 0

    wrong = list(levels(d) if verb == "levels" else text(d, rest[0]))
    if d["status"] != expected_status(d):
        wrong.append(f"status {d['status']} but {expected_status(d)}")
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
