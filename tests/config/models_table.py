"""The models as docs/providers.md shows them: `make docs-settings` writes the table anew."""

from hailuo.models import MICROS, Model, Need, load_models
from tests.support.tables import markdown, with_table, write_anew

_FRAMES = {Need.NO: "no", Need.YES: "yes", Need.NEEDED: "needed"}


def models_table() -> str:
    """Return one row for each model of each provider."""
    rows = [
        (
            f"`{provider}`",
            model.name,
            _formats(model),
            _FRAMES[model.first_frame],
            _FRAMES[model.last_frame],
            ", ".join(model.ratios) or "as the picture, else 16:9",
            "yes" if model.sound else "no",
            f"{model.prompt:,}",
        )
        for provider, table in load_models().items()
        for model in table.models
    ]
    heading = (
        "provider",
        "model",
        "seconds and price",
        "first frame",
        "last frame",
        "ratio",
        "sound",
        "prompt",
    )
    return markdown(heading, *rows)


def _formats(model: Model) -> str:
    """Return the price of the shortest and of the longest video at each resolution."""
    at: dict[str, list[str]] = {}
    for each in model.formats:
        at.setdefault(each.resolution, []).append(f"{each.seconds} s ${each.price / MICROS:.2f}")
    return "; ".join(f"{resolution}: {_ends(prices)}" for resolution, prices in at.items())


def _ends(prices: list[str]) -> str:
    return prices[0] if len(prices) == 1 else f"{prices[0]} to {prices[-1]}"


def with_models_table(text: str) -> str:
    """Return the page with its table of now."""
    return with_table(text, "models", models_table())


if __name__ == "__main__":
    write_anew(with_models_table)
