"""`python -m media.fit_process`: an order in JSON comes in, a film is made to fit, its size goes out."""

import json
import os
import sys
from pathlib import Path

from media.fit import fit_to

_NICENESS = 10  # an encoder takes every core it can get, and people wait for commands


def main() -> None:
    """Read the order from the standard input and write the size to the standard output."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    order = json.load(sys.stdin)
    size = fit_to(Path(order["source"]), Path(order["target"]), limit_bytes=order["limit_bytes"])
    sys.stdout.write(str(size))


if __name__ == "__main__":
    main()
