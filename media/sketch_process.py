"""`python -m media.sketch_process`: an order and a picture come in, a small film goes out."""

import sys

from media.answers import told
from media.apart import limit_this_process
from media.sketch import fulfil

MEMORY_BYTES = 1_500_000_000
"""Address space; a picture of 50 megapixels takes about two thirds of it."""

CPU_SECONDS = 20
FILE_BYTES = 20_000_000


def main() -> None:
    """Read the order from the standard input and write the answer to the standard output."""
    limit_this_process(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS, file_bytes=FILE_BYTES)
    order = sys.stdin.buffer.read()
    sys.stdout.buffer.write(told(lambda: fulfil(order)))


if __name__ == "__main__":
    main()
