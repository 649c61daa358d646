"""Runs the sandbox as a program: `python -m sandbox`."""

import argparse
import sys

from sandbox.server import add_arguments, run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A stand-in for the video provider."
    )
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))
