"""The one table walked through the whole fold: each function, by each way to it, has its effect and no other.

Two cars stand side by side; in one of them somebody presses. What differs between them a moment later is the effect.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import pytest
from msgspec.structs import replace

from codriver.config import Allow, Settings
from codriver.core import buttons, crew, display, intercom, odometer, spoken
from codriver.core.answers import Answer
from codriver.core.buttons import TABLE, Binding, Function
from codriver.core.form import Form
from codriver.core.mile import Mile
from codriver.core.offer import Offer
from codriver.core.outs import Alert, Call, Marked, TripChanged
from codriver.core.plan import Plan
from codriver.core.reading import Reading
from codriver.core.state import State
from codriver.roadbook.model import Note
from codriver.signals import Edge
from codriver.wires.keys import Keys
from tests.core.car_bench import Bench

NOTES = (Note(1, 0.0), Note(2, 305.0, name="well"), Note(3, 800.0), Note(4, 2000.0))
# Long enough for every gesture, the repeat of PLUS but once.
HELD: Final[Mapping[str, float]] = {"press": 0.2, "long": 1.0, "repeat": 0.9}
OVER = 0.5
ONE_FIELD: Final = frozenset({"form_next", "form_previous"})
LOST: Final = frozenset({"rejoin"})


class Desk(Bench):
    """A car that stands 250 m into its book, or drives, and whose crew has a panel, a keyboard and a glass."""

    def edges(self, way: str, name: str, closed: bool) -> Iterator[Edge]:
        """The contact as it comes in this way: `gpio`, `key` or `touch`."""
        if way == "gpio":
            yield Edge(self.t, "gpio", name, closed)
            return
        wire = Keys(lambda: [(f"{way} {name}", closed)], lambda: None)
        for edge in wire.take(self.t):
            assert isinstance(edge, Edge)
            yield edge

    def contact(self, way: str, name: str, closed: bool) -> None:
        for edge in self.edges(way, name, closed):
            self.take(edge)

    def gesture(self, way: str, binding: Binding) -> None:
        """Make it with fingers, and take them away again."""
        names = [button.name if way == "touch" else str(button.value) for button in binding.buttons]
        for name in names:
            self.contact(way, name, closed=True)
        self.wait(HELD.get(binding.kind, binding.hold + 0.1))
        for name in names:
            self.contact(way, name, closed=False)
        self.wait(OVER)

    def letter(self, key: str) -> None:
        """Strike a letter of the keyboard."""
        self.contact("key", key, closed=True)
        self.wait(0.1)
        self.contact("key", key, closed=False)
        self.wait(OVER)

    def seen(self) -> dict[str, Any]:
        """Everything a function may change."""
        state, plan = self.state, self.plan
        return {
            "total": round(self.total, 1),
            "partial": round(self.partial, 1),
            "changes": [out.what for out in self.outs if isinstance(out, TripChanged)],
            "backwards": state.trip.basis.backwards,
            "frozen": state.trip.frozen_until is not None,
            "pointer": state.pointer,
            "marks": sum(isinstance(out, Marked) for out in self.outs),
            "calls": [out.kind for out in self.outs if isinstance(out, Call)],
            "mode": spoken.mode(state.calls, plan),
            "volume": intercom.percent(state.intercom),
            "page": display.PAGES[state.display.page],
            "night": display.is_night(state.display, plan.settings.night),
            "hints": state.display.hints,
            "menu": display.open_item(state.display, state.now),
            "form": filled(state.form),
            "mile": (state.mile.metres, state.mile.start is not None),
            "offer": None if state.offer is None else state.offer.text,
            "report": None if state.reading is None else state.reading.page,
            "alerts": [out.text for out in self.outs if isinstance(out, Alert)],
        }


def filled(shown: Form | None) -> tuple[str, float] | None:
    """What the open form is for, and what it says where it is pointed at."""
    return None if shown is None else (shown.what, shown.fields[shown.at].value)


def desk(context: str, speed: float = 0.0, settings: Settings | None = None) -> Desk:
    """A car in this context that stands or goes on; its total was set to 250 m, and then its partial to 120."""
    made = Desk(*(() if context == "prerun" else NOTES), settings=settings or Settings())
    made.drive(12.0, speed)
    made.enter("total=250")
    made.enter("partial=120")
    made.wait(12.0)  # whatever was to be said is said, of a receiver that is silent from here on as well
    if context == "menu":
        made.enter("do=menu")
    if context == "form":
        made.enter("do=set_total")
    if context == "mile":
        made.state = replace(made.state, mile=Mile(1000.0, made.t + 60.0))
    if context == "report":
        made.state = replace(made.state, reading=Reading(until=made.t + 60.0))
    if context == "offer":
        made.state = replace(made.state, offer=Offer("walk", "260 m", made.t + 60.0, 260.0))
    made.outs.clear()
    return made


def taken(plan: Plan, state: State, offered: Offer, t: float, _odo: float, by: str) -> Answer:
    """What a yes to the offer of this walk does."""
    return crew.enter(plan, state, f"total={offered.value}", t, by) or (state, (), "")


@pytest.fixture(autouse=True)
def offering(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an offer to be taken, of a kind of its own."""
    monkeypatch.setattr(crew, "ACCEPTED", {"walk": taken})


