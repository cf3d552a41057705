"""The whole product, killed, stopped, ended and switched on again: what was acknowledged is there, and it goes on."""

import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Verified = Callable[[Path], Any]

FASTEST = 50.0  # m/s
LATE = 20.0  # metres: half a second of this car, for which a busy computer may leave a cable unread


def under_way(car: Any) -> None:
    """Until the log holds thirty metres more."""
    before = car.odo()
    car.until(lambda: car.odo() > before + 30.0)


def goes_on_from(committed: float, car: Any) -> bool:
    """Whether the second segment's distance begins with what was committed, and grows no faster than the car.

    What the pod counted while the unit was down comes on top.
    """
    t, odo = car.rows("SELECT t, odo_m FROM fix WHERE segment = 2")[0]
    return bool(committed <= odo <= committed + unseen(car) + FASTEST * t)


def unseen(car: Any) -> float:
    """Metres made while the unit was down, by the pod's count."""
    [(metres,)] = car.rows("SELECT total(after_m - before_m) FROM trip_change WHERE by = 'pod'")
    return float(metres)


def test_what_was_acknowledged_survives_kill_9_and_the_drive_goes_on_from_it(car: Any, verified: Verified) -> None:
    car.start()
    under_way(car)
    car.tap(1)
    car.until(car.known("SELECT count(*) FROM press WHERE panel = 'gpio'"))
    for _ in range(3):
        last = car.tap_pod(2)
        car.until(lambda last=last: last in car.acked)
    car.pod.contact(car.now, 2, closed=True)
    car.until(lambda: last + 1 in car.acked)
    car.kill()

    assert car.rows("SELECT button, action FROM press WHERE panel = 'pod'") == [("NEXT", "next note")] * 3
    assert car.rows("SELECT button, action FROM press WHERE panel = 'gpio'") == [("TRIP", "zero partial")]
    acked = {int(payload) for (payload,) in car.rows("SELECT payload ->> 'seq' FROM \"out\" WHERE kind = 'ack'")}
    assert set(car.acked) <= acked
    committed = car.committed()
    assert committed > 30.0
    car.drive_for(0.5)

    car.pod.contact(car.now, 2, closed=False)
    car.start()
    car.until(lambda: car.rows("SELECT count(*) FROM fix WHERE segment = 2 AND lat IS NOT NULL") > [(20,)])
    under_way(car)
    said = car.stop()

    assert f"going on with {car.log}" in said
    assert goes_on_from(committed, car)
    assert car.rows("SELECT count(*) FROM press WHERE panel = 'pod'") == [(3,)]
    verified(car.log)


def test_metres_made_while_the_unit_was_down_are_in_the_total(car: Any, verified: Verified) -> None:
    car.start()
    under_way(car)
    car.kill()
    car.drive_for(1.0)
    car.start()
    car.until(car.known("SELECT count(*) FROM trip_change WHERE what = 'wheel while down'"))
    under_way(car)
    car.stop()
    [(total, odo)] = car.rows("SELECT total_m, odo_m FROM fix ORDER BY rowid DESC LIMIT 1")
    assert unseen(car) > 30.0
    assert total == pytest.approx(odo)
    assert total == pytest.approx(car.counted(), rel=0.01, abs=LATE)
    verified(car.log)


def test_the_ignition_only_interrupts_a_run_and_ctrl_c_ends_it(car: Any, verified: Verified) -> None:
    runs = car.folder / "runs"
    car.log = runs / "0001-stage.db"
    for how in (signal.SIGTERM, signal.SIGINT):
        car.start("--runs", runs, log=False)
        under_way(car)
        car.stop(how)
    assert car.rows("SELECT reason FROM segment") == [("start",), ("resume",)]
    assert car.rows("SELECT ended FROM run") == [(1,)]
    verified(car.log)
    car.log = runs / "0002-stage.db"
    car.start("--runs", runs, log=False)
    under_way(car)
    car.stop()
    assert car.rows("SELECT reason FROM segment") == [("start",)]
    assert sorted(path.name for path in runs.glob("*.db")) == ["0001-stage.db", "0002-stage.db"]


def test_a_state_of_another_schema_is_refolded_from_the_log(car: Any, verified: Verified) -> None:
    car.start()
    under_way(car)
    car.tap(4)
    car.until(car.known("SELECT count(*) FROM trip_change"))
    car.stop()
    committed = car.committed()
    car.altered('UPDATE resume SET state = \'{"schema":0,"state":{}}\'')
    car.start()
    under_way(car)
    car.stop()
    assert goes_on_from(committed, car)
    assert car.rows("SELECT total_m - odo_m FROM fix ORDER BY rowid DESC LIMIT 1") == [(pytest.approx(10.0),)]
    verified(car.log)


def test_a_second_boot_goes_on_where_the_first_was_cut(car: Any, verified: Verified) -> None:
    """The car's power goes: the unit has another boot, the pod too, and its counts begin anew."""
    car.start()
    under_way(car)
    car.kill()
    boot = "11111111-2222-3333-4444-555555555555"
    car.altered(
        f"UPDATE segment SET boot_id = '{boot}'",
        f"UPDATE signal SET payload = json_set(payload, '$.boot', '{boot}') WHERE source = 'start'",
    )
    committed = car.committed()
    car.pod.restart(car.now)
    car.start(book=False)
    under_way(car)
    car.stop()
    (before, _), (after, reason) = car.rows("SELECT boot_id, reason FROM segment")
    assert (before, reason) == (boot, "resume")
    assert after not in {"", boot}
    assert car.rows("SELECT DISTINCT roadbook_name FROM segment JOIN plan ON plan.id = plan_id") == [("stage.gpx",)]
    assert goes_on_from(committed, car)
    assert car.rows("SELECT * FROM trip_change") == []
    verified(car.log)


def test_a_full_card_does_not_stop_the_drive_and_nothing_is_lost(car: Any, verified: Verified) -> None:
    car.start()
    under_way(car)
    _, unlimited = resource.prlimit(car.unit.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(car.unit.pid, resource.RLIMIT_FSIZE, (car.log.stat().st_size, unlimited))
    last = car.tap_pod(2)
    car.drive_for(1.0)
    assert last not in car.acked
    resource.prlimit(car.unit.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
    car.until(lambda: last in car.acked)
    under_way(car)
    car.stop()
    assert car.rows("SELECT action FROM press") == [("next note",)]
    assert car.rows("SELECT max(id) = count(*) FROM signal") == [(1,)]
    assert car.rows("SELECT * FROM \"out\" WHERE kind = 'gap'") == []
    verified(car.log)
