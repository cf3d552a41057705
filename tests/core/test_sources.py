"""What the crew is told of the distance's sources: each loss and each return once, and no hole of two seconds."""

from collections.abc import Iterable

import pytest

from codriver.config import Allow, Settings
from codriver.core.outs import Alert, SourceChanged
from codriver.core.sources import DEAD, DISTANCE, SETTLES, SOURCE, News, Sources, followed
from tests.core.car_bench import Bench

BOTH, GPS, WHEEL = "GPS+wheel", "GPS", "wheel"


def told(healths: Iterable[tuple[str, float]]) -> list[str]:
    """What is told while the odometer is in each of these for so many seconds, asked five times a second."""
    sources, t, words = Sources(), 0.0, list[str]()
    for health, seconds in healths:
        for _ in range(round(seconds * 5)):
            t += 0.2
            news: News = followed(sources, health, t)
            sources = news.sources
            words += [out.text for out in news.outs if isinstance(out, Alert)]
            words += {True: ["dead"], False: ["alive"], None: []}[news.dead]
    return words


def test_a_loss_is_told_once_and_a_return_once() -> None:
    assert told([(BOTH, 20.0), (WHEEL, 60.0), (BOTH, 60.0)]) == [
        "GPS lost: distance by wheel",
        "GPS is back: distance by GPS and wheel",
    ]


@pytest.mark.parametrize("hole", [0.4, 2.0, SETTLES - 0.4])
@pytest.mark.parametrize("left", [WHEEL, GPS, DEAD])
def test_a_hole_is_no_news_however_often_it_comes(hole: float, left: str) -> None:
    assert told([(BOTH, 20.0), *[(left, hole), (BOTH, 10.0)] * 20]) == []


def test_a_source_that_flickers_is_told_when_it_has_settled() -> None:
    assert told([(BOTH, 20.0), *[(WHEEL, 3.0), (BOTH, 1.0)] * 10, (WHEEL, 20.0)]) == ["GPS lost: distance by wheel"]


def test_what_is_heard_for_the_first_time_is_no_news() -> None:
    assert told([(DEAD, 60.0), (GPS, 60.0), (BOTH, 60.0)]) == []


def test_neither_is_a_fault_that_ends() -> None:
    assert told([(GPS, 20.0), (DEAD, 60.0), (GPS, 60.0)]) == ["dead", "GPS is back: distance by GPS", "alive"]


def test_a_wheel_that_takes_over_ends_the_fault_too() -> None:
    assert told([(BOTH, 20.0), (DEAD, 20.0), (WHEEL, 20.0)]) == ["dead", "wheel is back: distance by wheel", "alive"]


# Through the engine.


def alerts(bench: Bench) -> list[str]:
    return [out.text for out in bench.outs if isinstance(out, Alert) and out.kind == SOURCE]


def test_in_a_tunnel_the_crew_is_told_that_the_wheel_counts() -> None:
    bench = Bench()
    bench.identify()
    bench.roll(20.0, 15.0, gps=True)
    bench.roll(20.0, 15.0)
    bench.roll(20.0, 15.0, gps=True)
    assert alerts(bench) == ["GPS lost: distance by wheel", "GPS is back: distance by GPS and wheel"]


def test_without_a_wheel_a_tunnel_is_a_fault_until_the_fix_is_back() -> None:
    bench = Bench()
    bench.drive(20.0, 15.0)
    bench.drive(20.0, 15.0, gps=False)
    assert [source for source, _ in bench.faults].count(DISTANCE) == 1
    assert any(trouble.source == DISTANCE for trouble in bench.state.troubles)
    bench.drive(20.0, 15.0)
    assert not any(trouble.source == DISTANCE for trouble in bench.state.troubles)
    assert bench.faults[-1][0] == DISTANCE
    assert bench.faults[-1][1].startswith("ok")


def test_each_change_of_source_is_a_row_of_the_log_also_the_first_one() -> None:
    bench = Bench()
    bench.drive(20.0, 15.0)
    bench.identify()
    bench.roll(20.0, 15.0, gps=True)
    bench.roll(20.0, 15.0)
    bench.wait(20.0)
    rows = [out for out in bench.outs if isinstance(out, SourceChanged)]
    assert [(row.source, row.text) for row in rows] == [
        (GPS, ""),
        (BOTH, ""),
        (WHEEL, "GPS lost: distance by wheel"),
        (DEAD, "neither GPS nor wheel: carried on from the last speed, less sure each second"),
    ]
    assert [row.t for row in rows] == sorted(row.t for row in rows)


def test_where_nothing_may_measure_nothing_is_missed() -> None:
    bench = Bench(settings=Settings(profile="authentic", allow=Allow(gps=False, wheel=False)))
    bench.drive(60.0, 15.0)
    assert not bench.faults
    assert not alerts(bench)
