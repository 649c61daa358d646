"""Starts a process of Clapper (the bot): opens its parts in order, runs them, and closes them."""

VERSION = "0.1.0"
"""The version of the program; a test checks it against pyproject.toml."""
