"""The one table of buttons, walked with fingers; and the mappings it must refuse."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from codriver.core import buttons
from codriver.core.buttons import CONTEXTS, TABLE, Binding, Button, Function, MappingError, Table, read_binding
from codriver.decode import presses
from codriver.decode.presses import Gesture, Panel

EVERY = [
    pytest.param(function, binding, context, id=f"{function.action} on {binding} in {context}")
    for context in CONTEXTS
    for function, binding in TABLE.bound(context)
]


def done(binding: Binding, context: str, table: Table = TABLE, source: str = "gpio") -> list[str]:
    """What happens, in order, when a finger (or two) makes this gesture, and takes it away again."""
    known = buttons.gestures(source, table, context)
    held = {"press": 0.2, "long": 1.0, "repeat": 0.9, "chord": binding.hold + 0.1}[binding.kind]
    panel = Panel()
    gestures: list[Gesture] = []
    for t, closed in ((1.0, True), (1.0 + held, False)):
        for place, button in enumerate(binding.buttons):
            panel, heard = presses.edge(panel, known, t + 0.05 * place, button, closed)
            gestures += heard
    _, heard = presses.tick(panel, known, 30.0)
    actions = (buttons.action(context, gesture, table) for gesture in (*gestures, *heard))
    return [action for action in actions if action is not None]


@pytest.mark.parametrize("source", ["gpio", "pod", "key"])
@pytest.mark.parametrize(("function", "binding", "context"), EVERY)
def test_each_gesture_of_the_table_does_its_one_thing(
    function: Function, binding: Binding, context: str, source: str
) -> None:
    assert done(binding, context, source=source) == [function.action]


def test_the_table_has_no_faults() -> None:
    assert buttons.faults(TABLE) == []


def test_the_six_and_the_two_do_what_the_handbook_says() -> None:
    assert {str(binding): function.action for function, binding in TABLE.bound("drive")} == {
        "TRIP": "zero_partial",
        "TRIP long": "freeze",
        "NEXT": "next_note",
        "NEXT long": "next_page",
        "BACK": "previous_note",
        "BACK long": "previous_page",
        "PLUS": "plus",
        "PLUS repeat": "plus",
        "MINUS": "minus",
        "MINUS repeat": "minus",
        "MARK in drive": "repeat_call",
        "MARK long": "menu",
        "PLUS+MINUS": "backwards",
        "TRIP+MARK": "sync",
        "BACK+MINUS": "undo",
        "TRIP+BACK 2 s": "zero_total",
        "DRIVER_MARK": "mark",
        "DRIVER_REPEAT": "repeat_call",
        "DRIVER_REPEAT long": "hush",
    }


def test_mark_marks_in_a_prerun() -> None:
    press = Gesture("press", (Button.MARK,), 0.0)
    assert buttons.action("prerun", press) == "mark"
    assert buttons.action("drive", press) == "repeat_call"


def test_a_finger_going_down_does_nothing_yet() -> None:
    assert buttons.action("drive", Gesture("down", (Button.TRIP,), 0.0)) is None


@pytest.mark.parametrize(
    ("name", "number"), [("1", 1), ("8", 8), ("trip", 1), ("NEXT", 2), ("driver_mark", 7), ("Driver Repeat", 8)]
)
def test_keys_and_contacts_stand_for_buttons(name: str, number: int) -> None:
    assert buttons.number(name) == number


@pytest.mark.parametrize("name", ["", "0", "9", "01", "total=12340", "escape", "²"])
def test_another_key_is_no_button(name: str) -> None:
    assert buttons.number(name) is None


def test_a_button_is_named_as_it_is_printed() -> None:
    assert [buttons.name(button) for button in (1, 7, 9)] == ["TRIP", "DRIVER MARK", "9"]


def test_a_function_that_changes_a_distance_says_so() -> None:
    assert {function.action for function in TABLE.functions if function.distance} == {
        "zero_partial", "zero_total", "plus", "minus", "backwards", "sync", "undo", "form_confirm",
        "accept", "rejoin",
    }  # fmt: skip


def test_the_screen_has_a_hint_for_each_gesture() -> None:
    hints = buttons.hints("drive")
    assert [binding for binding, _ in hints] == [binding for _, binding in TABLE.bound("drive")]
    assert all(0 < len(hint) <= 14 for _, hint in hints)


def test_the_handbook_has_a_row_for_each_function() -> None:
    page = buttons.as_markdown().splitlines()
    assert len(page) == 2 + len(TABLE.functions)
    assert "| TRIP + BACK, held together 2 s |  | sets the total to zero |" in page
    assert "| MARK (in prerun); DRIVER MARK | M | marks this place, with time and distance |" in page


# A crew's own mapping.


def test_a_mapping_moves_a_function_and_leaves_the_others() -> None:
    table = buttons.parse_mapping({"sync": "next + mark 1.5 s", "hush": ""})
    assert done(read_binding("NEXT+MARK 1.5 s"), "drive", table) == ["sync"]
    assert "sync" not in done(read_binding("TRIP+MARK"), "drive", table)
    assert done(read_binding("8 long"), "drive", table) == ["repeat_call"]
    assert done(read_binding("TRIP"), "drive", table) == ["zero_partial"]


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ({"sinc": "TRIP"}, "there is no function 'sinc'; did you mean sync?"),
        ({"sync": "TRPI+MARK"}, "sync: there is no button 'TRPI'; did you mean TRIP?"),
        (
            {"sync": "TRIP and MARK"},
            "sync: 'TRIP and MARK' is no gesture: write TRIP, TRIP long, PLUS repeat or TRIP+BACK 2 s",
        ),
        ({"menu": "MARK 2 s"}, "menu: 'MARK 2 s': only a chord has a hold time of its own"),
        ({"menu": "MARK+NEXT long"}, "menu: 'MARK+NEXT long': a chord is held as it is, it has no long"),
        ({"menu": "MARK in bed"}, f"menu: 'MARK in bed': there is no 'bed', only {', '.join(buttons.CONTEXTS)}"),
        ({"mark": "TRIP"}, "zero_partial and mark are both on TRIP"),
        ({"mark": "7, 7"}, "mark is twice on DRIVER_MARK"),
        ({"menu": "PLUS long"}, "menu would never come: PLUS repeats while it is held, so it has no long"),
        ({"plus": "MARK, MARK repeat"}, "menu would never come: MARK repeats while it is held, so it has no long"),
        ({"undo": "TRIP+MARK 2 s"}, "undo on TRIP+MARK 2 s would never come: sync on TRIP+MARK comes before it"),
        ({"undo": "TRIP+TRIP"}, "undo on TRIP+TRIP: a chord needs two buttons"),
        (
            {"undo": "MARK+7"},
            "undo on MARK+DRIVER_MARK: one hand cannot reach both seats, and two people pressing at once would make it",
        ),
        (
            {"undo": "NEXT+MARK 0.1 s"},
            "undo on NEXT+MARK 0.1 s: two quick presses overlap as long; hold it 0.3 s or more",
        ),
        ({"undo": "NEXT+MARK 30 s"}, "undo on NEXT+MARK 30 s: a contact closed for 20 s counts as stuck before that"),
    ],
)  # fmt: skip
def test_a_mapping_that_fingers_cannot_work_is_refused_with_a_sentence(entries: dict[str, str], fault: str) -> None:
    with pytest.raises(MappingError) as refused:
        buttons.parse_mapping(entries)
    assert fault in refused.value.faults


def test_all_the_faults_of_a_mapping_are_told_together() -> None:
    with pytest.raises(MappingError) as refused:
        buttons.parse_mapping({"sinc": "TRIP", "mark": "TRIP", "menu": "PLUS long"})
    assert len(refused.value.faults) == 3


BINDINGS = st.builds(
    read_binding,
    st.one_of(
        st.builds("{}{}".format, st.integers(1, 8), st.sampled_from(["", " long", " repeat"])),
        st.builds("{}+{} {} s".format, st.integers(1, 6), st.integers(1, 6), st.sampled_from([0.5, 0.8, 2, 25])),
    ),
)
TABLES = st.lists(BINDINGS, min_size=1, max_size=6).map(
    lambda bindings: Table(
        tuple(
            replace(function, bindings=(binding,)) for function, binding in zip(TABLE.functions, bindings, strict=False)
        )
    )
)


@given(TABLES)
@settings(max_examples=100, deadline=None)
def test_a_mapping_that_passes_does_just_what_it_says(table: Table) -> None:
    assume(not buttons.faults(table))
    for function, binding in table.bound("drive"):
        assert done(binding, "drive", table) == [function.action]


@given(TABLES)
@settings(max_examples=100, deadline=None)
def test_a_mapping_in_which_a_gesture_does_not_do_its_one_thing_is_refused(table: Table) -> None:
    assume(any(done(binding, "drive", table) != [function.action] for function, binding in table.bound("drive")))
    assert buttons.faults(table) != []
