"""A drive of the laboratory as the lines of a wire log, so that the whole product can be sent over it, and back.

The sentences are RMC and GGA, the pod's frames those of codriver/simulate. A line carries what the event holds, digit
for digit.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from codriver.decode import nmea, pod
from codriver.decode.nmea import Fix
from codriver.signals import stamp
from codriver.simulate import frames
from codriver.simulate.drive import WireRow
from codriver.simulate.sentences import sentence
from codriver.units import KNOT, Degrees, Seconds
from tests.bench.laboratory.receiver import DATE, Void
from tests.bench.laboratory.scenarios import Receiver
from tests.bench.laboratory.truth import Event
from tests.bench.laboratory.wheel import Pulses

# A sentence before the last one of its epoch came so much earlier.
BETWEEN: Final[Seconds] = 0.006


def wire(events: Iterable[Event], kind: Receiver) -> Iterator[WireRow]:
    """(t, source, payload) of everything that comes in, in order."""
    yield 0.0, "pod", frames.identity()
    first = second = 0
    for event in events:
        if isinstance(event, Pulses):
            first, second = first + event.first, second + event.second
            yield event.t, "pod", frames.wheels(event.t, first, second)
        else:
            rmc, gga = _nothing(event) if isinstance(event, Void) else _somewhere(event, kind)
            yield stamp(event.t - BETWEEN), "gps", sentence(rmc)
            yield event.t, "gps", sentence(gga)


def heard(rows: Iterable[WireRow]) -> Iterator[Event]:
    """The fixes and pulses that the product's own decoders find in a wire log."""
    receiver, known = nmea.Receiver(), pod.Pod()
    for t, source, text in rows:
        due = nmea.due(receiver)
        if due is not None and due <= t:
            receiver, epochs = nmea.tick(receiver, due)
            yield from (each for each in epochs if isinstance(each, Fix))
        if source == "gps":
            receiver, epochs = nmea.fold(receiver, t, text)
            yield from (each for each in epochs if isinstance(each, Fix))
        elif (frame := pod.read(text)) is not None:
            known, events = pod.fold(known, frame, t)
            yield from (Pulses(t, each.pulses1, each.pulses2) for each in events if isinstance(each, pod.Wheel))


def _nothing(void: Void) -> tuple[str, str]:
    time = _time(void.clock)
    return f"GNRMC,{time},V,,,,,,,{DATE},,,N", f"GNGGA,{time},,,,,0,00,99.99,,,,,,"


def _somewhere(fix: Fix, kind: Receiver) -> tuple[str, str]:
    time = _time(fix.clock or 0.0)
    place = f"{_angle(fix.lat, 2, 'NS', kind.position_digits)},{_angle(fix.lon, 3, 'EW', kind.position_digits)}"
    course = "" if fix.course is None else f"{fix.course:.2f}"
    knots = f"{(fix.speed or 0.0) / KNOT:.{kind.speed_digits}f}"
    return (
        f"GNRMC,{time},A,{place},{knots},{course},{DATE},,,A",
        f"GNGGA,{time},{place},1,12,0.80,{fix.alt or 0.0:.1f},M,25.0,M,,",
    )


def _time(clock: Seconds) -> str:
    hundredths = round(clock * 100.0)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60:02d}{minutes % 60:02d}{rest // 100:02d}.{rest % 100:02d}"


def _angle(value: Degrees, width: int, letters: str, digits: int) -> str:
    whole, minutes = divmod(round(abs(value) * 60.0 * 10**digits), 60 * 10**digits)
    full, part = divmod(minutes, 10**digits)
    return f"{whole:0{width}d}{full:02d}.{part:0{digits}d},{letters[value < 0.0]}"
