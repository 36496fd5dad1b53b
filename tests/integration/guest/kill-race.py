#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kills clients of a manager at bad moments and counts what they leave behind.

kill-race.py kill RUNS -- CMD…      kills CMD at a random instant of its run, RUNS times
kill-race.py group RUNS TOP CMD…    likewise CMD, which makes groups from TOP on; "groups" is how often one was there
                                    although it was killed or was to remove them
kill-race.py helper RUNS            the same with the process that helps `cgscope run`, its child
kill-race.py stopped PID            kills `cgscope run` while its manager, process PID, is stopped
kill-race.py many RUNS AT_ONCE      runs `cgscope run` RUNS times, AT_ONCE at a time
kill-race.py leak RUNS              short commands in scopes, by a client that does not wait for its job: to compare with

Prints lines NAME=VALUE; "left" and "processes" are what is there afterwards, "errors" what went wrong.
"""

import concurrent.futures
import ctypes
import os
import random
import signal
import subprocess
import sys
import time

MODE = ["--user"] if os.getuid() else []
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
RUN = ["cgscope", "run", "-q", "--", "sleep", "0.02"]
DELEGATE = ["cgscope", "run", "-q", "--delegate", "--", "sleep", "0.02"]
# How long a scope may take to go, in the slowest system.
PATIENCE = 30


def scopes():
    """The units that our clients made, whatever their state."""
    text = subprocess.run(
        ["systemctl", *MODE, "list-units", "--all", "--plain", "--no-legend", "*cgscope*.scope", "careless*.scope"],
        capture_output=True, text=True, check=True).stdout
    return text.splitlines()


def processes():
    """Our clients and what they were to run."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            if os.stat("/proc/" + entry).st_uid != os.getuid():
                continue
            with open(f"/proc/{entry}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", b"0.02"] or words[0] in (b"cgscope", b"cgscope run"):
            found.append(f"{entry}:{b' '.join(words).decode()}")
    return found


def settle():
    """Waits until nothing is left, or longer than anything may take."""
    end = time.monotonic() + PATIENCE
    while (scopes() or processes()) and time.monotonic() < end:
        time.sleep(0.2)


def report(prefix="", **values):
    left = scopes()
    values.update(left=len(left), processes=len(processes()))
    for name, value in values.items():
        print(f"{prefix}{name}={value}")
    for line in left + processes():
        print("there:", line, file=sys.stderr)


def spawn(command):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def measure(command):
    """How long an undisturbed run takes."""
    begin = time.monotonic()
    for _ in range(5):
        status = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode
        if status not in (0, 1):  # what the command found out is its own
            sys.exit(f"{command}: status {status}")
    return (time.monotonic() - begin) / 5


