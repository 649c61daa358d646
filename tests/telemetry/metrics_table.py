"""The metrics as docs/operations.md shows them: `python -m tests.telemetry.metrics_table docs/operations.md` writes it."""

import re
import sys
from pathlib import Path

from telemetry.metrics import Metrics

PREFIX = "clapper_"
_MARKED = re.compile(r"(<!-- metrics -->\n).*?(<!-- /metrics -->)", re.DOTALL)


def families():
    """Return our families by the name that a query uses: (kind, labels, meaning)."""
    collectors = Metrics(version="1").registry._collector_to_names
    return {
        _name(collector): (collector._type, collector._labelnames, collector._documentation)
        for collector in collectors
        if getattr(collector, "_name", "").startswith(PREFIX)
    }


def _name(collector) -> str:
    return collector._name + ("_total" if collector._type == "counter" else "")


def sample_names():
    """Return every name that a query may use for one of our metrics, with the labels that it has."""
    names = {}
    for name, (kind, labels, _) in families().items():
        endings = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        for ending in endings:
            names[name + ending] = {*labels, *({"le"} if ending == "_bucket" else ())}
    return names


def metrics_table() -> str:
    rows = [
        (f"`{name}`", kind, ", ".join(f"`{label}`" for label in labels) or "-", meaning)
        for name, (kind, labels, meaning) in families().items()
    ]
    return "\n".join(
        "| " + " | ".join(row) + " |" for row in [("name", "kind", "labels", "meaning"), ("---",) * 4, *rows]
    )


def with_metrics_table(text: str) -> str:
    filled, count = _MARKED.subn(lambda found: f"{found[1]}{metrics_table()}\n{found[2]}", text)
    if count != 1:
        raise ValueError(
            "the page needs `<!-- metrics -->` and `<!-- /metrics -->` once, each on its own line"
        )
    return filled


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(with_metrics_table(page.read_text(encoding="utf-8")), encoding="utf-8")
