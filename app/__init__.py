"""What one process of Clapper opens, in which order, and closes."""

VERSION = "0.1.0"
"""As pyproject.toml says; a test holds both together."""
