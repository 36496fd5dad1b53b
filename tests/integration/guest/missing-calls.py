#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs each verb while a system call answers ENOSYS or EPERM, and prints what was not as promised. See verbs.py."""

import subprocess
import sys

import verbs

DENY = "/opt/cgscope/build/tests/integration/deny-call"


def main():
    place, calls, wrong = verbs.Place(), subprocess.check_output([DENY], encoding="ascii").split(), 0
    for verb, options in verbs.forms("cgroup-namespace", "wait"):
        usual = verbs.Attempt(place, verb, options=options)
        for call, error in ((c, e) for c in calls for e in ("ENOSYS", "EPERM")):
            for complaint in verbs.complaints(place, verb, options, usual, [DENY, call, error]):
                print(f"{verb['name']} {options}, {call} {error}: {complaint}")
                wrong += 1
    place.close()
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
