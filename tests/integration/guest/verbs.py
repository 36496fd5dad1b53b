# SPDX-License-Identifier: LGPL-2.1-or-later
"""For what goes through all verbs, in a delegated scope: which there are, by `cgscope --introspect`, a place where the
example of each works, and what is different there afterwards."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time

MOUNT = "/sys/fs/cgroup"
OUTSIDE = ("/etc/systemd/system", "/run/systemd/system", "/run/cgscope", "/tmp", "/dev/shm")
SECONDS = 20


def introspection():
    return json.loads(subprocess.check_output(["cgscope", "--introspect"]))["verbs"]


def forms(*options):
    """Each verb as it is, and with each of these options that it has: pairs of a verb and words."""
    for verb in introspection():
        yield verb, []
        for option in options:
            if option in (o["name"] for o in verb["options"]):
                yield verb, ["--" + option]


def files_below(*tops):
    for top in tops:
        for directory, names, files in os.walk(top):
            names[:] = (name for name in names if name != "kept")  # a sweep's own, for longer than one attempt
            for name in names + files:
                if "systemd-private-" not in directory + name:
                    yield os.path.join(directory, name)


def text_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError as error:
        return os.strerror(error.errno)


def own_group():
    return re.search(r"^0::(.*)$", text_of("/proc/self/cgroup"), re.M).group(1)


def scopes():
    """All that is called after cgscope, but for its service, which stays a little while."""
    return {path for path in files_below(MOUNT)
            if "cgscope" in os.path.basename(path) and not path.endswith("/cgscoped.service")}


def empty_scopes():
    """Those that their manager is about to remove."""
    return {path for path in scopes() if "populated 0" in text_of(path + "/cgroup.events")}


class Place:
    """The scope that this process is in, with an empty group ./job and a process $$ in the scope's leaf."""

    def __init__(self):
        self.leaf = MOUNT + own_group()
        self.root = os.environ.get("CGSCOPE_ROOT")
        self.process, self.scopes = None, scopes()
        self.helpers = set()  # processes of the test's own, which are no leftovers
        # Whoever's parent ends, ends as a child of this process: a process that is left behind is seen.
        subprocess.check_call(["true"])
        libc = __import__("ctypes").CDLL(None)
        libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER

    def children(self):
        pids = map(int, text_of(f"/proc/self/task/{os.getpid()}/children").split())
        pids = set(pids) - self.helpers - {self.process.pid if self.process else 0}
        return {pid for pid in pids if os.waitpid(pid, os.WNOHANG)[0] == 0}

    def make_group(self, path):
        os.mkdir(path)

    def spawn(self, words, **options):
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, **options)

    def prepare(self):
        """Puts everything back to where it was. A scope goes a moment after its process."""
        if self.process:
            self.process.kill()
            self.process.wait()
        self.reap()
        for group in sorted(os.scandir(self.root), key=lambda e: e.name):
            if group.is_dir() and not self.leaf.startswith(group.path) and group.name not in ("supervisor", "kept"):
                remove_group(group.path)
        if not wait_for(lambda: scopes() <= self.scopes, 3):
            for scope in scopes() - self.scopes: # which has been complained of
                subprocess.run(["systemctl", *([] if os.getuid() == 0 else ["--user"]), "stop", os.path.basename(scope)],
                               check=False)
        self.make_group(self.root + "/job")
        self.process = self.spawn(["sleep", "1000"])
        wait_for(lambda: text_of(f"/proc/{self.process.pid}/comm") == "sleep\n")

    def close(self):
        self.prepare()
        self.process.kill()
        self.process.wait()
        os.rmdir(self.root + "/job")

    def words(self, verb, *options):
        return ["cgscope", verb["name"], *options, *map(self.word, verb["example"].split())]

    def word(self, word):
        return str(self.process.pid) if word == "$$" else word

    def reap(self):
        """Ends and counts what has become a child of this process."""
        left = []
        for pid in self.children():
            left.append(text_of(f"/proc/{pid}/cmdline").replace("\0", " "))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return left

    def state(self):
        """What a verb can have changed: groups and what is set there, where the process is, scopes, files elsewhere."""
        state = {"process": text_of(f"/proc/{self.process.pid}/cgroup")}
        for group in [self.root, *(g for g in files_below(self.root) if os.path.isdir(g))]:
            state[group] = [os.stat(group).st_uid, *(text_of(f"{group}/cgroup.{name}") for name in
                            ("subtree_control", "max.depth", "freeze", "type"))]
        for path in files_below(*OUTSIDE):
            state[path] = text_of(path) if os.path.isfile(path) else None
        return state | dict.fromkeys(scopes())


