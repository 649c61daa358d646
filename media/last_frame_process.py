"""`python -m media.last_frame_process`: a film's path comes in, its first or last picture goes out."""

import json
import sys
from pathlib import Path

from media.answers import told
from media.apart import limit_this_process
from media.last_frame import first_frame, last_frame

MEMORY_BYTES = 1_500_000_000
"""Address space; a film of 1080p takes about a third of it."""

CPU_SECONDS = 60


def main() -> None:
    """Read the order from the standard input and write the answer to the standard output."""
    limit_this_process(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    order = json.load(sys.stdin)
    take = first_frame if order["which"] == "first" else last_frame
    sys.stdout.buffer.write(told(lambda: take(Path(order["path"]))))


if __name__ == "__main__":
    main()
