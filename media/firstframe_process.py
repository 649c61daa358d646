"""`python -m media.firstframe_process`: a picture comes in, the answer of `check_first_frame` goes out."""

import sys

from PIL import AvifImagePlugin

from media.apart import limit_this_process
from media.firstframe import fulfil

MEMORY_BYTES = 1_500_000_000
"""Address space; a picture of 50 megapixels takes about two thirds of it."""

CPU_SECONDS = 20

_DECODER_THREADS = 2  # by default one per core, and each thread's stack counts as memory


def main() -> None:
    """Read an order from the standard input and write the packed answer to the standard output."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = _DECODER_THREADS
    limit_this_process(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    sys.stdout.buffer.write(fulfil(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
