"""A car in reverse gear: what its crew is offered, what one press makes of the trip, and what ends it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from msgspec import structs

from codriver.cockpit import lamps
from codriver.cockpit.outside import NOWHERE
from codriver.config import Settings
from codriver.core import counting, engine, odometer, reckoning
from codriver.core import reversing as reversing_
from codriver.core.leads import SOUNDS
from codriver.core.measuring import MEASURED
from codriver.core.offer import Offer
from codriver.core.outs import Alert, Call, TripChanged, Undone
from codriver.core.reversing import Gear
from codriver.roadbook.model import Note
from codriver.signals import Edge, Line, Signal, Start, write_line
from tests.core.car_bench import Bench, plan_of
from tests.core.test_found import ADVICE

ROAD = (Note(1, 0.0), Note(2, 500.0), Note(3, 995.0), Note(4, 3000.0))
AUTOMATIC = Settings(reversing="automatic")
TURNS, MARK = (4, 5), 6
# A turning is as exact as the receiver's latency and the gate let the odometer read where the car stood.
EXACT = 0.6


class Recorded(Bench):
    """The bench, keeping what came in."""

    def __init__(self, *notes: Note, settings: Settings | None = None):
        self.taken: list[Signal] = []
        super().__init__(*notes, settings=settings or Settings())

    def take(self, signal: Signal) -> None:
        self.taken.append(signal)
        super().take(signal)


def there(settings: Settings | None = None) -> Recorded:
    """A car a kilometre down the road, that stands."""
    car = Recorded(*ROAD, settings=settings)
    car.identify()
    car.roll(4.0, 0.0, gps=True)
    while car.north < 940.0:
        car.roll(0.2, 20.0, gps=True)
    while car.north < 998.0:
        car.roll(0.2, 3.0, gps=True)
    stands(car)
    return car


def stands(car: Bench) -> None:
    car.roll(4.0, 0.0, gps=True)


def goes(car: Bench, metres: float, speed: float) -> None:
    begun = car.north
    while abs(car.north - begun) < metres:
        car.roll(0.2, speed, gps=True)


def reversing(settings: Settings | None = None, metres: float = 12.0) -> Recorded:
    """The same, so many metres back from there, under way."""
    car = there(settings)
    goes(car, metres, -2.0)
    return car


def shown(car: Bench) -> list[str]:
    return [
        banner.text
        for banner in lamps.banners(car.plan, car.state, NOWHERE, car.t)
        if banner.kind in {"offer", "backwards"}
    ]


def alerts(car: Bench) -> list[str]:
    return [out.text for out in car.outs if isinstance(out, Alert) and out.kind == counting.KIND]


def sounds(car: Bench) -> list[str]:
    return [out.sound for out in car.outs if isinstance(out, Call) and out.sound in {"backwards", "forwards"}]


def test_one_press_counts_the_way_back_from_where_the_gear_was_changed_and_forwards_comes_by_itself() -> None:
    car = there()
    assert car.total == pytest.approx(car.north, abs=1.0)
    off = car.total - car.north
    goes(car, 15.0, -2.0)
    assert shown(car) == ["reversing since 15 m: MARK counts it backwards"]
    assert car.total == pytest.approx(car.north + off + 30.0, abs=2.0)
    car.press(MARK)
    assert car.pressed[-1] == "backwards"
    assert shown(car) == ["REVERSING since 15 m: COUNTING BACKWARDS"]
    assert car.total == pytest.approx(car.north + off, abs=EXACT)
    goes(car, 15.0, -2.0)
    stands(car)
    assert car.total == pytest.approx(car.north + off, abs=EXACT)
    goes(car, 60.0, 8.0)
    assert alerts(car) == ["forwards again since 5 m: counting forwards"]
    assert sounds(car) == ["forwards"]
    assert shown(car) == []
    assert car.total == pytest.approx(car.north + off, abs=2 * EXACT)
    assert car.distance == pytest.approx(car.truth, abs=2.0)  # a path's length
    assert car.changed == ["backwards", "forwards"]
    assert [out.by for out in car.outs if isinstance(out, TripChanged)] == ["crew", "reversing"]
    car.press(3, 5, held=1.0)
    assert car.changed[-2:] == ["undo forwards", "undo backwards"]
    assert car.pressed[-1] == "undo forwards, undo backwards"
    assert car.total == pytest.approx(car.distance, abs=0.01)


def test_one_undo_takes_back_both_turnings_and_what_came_between_and_no_stage_is_lost() -> None:
    car = reversing(AUTOMATIC)
    car.enter("do=zero_partial")
    stands(car)
    goes(car, 1000.0, 20.0)
    assert car.changed == ["backwards", "zero partial", "forwards"]
    car.press(3, 5, held=1.0)
    assert car.changed[3:] == ["undo forwards", "undo zero partial", "undo backwards"]
    rows = [out for out in car.outs if isinstance(out, TripChanged)]
    assert [row.undoes for row in rows] == [None, None, None, rows[2].id, rows[1].id, rows[0].id]
    assert {out.id for out in car.outs if isinstance(out, Undone)} == {row.id for row in rows[:3]}
    assert car.total == pytest.approx(car.distance, abs=0.01)
    assert car.state.trip.changes == ()


def test_the_box_that_lies_ahead_again_is_the_next_one() -> None:
    car = there()
    assert car.state.pointer == 3
    goes(car, 15.0, -2.0)
    car.press(MARK)
    assert car.state.pointer == 2
    stands(car)
    goes(car, 40.0, 5.0)
    assert car.state.pointer == 3


def test_an_offer_that_is_not_taken_is_gone_when_the_car_goes_forwards_and_changes_nothing() -> None:
    car = reversing()
    assert shown(car) == ["reversing since 10 m: MARK counts it backwards"]
    stands(car)
    goes(car, 10.0, 5.0)
    assert car.state.offer is None
    assert car.changed == []
    assert alerts(car) == []


def test_an_offer_that_is_not_taken_lapses_and_does_not_come_again() -> None:
    car = reversing()
    car.roll(counting.STANDS_FOR + 1.0, 0.0, gps=True)
    goes(car, 20.0, -2.0)
    assert shown(car) == []


def test_automatic_it_is_done_and_heard() -> None:
    car = reversing(AUTOMATIC)
    assert alerts(car) == ["reversing since 5 m: counting backwards"]
    assert sounds(car) == ["backwards"]
    assert shown(car) == ["REVERSING since 10 m: COUNTING BACKWARDS"]
    assert car.state.junction is None
    assert car.total == pytest.approx(car.north, abs=1.0)
    car.press(3, 5, held=1.0)
    stands(car)
    goes(car, 30.0, 5.0)
    assert car.changed == ["backwards", "undo backwards"]  # who takes it back counts for himself
    assert car.total == pytest.approx(car.distance, abs=0.01)


def test_where_it_is_off_nothing_is_said() -> None:
    car = reversing(Settings(reversing="off"))
    assert shown(car) == []
    assert not car.state.reversing.gear.back


def test_a_crew_that_turns_the_count_for_it_is_not_asked_and_is_offered_to_go_forwards() -> None:
    car = there(AUTOMATIC)
    goes(car, 60.0, 8.0)
    stands(car)
    car.press(*TURNS, held=1.0)
    goes(car, 20.0, -2.0)
    assert shown(car) == ["COUNTING BACKWARDS since box 3"]
    stands(car)
    goes(car, 12.0, 3.0)
    assert shown(car)[0] == "forwards again since 10 m: MARK counts it forwards"
    car.press(MARK)
    assert car.changed == ["backwards", "forwards"]
    assert shown(car) == []
    assert car.total == pytest.approx(car.north, abs=1.5)
    assert alerts(car) == []


def test_the_offer_to_count_forwards_keeps_its_place_when_the_car_is_fast() -> None:
    car = there()
    goes(car, 450.0, 8.0)
    stands(car)
    car.press(*TURNS, held=1.0)
    off = car.total - car.north
    goes(car, 40.0, -2.0)
    stands(car)
    goes(car, 300.0, 20.0)
    assert shown(car)[0] == "forwards again since 300 m: MARK counts it forwards"
    car.press(MARK)
    car.roll(0.4, 20.0, gps=True)
    assert car.total - car.north == pytest.approx(off, abs=2 * EXACT)


def test_plus_and_minus_end_what_was_turned_for_reverse_gear() -> None:
    car = reversing(AUTOMATIC, 30.0)
    car.press(*TURNS, held=1.0)
    assert shown(car) == []
    goes(car, 10.0, -2.0)
    stands(car)
    goes(car, 30.0, 5.0)
    assert car.changed == ["backwards", "forwards"]
    assert not car.state.trip.basis.backwards


def test_who_turns_the_count_as_it_is_turned_unasked_meant_the_same_and_has_it() -> None:
    car = reversing(AUTOMATIC)
    total, north = car.total, car.north
    car.press(*TURNS, held=1.0)
    assert car.pressed[-1] == "backwards already: until you turn it"
    assert car.changed == ["backwards"]
    assert shown(car) == ["COUNTING BACKWARDS since box 3"]
    goes(car, 10.0, -2.0)
    assert car.total - total == pytest.approx(car.north - north, abs=EXACT)
    stands(car)
    goes(car, 10.0, 4.0)
    assert shown(car)[0] == "forwards again since 10 m: MARK counts it forwards"
    car.press(*TURNS, held=1.0)
    assert car.changed == ["backwards", "forwards"]


def test_a_crew_that_has_turned_round_by_reverse_gear_and_counts_back_is_not_asked() -> None:
    on, aside = reversing_.Leg(2.0, 0.0, 2.0), reversing_.Leg(1.0, 1.7, 2.0)
    assert reversing_.leads_on(Gear(leg=on, ahead=on))
    assert reversing_.leads_on(Gear(leg=on))
    assert not reversing_.leads_on(Gear(leg=aside, ahead=on))


def test_plus_and_minus_take_the_offer_away() -> None:
    car = reversing()
    car.press(*TURNS, held=1.0)
    assert car.state.offer is None
    assert shown(car) == ["COUNTING BACKWARDS since box 3"]


def test_what_the_crew_sets_while_it_reverses_stays() -> None:
    car = reversing()
    car.enter("total=990")
    set_at = car.north
    goes(car, 8.0, -2.0)
    car.press(MARK)
    assert car.total == pytest.approx(990.0 + car.north - set_at, abs=EXACT)


def test_a_total_that_was_changed_meanwhile_is_what_is_told_and_a_partial_is_not() -> None:
    car = reversing(metres=30.0)
    off = car.total - 2.0 * car.distance
    car.enter("do=zero_partial")
    zeroed = car.north
    goes(car, 10.0, -2.0)
    assert shown(car) == ["reversing since 40 m: MARK counts it backwards"]
    car.press(MARK)
    assert car.total < off + 2.0 * car.distance - 70.0
    assert car.partial == pytest.approx(car.north - zeroed, abs=EXACT)
    car = reversing(metres=30.0)
    car.enter("do=plus")
    goes(car, 10.0, -2.0)
    assert shown(car) == ["reversing since 10 m: MARK counts it backwards"]


def test_the_offer_for_reverse_gear_comes_before_that_of_a_box() -> None:
    car = there()
    goes(car, 20.0, 8.0)
    stands(car)
    car.press(*TURNS, held=1.0)
    goes(car, 60.0, 4.0)  # turned round, back at box 3
    assert shown(car)[0] == "back at box 3: MARK counts forwards"
    stands(car)
    goes(car, 12.0, -2.0)
    assert shown(car)[0] == "reversing since 10 m: MARK counts it forwards"


def test_a_box_says_nothing_in_reverse_gear_of_ones_own_count() -> None:
    car = there()
    goes(car, 20.0, 8.0)
    stands(car)
    car.press(*TURNS, held=1.0)
    goes(car, 60.0, -2.0)
    assert car.total < 990.0
    assert shown(car) == ["COUNTING BACKWARDS since box 3"]


def test_an_offer_that_a_power_cut_took_away_is_made_again() -> None:
    car = reversing()
    car.take(Start(0.0, "test", "power"))
    car.t = 0.0
    goes(car, 8.0, -2.0)
    assert shown(car) == ["reversing since 20 m: MARK counts it backwards"]


def test_an_offer_that_another_book_took_away_is_made_again() -> None:
    car = reversing()
    new = plan_of(*ROAD[:3], id_="other")
    car.state = engine.carry(car.plan, new, car.state)
    car.plan = new
    assert car.state.offer is None
    goes(car, 8.0, -2.0)
    assert shown(car) == ["reversing since 20 m: MARK counts it backwards"]


@pytest.mark.parametrize("settings", [Settings(), AUTOMATIC])
def test_a_crew_that_drives_back_by_its_own_count_goes_along_the_book_in_reverse_gear(settings: Settings) -> None:
    """Nothing is turned unasked over the crew's own word."""
    car = there(settings)
    goes(car, 300.0, 15.0)
    stands(car)
    car.press(*TURNS, held=1.0)
    goes(car, 200.0, 12.0)  # it has turned round: its receiver's course tells nobody here
    stands(car)
    before = car.total
    goes(car, 20.0, -2.0)
    assert shown(car)[0] == "reversing since 20 m: MARK counts it forwards"
    car.press(MARK)
    assert shown(car) == ["REVERSING since 20 m: COUNTING FORWARDS"]
    assert car.total == pytest.approx(before + 20.0, abs=2 * EXACT)
    stands(car)
    goes(car, 20.0, 5.0)
    assert car.state.trip.basis.backwards
    assert car.state.junction is not None
    assert alerts(car) == ["forwards again since 5 m: counting backwards"]


