"""What fingers do to contacts, and what is meant by it."""

from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from codriver.decode import presses
from codriver.decode.presses import Chord, Gesture, Gestures, Panel
from codriver.signals import stamp

TRIP, NEXT, BACK, PLUS, MINUS, MARK = range(1, 7)

TABLE = Gestures(
    long=(TRIP, NEXT, BACK, MARK),
    repeating=(PLUS, MINUS),
    chords=(Chord((PLUS, MINUS)), Chord((TRIP, MARK)), Chord((BACK, MINUS)), Chord((TRIP, BACK), hold=2.0)),
)


def on_paper(panel: Panel) -> Panel:
    """The panel as it comes back from the run database."""
    return msgspec.json.decode(msgspec.json.encode(panel), type=Panel)


@dataclass
class Bench:
    """Fingers on a panel, and the engine's habit of folding every due tick before the next edge."""

    table: Gestures = TABLE
    t: float = 100.0
    panel: Panel = field(default_factory=Panel)
    heard: list[Gesture] = field(default_factory=list)
    fired_at: list[tuple[float, str]] = field(default_factory=list)

    @property
    def gestures(self) -> list[Gesture]:
        """All that was meant: every gesture but the screen's own `down`."""
        return [gesture for gesture in self.heard if gesture.kind != "down"]

    @property
    def meant(self) -> list[tuple[str, tuple[int, ...]]]:
        return [(gesture.kind, gesture.buttons) for gesture in self.gestures]

    @property
    def downs(self) -> list[Gesture]:
        return [gesture for gesture in self.heard if gesture.kind == "down"]

    def wait(self, seconds: float) -> None:
        until = stamp(self.t + seconds)
        while (due := presses.due(self.panel, self.table)) is not None and due <= until:
            self.panel, gestures = presses.tick(self.panel, self.table, due)
            self._hear(due, gestures)
        self.t = until

    def edge(self, button: int, closed: bool, *, late: float = 0.0, where: tuple[float, ...] = ()) -> None:
        self.wait(0)
        at = stamp(self.t - late)
        self.panel, gestures = presses.edge(self.panel, self.table, at, button, closed, where, self.t)
        self._hear(self.t, gestures)

    def close(self, *buttons: int, where: tuple[float, ...] = ()) -> None:
        for button in buttons:
            self.edge(button, True, where=where)

    def open(self, *buttons: int) -> None:
        for button in buttons:
            self.edge(button, False)

    def hold(self, *buttons: int, for_: float) -> None:
        self.close(*buttons)
        self.wait(for_)
        self.open(*buttons)
        self.wait(0.1)

    def press(self, button: int, for_: float = 0.1) -> None:
        self.hold(button, for_=for_)

    def chatter(self, button: int, closures: int, within: float, *, ends: bool = True) -> None:
        """Close and open `closures` times within so many seconds, at rest closed at the end (or open)."""
        step = within / (2 * closures - 1)
        for _ in range(closures):
            self.edge(button, True)
            self.wait(step)
            self.edge(button, False)
            self.wait(step)
        if ends:
            self.edge(button, True)

    def _hear(self, t: float, gestures: tuple[Gesture, ...]) -> None:
        self.heard += gestures
        self.fired_at += [(t, gesture.kind) for gesture in gestures]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_press_commits_on_release_with_the_time_and_place_of_its_closing_edge(bench: Bench) -> None:
    bench.close(TRIP, where=(1234.5, 0.0))
    bench.wait(0.3)
    assert bench.gestures == []
    bench.open(TRIP)
    bench.wait(0.1)
    assert bench.gestures == [Gesture("press", (TRIP,), 100.0, (1234.5, 0.0))]


def test_every_closing_edge_is_down_at_once(bench: Bench) -> None:
    bench.close(NEXT, where=(7.0,))
    assert bench.heard == [Gesture("down", (NEXT,), 100.0, (7.0,))]


@pytest.mark.parametrize("closures", [2, 3, 6])
def test_chatter_is_one_press(bench: Bench, closures: int) -> None:
    """A contact that bounces for 20 ms is pressed once, at the first edge of the burst."""
    bench.chatter(TRIP, closures=closures, within=0.020)
    bench.wait(0.1)
    bench.open(TRIP)
    bench.wait(0.1)
    assert bench.gestures == [Gesture("press", (TRIP,), 100.0)]
    assert len(bench.downs) == 1


def test_chatter_on_release_is_one_press(bench: Bench) -> None:
    bench.close(TRIP)
    bench.wait(0.15)
    bench.open(TRIP)
    bench.wait(0.002)
    bench.chatter(TRIP, closures=5, within=0.020, ends=False)
    bench.wait(0.1)
    assert bench.meant == [("press", (TRIP,))]


