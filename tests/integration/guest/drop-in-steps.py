#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""drop-in-steps.py every|kill|fail IMAGE WORK -- CMD...: interrupts what writes drop-ins at its system calls.

CMD changes the copy WORK of IMAGE. It is first run to its end, under strace, which gives the system calls and what WORK
shall be. Then, each time with a new copy, it is killed when it enters one of them ("every"), one of those that change
something ("kill"), or one of those fails ("fail").
Afterwards each file has to be as it was before or as it shall be, with nothing beside it but what the next one removes;
a failure before the first change of a file leaves all as it was. Then CMD is run once more, to its end.

Prints lines NAME=VALUE, "bad" being how many times something was wrong, and what."""

import os
import re
import shutil
import stat
import subprocess
import sys

LEFT = ("/.delegate.conf.cgscope", "run/cgscope/delegation.lock")
CHANGES = ("mkdirat", "fchmodat", "write", "fchmod", "fsync", "flock", "renameat", "unlinkat")
ERRORS = {"openat": "ENOSPC", "mkdirat": "ENOSPC", "write": "ENOSPC", "fsync": "EIO", "renameat": "EROFS",
          "fchmod": "EPERM", "fchmodat": "EPERM"}


def snapshot(top):
    """What is beneath @top: path, and what is there."""
    found = {}
    for directory, subdirectories, names in os.walk(top):
        for name in subdirectories + names:
            path = os.path.join(directory, name)
            st = os.lstat(path)
            content = None
            if stat.S_ISLNK(st.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(st.st_mode):
                with open(path, "rb") as file:
                    content = file.read()
            found[os.path.relpath(path, top)] = (oct(st.st_mode), st.st_uid, st.st_gid, content)
    return found


def left_over(path, there):
    """A file that nobody reads, or the directory of the lock."""
    return path == "run/cgscope" or path.endswith(LEFT) and stat.S_ISREG(int(there[0], 8))


class Steps:
    def __init__(self, image, work, command):
        self.image, self.work, self.command = image, work, command
        self.before = snapshot(image)

    def run(self, *strace):
        with open(self.work + ".out", "w+b") as out:
            done = subprocess.run([*strace, *self.command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                  check=False)
            out.seek(0)
            self.said = out.read().decode(errors="replace")
        return done.returncode

    def renew(self):
        shutil.rmtree(self.work, ignore_errors=True)
        subprocess.run(["cp", "-a", self.image, self.work], check=True)

    def learn(self):
        """The system calls, as (name, number of that name, whether it changes something), from the first directory that
        is opened to the last change. @first is then the one that first changes a drop-in."""
        trace = self.work + ".trace"
        self.renew()
        if self.run("strace", "-qq", "-o", trace) != 0:
            sys.exit("the command fails: " + self.said)
        self.after = snapshot(self.work)
        if self.after == self.before:
            sys.exit("the command changes nothing")

        counts, calls, begun, self.first = {}, [], False, None
        with open(trace, encoding="utf-8", errors="replace") as file:
            for line in file:
                match = re.match(r"([a-z0-9_]+)\((.*)", line)
                if not match:
                    continue
                name, rest = match.groups()
                counts[name] = counts.get(name, 0) + 1
                begun = begun or (name == "openat2" and '"etc"' in rest)
                if not begun:
                    continue
                changes = name in CHANGES or (name == "openat" and "O_CREAT" in rest)
                if self.first is None and (name == "renameat" or (name == "unlinkat" and '"delegate' in rest)):
                    self.first = len(calls)
                calls.append((name, counts[name], changes))
        last = max(i for i, call in enumerate(calls) if call[2] and call[0] != "write")
        return calls[:last + 2]

    def check(self, exact, may_leave):
        """What is wrong with WORK as it is now."""
        now = snapshot(self.work)
        if exact and now != self.before:
            return "it is not as it was: " + repr(set(now.items()) ^ set(self.before.items()))
        for path in set(now) | set(self.before) | set(self.after):
            there = now.get(path)
            if there is not None and left_over(path, there) and path not in self.before:
                if not may_leave:
                    return path + " is left"
            elif there != self.before.get(path) and there != self.after.get(path):
                return f"{path} is neither old nor new: {there}"
        return None

    def check_next(self):
        status = self.run()
        if status != 0:
            return f"the next one: status {status}: {self.said}"
        now = snapshot(self.work)
        if now != self.after:
            return "after the next one it is not as it shall be: " + repr(set(now.items()) ^ set(self.after.items()))
        return None


def main():
    mode, image, work = sys.argv[1:4]
    steps = Steps(image, work, sys.argv[5:])
    calls = steps.learn()
    done = interrupted = bad = 0

    for i, (name, number, changes) in enumerate(calls):
        if not changes and mode != "every" or mode == "fail" and name not in ERRORS:
            continue
        what = "error=" + ERRORS[name] if mode == "fail" else "signal=KILL"
        steps.renew()
        status = steps.run("strace", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e",
                           f"inject={name}:{what}:when={number}")
        done += 1
        interrupted += status != 0
        if mode == "fail":
            wrong = None if status == 0 or "cannot" in steps.said else "it does not say why: " + steps.said
            wrong = wrong or steps.check(status != 0 and i <= steps.first, False)
        else:
            wrong = None if status in (0, -9, 137) else f"status {status}: {steps.said}"
            wrong = wrong or steps.check(False, True)
        wrong = wrong or steps.check_next()
        if wrong:
            bad += 1
            print(f"{name} {number}: {wrong}")

    print(f"steps={done}\ninterrupted={interrupted}\nbad={bad}")


main()
