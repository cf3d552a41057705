"""The whole product on a desk: a simulated car drives the bundled stage, in a window or without one.

In a window the car's receiver and pod speak through two pseudo-terminals, in real time, as from real cables, and the
crew has the keyboard. Without a display, or at another speed, its wire log is played as fast as is wanted. Either way
the drive, its truth, the run, the summary and pictures of the cockpit are left in one folder.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from codriver import assemble
from codriver.assemble import Asked, RefusedError
from codriver.cabin import Say
from codriver.core import buttons
from codriver.debrief import shots, summary
from codriver.runlog.reader import Run
from codriver.simulate.cable import Cable
from codriver.units import KILOMETRE
from codriver.wake import Stop

WATERMARK: Final = "DEMO"
LEFT: Final = "drive.wire, truth.csv, run.db, summary.json, cockpit-*.png"


def demo(stage: Path, out: Path, speed: float | None, say: Say, *, headless: bool) -> None:
    """The bundled stage from the start to the summary, everything left in the folder `out`.

    `speed` None is as fast as can be, 0 as it is best: in real time in a window, where there is a display and nobody
    wants it `headless`, else as fast as can be.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError(f"{out}: cannot be made: {error.strerror}") from error
    for old in [*out.glob("run.db*"), *out.glob("cockpit-*.png")]:
        old.unlink()
    say(assemble.verdict(stage))
    for missing in wanting():
        say(missing)
    windowed = not headless and assemble.has_display()
    if speed == 0.0:
        speed = 1.0 if windowed else None
    if not windowed and not headless:
        say("there is no display: the drive is made without a window, and pictures of the cockpit are left")
    asked = Asked(roadbook=stage, log=out / "run.db", headless=not windowed, watermark=WATERMARK, state=out)
    wire = out / "drive.wire"
    assemble.simulate(stage, wire, out / "truth.csv", None, lambda _: None, wheel=True)
    if windowed and speed == 1.0:
        _drive_by_cable(asked, wire, say)
    else:
        assemble.run(replace(asked, wire=wire, speed=speed), say)
    _leave(out, say)


def wanting() -> Iterator[str]:
    """What this machine lacks for the whole of it, each with the command that brings it. The demo goes on without."""
    from codriver.cockpit.faces import find

    if shutil.which("espeak-ng") is None:
        yield "no speech engine: the calls are on the screen alone; sudo apt install espeak-ng"
    face = find()
    if not face.wanted:
        yield f"the cockpit's letters are {face.name}'s; those of an aircraft cockpit: sudo apt install fonts-b612"


def keys() -> str:
    """The keys of the demo, in a few lines."""
    names = {button: [key for key, meant in buttons.KEYS.items() if meant is button] for button in buttons.Button}
    lines = [f"  {' or '.join(held):<12} {buttons.name(button)}" for button, held in names.items()]
    letters = [f"{each.key.upper()} {each.hint}" for each in buttons.TABLE.functions if each.key]
    return "\n".join(["keys:", *lines, f"  {', '.join(letters)}", "  Escape twice leaves"])


def _drive_by_cable(asked: Asked, wire: Path, say: Say) -> None:
    """The simulated car speaks through pseudo-terminals; when it has arrived the drive is over."""
    say(keys())
    with _car(asked.log.parent if asked.log else Path(), wire) as (gps, pod, car):

        def until(stop: Stop) -> None:
            if car.poll() is not None:
                stop.asked = stop.ended = True

        assemble.run(replace(asked, gps=str(gps), pod=str(pod)), say, until=until)


@contextmanager
def _car(folder: Path, wire: Path) -> Iterator[tuple[Path, Path, "subprocess.Popen[bytes]"]]:
    """The ttys of receiver and pod, and the process that speaks through them."""
    with ExitStack() as cables:
        gps = cables.enter_context(_plugged(folder / "ttyGPS"))
        pod = cables.enter_context(_plugged(folder / "ttyPOD"))
        ends = [gps.fileno(), pod.fileno()]
        command = [sys.executable, "-m", "codriver.simulate.feeder", str(wire), *map(str, ends)]
        # In a group of its own: a Ctrl-C at the terminal is meant for the drive.
        car = subprocess.Popen(command, pass_fds=ends, process_group=0)  # noqa: S603 - our own module
        try:
            yield gps.path, pod.path, car
        finally:
            car.kill()
            car.wait()


@contextmanager
def _plugged(path: Path) -> Iterator[Cable]:
    path.unlink(missing_ok=True)  # of a demo that was killed
    with Cable(path) as cable:
        cable.plug()
        yield cable


def _leave(out: Path, say: Say) -> None:
    """The summary and the pictures."""
    with Run.open(out / "run.db") as opened:
        (out / "summary.json").write_text(json.dumps(summary.summary(opened), indent=2) + "\n", encoding="utf-8")
        say(summary.text(opened))
        shots.take(opened, out, WATERMARK)
    driven = float((out / "truth.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")[4])
    say(f"truth       {driven / KILOMETRE:.3f} km")
    say(f"left in {out}: {LEFT}")
