"""A short slice of the bench of the calls: that it measures what its names say, and sees what is wrong."""

from dataclasses import replace
from itertools import pairwise
from math import isfinite

import pytest

from codriver.config import Settings
from codriver.roadbook.model import Roadbook
from tests.bench import calling, calls
from tests.bench.calling import STEADY
from tests.bench.calls import Ride


def short() -> Roadbook:
    dense = calling.dense()
    return calling.with_dangers(replace(dense, notes=dense.notes[:14]))


def driven(settings: Settings) -> Ride:
    book = short()
    way = calling.way(book, 1.0, STEADY, 7)
    return calls.ride(book, way, settings, calling.lines(way, 5.0), truth=book)


@pytest.fixture(scope="module")
def ride() -> Ride:
    return driven(Settings())


def test_the_figures_are_figures_and_none_stands_twice(ride: Ride) -> None:
    found = calls.figures("short", ride)
    assert all(isfinite(each.value) for each in found)
    names = [(each.what, each.unit) for each in found]
    assert len(names) == len(set(names))


def test_every_danger_is_called_in_time_and_nothing_after_its_note(ride: Ride) -> None:
    figures = {each.what: each.value for each in calls.figures("short", ride)}
    assert figures["short, danger 3: not called"] == figures["short, danger 2: not called"] == 0.0
    assert figures["short, danger 3: late"] == figures["short, danger 2: late"] == 0.0
    assert figures["short: calls after their note"] == 0.0


def test_a_crew_that_turned_the_calls_off_is_seen_to_miss_every_danger() -> None:
    figures = {each.what: each.value for each in calls.figures("off", driven(Settings(calls="off")))}
    assert figures["off, danger 3: not called"] > 0.0
    assert figures["off: speaking"] == 0.0


def test_the_dense_book_is_as_dense_as_the_real_one() -> None:
    notes = calling.dense().notes
    gaps = [after.total - before.total for before, after in pairwise(notes)]
    assert (len(gaps), sum(gap < 300.0 for gap in gaps)) == (136, 58)
    assert min(gaps) >= 20.0
