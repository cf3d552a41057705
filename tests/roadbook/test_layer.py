"""A layer over a book: what a change does to its box, what it leaves alone, and what holds for every layer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.roadbook import layer
from codriver.roadbook.change import COLOURS, Change, of
from codriver.roadbook.facts import zones
from codriver.roadbook.model import Event, Note, Position, Roadbook, Waypoint
from codriver.units import KMH, MILE

NOTES = (
    Note(1, 0.0, words="start"),
    Note(2, 1000.0, danger=1, words="well"),
    Note(3, 2347.0, cap=90.0, danger=2, words="keep left"),
    Note(4, 3000.0, speed=50 * KMH, events=(Event("dz", 50 * KMH),), waypoint=Waypoint("DZ")),
    Note(5, 4000.0, events=(Event("fz"),)),
    Note(6, 9000.0, "VCP3"),
)
BOOK = Roadbook("stage", "test", "metric", NOTES)
# Two legs, the trip set to zero between them.
LEGS = Roadbook(
    "legs",
    "test",
    "metric",
    (Note(1, 0.0), Note(2, 5000.0, events=(Event("reset", 0.0),)), Note(3, 800.0), Note(4, 5000.0)),
)
SCANNED = Roadbook("scan", "PDF", "metric", tuple(Note(number, 0.0, measured=False) for number in (1, 2, 3)))


def laid(*changes: Change, over: Roadbook = BOOK) -> tuple[Note, ...]:
    """The notes under these changes, all of which fit."""
    book, findings = layer.apply(over, changes)
    assert not findings.doubts, findings.doubts
    return book.notes


def doubted(*changes: Change, over: Roadbook = BOOK) -> str:
    """What is told of a change that does not fit; the book is as it was."""
    book, findings = layer.apply(over, changes)
    assert book == over
    [doubt] = findings.doubts
    assert doubt.advice
    return doubt.text


def test_a_danger_is_raised_on_the_box_at_the_distance_that_the_book_prints() -> None:
    notes = laid(Change("put", total=2350.0, danger=3))
    assert notes[2] == replace(NOTES[2], danger=3, amended="altered", changed=("danger",))
    assert notes[:2] + notes[3:] == NOTES[:2] + NOTES[3:]


@pytest.mark.parametrize(
    "where",
    [Change("alter", box="3"), Change("alter", box="#3"), Change("alter", total=2347.0), Change("alter", 2350.0, "3")],
    ids=["number", "hash", "distance", "both"],
)
def test_a_box_is_found_by_its_number_its_distance_or_both(where: Change) -> None:
    assert laid(replace(where, cap=120.0))[2].cap == 120.0


def test_a_box_is_found_by_the_name_that_the_book_gives_it() -> None:
    assert laid(Change("alter", box="vcp3", danger=2))[5].danger == 2


def test_a_number_and_a_distance_that_contradict_each_other_are_a_doubt_that_names_both_boxes() -> None:
    told = doubted(Change("alter", total=1000.0, box="3", danger=3))
    assert "box 3 at 2.35 km" in told
    assert "box 2 at 1.00 km" in told


def test_a_distance_that_two_boxes_share_is_a_doubt_that_names_both_and_the_number_settles_it() -> None:
    told = doubted(Change("put", total=5000.0, danger=3), over=LEGS)
    assert "box 2 at 5.00 km and box 4 at 5.00 km" in told
    assert [note.danger for note in laid(Change("put", 5000.0, "4", danger=3), over=LEGS)] == [0, 0, 0, 3]


def test_a_box_that_is_not_there_is_a_doubt_and_the_other_changes_stand() -> None:
    book, findings = layer.apply(BOOK, [Change("cancel", total=7000.0), Change("cancel", total=1000.0)])
    assert [note.amended for note in book.notes] == ["", "cancelled", "", "", "", ""]
    assert "There is no such box" in findings.doubts[0].text


def test_an_added_box_has_the_letter_behind_the_number_before_it_and_the_others_keep_theirs() -> None:
    notes = laid(Change("add", total=2500.0, words="culvert"), Change("add", total=2400.0), Change("add", total=0.0))
    assert [note.label for note in notes] == ["1", "1a", "2", "3", "3b", "3a", "4", "5", "VCP3"]
    assert [note.number for note in notes if not note.amended] == [1, 2, 3, 4, 5, 6]
    assert len({note.number for note in notes}) == len(notes)
    assert {note.amended for note in notes} == {"", "added"}


def test_an_added_box_is_never_called_what_another_is() -> None:
    notes = laid(Change("add", total=1500.0, box="3"), Change("add", total=1600.0, box="VCP3"))
    assert [note.label for note in notes] == ["1", "2", "2a", "2b", "3", "4", "5", "VCP3"]


def test_what_is_put_where_no_box_is_becomes_one_and_is_doubted_beside_another() -> None:
    notes = laid(Change("put", total=6000.0, events=(Event("fuel"),)))
    assert (notes[5].label, notes[5].amended, notes[5].events) == ("5a", "added", (Event("fuel"),))
    _, findings = layer.apply(BOOK, [Change("put", total=2400.0, danger=3)])
    assert "53 m from box 3" in findings.doubts[0].text
    assert findings.doubts[0].where == "box 3a: "


def test_a_new_box_of_a_book_in_legs_is_doubted_until_its_name_says_behind_which() -> None:
    assert "box 1 or box 3" in doubted(Change("add", total=2000.0), over=LEGS)
    notes = laid(Change("add", total=2000.0, box="3a"), over=LEGS)
    assert [note.label for note in notes] == ["1", "2", "3", "3a", "4"]


def test_a_cancelled_box_keeps_what_is_read_and_loses_what_is_in_force() -> None:
    note = laid(Change("cancel", box="3"))[2]
    assert note.cancelled
    assert (note.words, note.cap, note.danger, note.events, note.waypoint) == ("keep left", 90.0, 0, (), None)
    told = layer.apply(BOOK, [Change("cancel", box="3"), Change("alter", box="3", danger=3)])[1].doubts
    assert "The box is cancelled" in told[0].text


def test_cancelling_a_box_that_begins_a_zone_is_doubted() -> None:
    book, findings = layer.apply(BOOK, [Change("cancel", box="4")])
    assert book.notes[3].speed is None
    assert "begins a speed zone" in findings.doubts[0].text


def test_an_added_box_that_is_cancelled_again_is_gone() -> None:
    assert laid(Change("add", total=2500.0), Change("cancel", box="3a")) == NOTES


def test_a_zone_is_added_by_two_distances_and_taken_away_by_one() -> None:
    limit = 30 * KMH
    made, _ = layer.apply(
        BOOK,
        [Change("put", 6000.0, events=(Event("dz", limit),)), Change("put", 7000.0, events=(Event("fz"),))],
    )
    [_, new] = zones(made)
    assert (made.notes[5].speed, new.limit) == (limit, limit)
    assert [note.label for note in made.notes if note.number in (new.first, new.last)] == ["5a", "5b"]
    gone, _ = layer.apply(BOOK, [Change("alter", box="4", without=("zone",))])
    assert zones(gone) == ()
    assert [note.changed for note in gone.notes[3:5]] == [("speed", "events", "waypoint"), ("events",)]


def test_a_limit_that_is_changed_is_that_of_its_zone() -> None:
    note = laid(Change("alter", box="4", speed=30 * KMH))[3]
    assert (note.speed, note.events) == (30 * KMH, (Event("dz", 30 * KMH),))


def test_a_box_that_is_moved_stands_in_order_and_says_where_it_was() -> None:
    notes = laid(Change("alter", box="2", moved=2900.0))
    assert [note.number for note in notes] == [1, 3, 2, 4, 5, 6]
    assert (notes[2].total, notes[2].moved_from, notes[2].changed) == (2900.0, 1000.0, ("total",))
    assert laid(Change("alter", box="2", moved=2900.0), Change("alter", 1000.0, moved=1000.0))[1].moved_from is None


def test_what_the_crew_notes_for_itself_is_no_amendment_and_lowers_no_danger() -> None:
    mine = Change("note", box="3", danger=1, words="mind the post", importance=3, highlight="pink", joined=True)
    note = laid(mine)[2]
    assert (note.danger, note.words, note.importance, note.highlight, note.joined) == (
        2,
        "mind the post",
        3,
        "pink",
        True,
    )
    assert (note.amended, note.changed) == ("", ())


def test_a_scanned_box_gets_a_distance_and_those_behind_it_are_at_least_there() -> None:
    notes = laid(Change("note", box="#2", moved=1500.0, words="bridge"), over=SCANNED)
    assert [(note.total, note.measured) for note in notes] == [(0.0, False), (1500.0, True), (1500.0, False)]
    assert notes[1].amended == ""


def test_two_decimals_of_a_book_in_miles_are_hundredths_of_a_mile() -> None:
    book = replace(BOOK, units="statute", notes=(Note(1, 0.0), Note(2, 12.344 * MILE)))
    assert laid(Change("put", total=12.35 * MILE, danger=2), over=book)[1].danger == 2
    assert "12.34 miles" in doubted(Change("alter", 99.0, "2", danger=2), over=book)


def test_each_change_is_told_with_what_it_did() -> None:
    made = layer.applied(
        BOOK,
        [Change("put", 2350.0, danger=3), Change("cancel", 99.0), Change("add", 2500.0), Change("cancel", box="2")],
    )
    assert made.done == (
        "box 3 at 2.35 km: danger 3",
        "",
        "box 3a at 2.50 km is added",
        "box 2 at 1.00 km is cancelled",
    )


# What a new box is called hangs on what stands before it, so that the name of one does not speak of it twice.
LETTERED = ("3a", "2b")


def plain(change: Change) -> Change:
    """As crews and cockpit make them: a note changes nothing that a bulletin does but the danger and the words."""
    box = "" if change.box in LETTERED else change.box
    if change.op in ("add", "put"):
        return replace(change, box=box, without=())
    if change.op != "note":
        return replace(change, box=box)
    return replace(change, box=box, speed=None, events=(), without=(), waypoint=None)


ops = st.sampled_from(["add", "cancel", "alter", "put", "note"])
totals = st.sampled_from([0.0, 995.0, 1000.0, 1004.0, 2347.0, 2350.0, 3000.0, 3500.0, 4000.0, 5000.0, 9000.0, 12000.0])
changes = st.builds(
    Change,
    op=ops,
    total=st.none() | totals,
    box=st.sampled_from(["", "", "3", "#4", "VCP3", "77", *LETTERED]),
    moved=st.none() | totals,
    cap=st.none() | st.sampled_from([0.0, 126.5]),
    danger=st.none() | st.integers(0, 3),
    speed=st.none() | st.just(30 * KMH),
    words=st.sampled_from(["", "culvert"]),
    events=st.lists(
        st.sampled_from([Event("dz", 20.0), Event("fz"), Event("fuel", name="A"), Event("stop", 60.0)]), max_size=2
    ).map(tuple),
    waypoint=st.none() | st.just(Waypoint("WPM", "x", 800.0, 90.0)),
    position=st.none() | st.just(Position(31.0, -4.0)),
    importance=st.none() | st.integers(0, 3),
    highlight=st.sampled_from(["", *COLOURS]),
    joined=st.booleans(),
    without=st.lists(st.sampled_from(["cap", "words", "zone", "fz", "fuel", "joined", "speed"]), max_size=2).map(tuple),
)
layers = st.lists(changes, max_size=5).map(tuple)
books = st.sampled_from([BOOK, LEGS, SCANNED])


def test_no_change_is_the_very_same_book() -> None:
    assert layer.apply(BOOK, ())[0] is BOOK


@given(st.just(BOOK), changes)
def test_a_change_that_fits_does_the_same_twice_as_once(book: Roadbook, change: Change) -> None:
    """Be it that a bulletin is laid over a book twice, or over the book that has it already."""
    once, findings = layer.apply(book, [plain(change)])
    if not findings.doubts:
        assert layer.apply(book, [plain(change)] * 2)[0] == once
        assert layer.apply(once, [plain(change)])[0] == once


@given(books, layers)
def test_every_box_of_the_original_is_there_under_its_number_and_no_number_twice(
    book: Roadbook, changes: tuple[Change, ...]
) -> None:
    made = layer.apply(book, changes)[0]
    numbers = [note.number for note in made.notes]
    assert sorted(numbers)[: len(book.notes)] == [note.number for note in book.notes]
    assert len(set(numbers)) == len(numbers)
    assert made.track is book.track


@given(books, layers)
def test_a_box_that_no_mark_stands_on_is_the_original_s_but_for_the_crew_s_own(
    book: Roadbook, changes: tuple[Change, ...]
) -> None:
    bulletins = tuple(change for change in changes if change.op != "note")
    made = layer.apply(book, bulletins)[0]
    before = {note.number: note for note in book.notes}
    own = {"importance": None, "highlight": "", "joined": False}
    for note in made.notes:
        if not note.amended and note.measured:
            assert replace(note, **own) == before[note.number]  # type: ignore[arg-type]


@given(books, changes)
def test_a_change_of_a_box_as_it_is_now_finds_it_in_the_original(book: Roadbook, first: Change) -> None:
    made = layer.apply(book, [first])[0]
    for note in made.notes:
        if not note.cancelled:
            again = layer.applied(book, [first, of(note, "note", words="found")])
            found = [each for each in again.book.notes if each.words == "found"]
            assert [each.number for each in found] == [note.number]
