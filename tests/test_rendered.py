"""All words are rendered: the drive goes on under a plan with their lengths, and only where that is news."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from codriver.core.hearing import RENDERED
from codriver.core.outs import Replan
from codriver.core.plan import Inputs, build
from codriver.loop import Drive
from codriver.playing import play
from codriver.runlog.runs import Title
from codriver.signals import Done, Edge, Start
from codriver.wake import Stop
from codriver.wires.recordings import Began, Played

LENGTHS = '{"calls off":1.25}'


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Drive]:
    one = Drive(tmp_path / "RUN.db", Title())
    yield one
    one.close()


def voiced() -> Iterator[Played]:
    """A car that stands while its voice makes the words ready."""
    yield Began(Start(0.0, "", "start"))
    yield Done(1.0, "voice", "ready")
    yield Done(2.0, "voice", "rendering 3/9")
    yield Done(3.0, "voice", RENDERED)
    yield Edge(5.0, "key", "2", True)
    yield Edge(5.1, "key", "2", False)


def measuring(inputs: Inputs, replan: Replan) -> Inputs:
    assert replan.reason == RENDERED
    return replace(inputs, phrases=LENGTHS)


def unchanged(inputs: Inputs, _: Replan) -> Inputs:
    return inputs


def driven(drive: Drive, inputs: Inputs, remake: Callable[[Inputs, Replan], Inputs]) -> list[str]:
    """The reasons of its segments."""
    play(drive, voiced(), lambda _: inputs, None, Stop(), remake=remake)
    drive.close()
    with closing(sqlite3.connect(drive.path)) as db:
        assert db.execute("SELECT action FROM press").fetchall() == [("next note",)]
        assert db.execute("SELECT count(*) FROM fault").fetchall() == [(0,)]
        return [reason for (reason,) in db.execute("SELECT reason FROM segment ORDER BY id")]


def test_the_drive_goes_on_under_the_lengths_that_are_known_now(drive: Drive, inputs: Inputs) -> None:
    assert driven(drive, inputs, measuring) == ["start", RENDERED]
    assert drive.plan is not None
    assert drive.plan.seconds["calls off"] == 1.25
    assert drive.plan.guessed == len(drive.plan.seconds) - 1


def test_lengths_that_were_known_are_no_news(drive: Drive, inputs: Inputs) -> None:
    assert driven(drive, inputs, unchanged) == ["start"]


def test_a_plan_that_is_measured_whole_asks_for_none(drive: Drive, inputs: Inputs) -> None:
    lengths = ",".join(f'"{text}":1.5' for text in sorted(build(inputs).seconds))
    measured = replace(inputs, phrases=f"{{{lengths}}}")
    assert driven(drive, measured, measuring) == ["start"]
