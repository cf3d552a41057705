"""What hangs on the wires: receiver, pod and panel, heard through the same wires as the drive.

`listen` lends an ear to several ports at once, for some seconds, or for less where there is nothing left to learn.
Time is handed in as a clock, `monotonic`.
"""

import select
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from codriver.decode import nmea, pod_frames
from codriver.decode.nmea import Fix
from codriver.decode.pod_frames import Complaint, ContactChange, Frame, Identity, Supply, WheelCount
from codriver.doctor.finding import Finding, Verdict, advised, fail, ok, warn
from codriver.signals import Fault, Line, Signal
from codriver.units import Seconds
from codriver.wires.gpio import Gpio
from codriver.wires.gps import Gps
from codriver.wires.lines import sentence
from codriver.wires.pinout import panel
from codriver.wires.pod import Pod
from codriver.wires.wire import Wire

PROTOCOL: Final = 1
ENOUGH_FIXES: Final = 5
AT_LEAST: Final[Seconds] = 2.5
LOW_MV: Final = 11_000
TURN: Final[Seconds] = 0.5
ESTIMATED: Final = 6
POSITIONS: Final = frozenset({"RMC", "GGA", "GNS", "GLL"})

_OPEN_SKY: Final = "put the aerial under open sky; a cold receiver takes a minute or two"


Wait: TypeAlias = Callable[[Sequence[int], Seconds], None]


class Ear(Protocol):
    """Somebody who listens to one wire."""

    @property
    def wire(self) -> Wire:
        """The wire, which `listen` takes from and closes."""

    def hear(self, signals: Sequence[Signal], now: Seconds) -> None:
        """Take in what the wire has brought by `now`."""

    @property
    def content(self) -> bool:
        """Whether more would teach nothing."""


@dataclass(slots=True)
class ReceiverEar:
    """What a receiver has said."""

    wire: Gps
    fault: str = ""
    kinds: set[str] = field(default_factory=set)
    fixes: int = 0
    last: Fix | None = None
    used: int | None = None
    in_view: dict[str, int] = field(default_factory=dict)
    folded: nmea.Receiver = field(default_factory=nmea.Receiver)
    baud: int | None = None
    _since: Seconds | None = None
    _now: Seconds = 0.0

    @property
    def content(self) -> bool:
        """After a few fixes and a burst of every kind; or where the wire has told what is wrong."""
        long_enough = self._since is not None and self._now - self._since >= AT_LEAST
        return bool(self.fault) or (self.fixes >= ENOUGH_FIXES and long_enough)

    def hear(self, signals: Sequence[Signal], now: Seconds) -> None:
        """Fold each line as the drive would."""
        self._now, self.baud = now, self.wire.baud
        for signal in signals:
            if isinstance(signal, Fault):
                self.fault = "" if signal.text.startswith("ok") else signal.text
            elif isinstance(signal, Line) and (body := sentence(signal.text)) is not None:
                self._since = now if self._since is None else self._since
                self._sentence(body.split(","))
                self._epochs(nmea.fold(self.folded, signal.t, signal.text))
        self._epochs(nmea.tick(self.folded, now))

    def _epochs(self, folded: tuple[nmea.Receiver, tuple[nmea.Epoch, ...]]) -> None:
        self.folded, epochs = folded
        for fix in (epoch for epoch in epochs if isinstance(epoch, Fix)):
            self.fixes, self.last = self.fixes + 1, fix

    def _sentence(self, fields: list[str]) -> None:
        kind = fields[0][2:]
        self.kinds.add(kind)
        if kind == "GGA" and len(fields) > 7 and fields[7].isdigit():
            self.used = int(fields[7])
        elif kind == "GSV" and len(fields) > 3 and fields[3].isdigit():
            self.in_view[fields[0][:2]] = int(fields[3])


@dataclass(slots=True)
class PodEar:
    """What a pod has said: the last frame of each kind, and every contact that is closed."""

    wire: Pod
    fault: str = ""
    frames: dict[type[Frame], Frame] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)

    @property
    def content(self) -> bool:
        """Once it has said who it is, what it counts and what it is fed."""
        return bool(self.fault) or {Identity, WheelCount, Supply} <= self.frames.keys()

    def hear(self, signals: Sequence[Signal], now: Seconds) -> None:
        """Read each frame; the wire itself asks the pod who it is."""
        del now
        for signal in signals:
            if isinstance(signal, Fault):
                self.fault = "" if signal.text.startswith("ok") else signal.text
            elif isinstance(signal, Line) and (frame := pod_frames.read(signal.text)) is not None:
                self.frames[type(frame)] = frame
                if isinstance(frame, ContactChange):
                    (self.closed.add if frame.closed else self.closed.discard)(frame.button)


def wait(descriptors: Sequence[int], seconds: Seconds) -> None:
    """Until one of them can be read, and no longer than this."""
    select.select(descriptors, [], [], seconds)


