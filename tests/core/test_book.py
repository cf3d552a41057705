"""Which note is next: in books that rise, and in books whose distances repeat, fall back or begin anew."""

import pytest

from codriver.core import book
from codriver.roadbook.model import Event, Note, Roadbook
from codriver.units import Metres


def of(*totals: Metres, resets: dict[int, Metres] | None = None) -> Roadbook:
    """A book whose notes stand at these distances; `resets` says which of them, by index, set the trip to what."""
    events = {index: (Event("reset", value),) for index, value in (resets or {}).items()}
    notes = [Note(i + 1, total, events=events.get(i, ())) for i, total in enumerate(totals)]
    return Roadbook("test", "test", "metric", tuple(notes))


RISING = of(0.0, 500.0, 510.0, 2000.0)
EMPTY = of()
# Three sectors, each from 0; the trip is set to 0 where they meet.
SECTORS = of(0.0, 1000.0, 5000.0, 0.0, 1100.0, 9200.0, 0.0, 900.0, resets={2: 0.0, 5: 0.0})
# As the sample of OpenRally has them.
SLIPS = of(500.0, 510.0, 500.0, 510.0, 60000.0, 600.0)


def test_a_note_is_crossed_from_below() -> None:
    assert book.crossed(RISING, 1, 499.0, 501.0) == 1
    assert book.crossed(RISING, 1, 499.0, 500.0) == 1
    assert book.crossed(RISING, 1, 499.0, 499.9) is None
    assert book.crossed(RISING, 1, 500.5, 505.0) is None


def test_the_first_note_is_passed_on_driving_off() -> None:
    assert book.crossed(RISING, 0, 0.0, 0.3) == 0


def test_two_notes_crossed_at_once_are_both_passed() -> None:
    assert book.crossed(RISING, 1, 490.0, 520.0) == 2


def test_a_note_that_a_correction_left_behind_does_not_hold_up_the_next() -> None:
    assert book.crossed(RISING, 1, 505.0, 512.0) == 2


def test_more_than_a_few_notes_at_once_are_not_driving() -> None:
    many = of(*(10.0 * i for i in range(30)))
    assert book.crossed(many, 0, 0.0, 300.0) == book.WINDOW - 1


def test_nothing_is_crossed_at_the_end_or_in_no_book() -> None:
    assert book.crossed(RISING, 4, 0.0, 9999.0) is None
    assert book.crossed(EMPTY, 0, 0.0, 9999.0) is None


def test_the_same_distance_in_the_next_leg_is_not_crossed_with_this_one() -> None:
    short = of(0.0, 1000.0, 0.0, 1000.0)
    assert book.crossed(short, 1, 999.0, 1001.0) == 1


def test_the_next_leg_is_not_looked_into_before_this_one_is_done() -> None:
    assert book.crossed(SECTORS, 1, 0.0, 5.0) is None
    assert book.crossed(of(0.0, 1000.0, 0.0, 300.0), 1, 1050.0, 1051.0) is None
    assert book.crossed(of(0.0, 1000.0, 700.0, 1100.0), 1, 1095.0, 1105.0) == 3


def test_nothing_beyond_a_box_that_sets_the_trip_is_crossed_with_it() -> None:
    assert book.crossed(of(0.0, 1000.0, 950.0, resets={1: 930.0}), 1, 990.0, 1020.0) == 1
    assert book.crossed(of(0.0, 1000.0, 5010.0, resets={1: 5000.0}), 1, 990.0, 6000.0) == 1


def test_a_slip_of_a_few_metres_is_passed_with_the_note_before_it() -> None:
    assert book.crossed(SLIPS, 0, 499.0, 501.0) == 0
    assert book.crossed(SLIPS, 1, 509.0, 511.0) == 3
    assert book.crossed(SLIPS, 4, 59999.0, 60001.0) == 4


def test_notes_at_one_distance_are_passed_together() -> None:
    assert book.crossed(of(0.0, 500.0, 500.0, 900.0), 1, 499.0, 501.0) == 2


@pytest.mark.parametrize(
    ("before", "after", "pointer"),
    [(2300.0, 1960.0, 3), (2300.0, 1980.0, 4), (2300.0, 400.0, 1), (520.0, 515.0, 4), (530.2, 529.8, 4)],
)
def test_a_note_that_turns_out_to_lie_well_ahead_is_not_passed(before: Metres, after: Metres, pointer: int) -> None:
    assert book.uncrossed(RISING, 4, before, after) == pointer


