"""Store and steps against every order of events that the machine thinks of."""

import pytest

from tests.model.exploring import explore
from tests.model.place import open_place


@pytest.mark.timeout(420)  # a failure is made smaller, which takes Hypothesis up to five minutes
def test_no_order_of_events_breaks_a_promise():
    with open_place() as place:
        explore(place, range(50), shrink=True)