MISSED = "not in reverse gear any more: counting forwards, CHECK THE TOTAL"


def unseen(car: Bench, seconds: float) -> None:
    """The gear is changed while GPS is away for so long."""
    stands(car)
    while car.speed != 0.0:
        car.roll(0.05, 0.0, gps=True)
    car.roll(seconds / 2.0, -1.0)
    car.roll(seconds / 2.0, 1.0)


@pytest.mark.parametrize("seconds", [3.0, 8.0])
def test_a_change_of_gear_that_nobody_saw_is_told_by_the_way_on(seconds: float) -> None:
    car = there(AUTOMATIC)
    off = car.total - car.north
    goes(car, 15.0, -2.0)
    unseen(car, seconds)
    goes(car, 20.0, 4.0)
    assert alerts(car)[-1].endswith("counting forwards")
    assert sounds(car) == ["backwards", "forwards"]
    goes(car, 200.0, 15.0)
    assert car.changed == ["backwards", "forwards"]
    assert car.total - car.north == pytest.approx(off, abs=2.0)


def test_a_hole_in_reverse_gear_is_no_change_of_it() -> None:
    car = there(AUTOMATIC)
    off = car.total - car.north
    goes(car, 15.0, -2.0)
    car.roll(4.0, -2.0)
    goes(car, 15.0, -2.0)
    assert car.changed == ["backwards"]
    assert car.state.reversing.gear.hole is None
    stands(car)
    goes(car, 60.0, 8.0)
    assert car.total - car.north == pytest.approx(off, abs=2.0)


