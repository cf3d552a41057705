"""Pictures of a run: of the moments that say most, and what is written is a picture of that size."""

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pygame
import pytest

from codriver import assemble
from codriver.assemble import Asked
from codriver.debrief import replay, shots
from codriver.kinds import Size
from codriver.runlog.reader import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The bundled stage, driven as fast as can be."""
    folder = tmp_path_factory.mktemp("shots")
    with as_file(files("codriver.simulate") / "stages" / "black-reg.gpx") as stage:
        assemble.simulate(stage, folder / "drive.wire", None, None, lambda _: None, wheel=True)
        asked = Asked(roadbook=stage, wire=folder / "drive.wire", log=folder / "run.db", speed=None, headless=True)
        assemble.run(asked, lambda _: None)
    with Run.open(folder / "run.db") as opened:
        yield opened


def test_the_picture_of_the_worst_danger_shows_it_as_the_next_note(run: Run) -> None:
    """Its call may begin while another note is still ahead."""
    shot = next(shot for shot in shots.telling(run) if shot.name == "2-danger")
    [moment] = replay.at(run, [shot.t])
    notes = moment.plan.book.notes
    assert notes[moment.state.pointer].danger == 3 == max(note.danger for note in notes)
    said = moment.state.calls.saying or moment.state.calls.last
    assert said is not None
    assert moment.state.pointer in said.notes


def test_a_picture_has_the_size_and_the_look_that_is_asked_for(run: Run, tmp_path: Path) -> None:
    [moment] = replay.at(run, [326.0])
    for night in (False, True):
        shots.picture(moment, tmp_path / f"{night}.png", Size(800, 480), page="trip", night=night)
    day, dark = (pygame.image.load(tmp_path / f"{night}.png") for night in (False, True))
    assert day.get_size() == dark.get_size() == (800, 480)
    assert sum(pygame.transform.average_color(dark)[:3]) < 0.3 * sum(pygame.transform.average_color(day)[:3])


def test_each_moment_leaves_its_picture(run: Run, tmp_path: Path) -> None:
    paths = shots.take(run, tmp_path, "DEMO", Size(320, 240))
    names = [path.name for path in paths]
    assert sorted(names) == [f"cockpit-{shot.name}.png" for shot in shots.telling(run)]
    assert all(path.stat().st_size > 1000 for path in paths)