@cache
def standing(context: str) -> Desk:
    return desk(context)


def again(of: Desk) -> Desk:
    """Another car just like it."""
    copy = Desk.__new__(Desk)
    copy.__dict__.update(of.__dict__, outs=[])
    return copy


def effect(context: str, hands: Callable[[Desk], None]) -> dict[str, Any]:
    """What is different where somebody did this, from where nobody did."""
    touched, left = again(standing(context)), again(standing(context))
    hands(touched)
    left.wait(touched.t - left.t)
    before, after = left.seen(), touched.seen()
    assert touched.pressed, "nothing in the log says that anybody pressed"
    return {what: value for what, value in after.items() if value != before[what]}


# What each function promises, of a car that stands, in each context; where a context is not named, as in the drive.
SYNC: Final = {"total": 305.0, "changes": ["sync to box 2"], "pointer": 2, "alerts": ["box 2, +55 m"]}
PROMISES: Final[Mapping[str, Mapping[str, dict[str, Any]]]] = {
    "zero_partial": {"drive": {"partial": 0.0, "changes": ["zero partial"]}},
    "zero_total": {"drive": {"total": 0.0, "changes": ["zero total"]}},
    "plus": {"drive": {"total": 260.0, "partial": 130.0, "changes": ["+10 m"]}},
    "minus": {"drive": {"total": 240.0, "partial": 110.0, "changes": ["-10 m"]}},
    "backwards": {"drive": {"backwards": True, "changes": ["backwards"]}},
    "undo": {"drive": {"partial": 0.0, "changes": ["undo set partial"]}},
    "sync": {"drive": SYNC, "prerun": {}},
    "freeze": {"drive": {"frozen": True}},
    "next_note": {"drive": {"pointer": 2}, "prerun": {}},
    "previous_note": {"drive": {"pointer": 0}, "prerun": {}},
    "next_page": {"drive": {"page": "trip"}},
    "previous_page": {"drive": {"page": "status"}},
    "repeat_call": {"drive": {"calls": ["repeat"]}, "prerun": {}},
    "mark": {"drive": {"marks": 1}},
    "menu": {"drive": {"menu": "night"}, "menu": {"menu": None}},
    "menu_down": {"menu": {"menu": display.MENU[1]}},
    "menu_up": {"menu": {"menu": display.MENU[-1]}},
    "menu_choose": {"menu": {"night": True}},
    "hush": {"drive": {"mode": "off", "calls": ["alert"]}},
    "calls": {"drive": {"mode": "dangers", "calls": ["alert"]}},
    "louder": {"drive": {"calls": ["alert"]}},  # full already: the beep says so
    "softer": {"drive": {"volume": 71, "calls": ["alert"]}},
    "night": {"drive": {"night": True}},
    "hints": {"drive": {"hints": False}},
    "set_total": {"drive": {"form": ("set_total", 250.0)}},
    "amend": {
        "drive": {"form": ("amend", 0.0)},
        "prerun": {"alerts": ["there is no roadbook to be amended"]},
    },
    "mile": {"drive": {"alerts": ["no measured mile: no pod is heard, and it counts the wheel"]}},
    "mile_here": {"mile": {"mile": (1000.0, True)}},
    "mile_leave": {"mile": {"mile": (None, False)}},
    "books": {"drive": {"alerts": ["no stick: plug one in"]}},
    "report": {"drive": {"report": 0}},
    "report_on": {"report": {"report": 1}},
    "report_back": {"report": {"report": -1}},
    "report_done": {"report": {"report": None}},
    "report_leave": {"report": {"report": None}},
    "form_next": {"form": {}},
    "form_previous": {"form": {}},
    "form_more": {"form": {"form": ("set_total", 260.0)}},
    "form_less": {"form": {"form": ("set_total", 240.0)}},
    "form_confirm": {"form": {"form": None, "changes": ["set total"]}},
    "form_leave": {"form": {"form": None}},
    "rejoin": {"drive": {}},
    "accept": {"offer": {"offer": None, "total": 260.0, "changes": ["set total"]}},
}


def promised(function: Function, context: str) -> dict[str, Any]:
    promise = PROMISES[function.action]
    return promise[context] if context in promise else promise["drive"]


GESTURES = [
    pytest.param(context, way, function, binding, id=f"{binding} by {way} while in {context}")
    for context in buttons.CONTEXTS
    for function, binding in TABLE.bound(context)
    for way in ("gpio", "key", "touch")
    if way != "touch" or not buttons.DRIVERS & set(binding.buttons)
]
LETTERS = [
    pytest.param(context, function, id=f"{function.key} while in {context}")
    for context in buttons.CONTEXTS
    for function in TABLE.functions
    if function.key
]


def test_every_function_of_the_table_promises_something() -> None:
    assert set(PROMISES) == {function.action for function in TABLE.functions}
    # A form with one field has nowhere to go: tests/core/test_form.py goes through those with more.
    # A place is found by who was lost: tests/core/test_found.py takes it by the menu.
    walked = (promise for action, promise in PROMISES.items() if action not in ONE_FIELD | LOST)
    assert all(any(promise.values()) for promise in walked)