def test_too_fast_for_reverse_gear_it_counts_forwards_from_where_nobody_saw_and_says_so() -> None:
    car = there(AUTOMATIC)
    off = car.total - car.north
    goes(car, 15.0, -2.0)
    car.roll(4.0, 0.0)
    while car.speed < 9.0:
        car.roll(0.2, 9.0)
    goes(car, 60.0, 9.0)
    assert alerts(car)[-1] == MISSED
    assert sounds(car) == ["backwards", "forwards"]
    assert car.changed == ["backwards", "forwards"]
    assert shown(car) == []
    assert car.total - car.north == pytest.approx(off, abs=15.0)


def test_so_far_no_car_reverses() -> None:
    """Then it never was in reverse gear, but spun round."""
    car = reversing(AUTOMATIC)
    goes(car, 200.0, -3.0)
    assert alerts(car)[-1] == MISSED
    assert car.total == pytest.approx(car.distance, abs=0.1)


def test_the_measured_mile_that_a_crew_has_not_answered_comes_first() -> None:
    car = there()
    mile = Offer(MEASURED, "x", car.t + 8.0)
    car.state = structs.replace(car.state, offer=mile)
    goes(car, 10.0, -2.0)
    assert car.state.offer == mile
    goes(car, 8.0, -2.0)
    assert car.state.offer is not None
    assert car.state.offer.kind == counting.KIND


