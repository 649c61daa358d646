"""Store and steps against every order of events that the machine thinks of."""

import pytest

from tests.model.exploring import explore
from tests.model.place import open_place

SEEDS = [range(first, first + 10) for first in range(0, 50, 10)]


@pytest.mark.timeout(420)  # a failure is made smaller, which takes Hypothesis up to five minutes
@pytest.mark.parametrize(
    "seeds", [SEEDS[0], *(pytest.param(more, marks=pytest.mark.proof) for more in SEEDS[1:])], ids=str
)
def test_no_order_of_events_breaks_a_promise(seeds):
    with open_place() as place:
        explore(place, seeds, shrink=True)
