"""The whole product while cables and contacts misbehave: the crew is told, distance goes on, no press doubles."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Verified = Callable[[Path], Any]

LATE = 20.0  # metres: half a second of this car, for which a busy computer may leave a cable unread
FIXES = "SELECT count(*) FROM fix WHERE lat IS NOT NULL"


def faults(car: Any, source: str) -> list[str]:
    """What the log says of this source, up to the first colon."""
    return [text.partition(":")[0] for (text,) in car.rows(f"SELECT text FROM fault WHERE source = '{source}'")]


def acked(car: Any, seq: int) -> Callable[[], bool]:
    return lambda: seq in car.acked


def test_the_wheel_carries_the_distance_while_the_receivers_cable_is_out(car: Any, verified: Verified) -> None:
    car.start()
    car.until(car.known(FIXES))
    car.gps.unplug()
    car.until(car.known("SELECT count(*) FROM fix JOIN fault WHERE fix.source = 'wheel' AND fix.t > fault.t"))
    car.gps.plug()
    car.until(car.known("SELECT count(*) FROM fault WHERE source = 'gps' AND text LIKE 'ok%'"))
    car.until(car.known("SELECT source = 'gps' FROM fix ORDER BY rowid DESC LIMIT 1"))
    car.stop()
    assert faults(car, "gps") == [f"the GPS receiver is gone from {car.gps.path}", "ok"]
    [(out,)] = car.rows("SELECT t FROM fault WHERE source = 'gps' AND text NOT LIKE 'ok%'")
    [(by_gps,)] = car.rows(f"SELECT max(odo_m) FROM fix WHERE t <= {out}")
    carried = [odo for (odo,) in car.rows(f"SELECT odo_m FROM fix WHERE source = 'wheel' AND t > {out}")]
    assert by_gps + 50.0 < carried[-1]
    assert carried == sorted(carried)
    [(odo,)] = car.rows("SELECT odo_m FROM fix ORDER BY rowid DESC LIMIT 1")
    assert odo == pytest.approx(car.counted(), rel=0.01, abs=LATE)
    verified(car.log)


def test_a_receiver_at_a_rate_nobody_told_is_found(car: Any, verified: Verified) -> None:
    car.baud = 115200
    car.start()
    car.until(car.known(FIXES))
    car.stop()
    assert car.rows("SELECT count(*) FROM signal WHERE source = 'gps' AND payload NOT LIKE '$G%'") > [(0,)]
    assert faults(car, "gps") == []
    verified(car.log)


@pytest.mark.proof
def test_a_pod_unplugged_and_back_loses_neither_metres_nor_presses(car: Any, verified: Verified) -> None:
    car.start()
    car.until(acked(car, car.tap_pod(2)))
    car.pod_cable.unplug()
    while_out = car.tap_pod(2)
    car.drive_for(1.0)  # longer than a long press, which this is not
    car.until(lambda: faults(car, "pod") == [f"the pod is gone from {car.pod_cable.path}"])
    car.pod_cable.plug()
    car.until(acked(car, while_out))
    before = car.counted()
    car.until(lambda: faults(car, "pod")[-1] == "ok" and car.counted() > before + 20.0)
    car.stop()
    assert car.rows("SELECT action FROM press") == [("next note",)] * 2
    [(odo,)] = car.rows("SELECT odo_m FROM fix ORDER BY rowid DESC LIMIT 1")
    assert odo == pytest.approx(car.counted(), rel=0.01, abs=LATE)
    verified(car.log)


def test_a_pod_that_restarts_while_driving_adds_no_metres(car: Any, verified: Verified) -> None:
    car.start()
    car.until(car.known("SELECT count(*) FROM signal WHERE payload LIKE '%PCDRI%'"))  # it has told its boot
    car.until(acked(car, car.tap_pod(2)))
    car.acked.clear()
    car.pod.restart(car.now)
    car.until(acked(car, car.tap_pod(3)))
    before = car.odo()
    car.until(lambda: car.odo() > before + 50.0)
    car.stop()
    assert car.rows("SELECT action FROM press") == [("next note",), ("previous note",)]
    assert car.rows("SELECT * FROM trip_change") == []
    assert car.odo() < car.metres
    verified(car.log)


def test_lost_acknowledgements_never_double_a_press(car: Any, verified: Verified) -> None:
    car.start()
    car.until(car.known(FIXES))
    car.pod.lose_acks = 5
    last = car.tap_pod(4)
    car.until(lambda: car.acked.count(last) > 1)
    car.drive_for(0.2)
    car.stop()
    assert car.rows("SELECT what FROM trip_change") == [("+10 m",)]
    assert car.rows("SELECT action FROM press") == [("+10 m",)]
    verified(car.log)


def test_buttons_held_over_a_restart_do_nothing_until_they_have_opened(car: Any, verified: Verified) -> None:
    """One on the unit's own pins, one on the pod; each is let go 1.2 s later, and then pressed as it should be."""
    car.start()
    car.until(car.known(FIXES))
    car.contact(4, closed=True)
    car.until(acked(car, car.pod.contact(car.now, 5, closed=True)))
    car.until(car.known("SELECT count(*) FROM signal WHERE source = 'gpio'"))
    car.kill()
    car.start(held="4")
    car.until(lambda: car.rows("SELECT count(*) FROM fix WHERE segment = 2") > [(8,)])
    car.contact(4, closed=False)
    car.until(acked(car, car.pod.contact(car.now, 5, closed=False)))
    car.until(lambda: faults(car, "gpio") == ["button 4 is closed at the start", "ok"])
    assert car.rows("SELECT * FROM press WHERE segment = 2") == []
    car.tap(4)
    car.until(acked(car, car.tap_pod(5)))
    car.until(lambda: car.rows("SELECT count(*) FROM press WHERE segment = 2") == [(2,)])
    car.stop()
    assert car.rows("SELECT action FROM press WHERE segment = 2") == [("+10 m",), ("-10 m",)]
    verified(car.log)