def test_a_new_segment_knows_that_the_trip_counts_the_other_way() -> None:
    car = reversing(AUTOMATIC)
    car.take(Start(0.0, "test", "power"))
    car.t = 0.0
    assert shown(car) == ["REVERSING since 10 m: COUNTING BACKWARDS"]


def test_a_power_cut_over_the_change_of_gear_is_made_up_for() -> None:
    car = there(AUTOMATIC)
    off = car.total - car.north
    goes(car, 18.0, -2.0)
    car.pulses = 0
    car.of_day += 20.0
    car.start()
    goes(car, 0.5, -2.0)  # seen so shortly that it tells nothing
    stands(car)
    goes(car, 60.0, 4.0)
    assert alerts(car)[-1].endswith("counting forwards")
    assert not car.state.trip.basis.backwards
    assert car.total - car.north == pytest.approx(off, abs=3.0)


def test_which_way_a_car_first_goes_is_not_known() -> None:
    """It leaves its place in reverse gear; what comes then is no change to it."""
    car = Recorded(*ROAD)
    car.roll(4.0, 0.0, gps=True)
    goes(car, 15.0, -2.0)
    stands(car)
    goes(car, 50.0, 6.0)
    assert car.state.offer is None
    assert not car.state.reversing.gear.back


def test_nothing_is_recognised_of_a_reversed_piece() -> None:
    car = reversing()
    assert car.state.agreement.headings == ()
    assert car.state.agreement.near == ()
    before = car.state.agreement.reckoning
    stands(car)
    goes(car, 20.0, 5.0)
    after = car.state.agreement.reckoning
    assert before is not None
    assert after is not None
    assert after.place_var > before.place_var + 20.0**2  # nobody has counted it back


