#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bus-proxy.py late|lost|first|mute|nothing LISTEN BUS: a socket that leads to a bus, by way of somebody slow.

late: once SetUnitProperties was called, no answer comes through until it is called again. lost: then the connection is
closed. first: only the first connection is answered, of the others nothing comes back. mute: none is. nothing: a call to
a manager that would change something is answered with yes, and goes no further. It ends when it is killed.
"""

import os
import re
import socket
import struct
import sys
import threading

mode, listen, bus = sys.argv[1:]


def relay(source, sink, allowed, look, yes=None):
    while True:
        try:
            data, fds, _, _ = socket.recv_fds(source, 65536, 16)
        except ConnectionError:
            break
        if not data or not look(data):
            break
        if yes:
            data = yes.pass_on(data)
        allowed.wait()
        try:
            sent = socket.send_fds(sink, [data], fds)
            sink.sendall(data[sent:])
        except OSError:
            break  # who is gone
        for fd in fds:
            os.close(fd)
    for end in source, sink:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


# What changes something, and whether a job is made for it.
CHANGES = {
    b"StartTransientUnit": True, b"StartUnit": True, b"StopUnit": True, b"Stop": True, b"KillUnit": False, b"Kill": False,
    b"SetUnitProperties": False, b"SetProperties": False, b"FreezeUnit": False, b"Freeze": False, b"ThawUnit": False,
    b"Thaw": False, b"AttachProcessesToUnit": False, b"AttachProcesses": False, b"Reload": False, b"Reexecute": False,
    b"QueueSignalUnit": False, b"KillUnitSubgroup": False, b"RemoveSubgroupFromUnit": False,
}
JOB = b"/org/freedesktop/systemd1/job/4711"


def marshal(kind, fields, body=b""):
    """A message; each field is its code, its type, and its value as the type has it on the wire."""
    array = b""
    for code, type_, value in fields:
        # Which aligns the value, too.
        array += bytes(-len(array) % 8) + bytes([code, 1]) + type_ + b"\0" + value
    array = struct.pack("<I", len(array)) + array
    header = struct.pack("<cBBBII", b"l", kind, 1, 1, len(body), 4711) + array
    return header + bytes(-len(header) % 8) + body


def string(text):
    return struct.pack("<I", len(text)) + text + b"\0"


def agree(serial, unit):
    """The answer to such a call, and the end of its job."""
    sender = (7, b"s", string(b"org.freedesktop.systemd1"))
    answered = [(5, b"u", struct.pack("<I", serial)), sender]
    if not unit:
        return marshal(2, answered)
    removed = struct.pack("<I", 4711) + string(JOB)
    for text in unit, b"done":
        removed += bytes(-len(removed) % 4) + string(text)
    manager = [(1, b"o", string(b"/org/freedesktop/systemd1")), (2, b"s", string(b"org.freedesktop.systemd1.Manager")),
               (3, b"s", string(b"JobRemoved")), sender, (8, b"g", b"\x04uoss\0")]
    return marshal(2, [*answered, (8, b"g", b"\x01o\0")], string(JOB)) + marshal(4, manager, removed)


class Yes:
    """Takes the calls that change something out of what a client sends."""

    def __init__(self, client):
        self.client, self.greeted, self.rest = client, False, b""

    def pass_on(self, data):
        data, self.rest, passed = self.rest + data, b"", b""
        if not self.greeted:
            greeting, self.greeted, data = data.partition(b"BEGIN\r\n")[0], b"BEGIN\r\n" in data, data.partition(b"BEGIN\r\n")[2]
            passed = greeting + (b"BEGIN\r\n" if self.greeted else b"")
        while len(data) >= 16:
            body, serial, fields = struct.unpack("<4xIII", data[:16])
            size = 16 + fields + -fields % 8 + body
            if len(data) < size:
                break
            message, data = data[:size], data[size:]
            member = re.search(rb"\x03\x01s\x00....([A-Za-z]+)\x00", message[:size - body], re.S)
            if b"org.freedesktop.systemd1" in message[:size - body] and member and member[1] in CHANGES:
                unit = re.match(rb"....([^\x00]+\.(scope|service|slice))\x00", message[size - body:], re.S)
                self.client.sendall(agree(serial, CHANGES[member[1]] and (unit[1] if unit else b"x.scope")))
            else:
                passed += message
        self.rest = data
        return passed


def serve(client, number):
    upstream = socket.socket(socket.AF_UNIX)
    upstream.connect(bus)
    answers, always = threading.Event(), threading.Event()
    always.set()
    if mode != "mute" and (mode != "first" or number == 0):
        answers.set()
    calls = 0

    def look(data):
        nonlocal calls
        n = data.count(b"SetUnitProperties")
        calls += n
        if n and mode == "late":
            if calls == 1:
                answers.clear()
            else:
                answers.set()
        if n and mode == "lost":
            upstream.sendall(data)
            return False
        return True

    threading.Thread(target=relay, args=(client, upstream, always, look, Yes(client) if mode == "nothing" else None), daemon=True).start()
    threading.Thread(target=relay, args=(upstream, client, answers, lambda data: True), daemon=True).start()


server = socket.socket(socket.AF_UNIX)
server.bind(listen + ".new")
server.listen()
os.rename(listen + ".new", listen)
number = 0
while True:
    serve(server.accept()[0], number)
    number += 1
