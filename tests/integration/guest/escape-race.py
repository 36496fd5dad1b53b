#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""escape-race.py GROUP VICTIM ROUNDS: changes what lies under GROUP while cgscope works there.

Needs a mount namespace of its own and the right to mount in it. One thread removes groups and makes them, mounts
VICTIM over them and takes it off again. Meanwhile `cgscope create`, `set`, `remove`, `exec` and `move` run, ROUNDS
times. Prints lines NAME=VALUE: "outside" is what arrived in VICTIM, "crashed" and "undocumented" count statuses that
are no answer, "wordy" the runs that said too much or too little.
"""

import collections
import ctypes
import os
import subprocess
import sys
import threading

MS_BIND = 4096
MNT_DETACH = 2

libc = ctypes.CDLL(None, use_errno=True)
stop = threading.Event()


def replace(group):
    """The groups go, with what somebody else has made in them, and come back."""
    for path in (f"{group}/a/b/c", f"{group}/a/b/new", f"{group}/a/b/run", f"{group}/a/b", f"{group}/a"):
        try:
            os.rmdir(path)
        except OSError:
            pass
    try:
        os.makedirs(f"{group}/a/b/c")
    except OSError:
        pass


def cover(path, victim):
    if libc.mount(victim.encode(), path.encode(), None, MS_BIND, None) == 0:
        libc.umount2(path.encode(), MNT_DETACH)


def race(group, victim):
    """In one thread, or it would itself make groups in what is mounted."""
    while not stop.is_set():
        replace(group)
        for path in (f"{group}/a", f"{group}/a/b", group):
            cover(path, victim)


def attempt(words, counts, failure=1):
    done = subprocess.run(["cgscope", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=60)
    lines = done.stderr.count("\n")
    if done.returncode < 0:
        counts["crashed"] += 1
    elif done.returncode not in (0, failure):
        counts["undocumented"] += 1
    elif done.returncode == 0:
        counts["succeeded"] += 1
    else:
        counts["refused"] += 1
    if lines != (done.returncode != 0) or done.stdout:
        counts["wordy"] += 1
    if done.returncode not in (0, failure) or lines > 1:
        print(words, done.returncode, done.stderr, file=sys.stderr)


def move(pid, group, victim, counts):
    """There and back, so that the group can be removed. Whether it was ever in the victim."""
    attempt(["move", group, str(pid)], counts)
    with open(f"/proc/{pid}/cgroup", encoding="ascii") as f:
        found = os.path.basename(victim) in f.read().strip().split("/")
    attempt(["move", "./main", str(pid)], counts)
    return found


def outside(victim):
    """All that is not as it was made: groups, and the value that `set` writes."""
    found = 0
    for path, _, files in os.walk(victim):
        if path not in (victim, f"{victim}/kept"):
            found += 1
        if "cgroup.max.depth" in files:
            with open(f"{path}/cgroup.max.depth", encoding="ascii") as f:
                found += f.read() != "max\n"
    return found


def main():
    group, victim, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    counts = collections.Counter(crashed=0, undocumented=0, wordy=0, succeeded=0, refused=0, outside=0)
    sleeper = subprocess.Popen(["sleep", "1000"])
    racer = threading.Thread(target=race, args=(group, victim))
    racer.start()
    try:
        for _ in range(rounds):
            attempt(["create", "-p", "./race/a/b/new", "cgroup.max.depth=77"], counts)
            attempt(["set", "./race/a/b", "cgroup.max.depth=77"], counts)
            attempt(["set", "./race/kept", "cgroup.max.depth=77"], counts)
            attempt(["remove", "-q", "./race/kept"], counts)
            attempt(["remove", "-qr", "./race/a/b"], counts)
            attempt(["exec", "--create", "./race/a/b/run", "--", "true"], counts, 125)
            counts["outside"] += move(sleeper.pid, "./race/kept", victim, counts)
    finally:
        stop.set()
        racer.join()
        sleeper.kill()
    counts["outside"] += outside(victim)
    if not os.path.isdir(f"{victim}/kept"):
        counts["outside"] += 1
    for name, count in counts.items():
        print(f"{name}={count}")


main()
