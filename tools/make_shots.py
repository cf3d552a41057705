"""Render the pictures of the README and the handbook: what the cockpit shows on the bundled stage, and in trouble.

    python tools/make_shots.py docs/pictures

Nothing is staged: the simulated car drives, the crew of each scene presses what the scene says, cables come out, and
the state that follows is drawn. The pictures show the face that this machine has, best B612.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from msgspec.structs import replace
from shots import desk, png
from shots.rail import Rail

from codriver.cockpit.cockpit import Cockpit
from codriver.cockpit.faces import find
from codriver.cockpit.outside import Outside
from codriver.core.display import PAGES
from codriver.core.plan import Inputs
from codriver.core.state import State
from codriver.kinds import Size
from codriver.signals import Edge, Fault, Signal
from codriver.units import Seconds

WIDE: Final = Size(1280, 720)
SMALL: Final = Size(800, 480)
STAGE: Final = "black-reg.gpx"
# A book as a crew types it: no drawings, no positions, no dangers marked.
TYPED: Final = """distance km,cap,speed,note
0,,,start
0.60,126,,fork: keep right
1.41,,,crossing
2.33,,,dip in wash
2.41,160,,bend right
3.00,122,,leave the main track
3.69,,50,step down
3.76,81,,left
4.67,,,keep left in oued
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: at `begin` something happens, and it is drawn at `t`, seconds of the drive."""

    name: str
    begin: Seconds
    t: Seconds
    presses: tuple[Signal, ...] = ()
    lost: tuple[str, ...] = ()
    size: Size = SMALL
    page: str = "road"
    night: bool = False
    late: bool = False


def press(t: Seconds, *buttons: str, held: Seconds = 0.1) -> tuple[Signal, ...]:
    """These buttons down together, and up again."""
    return tuple(Edge(at, "gpio", each, closed) for at, closed in ((t, True), (t + held, False)) for each in buttons)


def key(t: Seconds, action: str) -> tuple[Signal, ...]:
    """The letter that does this."""
    return (Edge(t, "key", f"do={action}", True), Edge(t, "key", f"do={action}", False))


SCENES: Final = (
    Scene("unknown", 0.4, 0.5),
    Scene("danger", 326.0, 326.0, size=WIDE),
    Scene("danger-night", 326.0, 326.0, size=WIDE, night=True),
    Scene("near", 283.8, 284.0),
    Scene("near-night", 283.8, 284.0, night=True),
    Scene("trip", 326.0, 326.0, page="trip"),
    Scene("status", 326.0, 326.0, page="status"),
    Scene("held", 280.0, 280.7, press(280.2, "trip", held=9.0)),
    Scene("frozen", 280.0, 283.0, press(280.2, "trip", held=1.0)),
    Scene(
        "sync", 447.0, 449.5, (*press(447.1, "plus"), *press(447.4, "plus"), *press(448.0, "trip", "mark", held=0.9))
    ),
    Scene("menu", 280.0, 282.0, (*press(280.2, "mark", held=1.0), *press(281.5, "next"))),
    Scene("amend", 280.0, 282.5, (*key(280.2, "amend"), *press(281.0, "plus"), *press(281.5, "plus"))),
    Scene("calls", 326.0, 326.0, page="calls", size=WIDE),
    Scene("wheel", 280.0, 294.0, lost=("gps",)),
    Scene("estimated", 280.0, 290.0, lost=("gps", "pod")),
    Scene("stale", 280.0, 420.0, lost=("gps", "pod"), size=WIDE),
    Scene(
        "trouble",
        280.0,
        299.0,
        (
            *key(280.2, "backwards"),
            *key(280.3, "freeze"),
            *key(280.4, "hush"),
            Fault(281.0, "gps", "/dev/codriver-gps is gone: its cable"),
        ),
        ("gps",),
        late=True,
    ),
)
IN_MILES: Final = (Scene("miles", 420.0, 420.0),)
OF_TYPED: Final = (Scene("typed", 120.0, 120.0),)
DESK: Final = "desk"


def names() -> list[str]:
    """The pictures there are to be."""
    return [*(scene.name for scene in (*SCENES, *IN_MILES, *OF_TYPED)), DESK]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        if old.stem != DESK:
            old.unlink()
    stage = Inputs(roadbook_name=STAGE, roadbook=(files("codriver.simulate") / "stages" / STAGE).read_bytes())
    miles = Inputs('{"units": "statute", "step_m": 16.09344}', roadbook_name=STAGE, roadbook=stage.roadbook)
    typed = Inputs(roadbook_name="typed.csv", roadbook=TYPED.encode())
    made = [
        *shoot(Rail(stage), SCENES, folder),
        *shoot(Rail(miles), IN_MILES, folder),
        *shoot(Rail(typed, course=stage), OF_TYPED, folder),
    ]
    made += photograph(stage.roadbook or b"", folder / f"{DESK}.png")
    size = sum(path.stat().st_size for path in made)
    print(f"{len(made)} pictures in {find().name}, {size // 1000} kB, in {folder}")


def photograph(stage: bytes, path: Path) -> list[Path]:
    """The picture of the desk, as a browser shows it; without one the old picture stays."""
    if not desk.shoot(stage, path):
        print(f"{path} stays as it is: no browser (sudo apt install chromium chromium-driver)")
        return []
    png.shrink(path)
    return [path]


def shoot(rail: Rail, scenes: Iterable[Scene], folder: Path) -> list[Path]:
    """The pictures of these scenes, taken on one drive."""
    paths = []
    for scene in sorted(scenes, key=lambda scene: scene.begin):
        state = rail.on(rail.at(scene.begin), scene.t, scene.presses, scene.lost)
        paths.append(folder / f"{scene.name}.png")
        draw(rail, scene, state, paths[-1])
    return paths


def draw(rail: Rail, scene: Scene, state: State, path: Path) -> None:
    """Write this state on the scene's page and in its colours; the card has all of it, or is late."""
    shown = replace(state, display=replace(state.display, page=PAGES.index(scene.page), night=scene.night))
    cockpit = Cockpit(scene.size)
    outside = Outside(recorded=scene.begin if scene.late else scene.t, late=scene.late)
    cockpit.show(rail.plan, rail.inputs, shown, scene.t, outside)
    cockpit.save(path)
    png.shrink(path)


if __name__ == "__main__":
    main()