def test_a_blip_shorter_than_the_settle_time_is_nothing(bench: Bench) -> None:
    bench.press(TRIP, for_=0.006)
    assert bench.gestures == []
    assert bench.panel == Panel()


def test_a_contact_that_never_settles_is_stuck_too(bench: Bench) -> None:
    bench.chatter(TRIP, closures=6000, within=21.0)
    assert bench.meant == [("stuck", (TRIP,))]


def test_a_key_tapped_in_no_time_is_a_press(bench: Bench) -> None:
    bench.table = replace(TABLE, settle=0.0)
    bench.press(NEXT, for_=0.0)
    assert bench.gestures == [Gesture("press", (NEXT,), 100.0)]


def test_a_long_fires_while_held_and_suppresses_the_press(bench: Bench) -> None:
    bench.hold(TRIP, for_=1.5)
    assert bench.gestures == [Gesture("long", (TRIP,), 100.0)]
    assert (100.8, "long") in bench.fired_at


def test_a_button_let_go_before_the_hold_is_a_press(bench: Bench) -> None:
    bench.hold(TRIP, for_=0.79)
    assert bench.meant == [("press", (TRIP,))]


def test_a_button_without_a_long_is_a_press_however_long_it_is_held(bench: Bench) -> None:
    bench.hold(8, for_=10.0)
    assert bench.meant == [("press", (8,))]


def test_a_repeating_button_repeats_from_0_8_s_every_0_2_s_without_a_press(bench: Bench) -> None:
    bench.hold(PLUS, for_=1.5)
    assert bench.meant == [("repeat", (PLUS,))] * 4
    assert [t for t, kind in bench.fired_at if kind == "repeat"] == [100.8, 101.0, 101.2, 101.4]


def test_a_repeating_button_tapped_is_a_press(bench: Bench) -> None:
    bench.press(PLUS)
    assert bench.meant == [("press", (PLUS,))]


def test_a_repeat_stops_five_seconds_after_the_button_was_closed(bench: Bench) -> None:
    bench.hold(PLUS, for_=15.0)
    assert bench.meant == [("repeat", (PLUS,))] * 22
    assert max(t for t, kind in bench.fired_at if kind == "repeat") == 105.0


def test_two_held_together_are_a_chord_and_nothing_else(bench: Bench) -> None:
    bench.hold(PLUS, MINUS, for_=3.0)
    assert bench.meant == [("chord", (PLUS, MINUS))]


def test_a_chord_counts_from_the_later_closing_and_takes_its_time_and_place(bench: Bench) -> None:
    bench.close(MARK, where=(10.0,))
    bench.wait(0.3)
    bench.close(TRIP, where=(20.0,))
    bench.wait(0.79)
    assert bench.gestures == []
    bench.wait(0.02)
    assert bench.gestures == [Gesture("chord", (TRIP, MARK), 100.3, (20.0,))]
    assert (101.1, "chord") in bench.fired_at


def test_a_chord_has_its_own_hold_time(bench: Bench) -> None:
    bench.close(TRIP, BACK)
    bench.wait(1.99)
    assert bench.gestures == []
    bench.wait(0.02)
    assert bench.meant == [("chord", (TRIP, BACK))]


def test_a_broken_chord_is_nothing_at_all(bench: Bench) -> None:
    """Neither release is a press, and the finger that stays makes no long."""
    bench.close(TRIP, MARK)
    bench.wait(0.5)
    bench.open(MARK)
    bench.wait(3.0)
    bench.open(TRIP)
    bench.wait(0.1)
    assert bench.gestures == []


def test_after_a_broken_chord_the_buttons_work_again(bench: Bench) -> None:
    bench.hold(TRIP, MARK, for_=0.4)
    bench.press(TRIP)
    bench.hold(TRIP, MARK, for_=0.9)
    assert bench.meant == [("press", (TRIP,)), ("chord", (TRIP, MARK))]


def test_a_button_whose_long_is_had_makes_no_chord_until_it_was_open(bench: Bench) -> None:
    bench.close(TRIP)
    bench.wait(1.0)
    bench.hold(MARK, for_=2.0)
    bench.open(TRIP)
    bench.wait(0.1)
    assert bench.meant == [("long", (TRIP,))]


def test_a_repeating_button_stops_when_its_partner_closes(bench: Bench) -> None:
    bench.close(PLUS)
    bench.wait(0.9)
    bench.hold(MINUS, for_=2.0)
    bench.open(PLUS)
    bench.wait(0.1)
    assert bench.meant == [("repeat", (PLUS,))]


