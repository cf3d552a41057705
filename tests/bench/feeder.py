"""A device of the bench: it writes lines into cables at their times, and says when it wrote those that matter.

    feeder.py ZERO < schedule > stamps

`ZERO` is on the monotonic clock, which all processes share. A line of the schedule is `<t> <descriptor> <0|1> <text>`;
for those marked 1 a stamp is printed, taken before the write: nobody can have read it by then.
"""

import os
import sys
import time

zero = float(sys.argv[1])
for row in sys.stdin.read().splitlines():
    t, descriptor, marked, text = row.split(" ", 3)
    time.sleep(max(0.0, zero + float(t) - time.monotonic()))
    stamp = time.monotonic()
    os.write(int(descriptor), text.encode("latin-1") + b"\r\n")
    if marked == "1":
        print(stamp, flush=True)
