"""What a crew enters becomes a change of the layer, and the layer what the crew entered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.cockpit.figures import METRIC, STATUTE
from codriver.desk.edits import HIGHLIGHTS, RefusedError, Wish, change, distance, merged, own, tidy
from codriver.roadbook import amend, layer
from codriver.roadbook.change import COLOURS
from codriver.roadbook.model import Note, Roadbook
from codriver.units import MILE

NOTE = Note(1, 400.0, words="oued", danger=1)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "words": st.text(max_size=60).map(tidy),
        "danger": st.integers(0, 3),
        "importance": st.integers(0, 3),
        "highlight": st.sampled_from(["", *HIGHLIGHTS]),
        "joined": st.booleans(),
    },
)


@pytest.mark.parametrize(
    ("typed", "metres"),
    [("12.34", 12340.0), ("12,34", 12340.0), (" 7 ", 7000.0), (".5", 500.0), ("+0.42", 1420.0), ("+ 0,005", 1005.0)],
)
def test_a_distance_is_understood_as_crews_type_it(typed: str, metres: float) -> None:
    assert distance(typed, 1000.0, METRIC) == metres


def test_a_distance_in_a_book_of_miles_is_in_miles() -> None:
    assert distance("1.00", 0.0, STATUTE) == pytest.approx(MILE, abs=0.001)


@pytest.mark.parametrize("typed", ["", "-1", "12.3456", "1e3", "12 km", "left", "१२", "99999"])
def test_what_is_no_distance_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(RefusedError, match=r"^.{10,}\.$"):
        distance(typed, 0.0, METRIC)


def test_the_colours_are_those_of_the_layer() -> None:
    assert set(HIGHLIGHTS) == set(COLOURS)


def test_a_wish_leaves_alone_what_it_does_not_name() -> None:
    before = {"words": "sand", "danger": 2}
    assert merged(before, Wish(words="stones"), 0.0, METRIC) == {"words": "stones", "danger": 2}
    assert merged(before, Wish(words=None), 0.0, METRIC) == {"danger": 2}
    assert merged({"total": 5.0}, Wish(total=" "), 0.0, METRIC) == {}


def test_what_the_book_says_already_is_no_change() -> None:
    assert change(NOTE, {"words": "oued", "danger": 1, "joined": False, "highlight": ""}) is None


def test_a_danger_is_raised_and_never_lowered() -> None:
    assert change(NOTE, {"danger": 0}) is None
    raised = change(NOTE, {"danger": 2})
    assert raised is not None
    assert raised.danger == 2


def test_words_can_be_taken_away_altogether() -> None:
    emptied = change(NOTE, {"words": ""})
    assert emptied is not None
    book, _ = layer.apply(Roadbook("", "CSV", "metric", (NOTE,)), [emptied])
    assert book.notes[0].words == ""
    assert own(emptied) == {"words": ""}


@given(VALUES)
def test_what_was_entered_stands_in_the_book_after_the_layer_was_written_and_read(values: dict[str, object]) -> None:
    made = change(NOTE, values)
    book = Roadbook("", "CSV", "metric", (NOTE,))
    changes, findings = amend.read(amend.text([made] if made else []), book)
    note = layer.apply(book, changes)[0].notes[0]
    assert findings.doubts == ()
    assert note.words == values.get("words", "oued")
    assert note.danger == max(1, int(str(values.get("danger", 1))))
    assert note.importance == values.get("importance")
    assert note.highlight == values.get("highlight", "")
    assert note.joined == values.get("joined", False)
    assert not note.amended


@given(VALUES)
def test_own_values_are_those_that_count(values: dict[str, object]) -> None:
    made = change(NOTE, values)
    again = change(NOTE, own(made)) if made else None
    assert again == made


def test_words_keep_their_lines_and_lose_what_says_nothing() -> None:
    assert tidy("  left \t at  the well \n\n\u200b keep\x00 left") == "left at the well\nkeep left"
