"""What the crew's gestures do to trip, pointer and display, without buttons and receivers."""

import pytest
from msgspec.structs import replace

from codriver.config import Settings
from codriver.core import crew, trip
from codriver.core.odometer import GPS, Odometer
from codriver.core.outs import Alert, Marked, TripChanged
from codriver.core.plan import Plan, lay_out
from codriver.core.state import Place, State
from codriver.roadbook.model import Event, Note, Report, Roadbook
from codriver.units import Metres, Seconds

# A gap of 100 m, a danger, a lonely box, one that sets the trip and one behind it.
NOTES = (
    Note(1, 0.0),
    Note(2, 1000.0),
    Note(3, 1100.0, danger=2),
    Note(4, 5000.0),
    Note(5, 9000.0, events=(Event("reset", 0.0),)),
    Note(6, 400.0, danger=3),
)


def plan_of(notes: tuple[Note, ...], step_m: Metres = 10.0) -> Plan:
    return lay_out("test", Settings(step_m=step_m), Roadbook("test", "test", "metric", notes), Report("test"))


PLAN = plan_of(NOTES)
NO_BOOK = plan_of(())


class Crew:
    """A crew at an odometer's reading, which they can move on."""

    def __init__(self, odo: Metres = 0.0, plan: Plan = PLAN, pointer: int = 0):
        self.plan, self.t = plan, 100.0
        self.state = State(now=100.0, odo=Odometer(settled=odo, source=GPS), pointer=pointer)
        self.rows: list[TripChanged] = []
        self.alerts: list[str] = []
        self.marks: list[Marked] = []

    @property
    def odo(self) -> Metres:
        return self.state.odo.settled

    @property
    def total(self) -> Metres:
        return trip.total(self.state.trip, self.odo)

    @property
    def partial(self) -> Metres:
        return trip.partial(self.state.trip, self.odo)

    def drive(self, metres: Metres) -> None:
        self.state = replace(self.state, odo=replace(self.state.odo, settled=self.odo + metres))

    def wait(self, seconds: Seconds) -> None:
        self.t += seconds
        self.state = replace(self.state, now=self.t)

    def do(self, action: str, odo: Metres | None = None) -> str:
        self.state, outs, done = crew.act(
            self.plan, self.state, action, self.t, self.odo if odo is None else odo, "crew"
        )
        self.rows += [out for out in outs if isinstance(out, TripChanged)]
        self.alerts += [out.text for out in outs if isinstance(out, Alert)]
        self.marks += [out for out in outs if isinstance(out, Marked)]
        return done

    def enter(self, entry: str) -> str | None:
        answer = crew.enter(self.plan, self.state, entry, self.t, "crew")
        if answer is None:
            return None
        self.state, outs, done = answer
        self.rows += [out for out in outs if isinstance(out, TripChanged)]
        return done


def test_zeroing_the_partial_leaves_total_and_pointer() -> None:
    team = Crew(1050.0, pointer=2)
    assert team.do("zero_partial") == "zero partial"
    assert (team.total, team.partial, team.state.pointer) == (1050.0, 0.0, 2)


def test_zeroing_the_total_seeks_the_first_note_ahead() -> None:
    team = Crew(1050.0, pointer=2)
    assert team.do("zero_total") == "zero total"
    assert (team.total, team.partial, team.state.pointer) == (0.0, 1050.0, 1)


def test_a_step_is_the_plans_and_moves_both() -> None:
    team = Crew(700.0, plan_of(NOTES, step_m=16.09344), pointer=1)
    assert team.do("plus") == "+16.0934 m"
    assert team.total == team.partial == pytest.approx(716.0934)
    assert team.do("minus") == "-16.0934 m"
    assert team.total == pytest.approx(700.0)
    assert [row.by for row in team.rows] == ["crew", "crew"]


def test_a_step_over_a_note_passes_it_and_a_danger_not_in_silence() -> None:
    team = Crew(995.0, pointer=1)
    team.do("plus")
    assert team.state.pointer == 2
    assert team.alerts == []
    team.drive(90.0)
    team.do("plus")
    assert team.state.pointer == 3
    assert team.alerts == ["danger 2 at box 3 lies behind after the step"]


def test_a_step_back_leaves_the_pointer_alone() -> None:
    team = Crew(1005.0, pointer=2)
    team.do("minus")
    assert (team.total, team.state.pointer) == (995.0, 2)


