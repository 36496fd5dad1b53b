#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""complete.py SHELL FILE DIRECTORY LINE NAME…: completes LINE in an interactive SHELL on a terminal and presses Enter,
once for each NAME (in hexadecimal), of which there is a directory in DIRECTORY meanwhile; with "-" for DIRECTORY the
names are there already. FILE holds the completions. LINE stands up to where the name begins. `cgscope` is a function that writes its arguments down.

Prints a line for each name: NAME and what `cgscope` got as its last argument, in hexadecimal; "-" where it was not
started. Whatever else was started shows by its work. Status 1: what the shell printed holds something of a name that
a terminal takes for a command."""
import os
import pty
import select
import sys
import tempfile
import time

WAIT = 10
UNSAFE = [b"\x1b]0;owned", b"\xc2\x9b", b"\xe2\x80\xae", b"\xff"]

RC = {
    "bash": """PS1='READY '; unset PROMPT_COMMAND; HISTFILE=; bind 'set enable-bracketed-paste off'
. "$FILE"; cgscope() { printf '%s\\0' "$@" >"$OUT.new"; mv "$OUT.new" "$OUT"; }\n""",
    "zsh": """PS1='READY '; unset zle_bracketed_paste HISTFILE; setopt no_beep; fpath=("${FILE:h}" $fpath)
autoload -Uz compinit; compinit -u -D
cgscope() { printf '%s\\0' "$@" >"$OUT.new"; command mv "$OUT.new" "$OUT"; }\n""",
    "fish": """function fish_prompt; echo -n 'READY '; end; function fish_greeting; end
function fish_right_prompt; end; function fish_mode_prompt; end; source "$FILE"
function cgscope; printf '%s\\0' $argv >"$OUT.new"; command mv "$OUT.new" "$OUT"; end\n""",
}


class Shell:
    def __init__(self, shell, file, work):
        self.out = os.path.join(work, "out")
        self.seen = b""
        rc = os.path.join(work, ".zshrc" if shell == "zsh" else "rc")
        with open(rc, "w", encoding="utf-8") as stream:
            stream.write(RC[shell])
        argv = {
            "bash": ["bash", "--noprofile", "--rcfile", rc, "-i"],
            "zsh": ["zsh", "-d", "-i"],
            "fish": ["fish", "--no-config", "-i", "-C", f"source {rc}"],
        }[shell]
        env = dict(os.environ, FILE=file, OUT=self.out, ZDOTDIR=work, HOME=work, TERM="xterm", LC_ALL="C.UTF-8",
                   XDG_DATA_HOME=work, XDG_CONFIG_HOME=work, XDG_CACHE_HOME=work,
                   XDG_RUNTIME_DIR=os.environ.get("XDG_RUNTIME_DIR", work))
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        self.wait_for(lambda: b"READY " in self.seen)

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return
        data = os.read(self.fd, 65536)
        self.seen += data
        if b"\x1b[c" in data or b"\x1b[0c" in data:
            os.write(self.fd, b"\x1b[?62;c")  # fish asks who we are

    def wait_for(self, done, seconds=WAIT):
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            self.read(0.05)
        return done()

    def complete(self, line, patience):
        """What cgscope got, or None."""
        if os.path.exists(self.out):
            os.unlink(self.out)
        os.write(self.fd, line + b"\t\r")
        got = None
        if self.wait_for(lambda: os.path.exists(self.out), patience):
            with open(self.out, "rb") as stream:
                got = stream.read().split(b"\0")[-2]
        else:
            os.write(self.fd, b"\x03")
        self.quiet()
        return got

    def quiet(self):
        before = -1
        while before != len(self.seen):
            before = len(self.seen)
            self.wait_for(lambda: False, 0.06)

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def main():
    kind, file, directory, line = sys.argv[1:5]
    status = 0
    with tempfile.TemporaryDirectory() as work:
        shell = Shell(kind, file, work)
        for word in sys.argv[5:]:
            # What may not come at all is not waited for long.
            name, patience = bytes.fromhex(word.lstrip("?")), 3 if word.startswith("?") else WAIT
            path = None if directory == "-" else os.path.join(os.fsencode(directory), name)
            shell.seen = b""
            if path:
                os.mkdir(path)
            got = shell.complete(os.fsencode(line), patience)
            if path:
                os.rmdir(path)
            print(name.hex(), "-" if got is None else got.hex() or '""', flush=True)
            if any(bad in shell.seen for bad in UNSAFE):
                print("printed:", shell.seen, flush=True)
                status = 1
        shell.close()
    sys.exit(status)


if __name__ == "__main__":
    main()