def test_buttons_that_make_no_chord_do_not_mind_each_other(bench: Bench) -> None:
    bench.close(NEXT)
    bench.wait(0.1)
    bench.press(PLUS)
    bench.open(NEXT)
    bench.wait(0.1)
    assert bench.meant == [("press", (PLUS,)), ("press", (NEXT,))]


def test_three_that_make_two_chords_make_none(bench: Bench) -> None:
    bench.hold(PLUS, MINUS, BACK, for_=3.0)
    assert bench.gestures == []


def test_a_palm_on_the_panel_moves_no_distance(bench: Bench) -> None:
    bench.hold(TRIP, NEXT, BACK, PLUS, MINUS, MARK, for_=0.5)
    assert bench.meant == [("press", (NEXT,))]


def test_a_contact_closed_for_twenty_seconds_is_stuck_once_and_no_press(bench: Bench) -> None:
    bench.hold(8, for_=100.0)
    assert bench.gestures == [Gesture("stuck", (8,), 100.0)]
    assert (120.0, "stuck") in bench.fired_at


def test_a_stuck_button_does_not_take_its_chord_partner_with_it(bench: Bench) -> None:
    bench.close(TRIP)
    bench.wait(30.0)
    bench.press(MARK)
    assert bench.meant == [("long", (TRIP,)), ("stuck", (TRIP,)), ("press", (MARK,))]


def test_a_contact_closed_at_start_does_nothing_until_it_was_open(bench: Bench) -> None:
    bench.close(TRIP)
    bench.wait(0.5)
    bench.panel, bench.t = presses.start(bench.panel), 0.0
    bench.wait(2.0)
    bench.open(TRIP)
    bench.wait(0.1)
    assert bench.gestures == []
    bench.press(TRIP)
    assert bench.meant == [("press", (TRIP,))]


def test_a_contact_closed_at_start_may_shake_without_being_believed(bench: Bench) -> None:
    bench.close(TRIP)
    bench.panel, bench.t = presses.start(bench.panel), 0.0
    bench.wait(1.0)
    bench.open(TRIP)
    bench.wait(0.003)
    bench.close(TRIP)
    bench.wait(2.0)
    assert bench.gestures == []


def test_a_contact_closed_at_start_and_opened_unseen_is_believed_at_its_next_closing(bench: Bench) -> None:
    bench.close(TRIP)
    bench.panel, bench.t = presses.start(bench.panel), 0.0
    bench.wait(1.0)
    bench.press(TRIP)
    assert bench.gestures == [Gesture("press", (TRIP,), 1.0)]


def test_a_contact_closed_at_start_and_ever_since_is_stuck(bench: Bench) -> None:
    bench.close(TRIP)
    bench.panel, bench.t = presses.start(bench.panel), 0.0
    bench.wait(30.0)
    assert bench.gestures == [Gesture("stuck", (TRIP,), 0.0)]


def test_a_release_that_had_not_settled_at_start_is_dropped(bench: Bench) -> None:
    bench.close(TRIP)
    bench.wait(0.1)
    bench.open(TRIP)
    assert presses.start(bench.panel) == Panel()


def test_a_release_that_arrives_late_but_within_the_grace_stops_the_repeat(bench: Bench) -> None:
    """A pod's frame may be lost once and come 50 ms later: its own stamp decides."""
    bench.table = replace(TABLE, settle=0.0, grace=0.06)
    bench.close(PLUS)
    bench.wait(0.79)
    bench.wait(0.05)
    bench.edge(PLUS, False, late=0.05)
    assert bench.gestures == [Gesture("press", (PLUS,), 100.0)]


def test_a_panel_with_a_grace_fires_so_much_later(bench: Bench) -> None:
    bench.table = replace(TABLE, settle=0.0, grace=0.06)
    bench.close(TRIP)
    bench.panel, early = presses.tick(bench.panel, bench.table, 100.85)
    assert early == ()
    bench.wait(2.0)
    assert bench.fired_at == [(100.0, "down"), (100.86, "long")]


def test_a_key_that_repeats_by_itself_is_one_press(bench: Bench) -> None:
    bench.close(NEXT)
    for _ in range(5):
        bench.wait(0.03)
        bench.close(NEXT)
    bench.open(NEXT)
    bench.wait(0.1)
    assert bench.meant == [("press", (NEXT,))]


def test_an_edge_told_twice_does_not_put_off_the_settling(bench: Bench) -> None:
    bench.close(TRIP)
    bench.wait(0.006)
    bench.close(TRIP)
    bench.wait(0.003)
    bench.open(TRIP)
    bench.wait(0.1)
    assert bench.meant == [("press", (TRIP,))]


