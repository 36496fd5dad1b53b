# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the sweeps over all verbs share: a scope of somebody's, seen from outside by root; the choice of a sample; and what
is wrong with an attempt. The verbs, and a line of each that works, come from `cgscope --introspect`: see verbs.py."""

import contextlib
import ctypes
import os
import random
import re
import subprocess
import sys
import time

import verbs

LONG = os.environ.get("CGSCOPE_TEST_LONG") == "1"
SEED = int(os.environ.get("CGSCOPE_TEST_SEED") or random.randrange(1 << 32))
LIBC = ctypes.CDLL(None)
KEPT = ("PATH", "HOME", "USER", "LANG", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "CGSCOPE_ROOT", "CGSCOPE_UNIT")


def sample(cells, count):
    """So many of them, or all of them in the long run, always in the order in which they are given."""
    generator = random.Random(SEED)
    chosen = range(len(cells)) if LONG or count >= len(cells) else generator.sample(range(len(cells)), count)
    return [cells[i] for i in sorted(chosen)]


def own_mounts(*commands):
    """From here on this process and its children have mounts of their own, and these."""
    if LIBC.unshare(0x20000) < 0:  # CLONE_NEWNS
        sys.exit("no mounts of its own")
    for command in [["mount", "--make-rprivate", "/"], *commands]:
        subprocess.run(command, check=True)


class Stage(verbs.Place):
    """The scope in whose leaf the process @pid is. Commands run there as its user, with its environment; this process, as
    root, stays outside, so what happens to the scope does not happen to it."""

    def __init__(self, pid):
        super().__init__()
        status = os.stat(f"/proc/{pid}")
        self.uid, self.gid = status.st_uid, status.st_gid
        words = verbs.text_of(f"/proc/{pid}/environ").split("\0")
        environment = dict(w.partition("=")[::2] for w in words if "=" in w)
        self.env = {name: environment[name] for name in KEPT if name in environment}
        self.leaf = verbs.MOUNT + re.search(r"^0::(.*)$", verbs.text_of(f"/proc/{pid}/cgroup"), re.M).group(1)
        self.root = self.env["CGSCOPE_ROOT"]

    def enter(self, mounts=None):
        """In the child, before the command."""
        with open(self.leaf + "/cgroup.procs", "w", encoding="ascii") as procs:
            procs.write("0")
        if mounts is not None and LIBC.setns(mounts, 0) < 0:
            raise OSError("setns")
        self.become()

    def become(self):
        os.setgroups([self.gid])
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)

    @contextlib.contextmanager
    def as_user(self):
        os.setegid(self.gid)
        os.seteuid(self.uid)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)

    def state(self):
        """With units that are called as somebody likes."""
        units = (path for path in verbs.files_below(verbs.MOUNT)
                 if path.endswith((".scope", ".slice")) and "/session-" not in path)
        return super().state() | dict.fromkeys(units)

    def make_group(self, path):
        with self.as_user():
            os.mkdir(path)

    def spawn(self, words, **options):
        options = {"env": self.env, "preexec_fn": self.enter, **options}
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, **options)


class Report:
    """What was wrong is printed as it is found; the last line says how much was tried."""

    def __init__(self):
        self.tried = self.wrong = 0
        self.begin = time.monotonic()
        print(f"seed={SEED}")

    def add(self, what, complaints):
        self.tried += 1
        for complaint in complaints:
            print(f"wrong: {what}: {complaint}", flush=True)
            self.wrong += 1

    def end(self):
        print(f"tried={self.tried}\nwrong={self.wrong}\nseconds={time.monotonic() - self.begin:.0f}")
        sys.exit(self.wrong > 0)