def kill(runs, commands, cost):
    held, killed = [], 0
    for i in range(runs):
        client = spawn(commands[i % len(commands)])
        time.sleep(random.random() * cost)
        client.send_signal(SIGNALS[i // 2 % 3])
        # Every other one stays a zombie for a while.
        if i % 2:
            held.append(client)
        else:
            killed += client.wait() < 0
        if len(held) > 20:
            killed += sum(c.wait() < 0 for c in held)
            held = []
    time.sleep(1)
    # Those that are still held are zombies while this is looked at: also theirs must be gone by now.
    settle()
    report(runs=runs, killed=killed + sum(c.wait() < 0 for c in held))


def group(runs, top, command):
    """No SIGKILL for who has nobody to watch over what is half made."""
    removes = "--remove" in command
    signals = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP] + [signal.SIGKILL] * removes
    cost = measure_group(top, command)
    counts = {"killed": 0, "done": 0, "groups": 0}
    for i in range(runs):
        client = spawn(command)
        time.sleep(random.random() * cost)
        client.send_signal(signals[i % len(signals)])
        ended = client.communicate()[1], client.returncode
        counts["killed" if client.returncode < 0 else "done"] += 1
        if client.returncode == 0 and not removes:
            subprocess.run(["cgscope", "remove", "-r", top], check=True)
        end = time.monotonic() + PATIENCE
        while os.path.exists(top) and time.monotonic() < end:
            time.sleep(0.002)
        if os.path.exists(top):
            counts["groups"] += 1
            print("there:", top, ended, file=sys.stderr)
            subprocess.run(["cgscope", "remove", "-r", top], check=False)
    end = time.monotonic() + PATIENCE
    while processes() and time.monotonic() < end:
        time.sleep(0.05)
    print(*(f"{name}={count}" for name, count in counts.items()), f"processes={len(processes())}", sep="\n")


def measure_group(top, command):
    begin, taken = time.monotonic(), 0
    for _ in range(5):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        taken += time.monotonic() - begin
        subprocess.run(["cgscope", "remove", "-qr", top], check=True)
        begin = time.monotonic()
    return taken / 5


def children(pid):
    """One read where the kernel keeps a list: in an emulated system a look through all of /proc comes too late."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(word) for word in f.read().split()]
    except FileNotFoundError:
        pass
    except OSError:
        return []

    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as f:
                    if int(f.read().rpartition(")")[2].split()[1]) == pid:
                        found.append(int(entry))
            except OSError:
                pass
    return found


def wait_for_child(client):
    while client.poll() is None:
        found = children(client.pid)
        if found:
            return found[0]
    return None


def kill_child(child, delay):
    """Whether it was still there. By a descriptor: its number may be another's by then."""
    try:
        pidfd = os.pidfd_open(child)
    except ProcessLookupError:
        return False
    try:
        if delay > 0:
            time.sleep(delay)
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(pidfd)


def helper(runs):
    cost, killed, errors = measure(RUN), 0, 0
    for i in range(runs):
        client = spawn((RUN, DELEGATE)[i % 2])
        child = wait_for_child(client)
        if child is not None:
            # From at once to when the scope is about to stand.
            killed += kill_child(child, cost / 2 * (i // 2) / runs)
        text = client.communicate()[1].decode()
        # Whether it can still be done without depends on the moment.
        good = (0, 0) if client.returncode == 0 else (125, 1)
        if (client.returncode, len(text.splitlines())) != good:
            errors += 1
            print("error:", client.returncode, text, file=sys.stderr)
    time.sleep(1)
    settle()
    report(runs=runs, killed=killed, errors=errors)


def stopped(manager, held):
    """The manager hears of the scope only when its process is dead, or gone altogether."""
    os.kill(manager, signal.SIGSTOP)
    try:
        client = spawn(RUN)
        wait_for_child(client)
        time.sleep(1)
        client.kill()
        if not held:
            client.wait()
        time.sleep(0.5)
    finally:
        os.kill(manager, signal.SIGCONT)
    time.sleep(1)
    settle()
    report("held_" if held else "")
    client.wait()


def many(runs, at_once):
    command = ["cgscope", "run", "-q", "--delegate", "--", "sh", "-c", 'echo "$CGSCOPE_UNIT"; cat /proc/self/cgroup']

    def one(_):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        unit = done.stdout.partition("\n")[0]
        good = done.returncode == 0 and not done.stderr and f"/{unit}/main\n" in done.stdout
        return unit, "" if good else str(done)

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(one, range(runs)))
    errors = [error for _, error in results if error]
    for error in errors[:5]:
        print("error:", error, file=sys.stderr)
    settle()
    report(runs=runs, distinct=len({unit for unit, _ in results}), errors=len(errors))


def careless(unit):
    """Asks, does not wait for more than the answer, and becomes the command."""
    bus = ctypes.c_void_p()
    sd = ctypes.CDLL("libsystemd.so.0")
    text = ctypes.c_char_p
    if (sd.sd_bus_open_user if MODE else sd.sd_bus_open_system)(ctypes.byref(bus)) < 0:
        sys.exit(125)
    message = ctypes.c_void_p()
    name = b"org.freedesktop.systemd1"
    sd.sd_bus_message_new_method_call(bus, ctypes.byref(message), name, b"/org/freedesktop/systemd1",
                                      b"org.freedesktop.systemd1.Manager", b"StartTransientUnit")
    sd.sd_bus_message_append.argtypes = None
    r = sd.sd_bus_message_append(message, text(b"ssa(sv)a(sa(sv))"), text(unit.encode()), text(b"fail"), 2,
                                 text(b"PIDs"), text(b"au"), 1, ctypes.c_uint32(os.getpid()),
                                 text(b"CollectMode"), text(b"s"), text(b"inactive-or-failed"), 0)
    if r < 0 or sd.sd_bus_call(bus, message, ctypes.c_uint64(0), None, None) < 0:
        sys.exit(125)
    os.execvp("true", ["true"])


def leak(runs):
    for i in range(runs):
        pid = os.fork()
        if pid == 0:
            careless(f"careless-{os.getpid()}-{i}.scope")
        os.waitpid(pid, 0)
    time.sleep(2)
    report(runs=runs)


def main():
    random.seed(int(os.environ.get("KILL_RACE_SEED", "1")))
    verb, *rest = sys.argv[1:]
    if verb == "kill":
        runs, _, *command = rest
        kill(int(runs), [command] if command else [RUN, DELEGATE], measure(command or DELEGATE))
    elif verb == "group":
        group(int(rest[0]), rest[1], rest[2:])
    elif verb == "helper":
        helper(int(rest[0]))
    elif verb == "stopped":
        stopped(int(rest[0]), True)
        stopped(int(rest[0]), False)
    elif verb == "many":
        many(int(rest[0]), int(rest[1]))
    elif verb == "leak":
        leak(int(rest[0]))
    else:
        sys.exit(f"unknown verb {verb}")


if __name__ == "__main__":
    main()
