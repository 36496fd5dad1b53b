#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""sweep-interrupted.py PID RUNS AT_ONCE: every verb that changes something is asked twice, by many at once, and killed,
ended and stopped at random instants, RUNS times; in the scope of the process PID. See sweep.py.

It is done or not done, as a whole, and nothing else of it is left; who is told no is told in a line."""

import random
import signal
import sys
import tempfile
import time

import sweep
import verbs

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP)


class Stage(sweep.Stage):
    def prepare(self, verb=None):
        """Where a group with a process in it is something else than one without, there is one in ./job."""
        super().prepare()
        if verb and verb["targets"] == "unit or group":
            with open(self.root + "/job/cgroup.procs", "w", encoding="ascii") as procs:
                procs.write(str(self.process.pid))

    def state(self):
        state = super().state()
        if self.process.poll() is not None:
            state["process"] = "ended"
        return state


class Tried(verbs.Attempt):
    """What @act, which gets the command's words, leaves; @usual is what the verb does undisturbed."""

    def __init__(self, stage, verb, act, usual=None):
        self.verb, self.usual = verb, usual
        stage.prepare(verb)
        self.before = stage.state()
        self.rans = act(stage, stage.words(verb))
        self.ran = self.rans[-1]
        verbs.wait_for(lambda: self.settled(stage), 10)
        self.changes = self.changed(stage)
        self.scopes = len(verbs.scopes() - stage.scopes)
        self.left = stage.reap()

    def settled(self, stage):
        if not self.usual:
            return super().settled(stage)
        return not stage.children() and self.is_whole(stage) and not verbs.empty_scopes()

    def is_whole(self, stage=None):
        """Done or not done."""
        changes = self.changed(stage) if stage else self.changes
        return changes == self.usual.changes or not changes and not any(self.done(r) for r in self.rans)

    def done(self, ran):
        return ran.status == 0 == self.usual.ran.status

    def complaints(self):
        for ran in self.rans:
            if ran.status not in (self.usual.ran.status, self.verb["failure_status"], -signal.SIGTERM, -signal.SIGKILL):
                yield f"status {ran.status}: {ran.err}"
            new = [line for line in ran.lines() if line not in self.usual.ran.lines()]
            if len(new) > 1 or ran.status == self.verb["failure_status"] and ran.status != self.usual.ran.status and not new:
                yield f"status {ran.status}, no line that says so: {ran.err}"
        if not self.is_whole():
            yield f"{[ran.status for ran in self.rans]} leaves {self.changes}, not {self.usual.changes}: {self.ran.err}"
        if self.scopes > self.usual.scopes:
            yield f"{self.scopes} scopes, not {self.usual.scopes}"
        if self.left:
            yield f"processes left: {self.left}"


def undisturbed(stage, words):
    return [verbs.Ran(stage, words)]


def twice(stage, words):
    return [verbs.Ran(stage, words), verbs.Ran(stage, words)]


class Spoken(verbs.Ran):
    """Of one that was started otherwise."""

    def __init__(self, process, out, err):
        self.status = process.wait(verbs.SECONDS)
        self.raw_out, self.raw_err = verbs.read_back(out), verbs.read_back(err)
        self.out, self.err = self.raw_out.decode(errors="replace"), self.raw_err.decode(errors="replace")


def start(stage, words):
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    return stage.spawn(words, stdout=out, stderr=err), out, err


def at_once(count):
    def act(stage, words):
        started = [start(stage, words) for _ in range(count)]
        return [Spoken(*s) for s in started]

    return act


def interrupted(number, delay):
    def act(stage, words):
        started = start(stage, words)
        time.sleep(delay)
        started[0].send_signal(number)
        if number == signal.SIGSTOP:
            time.sleep(delay)
            started[0].send_signal(signal.SIGCONT)
        return [Spoken(*started)]

    return act


def main():
    stage, report, generator = Stage(int(sys.argv[1])), sweep.Report(), random.Random(sweep.SEED)
    runs, many = int(sys.argv[2]), int(sys.argv[3])
    if sweep.LONG:
        runs, many = 200, 40
    for verb in verbs.introspection():
        if not verb["changes"]:
            continue
        usual = Tried(stage, verb, undisturbed)
        acts = {"twice": twice, f"{many} at once": at_once(many)}
        for i in range(runs):
            number, delay = SIGNALS[i % len(SIGNALS)], generator.random() * 1.3 * usual.ran.seconds
            acts[f"{number.name} after {delay * 1000:.2f} ms"] = interrupted(number, delay)
        for name, act in acts.items():
            report.add(f"{verb['name']}, {name}", Tried(stage, verb, act, usual).complaints())
    stage.close()
    report.end()


if __name__ == "__main__":
    main()
