"""Times as Discord shows them: in the reader's own clock and language."""


def relative(epoch_ms: int) -> str:
    """Return a time that Discord renders as "in 2 minutes"."""
    return f"<t:{epoch_ms // 1000}:R>"
