#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""failing-allocations.py COUNT [VERB…]: runs each verb, or these, with one allocation failing, and with all for a moment,
so many times each, chosen at random by $CGSCOPE_TEST_SEED; all there are with $CGSCOPE_TEST_LONG=1. Prints what was not
as promised. See verbs.py."""

import os
import random
import struct
import sys

import verbs

LIBRARY = "/opt/cgscope/build/tests/integration/fail-allocation.so"
COUNTER = f"{os.environ['scratch']}/count-{os.getuid()}"
SEED = int(os.environ.get("CGSCOPE_TEST_SEED") or random.randrange(1 << 32))
LONG = os.environ.get("CGSCOPE_TEST_LONG") == "1"


def failing(number):
    # What was freed, or never written, is not zero.
    return {"LD_PRELOAD": LIBRARY, "FAIL_ALLOCATION": number, "FAIL_ALLOCATION_COUNT": COUNTER, "MALLOC_PERTURB_": "165"}


def run(place, verb, options, usual, number):
    with open(COUNTER, "wb") as f:
        f.write(bytes(16))
    return verbs.complaints(place, verb, options, usual, env={**os.environ, **failing(number)})


def main():
    place, chance, wrong, tried = verbs.Place(), random.Random(SEED), 0, 0
    print(f"seed={SEED}")
    for verb, options in verbs.forms("json", "wait", "recursive"):
        if sys.argv[2:] and verb["name"] not in sys.argv[2:]:
            continue
        usual = verbs.Attempt(place, verb, options=options)
        if usual.ran.status == verb["usage_status"]:
            continue
        run(place, verb, options, usual, "0")
        with open(COUNTER, "rb") as f:
            total = struct.unpack("LL", f.read())[0]
        numbers = [f"{n}{and_on}" for n in range(1, total + 1) for and_on in ("", "+")]
        if not LONG:
            numbers = chance.sample(numbers, min(len(numbers), int(sys.argv[1])))
        tried += len(numbers)
        print(f"# {verb['name']} {options}: {len(numbers)} of {2 * total}", flush=True)
        for number in numbers:
            for complaint in run(place, verb, options, usual, number):
                print(f"{verb['name']} {options}, {number} of {total}: {complaint}")
                wrong += 1
    place.close()
    print(f"tried={tried}")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
