#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""sweep-surroundings.py PID COUNT [VERB…]: every verb, or these, in surroundings that are broken in one way each; in the
scope of the process PID. See sweep.py.

A verb gives the answer that it gives elsewhere, or one line that names what is broken, within its --timeout and two
seconds; and nothing of it is left."""

import contextlib
import dataclasses
import os
import re
import resource
import subprocess
import sys

import sweep
import verbs

HERE = os.path.dirname(os.path.abspath(__file__))
SCRATCH = os.environ["scratch"]
TIMEOUT = 2


@dataclasses.dataclass
class Row:
    name: str
    says: str | None  # what a line about it has, a regular expression; None: no line can be seen
    users: str = "root user"
    child: object = None  # what the command's process does to itself
    mounts: str = ""  # shell, in a mount namespace of its own; $GROUP is the scope's, $BUS the bus's
    around: object = contextlib.nullcontext  # while the command runs; of the stage
    setup: object = None  # of the stage, before the first command; what it makes is called kept, or undo is given
    undo: object = None  # of the stage, after the last command
    wrap: tuple = ()  # stands before the command
    env: dict = dataclasses.field(default_factory=dict)
    target: str = "./job"
    option: str = ""  # for verbs that have it
    usage: bool = False  # what the line of words names is not there
    same: bool = True  # a right answer looks as it does elsewhere


def limit(what, number):
    return lambda: resource.setrlimit(what, (number, number))


def full(descriptor):
    return lambda: os.dup2(os.open("/dev/full", os.O_WRONLY), descriptor)


def closed(descriptor):
    return lambda: os.close(descriptor)


def deep(stage):
    path = stage.root + "/kept"
    for _ in range(1500):
        stage.make_group(path)
        path += "/d"


def locked(stage):
    stage.make_group(stage.root + "/kept")
    stage.make_group(stage.root + "/kept/in")
    os.chmod(stage.root + "/kept", 0)


def beside(stage):
    stage.make_group(stage.root + "/kept")


def iced(stage):
    stage.make_group(stage.root + "/kept")
    stage.make_group(stage.root + "/kept/job")
    write(stage.root + "/kept/cgroup.freeze", "1")


def cold_slice(stage):
    stage.systemctl("start", "sweepcold.slice")
    write(stage.cold + "/cgroup.freeze", "1")


def warm_slice(stage):
    write(stage.cold + "/cgroup.freeze", "0")
    stage.systemctl("stop", "sweepcold.slice")


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


@contextlib.contextmanager
def mute_manager(stage):
    write(stage.manager + "/cgroup.freeze", "1")
    try:
        yield
    finally:
        write(stage.manager + "/cgroup.freeze", "0")


ROWS = [
    *(Row(f"{n} descriptors", "too many open files|descriptor|shared librar", child=limit(resource.RLIMIT_NOFILE, n))
      for n in range(3, 21)),
    Row("one process", "process|fork|Resource temporarily", "user", child=limit(resource.RLIMIT_NPROC, 1)),
    Row("no /proc", "/proc", mounts="mount -t tmpfs none /proc"),
    Row("hidepid=2", "hid(den|e|es)", mounts="mount -t proc -o hidepid=2 proc /proc", same=False),
    Row("chmod 0 in the tree", "kept|permission denied|may not be read", "user", setup=locked, same=False),
    Row("1,500 levels in the tree", "kept|levels|deep|too long", setup=deep, same=False),
    Row("1,500 levels in the target", "kept|levels|deep|too long", setup=deep, target="./kept", same=False),
    Row("20,000 mounts", "mount", mounts="""mkdir -p $scratch/many; mount -t tmpfs none $scratch/many
        for i in $(seq 14); do mkdir $scratch/many/$i; mount --rbind $scratch/many $scratch/many/$i; done
        mkdir $scratch/many/15; mount --rbind $scratch/many/12 $scratch/many/15"""),
    Row("a bind mount in the tree", "mount|kept", setup=beside, mounts="mount --bind $GROUP/main $GROUP/kept", same=False),
    Row("a read-only tree", "read-only", mounts="mount -o bind,remount,ro /sys/fs/cgroup"),
    Row("a mute bus", "bus|manager", mounts="mount --bind $scratch/mute $BUS"),
    Row("a mute manager", "manager|cgscoped", around=mute_manager),
    Row("a manager that does nothing", "manager|systemd|unit|scope|process", mounts="mount --bind $scratch/nothing $BUS"),
    Row("full output", "write|output|No space", child=full(1)),
    Row("closed output", "write|output|descriptor", child=closed(1)),
    Row("full error", None, child=full(2)),
    Row("closed error", None, child=closed(2)),
    Row("closed input", "input|descriptor", child=closed(0)),
    Row("a frozen ancestor", "kept|frozen", setup=iced, target="./kept/job", same=False),
    Row("a frozen slice above", r"sweepcold\.slice.*frozen|frozen.*sweepcold\.slice", setup=cold_slice,
        undo=warm_slice, option="--slice=sweepcold-job.slice", same=False),
    Row("another PID namespace", "PID namespace|process", "root", wrap=("unshare", "--pid", "--fork", "--mount-proc"), same=False),
    Row("a PID namespace of one's own", "PID namespace|process|user namespace", "user", same=False,
        wrap=("unshare", "--user", "--map-current-user", "--pid", "--fork", "--mount-proc")),
    Row("user 0 of a user namespace", "namespace|root|owner|uid", wrap=("unshare", "--user", "--map-root-user"), same=False),
    Row("a user without a name", "user|uid", same=False, usage=True,
        mounts="mount --bind /dev/null /etc/passwd; mount --bind /dev/null /etc/nsswitch.conf"),
    Row("no locale", "locale", env={"LC_ALL": "xx_XX.nosuch"}, same=False),
    Row("the locale C", "locale", env={"LC_ALL": "C"}, same=False),
]


class Stage(sweep.Stage):
    row = holder = mounts = None

    def __init__(self, pid):
        super().__init__(pid)
        self.bus = f"/run/user/{self.uid}/bus" if self.uid else "/run/dbus/system_bus_socket"
        user = f"user.slice/user-{self.uid}.slice/user@{self.uid}.service/" if self.uid else ""
        self.manager = f"{verbs.MOUNT}/{user}init.scope"
        self.cold = f"{verbs.MOUNT}/{user}sweepcold.slice"
        self.proxies = [self.proxy("mute"), self.proxy("nothing")]

    def help(self, words, **options):
        helper = subprocess.Popen(words, stdin=subprocess.DEVNULL, **options)
        self.helpers.add(helper.pid)
        return helper

    def end(self, helper):
        helper.kill()
        helper.wait()
        self.helpers.remove(helper.pid)

    def proxy(self, mode):
        path = f"{SCRATCH}/{mode}"
        helper = self.help([sys.executable, HERE + "/bus-proxy.py", mode, path, self.bus], preexec_fn=self.become)
        verbs.wait_for(lambda: os.path.exists(path))
        return helper

    def systemctl(self, *words):
        user = ["--user"] if self.uid else []
        subprocess.run(["systemctl", *user, *words], check=True, env=self.env, preexec_fn=self.become)

    def begin(self, row):
        self.row = row
        if row.setup:
            row.setup(self)
        if row.mounts:
            environment = {**os.environ, "GROUP": self.root, "BUS": self.bus}
            script = row.mounts + "\necho ready; exec sleep 10000"
            self.holder = self.help(["unshare", "--mount", "--propagation", "private", "sh", "-ec", script], env=environment,
                                    stdout=subprocess.PIPE)
            if self.holder.stdout.readline() != b"ready\n":
                sys.exit(f"cannot have {row.name}")
            self.mounts = os.open(f"/proc/{self.holder.pid}/ns/mnt", os.O_RDONLY)

    def finish(self):
        if self.mounts is not None:
            os.close(self.mounts)
            self.end(self.holder)
        if self.row.undo:
            self.row.undo(self)
        if os.path.exists(self.root + "/kept"):
            self.remove_kept()
        self.row = self.holder = self.mounts = None

    def remove_kept(self):
        path = self.root + "/kept"
        write(path + "/cgroup.freeze", "0")
        while sub := [e.path for e in os.scandir(path) if e.is_dir()]:
            path = sub[0]
        while path != self.root:
            verbs.wait_for(lambda p=path: verbs.try_rmdir(p))
            path = os.path.dirname(path)

    def spawn(self, words, **options):
        """The process $$ is where nothing is broken."""
        if words[0] == "sleep":
            return super().spawn(words, **options)
        return super().spawn([*self.row.wrap, *words] if self.row else words, **{"preexec_fn": self.enter_row, **options})

    def enter_row(self):
        self.enter(self.mounts)
        if self.row and self.row.child:
            self.row.child()

    def word(self, word):
        return super().word(self.row.target if self.row and word == "./job" else word)


def has_option(verb, word):
    return word.partition("=")[0] in ("--" + o["name"] for o in verb["options"])


class Tried(verbs.Attempt):
    """An attempt in the surroundings that the stage is in."""

    def __init__(self, stage, verb, usual=None):
        self.verb, self.usual, self.row = verb, usual, stage.row
        options = [f"--timeout={TIMEOUT}s"] if has_option(verb, "--timeout") else []
        if self.row and self.row.option:
            options.append(self.row.option)
        stage.prepare()
        self.before = stage.state()
        environment = {**stage.env, **(self.row.env if self.row else {})}
        with self.row.around(stage) if self.row else contextlib.nullcontext():
            self.ran = verbs.Ran(stage, stage.words(verb, *options), env=environment)
        verbs.wait_for(lambda: self.settled(stage), 5)
        self.changes = self.changed(stage)
        self.left = stage.reap()

    def seen(self):
        """Services come and go meanwhile."""
        return [line for line in self.ran.shape().splitlines() if ".service" not in line]

    def complaints(self):
        status, err, row, verb = self.ran.status, self.ran.err, self.row, self.verb["name"]
        new = [line for line in err.splitlines() if verbs.shape(line) not in self.usual.ran.lines()]
        if status is None:
            yield f"hangs: {err}"
            return
        if self.ran.seconds > TIMEOUT + 2:
            yield f"took {self.ran.seconds:.1f} s: {err}"
        if len(new) > 1:
            yield f"more than a line: {err}"
        # Who is refused anyway may be so for another reason.
        refused = self.as_usual() and status != 0
        if row.says and not refused and [line for line in new if not re.search(row.says, line, re.I)]:
            yield f"does not say what is broken: {status} {err}"
        if self.as_usual():
            if row.same and verb != "doctor" and not row.child and self.seen() != self.usual.seen():
                yield f"another answer: {self.ran.out}, not {self.usual.ran.out}"
            if self.changes != self.usual.changes and row.target == "./job":
                yield f"other effects: {self.changes}, not {self.usual.changes}: {err}"
        elif verb == "can-move" and status == 1 and row.says and re.search(row.says, self.ran.out, re.I):
            pass  # so it cannot
        elif verb != "doctor" and (row.same or status):
            if row.usage and status == self.verb["usage_status"]:
                status = self.verb["failure_status"]
            if status != self.verb["failure_status"] and (status != 127 or "shared librar" not in err):
                yield f"status {status}: {self.ran.out} {err}"
            if row.says and not new and not re.search(row.says, self.ran.out, re.I):
                yield f"status {status} without a word: {self.ran.out}"
            if self.changes:
                yield f"left by {status}: {self.changes} {err}"
        if self.left:
            yield f"processes left: {self.left} {err}"


def main():
    stage, report, usual = Stage(int(sys.argv[1])), sweep.Report(), {}
    rows = [row for row in ROWS if ("user" if stage.uid else "root") in row.users]
    every = [verb for verb in verbs.introspection() if not sys.argv[3:] or verb["name"] in sys.argv[3:]]
    cells = [(row, verb) for row in rows for verb in every if not row.option or has_option(verb, row.option)]
    chosen = sweep.sample(cells, int(sys.argv[2]))
    for verb in every:
        usual[verb["name"]] = Tried(stage, verb)
    for row in rows:
        mine = [verb for r, verb in chosen if r is row]
        if mine:
            stage.begin(row)
            for verb in mine:
                report.add(f"{row.name}, {verb['name']}", Tried(stage, verb, usual[verb["name"]]).complaints())
            stage.finish()
    for proxy in stage.proxies:
        stage.end(proxy)
    stage.close()
    report.end()


if __name__ == "__main__":
    main()
