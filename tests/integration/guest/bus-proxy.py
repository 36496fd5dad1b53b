#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bus-proxy.py late|lost|first LISTEN BUS: a socket that leads to a bus, by way of somebody slow.

late: once SetUnitProperties was called, no answer comes through until it is called again. lost: then the connection is
closed. first: only the first connection is answered, of the others nothing comes back. It ends when it is killed.
"""

import os
import socket
import sys
import threading

mode, listen, bus = sys.argv[1:]


def relay(source, sink, allowed, look):
    while True:
        data, fds, _, _ = socket.recv_fds(source, 65536, 16)
        if not data or not look(data):
            break
        allowed.wait()
        sent = socket.send_fds(sink, [data], fds)
        sink.sendall(data[sent:])
        for fd in fds:
            os.close(fd)
    for end in source, sink:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, number):
    upstream = socket.socket(socket.AF_UNIX)
    upstream.connect(bus)
    answers, always = threading.Event(), threading.Event()
    always.set()
    if mode != "first" or number == 0:
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

    threading.Thread(target=relay, args=(client, upstream, always, look), daemon=True).start()
    threading.Thread(target=relay, args=(upstream, client, answers, lambda data: True), daemon=True).start()


server = socket.socket(socket.AF_UNIX)
server.bind(listen + ".new")
server.listen()
os.rename(listen + ".new", listen)
number = 0
while True:
    serve(server.accept()[0], number)
    number += 1
