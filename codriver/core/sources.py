"""What the distance rests on, told to the crew when it changes for good: GPS and wheel, one of them, or neither.

A hole of some seconds is no news, and a source that is heard for the first time is none either: what is told is a
loss, and what comes back after one. That neither is left is a fault, and stays on screen until it ends. Seconds since
the segment's Start. Pure; the engine hands in what the odometer makes of itself.
"""

from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.outs import Alert, Out, SourceChanged
from codriver.units import Seconds

# A tunnel of a kilometre is news, a bridge is not; a fix that is back for a moment between two is no return.
SETTLES: Final[Seconds] = 6.0
SOURCE: Final = "source"
DEAD: Final = "dead"
# Where the fault of a distance without any source is shown.
DISTANCE: Final = "distance"
ESTIMATED: Final = "neither GPS nor wheel: carried on from the last speed, less sure each second"


class Sources(Struct, frozen=True):
    """The sources that the crew knows of, those there are and since when, and those told as lost.

    `told` is empty until something has lived.
    """

    told: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    since: Seconds = 0.0
    lost: tuple[str, ...] = ()


class News(NamedTuple):
    """What is logged and the crew is told now; `dead` where a fault begins (True) or ends (False)."""

    sources: Sources
    outs: tuple[Out, ...] = ()
    dead: bool | None = None


def followed(sources: Sources, health: str, t: Seconds) -> News:
    """What there is to tell at `t`, when the odometer is in this health."""
    now = () if health == DEAD else tuple(health.split("+"))
    if now != sources.now:
        return News(replace(sources, now=now, since=t))
    if now == sources.told or t - sources.since < SETTLES:
        return News(sources)
    lost = tuple(each for each in sources.told if each not in now)
    back = tuple(each for each in now if each in sources.lost)
    missing = tuple(sorted({*sources.lost, *lost} - {*now}))
    after = Sources(now, now, sources.since, missing)
    if not now:
        return News(after, (SourceChanged(t, health, ESTIMATED),), dead=True)
    ended = False if not sources.told and sources.lost else None
    words = _words(lost, back, now)
    row = SourceChanged(t, health, words)
    return News(after, (row, Alert(SOURCE, words)) if words else (row,), ended)


def _words(lost: tuple[str, ...], back: tuple[str, ...], now: tuple[str, ...]) -> str:
    """What has changed, and what the distance rests on; empty where nothing was ever lost."""
    if not lost and not back:
        return ""
    changed = [f"{each} lost" for each in lost] + [f"{each} is back" for each in back]
    return f"{', '.join(changed)}: distance by {' and '.join(now)}"
