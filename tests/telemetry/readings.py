"""Reading a registry in a test's words."""

from prometheus_client import CollectorRegistry


def reading(registry: CollectorRegistry, name: str, **labels: str) -> float:
    """Return the value of a sample; 0 where there is none."""
    return registry.get_sample_value(name, labels) or 0.0


def readings(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    """Return every sample of a name by the values of its labels."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == name
    }
