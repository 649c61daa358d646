"""Guards of safety: limits, bounds and checks of addresses, each with the change that takes it out and who notices."""

from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutant import Mutant, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """`old` stands once in the file at `path`; with `new` in its place one of `tests` fails."""

    promise: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    def mutant(self, root: Path) -> Mutant:
        """Return the change that takes the guard out."""
        source = (root / self.path).read_bytes()
        start = source.index(self.old.encode())
        return Source(self.path, source).mutant("guard", start, start + len(self.old.encode()), self.new)


GUARDS: tuple[Guard, ...] = ()