def test_the_pointer_turned_by_hand_survives_what_does_not_move_the_total() -> None:
    team = Crew(700.0, pointer=1)
    team.do("next_note")
    team.do("next_note")
    for deed in ("zero_partial", "undo", "backwards", "undo", "freeze"):
        team.do(deed)
    for entry in ("partial=5", "scale=1.01"):
        team.enter(entry)
    team.do("undo")
    assert team.state.pointer == 3


def test_the_pages_of_the_book_end() -> None:
    team = Crew()
    assert team.do("previous_note") == "previous note: the book is at its beginning"
    for _ in NOTES:
        assert team.do("next_note") == "next note"
    assert team.do("next_note") == "next note: the book is at its end"
    assert team.state.pointer == len(NOTES)
    assert team.do("previous_note") == "previous note"
    assert team.rows == []


def test_counting_backwards_is_told_by_its_direction() -> None:
    team = Crew(1000.0)
    assert team.do("backwards") == "backwards"
    team.drive(200.0)
    assert team.total == pytest.approx(800.0)
    assert team.do("backwards") == "forwards"


def test_undo_brings_back_the_distance_and_the_note() -> None:
    team = Crew(1050.0, pointer=2)
    team.do("zero_total")
    team.drive(30.0)
    assert team.do("undo") == "undo zero total"
    assert (team.total, team.state.pointer) == (1080.0, 2)
    assert team.do("undo") == "nothing to undo"


def test_freeze_and_release_say_so_and_change_no_distance() -> None:
    team = Crew(500.0)
    assert [team.do("freeze"), team.do("freeze")] == ["freeze", "release"]
    assert team.rows == []
    assert team.state.trip.changes == ()


def test_a_mark_holds_place_and_both_distances() -> None:
    team = Crew(500.0)
    team.enter("total=2000")
    team.state = replace(team.state, place=Place(99.9, 31.0, -4.0))
    assert team.do("mark", 495.0) == "mark"
    [mark] = team.marks
    assert (mark.lat, mark.lon, mark.odo_m, mark.total_m, mark.t) == (31.0, -4.0, 495.0, 1995.0, 100.0)


def test_a_mark_without_a_fix_has_no_place() -> None:
    team = Crew(500.0)
    team.do("mark")
    [mark] = team.marks
    assert (mark.lat, mark.lon, mark.speed_mps, mark.utc) == (None, None, None, None)


def test_an_action_nobody_knows_here_is_only_named() -> None:
    team = Crew()
    before = team.state
    assert team.do("somersault") == "somersault"
    assert team.state == before


# Sync (blueprint 6): three sigma, a second press above 200 m or half the gap, no danger in silence.


def test_sync_sets_the_total_to_the_nearest_box() -> None:
    team = Crew(4960.0, pointer=3)
    assert team.do("sync") == "sync: box 4, +40 m"
    assert (team.total, team.state.pointer) == (5000.0, 4)
    assert team.alerts == ["box 4, +40 m"]
    assert team.rows[-1].what == "sync to box 4"


def test_sync_takes_the_distance_of_its_closing_edge() -> None:
    team = Crew(4985.0, pointer=3)
    team.do("sync", 4960.0)
    assert team.total == 5025.0
    assert team.state.pointer == 4


@pytest.mark.parametrize(("since", "off", "syncs"), [(1000.0, 90.0, True), (1000.0, 90.1, False), (0.0, 60.0, True)])
def test_sync_looks_three_sigma_around_and_no_further(since: Metres, off: Metres, syncs: bool) -> None:
    """One sigma is 1 % of the way since the total was set, and 20 m."""
    team = Crew(10_000.0)
    team.enter(f"total={5000.0 - off - since}")
    team.drive(since)
    assert ("refused" in team.do("sync")) is not syncs
    assert (team.total == 5000.0) is syncs


def test_sync_looks_around_by_the_way_since_the_total_was_set_whatever_was_turned() -> None:
    team = Crew(4900.0, pointer=3)
    team.do("backwards")
    team.do("backwards")
    assert team.do("sync") == "sync: box 4, +100 m"


def test_sync_above_200_m_asks_for_a_second_press() -> None:
    lonely = plan_of((Note(1, 0.0), Note(2, 50_000.0)))
    team = Crew(49_800.0, lonely, pointer=1)
    assert team.do("sync") == "sync: box 2, +200 m"
    team = Crew(49_799.0, lonely, pointer=1)
    assert team.do("sync") == "sync asks: box 2, +201 m"
    assert team.rows == []
    team.wait(5.0)
    assert team.do("sync") == "sync: box 2, +201 m"