def test_backing_past_a_note_step_by_step_puts_it_ahead_once() -> None:
    pointer, total = 3, 600.0
    while total > 400.0:
        pointer = book.uncrossed(RISING, pointer, total, total - 0.7)
        total -= 0.7
    assert pointer == 1


def test_a_note_sought_by_hand_far_ahead_stays() -> None:
    assert book.uncrossed(RISING, 4, 300.0, 290.0) == 4


def test_seek_finds_the_first_note_ahead() -> None:
    assert [book.seek(RISING, total) for total in (-5.0, 0.0, 499.9, 500.0, 1999.0, 2000.0)] == [0, 1, 1, 2, 3, 4]
    assert book.seek(EMPTY, 100.0) == 0


def test_seek_stays_in_the_sector_of_the_pointer() -> None:
    assert [book.seek(SECTORS, 1050.0, near) for near in (1, 4, 7)] == [2, 4, 8]
    assert book.seek(SECTORS, 950.0, 4) == 4
    assert book.seek(SECTORS, 0.0, 3) == 4
    assert book.seek(SECTORS, 500.0, len(SECTORS.notes)) == 7


def test_seek_leaves_the_sector_that_a_distance_does_not_fit() -> None:
    """The pointer is in the first sector, but only the second is so long; and back after an undone reset."""
    assert book.seek(SECTORS, 6500.0, 1) == 5
    assert book.seek(SECTORS, 9210.0, 7) == 6
    assert book.seek(of(0.0, 9000.0, 0.0, 300.0), 9020.0, 2) == 2


def test_seek_in_a_book_with_slips_goes_by_the_way_made() -> None:
    assert [book.seek(SLIPS, total) for total in (499.0, 505.0, 510.0)] == [0, 1, 4]


def test_the_nearest_note_is_the_earlier_of_two() -> None:
    assert book.nearest(RISING, 505.0) == 1
    assert book.nearest(RISING, 506.0) == 2
    assert book.nearest(RISING, 1e6) == 3
    assert book.nearest(EMPTY, 1.0) is None


def test_the_nearest_note_is_one_of_the_pointers_sector() -> None:
    assert [book.nearest(SECTORS, 1060.0, near) for near in (1, 4)] == [1, 4]
    assert book.nearest(SECTORS, 890.0, 7) == 7


def test_half_a_gap_is_that_to_the_nearer_neighbour() -> None:
    assert [book.half_gap(RISING, index) for index in range(4)] == [250.0, 5.0, 5.0, 745.0]
    assert book.half_gap(of(7.0), 0) == float("inf")


def test_a_reset_is_what_its_last_event_says() -> None:
    events = (Event("reset", 5.0), Event("fuel"), Event("reset", 0), Event("reset"))
    value = book.reset(Roadbook("test", "test", "metric", (Note(1, 900.0, events=events),)), 0)
    assert value == 0.0
    assert isinstance(value, float)
    assert book.reset(RISING, 1) is None


def test_a_reset_that_the_books_own_distances_ignore_is_ignored() -> None:
    """Set to 0 at 52.3 km, and the next box stands at 52.7 km: only the crew's partial can be meant."""
    assert book.reset(of(0.0, 52_300.0, 52_700.0, resets={1: 0.0}), 1) is None
    assert book.reset(of(0.0, 52_300.0, 400.0, resets={1: 0.0}), 1) == 0.0
    assert book.reset(of(0.0, 12_300.0, 14_200.0, resets={1: 14_000.0}), 1) == 14_000.0


# Boxes whose distance nobody knows: a scanned book, before the crew has entered one.

GAPPED = Roadbook(
    "scan",
    "test",
    "metric",
    (Note(1, 100.0), Note(2, 100.0, measured=False), Note(3, 500.0), Note(4, 500.0, measured=False)),
)


def test_an_unmeasured_box_is_not_passed_by_distance_alone() -> None:
    assert book.crossed(GAPPED, 0, 0.0, 150.0) == 0
    assert book.crossed(GAPPED, 1, 150.0, 499.0) is None


def test_the_next_measured_box_takes_it_along() -> None:
    assert book.crossed(GAPPED, 1, 450.0, 510.0) == 2


def test_a_sync_never_goes_to_a_box_nobody_knows_the_place_of() -> None:
    assert book.nearest(GAPPED, 480.0) == 2
