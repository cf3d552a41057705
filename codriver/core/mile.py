"""A measured mile: what each probe makes of a way whose length is known. Counts of pulses, a post at each end, factors.

A press is done when it is released and counts from its closing edge, so that the counts of the last second are kept
and read between. Metres and seconds; pulses are fractions there. Knows nothing of buttons, trips or the log.
"""

from collections.abc import Sequence
from math import hypot
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from codriver.config import Wheel
from codriver.signals import stamp
from codriver.units import MINUTE, Metres, MetresPerSecond, Seconds

# A press is told from a long one within 0.8 s, and the pod's answer may come late.
KEPT: Final[Seconds] = 1.5
# The pod reports twenty times a second: so long its last rate is carried on. To read between, every other report does.
REPORTED: Final[Seconds] = 0.1
CLOSE: Final[Seconds] = 0.075
# A hand is off by so much at a post, a count by so many pulses at each end, and the mile itself by this share: official
# distances are given to 0.01 in 10 miles (domain 6.3).
HAND: Final[Seconds] = 0.1
QUANTUM: Final = 0.5
SURVEYED: Final = 0.0005
# A probe that is off by more was not measured, but misread: the wrong post, the wrong wheel, a broken probe.
ABSURD: Final = 0.30
# GPS is that good over a mile (gps-data 2): where it says otherwise, somebody has read the wrong post.
DOUBTED: Final = 0.03
WAITS: Final[Seconds] = 15 * MINUTE
SLOWEST: Final[MetresPerSecond] = 3.0
UNDOS: Final = 4


class Count(NamedTuple):
    """Pulses of both probes since counting began."""

    t: Seconds
    pulses1: float
    pulses2: float


class Post(NamedTuple):
    """One end of the mile: when, where the odometer stood, both counts, how fast, and whether GPS spoke for it."""

    t: Seconds
    odo: Metres
    pulses1: float
    pulses2: float
    speed: MetresPerSecond
    gps: bool


class Factors(NamedTuple):
    """What the configured probes are multiplied with: each its own part, then what GPS has taught, and its sigma."""

    probe1: float
    probe2: float
    scale: float
    sigma: float


class Kept(NamedTuple):
    """The factors before those of a mile were taken, by the id of the change in the trip that undoes it."""

    change: int
    before: Factors


class Found(NamedTuple):
    """Metres a pulse of each probe, None where it gave none that can be believed; `sigma` as a share."""

    probe1: Metres | None
    probe2: Metres | None
    sigma: float


class Mile(Struct, frozen=True, omit_defaults=True):
    """A mile of `metres`, open until `until`; None: none is.

    `found` outlives it until the crew has answered, and `kept` so that its factors can be undone.
    """

    metres: Metres | None = None
    until: Seconds = 0.0
    counts: tuple[Count, ...] = ()
    start: Post | None = None
    found: Found | None = None
    kept: tuple[Kept, ...] = ()


def opened(mile: Mile, t: Seconds, metres: Metres) -> Mile:
    """A mile of this length, to be begun within a quarter of an hour."""
    return Mile(metres, t + WAITS, kept=mile.kept)


def left(mile: Mile) -> Mile:
    """No mile any more; what was undone and can be, stays known."""
    return Mile(kept=mile.kept)


def running(mile: Mile, t: Seconds) -> bool:
    """Whether a mile waits for a post at `t`."""
    return mile.metres is not None and t <= mile.until


def due(mile: Mile) -> Seconds | None:
    """When a mile lapses that nobody begins, or ends; None where none is open."""
    return None if mile.metres is None else stamp(mile.until)


def rolled(mile: Mile, t: Seconds, pulses1: int, pulses2: int) -> Mile:
    """The probes were heard: so many pulses more."""
    last = mile.counts[-1] if mile.counts else Count(t, 0.0, 0.0)
    now = Count(max(t, last.t), last.pulses1 + pulses1, last.pulses2 + pulses2)
    between = len(mile.counts) > 1 and last.t - mile.counts[-2].t < CLOSE
    counts = (*(mile.counts[:-1] if between else mile.counts), now)
    old = sum(each.t < t - KEPT for each in counts[1:])  # one from before stays, to read from
    return replace(mile, counts=counts[old:])


def begun(mile: Mile, post: Post) -> Mile:
    """The car is at the first post; it must be at the other one before a walker would."""
    assert mile.metres is not None
    return replace(mile, start=post, until=post.t + WAITS + mile.metres / SLOWEST)


def at(counts: Sequence[Count], t: Seconds) -> tuple[float, float]:
    """Both counts at `t`, between two reports or a little after the last."""
    if not counts:
        return 0.0, 0.0
    if len(counts) == 1 or t <= counts[0].t:
        return counts[0].pulses1, counts[0].pulses2
    later = next((index for index, each in enumerate(counts) if each.t >= t), len(counts) - 1)
    before, after = counts[max(later - 1, 0)], counts[later]
    span = after.t - before.t
    share = 0.0 if span <= 0.0 else min(t - before.t, span + REPORTED) / span
    return (
        before.pulses1 + share * (after.pulses1 - before.pulses1),
        before.pulses2 + share * (after.pulses2 - before.pulses2),
    )


def measured(metres: Metres, start: Post, end: Post) -> Found:
    """What each probe makes of the way from post to post."""
    pulses1, pulses2 = end.pulses1 - start.pulses1, end.pulses2 - start.pulses2
    coarsest = metres / max(min((each for each in (pulses1, pulses2) if each >= 1.0), default=1.0), 1.0)
    return Found(
        metres / pulses1 if pulses1 >= 1.0 else None,
        metres / pulses2 if pulses2 >= 1.0 else None,
        bound(metres, start.speed, end.speed, coarsest),
    )


def bound(metres: Metres, start: MetresPerSecond, end: MetresPerSecond, per_pulse: Metres) -> float:
    """One sigma of a factor, as a share: the hand at both posts, half a pulse at each, and the mile's own figure."""
    hand = hypot(HAND * start, HAND * end)
    return hypot(hand / metres, QUANTUM * hypot(per_pulse, per_pulse) / metres, SURVEYED)


def fitted(wheel: Wheel) -> bool:
    """Whether any probe is configured, so that its factor can be compared and taken."""
    return wheel.probe1_m_per_pulse > 0.0 or wheel.probe2_m_per_pulse > 0.0


def percent(scale: float) -> str:
    """How far a factor is from one, as a crew reads it."""
    return f"{(scale - 1.0) * 100:+.2f} %"


def believed(found: Found, wheel: Wheel) -> Found:
    """The same without what is absurd beside the configured probes."""
    return found._replace(
        probe1=_believed(found.probe1, wheel.probe1_m_per_pulse),
        probe2=_believed(found.probe2, wheel.probe2_m_per_pulse),
    )


def doubted(metres: Metres, driven: Metres) -> bool:
    """Whether GPS, which made so much of a way of `metres`, denies it."""
    return abs(driven / metres - 1.0) > DOUBTED


def absurd(found: Metres, configured: Metres) -> bool:
    """Whether this factor is too far from the configured one to be a tyre's or a load's."""
    return configured <= 0.0 or abs(found / configured - 1.0) > ABSURD


def _believed(found: Metres | None, configured: Metres) -> Metres | None:
    return None if found is None or absurd(found, configured) else found
