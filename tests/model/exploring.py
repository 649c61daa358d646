"""Histories by the dozen: many seeds, few histories of each, since Hypothesis mostly varies the first of a seed."""

from collections.abc import Iterable

from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Machine
from tests.model.place import Place

RULES_OF_A_HISTORY = 30


def explore(place: Place, seeds: Iterable[int], *, shrink: bool) -> None:
    """Live through two histories of every seed, a plain one and a random one.

    Raises:
        Broken: with the history that broke a promise; its seed is noted.
    """
    for number in seeds:
        try:
            run_state_machine_as_test(seed(number)(lambda: Machine(place)), settings=_settings(shrink=shrink))
        except BaseException as error:
            error.add_note(f"seed {number} of tests/model")
            raise


def _settings(*, shrink: bool) -> settings:
    return settings(
        max_examples=2,
        stateful_step_count=RULES_OF_A_HISTORY,
        deadline=None,
        database=None,
        print_blob=False,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
    )
