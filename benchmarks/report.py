"""What a benchmark found, as plain text: tables, the bars that were set, notes, and what could not be measured."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bound that a figure has to keep; a `figure` of None was not measured."""

    what: str
    figure: float | None
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Return whether the figure keeps the bound, None where there is none."""
        if self.figure is None:
            return None
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound

    def __str__(self) -> str:
        verdict = {True: "met", False: "MISSED", None: "NOT MEASURED"}[self.met]
        figure = "-" if self.figure is None else _shown(self.figure)
        relation = "at least" if self.at_least else "at most"
        unit = f" {self.unit}" if self.unit else ""
        return f"{verdict:<13}{self.what}: {figure}{unit} ({relation} {_shown(self.bound)}{unit})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a heading; the first column is text, the others are figures."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[number]) for line in lines) for number in range(len(self.columns))]
        return "\n".join([self.title, *("  ".join(_cells(line, widths)).rstrip() for line in lines)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One benchmark's findings. `missing` names every measurement that could not be taken, and why."""

    name: str
    tables: list[Table]
    bars: list[Bar] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = [f"== {self.name} ==", *map(str, self.tables)]
        parts += [
            "\n".join(f"{title}{text}" for text in texts)
            for title, texts in (("bar: ", self.bars), ("note: ", self.notes), ("NOT TAKEN: ", self.missing))
            if texts
        ]
        return "\n\n".join(parts)


def figure(value: float | None, digits: int = 1) -> str:
    """Return a cell of a table."""
    return "-" if value is None else f"{value:,.{digits}f}"


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _cells(line: tuple[str, ...], widths: list[int]) -> list[str]:
    return [
        text.ljust(width) if number == 0 else text.rjust(width)
        for number, (text, width) in enumerate(zip(line, widths, strict=True))
    ]
