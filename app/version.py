"""Which Clapper this is."""

VERSION = "0.1.0"
"""As pyproject.toml says; a test holds both together."""