def test_a_panel_at_rest_is_empty_and_waits_for_nothing(bench: Bench) -> None:
    bench.press(TRIP)
    assert bench.panel == Panel()
    assert presses.due(bench.panel, TABLE) is None


# What must hold for any fingers at all.

MILLISECONDS = st.sampled_from([0, 1, 3, 8, 9, 50, 200, 500, 800, 1200, 2100, 6000, 21000])
EDGES = st.lists(st.tuples(MILLISECONDS, st.integers(1, 7), st.booleans()), max_size=40)
TABLES = st.sampled_from([TABLE, replace(TABLE, settle=0.0), replace(TABLE, settle=0.0, grace=0.06), Gestures()])


def played(table: Gestures, edges: list[tuple[int, int, bool]], *, paper: bool = False, ticks: bool = True) -> Bench:
    """These edges (milliseconds after the one before, button, closed), and half a minute of quiet."""
    bench = Bench(table)
    for after, button, closed in edges:
        if ticks:
            bench.wait(after / 1000)
        else:
            bench.t = stamp(bench.t + after / 1000)
        if paper:
            bench.panel = on_paper(bench.panel)
        if ticks:
            bench.edge(button, closed, where=(bench.t,))
        else:
            bench.panel, gestures = presses.edge(bench.panel, table, bench.t, button, closed, (bench.t,))
            bench.heard += gestures
    bench.wait(30.0)
    return bench


@given(TABLES, EDGES)
@settings(max_examples=150, deadline=None)
def test_a_panel_put_on_paper_at_any_moment_goes_on_the_same(
    table: Gestures, edges: list[tuple[int, int, bool]]
) -> None:
    assert played(table, edges, paper=True).fired_at == played(table, edges).fired_at


@given(TABLES, EDGES)
@settings(max_examples=150, deadline=None)
def test_edges_without_ticks_between_them_mean_the_same(table: Gestures, edges: list[tuple[int, int, bool]]) -> None:
    assert played(table, edges, ticks=False).heard == played(table, edges).heard


@given(TABLES, EDGES)
@settings(max_examples=150, deadline=None)
def test_one_closing_comes_to_one_kind_of_gesture_at_most(table: Gestures, edges: list[tuple[int, int, bool]]) -> None:
    """Repeats are many and a stuck contact is told besides; but press, long, chord and repeat exclude each other."""
    kinds: dict[int, list[str]] = {}
    for gesture in played(table, edges).heard:
        for button in gesture.buttons:
            match gesture.kind:
                case "down":
                    kinds[button] = []
                case "repeat":
                    kinds[button] = [*(kind for kind in kinds[button] if kind != "repeat"), "repeat"]
                case "press" | "long" | "chord":
                    kinds[button].append(gesture.kind)
            assert len(kinds[button]) <= 1


@given(
    TABLES,
    st.lists(
        st.tuples(st.floats(), st.integers(), st.booleans())
        | st.tuples(st.floats(allow_nan=False), st.none(), st.none()),
        max_size=20,
    ),
)
@settings(max_examples=150, deadline=None)
def test_no_edge_and_no_tick_ever_raises(
    table: Gestures, signals: list[tuple[float, int, bool] | tuple[float, None, None]]
) -> None:
    """Times that run backwards, times that are none: the panel stays small and goes on."""
    panel = Panel()
    for t, button, closed in signals:
        if button is None or closed is None:
            panel, _ = presses.tick(panel, table, t)
        else:
            panel, _ = presses.edge(panel, table, t, button, closed, ())
        presses.due(panel, table)
    assert len(panel.contacts) <= len(signals)


POD = replace(TABLE, settle=0.0, grace=0.06)


@pytest.mark.parametrize(("held", "kind"), [(0.2, "press"), (1.0, "long")])
def test_an_outage_makes_no_long_of_a_press_and_no_press_of_a_long(held: float, kind: str) -> None:
    """Both edges were kept by the pod while its cable was out, and come in one read, three seconds late."""
    bench = Bench(POD)
    bench.edge(NEXT, True, late=3.0)
    bench.edge(NEXT, False, late=3.0 - held)
    bench.wait(1.0)
    assert bench.meant == [(kind, (NEXT,))]


def test_a_button_still_held_after_an_outage_is_long_as_soon_as_nothing_lies_behind_its_closing() -> None:
    bench = Bench(POD)
    bench.edge(NEXT, True, late=3.0)
    bench.wait(0.059)
    assert bench.meant == []
    bench.wait(0.002)
    assert bench.meant == [("long", (NEXT,))]
