#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the rules of .github/ARCHITECTURE.md that can be read off the sources, and prints TAP.

check-layers.py SRC
"""

import os
import re
import sys

# A folder may include those to its right, and its own. "cgscope/*" is a family of verbs.
BASE = ["basic", "proc", "unit"]
USING = [*BASE, "cgroup", "namespace", "move", "delegation"]
LAYERS = {
    "basic": [],
    "proc": ["basic"],
    "unit": ["basic", "proc"],
    "cgroup": BASE,
    "namespace": [*BASE, "cgroup"],
    "move": [*BASE, "cgroup", "namespace"],
    "delegation": [*BASE, "cgroup"],
    "systemd": [*BASE, "delegation"],
    "table": ["basic"],
    "diagnosis": [*USING, "systemd"],
    "cgscope/cli": [*USING, "systemd", "table", "cgscope"],
    "cgscope/command": [*USING, "systemd", "table", "cgscope", "cgscope/cli"],
    "cgscope/*": [*USING, "systemd", "table", "diagnosis", "cgscope", "cgscope/cli", "cgscope/command"],
    "cgscope": [*USING, "cgscope/cli"],
    "cgscoped": [*USING, "systemd"],
}
LIBRARIES = [*USING, "systemd", "table", "diagnosis"]

# The part of systemd that those may include who load it when they have to ask, and do not link it.
ASKING = "systemd/asking.h"
LOADERS = ("diagnosis", "cgscope")

# What verbs of groups do to a group goes through its interface, cgroup/groups.h, and not straight to what does it.
GROUP_VERBS = ("cgscope/group", "cgscope/process")
BEHIND_GROUPS = ["cgroup/control.h", "cgroup/division.h", "cgroup/removal.h", "cgroup/attribute-writer.h"]

# What a library does not do: what went wrong is a Trouble, and the caller prints it. basic/log and basic/pager are
# what he prints with.
PRINTING = re.compile(r"\b(log_(?!refuse_never)[a-z_]+|printf|vprintf|puts|putchar|perror|exit|abort)\s*\(|\b(stdout|stderr)\b")
PRINTERS = ("basic/log", "basic/pager", "basic/json", "basic/sheet", "table/")


def sources(top):
    for folder, _, files in os.walk(top):
        for name in files:
            if name.endswith((".c", ".h")):
                yield os.path.relpath(os.path.join(folder, name), top)


def layer_of(path):
    folder = os.path.dirname(path)
    return folder if folder in LAYERS or not folder.startswith("cgscope/") else "cgscope/*"


def includes(text):
    return re.findall(r'^#include "([^"]+)"', text, re.MULTILINE)


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda found: "\n" * found.group().count("\n"), text, flags=re.DOTALL)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def check_layers(texts):
    for path, text in sorted(texts.items()):
        folder, layer = os.path.dirname(path), layer_of(path)
        for header in includes(text):
            target = os.path.dirname(header)
            if header not in texts or target == folder:
                continue
            if target not in LAYERS[layer]:
                yield f"{path} includes {header}: {folder} may not include {target}"
            elif target == "systemd" and layer.startswith(LOADERS) and layer != "cgscoped" and header != ASKING:
                yield f"{path} includes {header}: the asking half is loaded, by {ASKING} alone"


def declares_functions(text):
    text = re.sub(r"\b(typedef|static inline)\b[^;{]*[;{]", "", without_comments(text))
    return re.search(r"^[a-z_][^=(){}\n]*\([^{}]*\)[^{}()]*;", text, re.MULTILINE) is not None


def check_circles(texts):
    """A source and the header of its name are one, but where that header has types alone, for several sources. None of
    these may include another in a circle."""

    def unit_of(path):
        return path[:-2] if path.endswith(".c") or declares_functions(texts[path]) else path

    edges = {}
    for path, text in texts.items():
        unit = unit_of(path)
        edges.setdefault(unit, set()).update(unit_of(h) for h in includes(text) if h in texts and unit_of(h) != unit)
    state, way = {}, []

    def visit(unit):
        state[unit] = "open"
        way.append(unit)
        for other in sorted(edges.get(unit, ())):
            if state.get(other) == "open":
                yield " -> ".join([*way[way.index(other):], other])
            elif other not in state:
                yield from visit(other)
        way.pop()
        state[unit] = "done"

    for unit in sorted(edges):
        if unit not in state:
            yield from visit(unit)


def check_groups(texts):
    for path, text in sorted(texts.items()):
        for header in includes(text):
            if os.path.dirname(path) in GROUP_VERBS and header in BEHIND_GROUPS:
                yield f"{path} includes {header}: what is done to a group goes through cgroup/groups.h"


def check_printing(texts):
    for path, text in sorted(texts.items()):
        if layer_of(path) not in LIBRARIES or path.startswith(PRINTERS):
            continue
        for number, line in enumerate(without_comments(text).split("\n"), 1):
            if PRINTING.search(line):
                yield f"{path}:{number}: {line.strip()}"


def check_names(texts):
    seen = {}
    for path in sorted(texts):
        unit = path[:-2]
        name = os.path.basename(unit)
        if name != "main" and seen.setdefault(name, unit) != unit:
            yield f"{unit} and {seen[name]} have one name"


def check_own_header(texts):
    for path, text in sorted(texts.items()):
        own = path[:-2] + ".h"
        if path.endswith(".c") and own in texts and includes(text)[:1] != [own]:
            yield f"{path}: {own} is not its first include"


def check_without_header(texts):
    for path in sorted(texts):
        if path.endswith(".c") and path[:-2] + ".h" not in texts:
            yield path


def main():
    top = sys.argv[1]
    texts = {path: open(os.path.join(top, path), encoding="utf-8").read() for path in sources(top)}
    checks = [
        ("no include runs against the layers", check_layers),
        ("no circles", check_circles),
        ("verbs of groups use their interface", check_groups),
        ("no library prints or exits", check_printing),
        ("every name is there once", check_names),
        ("the own header comes first", check_own_header),
    ]
    if "--without-header" in sys.argv[2:]:
        checks.append(("a header for each source", check_without_header))
    failed = False
    for number, (title, check) in enumerate(checks, 1):
        faults = list(check(texts))
        print(f"{'not ' if faults else ''}ok {number} - {title}")
        for fault in faults:
            print(f"# {fault}")
        failed = failed or bool(faults)
    print(f"1..{len(checks)}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