@pytest.mark.parametrize(("context", "way", "function", "binding"), GESTURES)
def test_a_gesture_has_its_effect_and_no_other(context: str, way: str, function: Function, binding: Binding) -> None:
    assert effect(context, lambda desk: desk.gesture(way, binding)) == promised(function, context)


@pytest.mark.parametrize(("context", "function"), LETTERS)
def test_a_letter_has_its_effect_and_no_other(context: str, function: Function) -> None:
    assert effect(context, lambda desk: desk.letter(function.key)) == promised(function, context)


@pytest.mark.parametrize("item", display.MENU)
def test_what_the_menu_points_at_is_done(item: str) -> None:
    """The menu closes behind what wants the road to be seen, and stays for what is set."""

    def hands(desk: Desk) -> None:
        for _ in range(display.MENU.index(item)):
            desk.letter("2")
        desk.letter("6")

    known = buttons.function(item)
    assert known is not None
    shown = {"menu": None} if item in display.CLOSING else {"menu": item}
    expected = {**promised(known, "drive"), **shown}
    if expected["menu"] == display.MENU[0]:
        del expected["menu"]
    assert effect("menu", hands) == expected


@pytest.mark.parametrize("way", ["gpio", "key", "touch"])
def test_a_second_time_undoes_what_goes_to_and_fro(way: str) -> None:
    for name in ("freeze", "backwards", "hush", "menu"):
        function = buttons.function(name)
        assert function is not None
        binding = function.bindings[0]
        if way == "touch" and buttons.DRIVERS & set(binding.buttons):
            continue

        def twice(desk: Desk, binding: Binding = binding) -> None:
            desk.gesture(way, binding)
            desk.wait(3.0)
            desk.gesture(way, binding)
            desk.wait(3.0)

        left = {what for what in effect("drive", twice) if what not in {"changes", "calls"}}
        assert left == set(), name


@pytest.mark.parametrize(("way", "name"), [("gpio", "1"), ("key", "1"), ("touch", "TRIP")])
def test_what_is_held_into_a_new_segment_does_nothing_until_it_has_opened(way: str, name: str) -> None:
    held = again(standing("drive"))
    held.contact(way, name, closed=True)
    held.wait(0.1)
    held.start()
    held.wait(1.0)
    held.contact(way, name, closed=False)
    held.wait(OVER)
    assert held.pressed == []
    assert held.partial == pytest.approx(120.0)
    held.gesture(way, buttons.read_binding("TRIP"))
    assert held.pressed == ["zero partial"]


DISTANCES = [
    pytest.param(binding, id=str(binding))
    for function, binding in TABLE.bound("drive")
    if function.distance and binding.kind != "repeat"
]


def at_speed(kmh: float, binding: Binding, settings: Settings | None = None) -> Desk:
    made = desk("drive", kmh / 3.6, settings)
    made.hear(made.speed)
    made.gesture("touch", binding)
    return made


@pytest.mark.parametrize("binding", DISTANCES)
def test_a_finger_changes_no_distance_of_a_car_that_shakes(binding: Binding) -> None:
    moving = at_speed(12.0, binding)
    assert moving.changed == []
    assert moving.pressed == ["refused: a finger changes no distance above 10 km/h: use the buttons"]
    assert [out.kind for out in moving.outs if isinstance(out, Alert)] == ["touch"]


@pytest.mark.parametrize("binding", DISTANCES)
@pytest.mark.parametrize(("kmh", "may"), [(8.0, False), (12.0, True)])
def test_a_finger_changes_a_distance_below_10_kmh_and_above_where_it_may(
    binding: Binding, kmh: float, may: bool
) -> None:
    moving = at_speed(kmh, binding, Settings(touch_distance=may))
    assert len(moving.changed) == 1
    assert not any(done.startswith("refused") for done in moving.pressed)


@pytest.mark.parametrize("item", ["sync", "undo", "backwards", "zero_total"])
def test_a_finger_changes_no_distance_through_the_menu_either(item: str) -> None:
    moving = at_speed(12.0, buttons.read_binding("MARK long"))
    for _ in range(display.MENU.index(item)):
        moving.gesture("touch", buttons.read_binding("NEXT"))
    moving.gesture("touch", buttons.read_binding("MARK"))
    assert moving.changed == []
    assert moving.pressed[-1] == "refused: a finger changes no distance above 10 km/h: use the buttons"


def test_a_finger_turns_pages_at_any_speed() -> None:
    moving = at_speed(150.0, buttons.read_binding("NEXT long"))
    assert moving.pressed == ["page: trip"]


def test_a_profile_without_a_voice_refuses_to_speak() -> None:
    quiet = desk("drive", settings=Settings(allow=Allow(voice=False)))
    quiet.letter("h")
    quiet.letter("c")
    assert quiet.pressed == ["the profile forbids the voice"] * 2
    assert not any(isinstance(out, Call) for out in quiet.outs)
    assert odometer.pace(quiet.state.odo, quiet.state.now) == 0.0
