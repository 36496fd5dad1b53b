#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""transcripts.py [--write] PAGE STORY: types the commands of a story in a manual page, and compares what it sees.

A story is all the blocks of the page below a comment `.\\" transcript STORY [needs WORD…]`, from .EX to .EE, in their
order. A line that begins with `$ ` is typed by tester, in a login session, one with `# ` by root, each in one shell for
the whole story, on a terminal of 71 columns; lines that begin with `> ` go on with the command. The other lines are
what is printed. A block whose WORDs (controllers, nsdelegate, v1) are not there is left out.

Prints what differs, and fails; or with --write puts what it saw into the page. Status 77: nothing could be run. Works
in the current directory, which is empty and everybody's."""

import difflib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import textwrap
import tty

COLUMNS = 71
PATIENCE = 200  # seconds for one command, in the slowest system

# What is typed comes by the third descriptor. A background command has started when it is no shell, and nothing that only
# leads to it, any more; that it ends is not to be told. NUL ends what a command prints, and tells the processes that are known.
SHELL = r"""
exec 3<"$1"
while IFS= read -r -d '' command <&3; do
    eval "$command" 3<&-
    if [[ $command == *'&' ]]; then
        until ! [[ $(</proc/$!/comm) =~ ^(bash|cgscope|unshare)$ ]]; do sleep 0.05; done
        disown
    fi
    printf '\0%s %s\0' "$$" "${!-}"
done
"""
ENVIRONMENT = {"LC_ALL": "C", "TERM": "dumb", "NO_COLOR": "1", "SYSTEMD_PAGER": "cat"}


class Shell:
    def __init__(self, user, pids):
        self.pids = pids
        directory = tempfile.mkdtemp(dir=".")
        os.chmod(directory, 0o755)
        script, fifo = (os.path.abspath(os.path.join(directory, name)) for name in ("script", "fifo"))
        with open(script, "w", encoding="ascii") as f:
            f.write(SHELL)
        os.mkfifo(fifo)
        os.chmod(fifo, 0o644)

        self.terminal, terminal = pty.openpty()
        tty.setraw(terminal)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        command = ["bash", script, fifo]
        if user == "root":
            subprocess.Popen(command, env=os.environ | ENVIRONMENT, stdin=terminal, stdout=terminal, stderr=terminal,
                             start_new_session=True)
        else:
            # It leaves this service for the scope of the session.
            # As in a session, a reader that has seen enough ends who writes.
            properties = [f"User={user}", "PAMName=login", "IgnoreSIGPIPE=no", f"TTYPath={os.ttyname(terminal)}",
                          "StandardInput=tty", "StandardOutput=tty", "StandardError=tty"]
            subprocess.run(["systemd-run", "--quiet", "--no-block", "--collect", f"--unit=testrun-{os.getpid()}-{user}",
                            *(f"--setenv={name}={value}" for name, value in ENVIRONMENT.items()),
                            *(f"--property={text}" for text in properties), "--", *command], check=True)
        self.other_end = terminal  # without one that is open, reading would fail
        self.commands = os.open(fifo, os.O_WRONLY)

    def type(self, command):
        """What the command prints."""
        os.write(self.commands, command.encode() + b"\0")
        seen = b""
        while seen.count(b"\0") < 2:
            if not select.select([self.terminal], [], [], PATIENCE)[0]:
                sys.exit(f"no end of: {command}\n{seen.decode()}")
            seen += os.read(self.terminal, 65536)
        text, pids, _ = seen.decode().split("\0")
        for pid in pids.split():
            self.pids.setdefault(pid, str(4711 + len(self.pids)))
        return text.replace("\r", "")


class Block:
    """Lines of the page, from the one behind .EX to the one before .EE."""

    def __init__(self, marker, begin, lines):
        self.name, self.needs = marker[0], marker[2:]
        self.begin, self.lines, self.seen = begin, lines, None

    def commands(self):
        """(prompt, text of the command, the lines that the page shows for it) of each."""
        found = []
        for line in self.lines:
            if line[:2] in ("$ ", "# "):
                found.append([line[0], [line], []])
            elif line[:2] == "> " and not found[-1][2]:
                found[-1][1].append(line)
            else:
                found[-1][2].append(line)
        return found

    def lacks(self):
        with open("/sys/fs/cgroup/cgroup.controllers", encoding="ascii") as f:
            there = f.read().split()
        with open("/proc/self/mountinfo", encoding="ascii", errors="replace") as f:
            if re.search(r" - cgroup2 .*\bnsdelegate\b", f.read()):
                there.append("nsdelegate")
        if os.environ["CGSCOPE_SYSTEM"] == "vm":
            there.append("v1")  # no container may mount a new hierarchy
        return [word for word in self.needs if word not in there]


