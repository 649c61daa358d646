"""The metrics as docs/operations.md shows them: `python -m tests.telemetry.metrics_table docs/operations.md` writes it."""

from telemetry.metrics import Metrics
from tests.support.tables import markdown, with_table, write_anew

PREFIX = "clapper_"


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


def with_metrics_table(text: str) -> str:
    rows = [
        (f"`{name}`", kind, ", ".join(f"`{label}`" for label in labels) or "-", meaning)
        for name, (kind, labels, meaning) in families().items()
    ]
    return with_table(text, "metrics", markdown(("name", "kind", "labels", "meaning"), *rows))


if __name__ == "__main__":
    write_anew(with_metrics_table)
