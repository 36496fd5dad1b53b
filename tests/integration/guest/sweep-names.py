#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""sweep-names.py PID COUNT: names that others chose, in every place of every verb that takes one, and of what every verb
shows; in the scope of the process PID. See sweep.py.

What comes out has no byte that a terminal acts on and is JSON where that was asked for; a failure is one line; nothing is
executed, and no success is another object's."""

import json
import os
import re
import shutil
import sys
import time
import unicodedata

import sweep
import verbs

WORK = os.environ["scratch"] + "/work"
PASSWD = WORK + "/../passwd"
STRANGER = 64217

NAMES = [os.fsencode(name) for name in (
    "", "a b", "'", '"', "it's", 'say"', "`touch PWNED`", "$(touch PWNED)", "a;touch PWNED", "a&touch PWNED", "|touch PWNED",
    "*", "-rf", "--", "-", "--help=x", "~", "!!", "#x", "$'x'", "$'\\x1b'", "back\\slash", "\\x1b", "a:b=c@d", "%s%n", "%", "a,b", "grün",
    ".hidden", "..", "x.service", "cpu.x", "\x1b]0;owned\x07", "\x1b[2J", "\n", "a\ncgscope: forged", "\r", "\t", "\x7f", "\x9b31m",
    "\x9d0;owned\x9c", "\u202eabc", "\u2066", "\u2028", "\uffff", "1" * 30, "n" * 255, "n" * 256, "n" * 70000, "-1", "0",
)] + [b"g\xff", b"\x9b\xb1\x80\x80", b"\xc2", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"]

# Where in a word of that kind a name can be; "%" in all others.
FORMS = {
    "target": ["./%", "%", "%.scope", "@%", "./job/%", "%/job"],
    "setting": ["%=3", "cgroup.max.depth=%", "%"],
    "property": ["%=3", "Description=%", "MemoryMax=%", "%"],
    "owner": ["%", ":%"],
    "variable": ["%", "X=%", "%=x"],
    "directory": ["%", "./%/no"],
    "file": ["%", "./%/no"],
    "unit": ["%", "%.scope"],
    "slice": ["%", "%.slice"],
    "text": ["%", "%.scope"],
}
# What nobody has, or is: a success would be another's.
NEVER = {"process", "owner", "user", "controller", "controllers", "signal", "hierarchy", "columns", "key", "where", "json"}


def can_be_group(name):
    return 0 < len(name) < 256 and b"\n" not in name and name != b".."


def tokens(verb):
    """The words of the example, each with its kind; None for options and their values."""
    kinds, options, n, value, rest = verb["words"], {o["name"]: o for o in verb["options"]}, 0, False, False
    for token in verb["example"].split():
        kind = None
        if value:
            value = False
        elif token == "--" and not rest:
            rest = True
        elif token.startswith("--") and not rest:
            option = options[token[2:].partition("=")[0]]
            value = bool(option["value"]) and not option["value_optional"] and "=" not in token
        else:
            kind, n = kinds[min(n, len(kinds) - 1)], n + 1
        yield token, kind


def places(verb):
    """Every place for a name: its kind, and the command line without the verb's name, the place as None."""
    found = list(tokens(verb))
    for i, (_, kind) in enumerate(found):
        if kind:
            yield kind, [t for t, _ in found[:i]] + [None] + [t for t, _ in found[i + 1:]]
    for option in verb["options"]:
        if option["value"]:
            yield option["value"], ["--" + option["name"] + "=", None, *(t for t, _ in found)]


def unsafe(data):
    """What a terminal acts on, or None; newlines are ours."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return str(error)
    for c in text:
        if c != "\n" and unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cn", "Cs") or unicodedata.bidirectional(c) in (
                "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI") or c in "\u061c\u200e\u200f":
            return f"{c!r} as it is"
    return None


class Named:
    """A command line, run once in a place that is as for all others, and what became of it."""

    def __init__(self, place, verb, words, settled):
        self.verb = verb
        before = place.state()
        self.ran = verbs.Ran(place, [b"cgscope", verb["name"].encode(), *words], cwd=WORK)
        self.changes = {}

        def quiet():
            after = place.state()
            self.changes = {re.sub(r"-[0-9a-f]{16}(?=\.scope)", "-N", k): after.get(k) for k in before.keys() | after.keys()
                            if before.get(k, "") != after.get(k, "")}
            return not place.children() and settled(self)

        verbs.wait_for(quiet, 3)
        self.left = place.reap()
        self.files = os.listdir(os.fsencode(WORK))

    def complaints(self, allowed, documented):
        out, err, status = self.ran.raw_out, self.ran.raw_err, self.ran.status
        if status not in documented:
            yield f"status {status}: {err}"
        for stream in out, err:
            if unsafe(stream):
                yield f"printed {unsafe(stream)}: {stream}"
        if status in FAILED and self.verb["name"] not in ("doctor", "can-move") and err.count(b"\n") != 1:
            yield f"no line of error: {err}"
        for key in self.changes:
            if status in FAILED or not allowed(key):
                yield f"{status}, but changed {key!r}: {err}"
        if self.left:
            yield f"processes left: {self.left}"
        if b"PWNED" in self.files:
            yield "it was executed"


def quiet_for(seconds):
    """Without knowing what is to come."""
    last = []

    def settled(tried):
        if not last or last[-1][1] != tried.changes:
            last.append((time.monotonic(), tried.changes))
        return time.monotonic() - last[-1][0] > seconds

    return settled


FAILED = (1, 2, 125, 126, 127)


def documented(verb):
    return {0, 1, 2, *({3, 4} if verb["name"] == "status" else ())} if verb["usage_status"] == 2 else {0, 125, 126, 127}


def clean():
    for file in os.listdir(os.fsencode(WORK)):
        path = os.path.join(os.fsencode(WORK), file)
        (shutil.rmtree if os.path.isdir(path) else os.unlink)(path)


def argument(place, usual, verb, kind, words, form, name):
    """A name where the command line has one."""
    clean()
    place.prepare()
    value = os.fsencode(form).replace(b"%", name)
    if kind == "directory" and can_be_group(name) and form == "%":
        with place.as_user():
            os.mkdir(os.path.join(os.fsencode(WORK), name))
    line = [place.word(w) if w is not None else value for w in words]
    if words[0] and words[0].endswith("="):
        line[:2] = [os.fsencode(line[0]) + line[1]]

    meant = b"x" if name == b"$'x'" else name  # so it is typed

    def allowed(key):
        if kind == "target" and "/job" in key and "/job" not in form or kind == "process" and key == "process":
            return False
        return key in usual.changes or name and meant in os.fsencode(key)

    tried = Named(place, verb, line, lambda tried: all(map(allowed, tried.changes)))
    yield from tried.complaints(allowed, documented(verb) | {usual.ran.status})
    if tried.ran.status == 0 and kind in NEVER and b"%" not in value and value not in (b"", b"-", b"--"):
        yield f"{value!r} was taken for another: {tried.ran.raw_out} {tried.ran.raw_err}"
    if tried.ran.status == 0 and kind == "file" and not os.path.lexists(os.path.join(os.fsencode(WORK), value)):
        yield f"wrote {tried.files}, not {value!r}"


def shown(place, usual, verb, options, name):
    """A name that something has: the group ./job, the process, and, for root, whose they are."""
    clean()
    place.prepare()
    group = os.path.join(os.fsencode(place.root), name)
    os.rmdir(place.root + "/job")
    place.make_group(group)
    place.rename_process(name)
    if place.uid == 0:
        with open(PASSWD, "ab") as passwd:
            passwd.write(b"%s:x:%d:%d:%s:/:/bin/false\n" % (name.replace(b":", b";"), STRANGER, STRANGER, name.replace(b":", b";")))
        if "owner" not in verb["words"]:
            os.chown(group, STRANGER, STRANGER)
    typed = name if not name.startswith(b"$'") else b"$'" + name.replace(b"\\", b"\\\\").replace(b"'", b"\\'") + b"'"
    line = [b"./" + typed if t == "./job" else place.word(t) for t in [*options, *verb["example"].split()]]

    def allowed(key):
        return key.encode(errors="surrogateescape").replace(b"/" + name, b"/job") in map(os.fsencode, usual.changes)

    tried = Named(place, verb, line, lambda tried: all(map(allowed, tried.changes)))
    yield from tried.complaints(allowed, {usual.ran.status})
    if len(tried.changes) != len(usual.changes):
        yield f"changed {tried.changes}, not {usual.changes}"
    if "--json" in options and usual.ran.raw_out.strip():
        try:
            json.loads(tried.ran.raw_out)
        except ValueError as error:
            yield f"no JSON ({error}): {tried.ran.raw_out}"
    try:
        os.rmdir(group)
    except OSError:
        pass


class Stage(sweep.Stage):
    """With a file of users of its own, and processes that are called as one likes."""

    def __init__(self, pid):
        super().__init__(pid)
        shutil.copy("/etc/passwd", PASSWD)
        self.passwd_size = os.stat(PASSWD).st_size
        sweep.own_mounts(["mount", "--bind", PASSWD, "/etc/passwd"])

    def prepare(self):
        super().prepare()
        os.truncate(PASSWD, self.passwd_size)

    def rename_process(self, name):
        self.process.kill()
        self.process.wait()
        name = name.replace(b"\r", b"")  # which systemd takes for the end of /proc/PID/stat
        program = os.path.join(os.fsencode(WORK), name[:15] or b"x")
        shutil.copy("/bin/sleep", program)
        owner = self.uid or STRANGER

        def enter():
            self.enter()
            os.setresuid(owner, owner, owner)

        self.process = self.spawn([name, "1000"], executable=program, preexec_fn=enter)
        verbs.wait_for(lambda: verbs.text_of(f"/proc/{self.process.pid}/cmdline").endswith("\0001000\0"))
        os.unlink(program)


def cells(all_verbs):
    for verb in all_verbs:
        for kind, words in places(verb):
            for form in FORMS.get(kind, ["%"]):
                for name in NAMES:
                    yield verb, argument, (kind, words, form, name)
        options = {o["name"] for o in verb["options"]}
        forms = [[], *(["--json"] for o in options & {"json"})]
        if verb["columns"]:
            forms.append(["-o", ",".join(c["name"] for c in verb["columns"])])
        for form in forms:
            for name in filter(can_be_group, NAMES):
                yield verb, shown, (form, name)


def main():
    os.makedirs(WORK, exist_ok=True)
    os.chmod(WORK, 0o777)
    place, report, usual = Stage(int(sys.argv[1])), sweep.Report(), {}
    for verb, attempt, rest in sweep.sample(list(cells(verbs.introspection())), int(sys.argv[2])):
        options = rest[0] if attempt is shown else []
        key = verb["name"], *options
        if key not in usual:
            clean()
            place.prepare()
            line = list(map(place.word, [*options, *verb["example"].split()]))
            usual[key] = Named(place, verb, line, quiet_for(0.3))
        report.add((verb["name"], attempt.__name__, *rest), attempt(place, usual[key], verb, *rest))
    place.close()
    report.end()


if __name__ == "__main__":
    main()
