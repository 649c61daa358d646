"""`python -m tests.media.misbehaving`: does what its input says, to show what a process apart may and may not do."""

import os
import sys
import time

from media.apart import limit_this_process


def main():
    order, _, detail = sys.stdin.buffer.read().decode().partition(" ")
    if order == "environment":
        sys.stdout.write("\n".join(os.environ))
    elif order == "crash":
        os.abort()
    elif order == "grow":
        limit_this_process(memory_bytes=300_000_000, cpu_seconds=10)
        sys.stdout.write(str(len(bytearray(int(detail)))))
    elif order == "spin":
        limit_this_process(memory_bytes=1_000_000_000, cpu_seconds=1)
        while True:
            pass
    elif order == "sleep":
        with open(detail, "w") as file:
            file.write(str(os.getpid()))
        time.sleep(600)


if __name__ == "__main__":
    main()