def remove_group(path):
    for directory in [*(g for g in files_below(path) if os.path.isdir(g))][::-1] + [path]:
        wait_for(lambda d=directory: try_rmdir(d))


def try_rmdir(directory):
    try:
        with open(directory + "/cgroup.freeze", "w", encoding="ascii") as f:
            f.write("0")
        os.rmdir(directory)
    except OSError:
        return False
    return True


def wait_for(condition, seconds=SECONDS):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def read_back(file):
    file.seek(0)
    return file.read()


def shape(text):
    """Without what is another time different: numbers, and how wide they are."""
    return re.sub(r"([0-9a-f]{16}| +|\d[\d.]*[a-zA-Z]{0,5})+", " ", text)


class Ran:
    """A command that was run: its status (None: it hangs), and what it printed."""

    def __init__(self, place, words, **options):
        # Not pipes, whose end is where the last of all processes ends.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begin = time.monotonic()
            process = place.spawn(words, **{"stdout": out, "stderr": err, **options})
            try:
                self.status = process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.status = None
            self.seconds = time.monotonic() - begin
            self.raw_out, self.raw_err = (read_back(f) for f in (out, err))
        self.out, self.err = (raw.decode(errors="replace") for raw in (self.raw_out, self.raw_err))

    def shape(self):
        return shape(self.out)

    def lines(self):
        return shape(self.err).splitlines()


class Attempt:
    """The example of a verb, run once, with @before before its words and @options behind the verb's name; @usual is the
    same without anything in its way."""

    def __init__(self, place, verb, usual=None, before=(), options=(), **run):
        self.verb, self.usual = verb, usual
        place.prepare()
        self.before = place.state()
        self.ran = Ran(place, [*before, *place.words(verb, *options)], **run)
        # What it started ends when it ends, and a scope a moment later.
        wait_for(lambda: self.settled(place), 10)
        self.changes = self.changed(place)
        self.left = place.reap()

    def settled(self, place):
        changes = self.changed(place)
        if not self.usual:
            time.sleep(0.2)
            return changes == self.changed(place) and not empty_scopes()
        return not place.children() and changes == (self.usual.changes if self.as_usual() else set())

    def as_usual(self):
        return self.ran.status == self.usual.ran.status

    def changed(self, place):
        """What is different, without the numbers in the names."""
        after = place.state()
        keys = (k for k in self.before.keys() | after.keys() if self.before.get(k, "") != after.get(k, ""))
        return {re.sub(r"[0-9a-f]{6,}|\d+", "N", f"{k}: {after.get(k, 'gone')}") for k in keys}

    def complaints(self):
        """Whether it did what the verb does, or said in one line why it did not and left nothing."""
        status, err = self.ran.status, self.ran.err
        if status is None:
            yield f"hangs: {err}"
        elif status < 0 or status > 127:
            yield f"ends by {status}: {err}"
        elif self.as_usual():
            # What doctor finds is that.
            if self.verb["name"] != "doctor" and self.ran.shape() != self.usual.ran.shape():
                yield f"another answer with {status}: {self.ran.out} {err}"
            if self.changes != self.usual.changes:
                yield f"other effects with {status}: {self.changes} {err}"
        else:
            if status != self.verb["failure_status"]:
                yield f"status {status}: {err}"
            # What cannot be taken back is said in a line more; and an answer can be that there is none.
            kept = re.search("the processes (are|may get) .* all the same\n$", err) is not None
            kept = kept and self.changes in (set(), self.usual.changes)
            told = self.usual.ran.lines() + (["cannot tell"] if self.ran.out.startswith("cannot tell") else [])
            if len([line for line in self.ran.lines() if line not in told]) + ("cannot tell" in told) != 1 + kept:
                yield f"no line that says so: {err}"
            if self.changes and not kept:
                yield f"left by {status}: {self.changes} {err}"
        if self.left:
            yield f"processes left: {self.left} {err}"


def complaints(place, verb, options, usual, before=(), **run):
    """What was wrong with that. Where other things run here, an answer is another one than the usual, which is why it
    counts beside a usual one of the same moment only."""
    found = [*Attempt(place, verb, usual, before, options, **run).complaints()]
    if found and all(f.startswith("another answer") for f in found):
        usual = Attempt(place, verb, options=options)
        found = [*Attempt(place, verb, usual, before, options, **run).complaints()]
    return found
