"""The start of a process of Clapper (the bot): its parts are opened in order, run, and closed."""

VERSION = "0.1.0"
"""The version of the program; a test compares it with pyproject.toml."""