def test_what_is_learnt_goes_back_with_the_trip() -> None:
    car = there()
    goes(car, 15.0, -2.0)
    car.press(MARK)
    goes(car, 15.0, -2.0)
    stands(car)
    goes(car, 60.0, 8.0)
    now = car.state.agreement.reckoning
    assert now is not None
    assert reckoning.place(now, odometer.distance(car.state.odo)) == pytest.approx(car.total, abs=1.0)


def test_its_sounds_can_be_told_apart_from_one_another() -> None:
    assert {"backwards", "forwards"} <= set(SOUNDS)


def test_no_word_of_it_sends_a_car_anywhere() -> None:
    car, seen = there(), set()
    for speed in (-2.0, 0.0, 4.0):
        for _ in range(40):
            car.roll(0.2, speed, gps=True)
            seen.update(shown(car))
        if speed < 0.0:
            car.press(MARK)
    assert len(seen) > 3
    assert [text for text in (*seen, *alerts(car)) if ADVICE.search(text)] == []


def test_in_miles_it_is_told_in_miles() -> None:
    assert shown(reversing(Settings(units="statute"))) == ["reversing since 15 yd: MARK counts it backwards"]


def test_a_drive_with_it_refolds_to_the_same_rows(codriver: Callable[..., Result], tmp_path: Path) -> None:
    car = reversing()
    car.press(MARK)
    stands(car)
    goes(car, 60.0, 8.0)
    car.press(3, 5, held=1.0)
    stands(car)
    rows = [(each.t, *payload(each)) for each in car.taken if isinstance(each, Line | Edge)]
    wire = tmp_path / "back.wire"
    wire.write_text("".join(write_line(*row) + "\n" for row in rows), encoding="ascii")
    codriver("run", "--wire", wire, "--log", "RUN.db", "--headless", "--speed", "max")
    codriver("replay", "RUN.db", "--verify")
    with closing(sqlite3.connect("RUN.db")) as db:
        changes = db.execute("SELECT what, by, undone FROM trip_change").fetchall()
    assert changes[:2] == [("backwards", "crew", 1), ("forwards", "reversing", 1)]
    assert [what for what, *_ in changes[2:]] == ["undo forwards", "undo backwards"]


def payload(signal: Line | Edge) -> tuple[str, str]:
    if isinstance(signal, Line):
        return signal.source, signal.text
    return signal.source, f"{signal.name} {int(signal.closed)}"
