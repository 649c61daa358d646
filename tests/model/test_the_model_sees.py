"""The machine is not blind: each of these ways to break a promise turns it red."""

import sqlite3

import pytest

from tests.model.exploring import explore
from tests.model.mutations import MUTATIONS
from tests.model.place import open_place
from tests.model.promises import Broken

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def place():
    with open_place() as place:
        yield place


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_promise_is_seen(name, place, monkeypatch):
    mutation = MUTATIONS[name]
    mutation.apply(monkeypatch)
    # What is written twice may be refused by the database before a promise is broken.
    with pytest.raises((Broken, sqlite3.IntegrityError), match=mutation.shown_by):
        explore(place, range(120), shrink=False)