def from_roff(line):
    for escape, text in ((r"\&", ""), (r"\-", "-"), (r"\(aq", "'"), (r"\(ga", "`"), (r"\(ha", "^"), (r"\(ti", "~")):
        line = line.replace(escape, text)
    return line.replace(r"\e", "\\")


def to_roff(line):
    line = line.replace("\\", r"\e")
    for escape, text in ((r"\-", "-"), (r"\(aq", "'"), (r"\(ga", "`"), (r"\(ha", "^"), (r"\(ti", "~")):
        line = line.replace(text, escape)
    return r"\&" + line if line.startswith(".") else line


def blocks(page):
    marker = None
    for number, line in enumerate(page):
        words = line.split()
        if words[:2] == [r".\"", "transcript"]:
            marker = words[2:]
        elif line == ".EX" and marker:
            end = page.index(".EE", number)
            yield Block(marker, number + 1, [from_roff(one) for one in page[number + 1:end]])
            marker = None


def fold(line):
    if len(line) <= COLUMNS:
        return [line.rstrip()]
    return textwrap.wrap(line, COLUMNS, subsequent_indent="   ", break_long_words=False, break_on_hyphens=False)


def made_equal(text, pids):
    """Without what differs from run to run: the numbers of the shells, of their background processes, of a session, of a
    namespace that is not the initial one, and of the line that a shell is in; nor a mount option of systemd 262's."""
    for pid, number in pids.items():
        text = re.sub(rf"(?<!id )(?<!mode )\b{pid}\b", number, text)
    text = re.sub(r"\b402653[2-9]\d{3}\b", "4026532201", text)
    text = re.sub(r",\s+memory_hugetlb_accounting\b", "", text)
    text = re.sub(r"\bsession-\w+\.scope", "session-3.scope", text)
    return re.sub(r"^(bash|/\S+/script): line \d+: ", "bash: ", text, flags=re.MULTILINE)


def words_of(lines):
    """How lines are folded, and how wide columns are, depends on the length of a number."""
    return " ".join(lines).split()


def play(block, shells):
    """The lines as they are seen, and whether they are the page's."""
    seen, equal = [], True
    for prompt, typed, printed in block.commands():
        shell = shells[prompt] = shells.get(prompt) or Shell("root" if prompt == "#" else "tester", shells["pids"])
        text = made_equal(shell.type("\n".join(line[2:] for line in typed)), shell.pids)
        lines = [part for line in text.splitlines() for part in fold(line)]
        seen += typed + lines
        equal = equal and words_of(lines) == words_of(printed)
    return seen, equal


def put(path, page, played):
    # From the last one on, so that those before stay where they are.
    for block in reversed(played):
        if block.seen is not None:
            page[block.begin:block.begin + len(block.lines)] = [to_roff(line) for line in block.seen]
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(page) + "\n")


def main():
    write = sys.argv[1] == "--write"
    path, story = sys.argv[-2:]
    with open(path, encoding="utf-8") as f:
        page = f.read().splitlines()
    mine = [block for block in blocks(page) if block.name == story]
    if not mine:
        sys.exit(f"no transcript {story} in {path}")

    shells, status = {"pids": {}}, 77
    for block in mine:
        lacking = block.lacks()
        if lacking:
            print(f"{story}, line {block.begin}: not without {' '.join(lacking)}")
            # There everything is.
            status = 1 if os.environ["CGSCOPE_SYSTEM"] == "vm" else status
            continue
        seen, equal = play(block, shells)
        status = 0 if status == 77 else status
        block.seen = seen
        if not equal and not write:
            print(*difflib.unified_diff(block.lines, seen, path, "seen", lineterm=""), sep="\n")
            status = 1
            break

    if write:
        put(path, page, mine)
    return status


if __name__ == "__main__":
    sys.exit(main())
