#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""job-control.py CMD…: runs CMD as a job of an interactive shell on a terminal: lets it copy a line, stops it by ^Z,
goes on by fg, lets it copy again, and ends it by ^C. Says what it saw, one line each. CMD is to say "go" when it
begins, as what is typed earlier can be lost to the shell, and to copy its input from then on."""

import os
import pty
import select
import shlex
import sys
import time

DEADLINE = 60


class Terminal:
    def __init__(self):
        pid, self.fd = pty.fork()
        if pid == 0:
            os.environ["PS1"] = "ready> "
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.seen = ""

    def wait_for(self, text):
        """Reads until text comes. Returns what came before it."""
        end = time.monotonic() + DEADLINE
        while text not in self.seen:
            if time.monotonic() > end:
                sys.exit(f"waited for {text!r}, there is {self.seen!r}")
            if select.select([self.fd], [], [], 0.5)[0]:
                self.seen += os.read(self.fd, 4096).decode(errors="replace").replace("\r", "")
        before, self.seen = self.seen.split(text, 1)
        return before

    def type(self, text):
        os.write(self.fd, text.encode())

    def status(self):
        """What the shell says of the last command."""
        self.type("echo status $?.\n")
        self.wait_for("\nstatus ")
        status = self.wait_for(".\n")
        self.wait_for("ready> ")
        return status


def main():
    command = shlex.join(sys.argv[1:])
    terminal = Terminal()
    terminal.wait_for("ready> ")
    # The terminal repeats what is typed, the command prints it once more.
    terminal.type(command + "\n")
    terminal.wait_for("\ngo\n")
    terminal.type("first\n")
    terminal.wait_for("first\nfirst\n")
    terminal.type("\x1a")
    terminal.wait_for("Stopped")
    terminal.wait_for("ready> ")
    print("stopped", terminal.status())
    terminal.type("fg\n")
    terminal.wait_for(command + "\n")
    terminal.type("second\n")
    terminal.wait_for("second\nsecond\n")
    print("continued")
    terminal.type("\x03")
    terminal.wait_for("ready> ")
    print("interrupted", terminal.status())
    terminal.type("exit\n")


main()
