"""`python -m media.join_process`: an order in JSON comes in, clips are joined, the film's facts go out."""

import json
import os
import sys
from pathlib import Path

from media.answers import told
from media.apart import limit_this_process
from media.join import join, packed

MEMORY_BYTES = 4_000_000_000
"""Address space; the encoder takes more of it the more cores there are."""

CPU_SECONDS = 3600
FILE_BYTES = 2_000_000_000

_NICENESS = 10  # an encoder takes every core it can get, and people wait for commands


def main() -> None:
    """Read the order from the standard input and write the answer to the standard output."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    limit_this_process(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS, file_bytes=FILE_BYTES)
    order = json.load(sys.stdin)
    paths, target = [Path(path) for path in order["paths"]], Path(order["target"])
    sys.stdout.buffer.write(told(lambda: packed(join(paths, target))))


if __name__ == "__main__":
    main()
