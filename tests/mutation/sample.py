"""Which modules are mutated, and a sample of their mutants that is spread over the files."""

import random
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.mutant import Mutant
from tests.mutation.python_mutants import mutants_of

FOLDERS = ("jobs", "db", "hailuo", "media", "cogs")


def modules(root: Path) -> list[str]:
    """Return the modules of the mutated folders; migrations are history, and `__init__` holds a docstring."""
    files = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]
    return [
        path.relative_to(root).as_posix()
        for path in files
        if path.name != "__init__.py" and "migrations" not in path.parts
    ]


def mutants_in(root: Path, only: Sequence[str] = ()) -> list[Mutant]:
    return [
        mutant
        for path in modules(root)
        if not only or path in only
        for mutant in mutants_of(path, (root / path).read_bytes())
    ]


def sample(mutants: Sequence[Mutant], *, count: int, seed: int) -> list[Mutant]:
    """Return `count` mutants drawn by `seed`: of each file as large a part, and at least one."""
    by_path: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        by_path.setdefault(mutant.path, []).append(mutant)
    ranked: list[tuple[float, str, Mutant]] = []
    for path, group in by_path.items():
        random.Random(f"{seed} {path}").shuffle(group)  # noqa: S311 - draws a sample, guards no secret
        ranked += [(rank / len(group), path, mutant) for rank, mutant in enumerate(group)]
    return sorted(mutant for _, _, mutant in sorted(ranked)[:count])
