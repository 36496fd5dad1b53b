#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""count.py TESTLOG_JSON: prints 'passed failed skipped' of a meson test run, TAP sub-tests one by one.

Not from meson's JUnit file: meson 1.0 writes a test that ran out of time there as if it had passed.
"""

import json
import re
import sys

GOOD = ("OK", "EXPECTEDFAIL")
TAP_LINE = re.compile(r"^(not ok|ok)\b([^#\n]*)(#\s*(?:SKIP|TODO)\b)?", re.IGNORECASE | re.MULTILINE)


def count_test(result, output):
    passed = failed = skipped = 0
    for verdict, _, directive in TAP_LINE.findall(output):
        if directive:
            skipped += 1
        elif verdict.lower() == "ok":
            passed += 1
        else:
            failed += 1
    if result == "SKIP":
        skipped = skipped or 1
    elif result in GOOD:
        passed = passed or (0 if skipped else 1)
    else:
        # Crashed or out of time: no line of its own tells.
        failed = failed or 1
    return passed, failed, skipped


def count(path):
    totals = [0, 0, 0]
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            counts = count_test(test["result"], test.get("stdout") or "")
            totals = [total + number for total, number in zip(totals, counts)]
    return totals


if __name__ == "__main__":
    print(*count(sys.argv[1]))
