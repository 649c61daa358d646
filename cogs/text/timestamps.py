"""Times as Discord shows them: in the reader's own clock and language."""


def exact(epoch_ms: int) -> str:
    """Return a time that Discord renders as "30 November 2026 17:30"."""
    return f"<t:{epoch_ms // 1000}:f>"


def relative(epoch_ms: int) -> str:
    """Return a time that Discord renders as "in 2 minutes"."""
    return f"<t:{epoch_ms // 1000}:R>"