def listen(ears: Sequence[Ear], seconds: Seconds, monotonic: Callable[[], Seconds], wait: Wait = wait) -> None:
    """Hear all of them for so long, or until each is content; then let go of their wires."""
    zero = monotonic()
    while (now := monotonic() - zero) < seconds and not all(ear.content for ear in ears):
        for ear in ears:
            ear.hear(ear.wire.take(now), now)
        wires = [ear.wire for ear in ears if not ear.content]
        dues = [due for wire in wires if (due := wire.due()) is not None]
        longest = min([TURN, seconds - now, *(due - now for due in dues)])
        wait([number for wire in wires if (number := wire.fileno()) is not None], max(longest, 0.0))
    for ear in ears:
        ear.wire.close()


def receiver(ear: ReceiverEar, port: str, *, running: bool) -> Finding:
    """What the receiver at `port` is worth. `running`: the cockpit runs, and has the port."""
    if ear.fault:
        return _fault("receiver", ear.fault, running=running)
    if not ear.kinds:
        return fail("receiver", f"{port} brings no sentence", "listen longer (--seconds 30), or set gps.baud")
    spoken = f"{port} at {ear.baud} baud: {' '.join(sorted(ear.kinds))}"
    if not ear.kinds & POSITIONS:
        return fail("receiver", f"{spoken}, no position among them", "switch RMC and GGA on in the receiver")
    if ear.last is None:
        return warn("receiver", f"{spoken}; no fix yet{_satellites(ear)}", _OPEN_SKY)
    if ear.last.quality == ESTIMATED:
        return warn("receiver", f"{spoken}; it estimates, without satellites{_satellites(ear)}", _OPEN_SKY)
    rate = f"{1 / ear.folded.interval:.0f} a second"
    if ear.last.speed is None:
        return warn("receiver", f"{spoken}; fix, {rate}, without a speed", "switch RMC or VTG on in the receiver")
    return ok("receiver", f"{spoken}; fix, {rate}{_satellites(ear)}")


def pod(ear: PodEar, port: str, *, running: bool) -> Finding:
    """What the pod at `port` is worth."""
    if ear.fault:
        return _fault("pod", ear.fault, running=running)
    if not ear.frames:
        return fail("pod", f"{port} brings nothing that a pod says", "is this the pod's port? then load its firmware")
    doubts = list(_doubts(ear))
    words = f"{port}: {_who(ear.frames.get(Identity))}{_fed(ear.frames.get(Supply))}{_counted(ear)}"
    if not doubts:
        return ok("pod", words)
    return warn("pod", "; ".join([words, *(doubt for doubt, _ in doubts)]), *(todo for _, todo in doubts))


def pins(wanted: bool, factory: Any) -> Finding:
    """Whether the panel on this computer's own pins can be read, and every button is open."""
    if not wanted:
        return ok("buttons", "none on this computer's own pins (buttons.gpio is false)")
    wire = Gpio(panel(), lambda: 0.0, factory)
    faults = [signal.text for signal in wire.take(0.0) if isinstance(signal, Fault)]
    wire.close()
    if not faults:
        return ok("buttons", f"all {len(panel())} on this computer's own pins are open")
    told = [advised("buttons", Verdict.FAIL, fault) for fault in faults]
    return fail(
        "buttons", "; ".join(each.words for each in told), *dict.fromkeys(t for each in told for t in each.todo)
    )


def _fault(check: str, fault: str, *, running: bool) -> Finding:
    if running and "in use" in fault:
        todo = "its screen shows how it is; to check here: sudo systemctl stop codriver"
        return warn(check, "the cockpit is running and has the port", todo)
    return advised(check, Verdict.FAIL, fault)


def _satellites(ear: ReceiverEar) -> str:
    known = {"used": ear.used, "in view": sum(ear.in_view.values()) if ear.in_view else None}
    told = ", ".join(f"{count} {what}" for what, count in known.items() if count is not None)
    return f", satellites: {told}" if told else ""


def _who(identity: Frame | None) -> str:
    return f"firmware {identity.firmware}" if isinstance(identity, Identity) else "a pod without a name"


def _fed(supply: Frame | None) -> str:
    if not isinstance(supply, Supply):
        return ""
    return f", {supply.supply_mv / 1000:.1f} V, ignition {'on' if supply.ignition else 'off'}"


def _counted(ear: PodEar) -> str:
    count = ear.frames.get(WheelCount)
    return f", wheel counts {count.count1} and {count.count2}" if isinstance(count, WheelCount) else ""


def _doubts(ear: PodEar) -> list[tuple[str, str]]:
    """What is doubtful in what a pod says, each with what to do."""
    identity, supply, complaint = (ear.frames.get(kind) for kind in (Identity, Supply, Complaint))
    doubts = []
    if not isinstance(identity, Identity):
        doubts.append(("it does not say who it is", "pull it out and put it in again"))
    elif identity.protocol != PROTOCOL:
        doubts.append((f"it speaks protocol {identity.protocol}, not {PROTOCOL}", "load the firmware of this version"))
    if WheelCount not in ear.frames:
        doubts.append(("it counts no wheel", "load its firmware again"))
    if isinstance(supply, Supply) and supply.supply_mv < LOW_MV:
        doubts.append(("the battery is low", "start the engine, or charge it"))
    if isinstance(complaint, Complaint):
        doubts.append((f"it complains: {complaint.text}", "look at its wires"))
    if ear.closed:
        doubts.append((f"closed: button {', '.join(map(str, sorted(ear.closed)))}", "let go, or check its wires"))
    return doubts