def test_a_second_press_that_comes_too_late_asks_again() -> None:
    team = Crew(49_799.0, plan_of((Note(1, 0.0), Note(2, 50_000.0))), pointer=1)
    team.do("sync")
    team.wait(5.01)
    assert team.do("sync") == "sync asks: box 2, +201 m"
    assert team.alerts[-1] == "box 2, +201 m: press again to set"


def test_sync_above_half_the_gap_asks() -> None:
    team = Crew(1050.1, pointer=2)
    assert team.do("sync").startswith("sync: box 3")
    team = Crew(1151.0, pointer=3)
    assert team.do("sync") == "sync asks: box 3, -51 m"


def test_a_second_press_for_another_box_asks_again() -> None:
    team = Crew(940.0, pointer=1)
    assert team.do("sync") == "sync asks: box 2, +60 m"
    team.drive(215.0)
    assert team.do("sync") == "sync asks: box 3, -55 m"


def test_sync_past_a_danger_says_so() -> None:
    team = Crew(4990.0, pointer=2)
    team.do("sync")
    assert "danger 2 at box 3 lies behind after the sync" in team.alerts


def test_sync_to_a_danger_itself_is_no_skipping() -> None:
    team = Crew(1090.0, pointer=2)
    team.do("sync")
    assert team.alerts == ["box 3, +10 m"]


def test_sync_to_a_box_that_sets_the_trip_sets_it() -> None:
    team = Crew(8980.0, pointer=4)
    assert team.do("sync") == "sync: box 5, +20 m"
    assert (team.total, team.state.pointer) == (0.0, 5)


def test_undo_of_a_sync_brings_back_total_and_pointer() -> None:
    team = Crew(8980.0, pointer=4)
    team.do("sync")
    team.drive(30.0)
    team.do("undo")
    assert (team.total, team.state.pointer) == (9010.0, 5)
    team = Crew(4960.0, pointer=3)
    team.do("sync")
    team.do("undo")
    assert (team.total, team.state.pointer) == (4960.0, 3)


def test_sync_without_a_book_does_nothing() -> None:
    team = Crew(500.0, NO_BOOK)
    assert team.do("sync") == "sync: no roadbook"
    assert team.rows == []


# Entries on screen.


def test_an_entry_sets_what_it_names() -> None:
    team = Crew(700.0, pointer=1)
    assert team.enter("total=5100.5") == "total=5100.5"
    assert (team.total, team.partial, team.state.pointer) == (5100.5, 700.0, 4)
    assert team.enter("partial=-20") == "partial=-20"
    assert team.partial == -20.0
    assert team.enter("scale=0.998") == "scale=0.998"
    team.drive(1000.0)
    assert team.total == pytest.approx(6098.5)
    assert [row.what for row in team.rows] == ["set total", "set partial", "scale"]


def test_an_entry_made_twice_at_a_stand_seeks_twice() -> None:
    team = Crew(700.0, pointer=1)
    team.enter("total=5100")
    team.enter("total=500")
    assert team.state.pointer == 1


@pytest.mark.parametrize(
    "number", ["", "nan", "inf", "-inf", "1e8", "-1e300", "12_000", "\uff11\uff12", "twelve", "1,5", "0x10", "5="]
)
@pytest.mark.parametrize("what", ["total", "partial", "scale"])
def test_an_odd_number_is_refused_in_words(what: str, number: str) -> None:
    team = Crew(700.0)
    before = team.state
    assert team.enter(f"{what}={number}") == f"{what}={number}: not a sensible number"
    assert team.state == before
    assert team.rows == []


@pytest.mark.parametrize(
    ("scale", "taken"), [("0.5", True), ("2", True), ("0.49", False), ("2.01", False), ("0", False)]
)
def test_a_scale_is_between_a_half_and_two(scale: str, taken: bool) -> None:
    team = Crew(700.0)
    team.enter(f"scale={scale}")
    assert bool(team.rows) is taken


@pytest.mark.parametrize("entry", ["", "f1", "total", "speed=5", "=5", "Total=5"])
def test_what_is_no_entry_is_not_answered_or_refused(entry: str) -> None:
    team = Crew(700.0)
    before = team.state
    assert team.enter(entry) in {None, f"{entry}: not a sensible number"}
    assert team.state == before
