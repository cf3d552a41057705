"""What the pod's frames mean: a line is `read` into a frame, and `fold` turns the frame into events.

Seconds, volts and degrees Celsius; pulses stay pulses. Knows no serial port, no clock, and not what a pulse is in
metres.

The pod's numbers wrap, and a new boot begins them anew. What was counted or pressed while the host was down, in the
same boot, is real. Frames are lost, and some damaged ones pass their checksum: so a number out of reason is believed
only when a later frame bears it out.
"""

from typing import Final, NamedTuple, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from codriver.decode import pod_frames
from codriver.decode.pod_frames import WRAP, Complaint, ContactChange, Frame, Identity, Supply, WheelCount
from codriver.signals import stamp
from codriver.units import Seconds

PROTOCOL: Final = 1
DEAD_AFTER: Final[Seconds] = 3.0
MAX_PULSE_HZ: Final = 20_000
WAIT_FOR_LOST: Final[Seconds] = 0.2  # four of the pod's repeats
KEPT_CONTACTS: Final = 16  # more than a pod may have waiting for their acknowledgement
CLOCK_CREEP: Final = 1e-4  # more than two cheap crystals differ

read = pod_frames.read

# Events: what that means, at our own `t`.


class Wheel(NamedTuple):
    """Pulses since the wheel was last heard, `dt` apart by the pod's `ms`; None where this is the first reference.

    `caught_up`: made while the host was down, in the same boot. A long `dt` without it was a silence of the pod's.
    """

    t: Seconds
    ms: int
    pulses1: int
    pulses2: int
    dt: Seconds | None
    caught_up: bool


class Contact(NamedTuple):
    """A contact changed at `t` by the pod's `ms`. One not `fresh` was folded before: only acknowledge it again."""

    t: Seconds
    seq: int
    button: int
    closed: bool
    fresh: bool


class Power(NamedTuple):
    """The car's supply, in volts and degrees Celsius."""

    t: Seconds
    supply_v: float
    ignition: bool
    temp_c: float | None


class PodFault(NamedTuple):
    """The pod complains, or speaks a protocol we do not."""

    t: Seconds
    code: str
    text: str


class PodAlive(NamedTuple):
    """The wheel is heard, after silence."""

    t: Seconds


class PodDead(NamedTuple):
    """No wheel frame for `DEAD_AFTER`. What was held on the pod's panel is not to be believed."""

    t: Seconds


class PodRestarted(NamedTuple):
    """The pod was powered up anew, or is another one: its contacts begin open."""

    t: Seconds


Event: TypeAlias = Wheel | Contact | Power | PodFault | PodAlive | PodDead | PodRestarted


# State: small, frozen, fit for paper.


class Clock(Struct, frozen=True, array_like=True):
    """The pod's `ms` stood so at our `t`, by the frame that came with the least delay."""

    ms: int
    t: Seconds


class Wheels(Struct, frozen=True, array_like=True):
    """The last count believed (ms, count 1, count 2), and a `suspect` one that the next may bear out.

    `stale`: the last count is from before a Start or a silence. `owed`: pulses and milliseconds since then, which
    wait for the pod to say that it is still the same boot. `down`: they were made while the host was down.
    """

    last: tuple[int, int, int] | None = None
    suspect: tuple[int, int, int] | None = None
    stale: bool = False
    down: bool = False
    owed: tuple[int, int, int] | None = None
    refused: int = 0


class Early(Struct, frozen=True, array_like=True):
    """A contact heard before its predecessor, dated `t`; waits `until`; `again`: it was heard twice."""

    seq: int
    ms: int
    button: int
    closed: bool
    t: Seconds
    until: Seconds
    again: bool = False


class Contacts(Struct, frozen=True, array_like=True):
    """The last contact folded, by seq and time, the latest of them as (seq, ms), and those that came early."""

    seq: int | None = None
    t: Seconds = 0.0
    recent: tuple[tuple[int, int], ...] = ()
    early: tuple[Early, ...] = ()
    late: int = 0


class Pod(Struct, frozen=True, array_like=True):
    """What is known of the pod. `sure`: it has named its boot since the Start; `heard`: when its wheel last was."""

    uid: str = ""
    boot: int | None = None
    sure: bool = False
    heard: Seconds | None = None
    clock: Clock | None = None
    wheels: Wheels = Wheels()
    contacts: Contacts = Contacts()


Folded: TypeAlias = tuple[Pod, tuple[Event, ...]]


def fold(pod: Pod, frame: Frame, t: Seconds) -> Folded:
    """What a frame that arrived at `t` means."""
    match frame:
        case WheelCount():
            return _wheel(pod, frame, t)
        case ContactChange():
            return _contact(pod, frame, t)
        case Supply(_, supply_mv, ignition, temp_c):
            return pod, (Power(t, supply_mv / 1000, ignition, temp_c),)
        case Complaint(_, code, text):
            return pod, (PodFault(t, code, text),)
        case Identity():
            return _identity(pod, frame, t)
        case _:
            assert_never(frame)


def tick(pod: Pod, t: Seconds) -> Folded:
    """What has come due at or before `t`: a contact has waited long enough, or the pod is dead."""
    pod, events = _release(pod, t)
    if pod.heard is None or stamp(pod.heard + DEAD_AFTER) > t:
        return pod, events
    return replace(_doubted(pod), heard=None), (*events, PodDead(t))


def due(pod: Pod) -> Seconds | None:
    """The next moment at which `tick` has something to do, to the microsecond; None while there is none."""
    dead = None if pod.heard is None else stamp(pod.heard + DEAD_AFTER)
    if not pod.contacts.early:
        return dead
    waited = pod.contacts.early[0].until
    return waited if dead is None else min(waited, dead)


def start(pod: Pod, *, expected: bool = False) -> Pod:
    """The pod in a new segment: counts, boot and seq are kept, times go.

    A pod that was alive, or is `expected`, is dead if it is not heard within `DEAD_AFTER`. What it still owed of a
    silence goes: the old segment has carried its distance across it, and would count it twice.
    """
    heard = 0.0 if expected or pod.heard is not None else None
    pod = _doubted(pod)
    owed = pod.wheels.owed if pod.wheels.down else None
    wheels = replace(pod.wheels, down=pod.wheels.stale, owed=owed)
    return replace(pod, heard=heard, wheels=wheels, contacts=replace(pod.contacts, t=0.0))


def _doubted(pod: Pod) -> Pod:
    """The pod after a time in which nobody listened. The counts of a boot it never named are worth nothing then."""
    last = None if pod.boot is None else pod.wheels.last
    wheels = replace(pod.wheels, last=last, suspect=None, stale=last is not None)
    return replace(pod, sure=False, clock=None, wheels=wheels, contacts=replace(pod.contacts, early=()))


# Identity.


def _identity(pod: Pod, frame: Identity, t: Seconds) -> Folded:
    same = (frame.uid, frame.boot) == (pod.uid, pod.boot)
    if same and pod.sure:
        return pod, ()
    named = replace(pod, uid=frame.uid, boot=frame.boot, sure=True)
    events: tuple[Event, ...] = () if frame.protocol == PROTOCOL else (_foreign(frame, t),)
    if same:
        pod, caught_up = _settle_owed(named, t)
        return pod, (*events, *caught_up)
    if pod.boot is None:
        return named, events
    return _renewed(named, counting=not (pod.sure or pod.wheels.stale)), (PodRestarted(t), *events)


def _foreign(frame: Identity, t: Seconds) -> PodFault:
    text = (
        f"the pod speaks protocol {frame.protocol}, this unit {PROTOCOL}: bring firmware and unit to the same release"
    )
    return PodFault(t, "protocol", text)


def _settle_owed(pod: Pod, t: Seconds) -> Folded:
    """The same boot: what was owed is real."""
    wheels = pod.wheels
    if wheels.owed is None or wheels.last is None:
        return pod, ()
    pulses1, pulses2, passed = wheels.owed
    pod = replace(pod, wheels=replace(wheels, owed=None, down=wheels.down and wheels.stale))
    if not pulses1 and not pulses2:
        return pod, ()
    return pod, (Wheel(t, wheels.last[0], pulses1, pulses2, passed / 1000, wheels.down),)


def _renewed(pod: Pod, *, counting: bool) -> Pod:
    """Another power-up. `counting`: the counts heard since the Start are the new boot's own, so they go on."""
    wheels = replace(pod.wheels, owed=None) if counting else Wheels(refused=pod.wheels.refused)
    contacts = replace(pod.contacts, seq=None, early=())
    return replace(pod, clock=pod.clock if counting else None, wheels=wheels, contacts=contacts)


# The wheel.


def _wheel(pod: Pod, frame: WheelCount, t: Seconds) -> Folded:
    wheels = pod.wheels
    alive: tuple[Event, ...] = (PodAlive(t),) if pod.heard is None else ()
    if wheels.last is None:
        pod, event = _counted(pod, frame, t, (0, 0, 0))
        return pod, (*alive, event)
    if (step := _step(wheels.last, frame)) is not None:
        pod, event = _counted(pod, frame, t, step)
        return pod, (*alive, event)
    if wheels.suspect is not None and (step := _step(wheels.suspect, frame)) is not None:
        pod, events = _resumed(pod, frame, t, step)
        return pod, (*alive, *events)
    if frame == wheels.last:
        return replace(pod, heard=t), alive
    return replace(
        pod, heard=t, wheels=replace(wheels, suspect=(frame.ms, frame.count1, frame.count2), refused=wheels.refused + 1)
    ), alive


def _step(before: tuple[int, int, int], now: WheelCount) -> tuple[int, int, int] | None:
    """(pulses 1, pulses 2, milliseconds) from one count to the next; None where no wheel can have done it."""
    passed = _since(now.ms, before[0])
    pulses1, pulses2 = (now.count1 - before[1]) % WRAP, (now.count2 - before[2]) % WRAP
    if passed <= 0 or max(pulses1, pulses2) * 1000 > MAX_PULSE_HZ * passed:
        return None
    return pulses1, pulses2, passed


def _counted(pod: Pod, frame: WheelCount, t: Seconds, step: tuple[int, int, int]) -> tuple[Pod, Wheel]:
    """A count believed. The pulses of a silence, or of the host's, wait until the pod has named its boot."""
    wheels, owed = pod.wheels, pod.wheels.owed
    if wheels.stale and not pod.sure:
        owed = step if owed is None else (owed[0] + step[0], owed[1] + step[1], owed[2] + step[2])
        step = (0, 0, 0)
    pulses1, pulses2, passed = step
    clock = _kept(pod.clock, frame.ms, t)
    dt = passed / 1000 if passed else None
    caught_up = wheels.down and wheels.stale and bool(pulses1 or pulses2)
    event = Wheel(stamp(clock.t), frame.ms, pulses1, pulses2, dt, caught_up)
    down = wheels.down and owed is not None
    after = Wheels((frame.ms, frame.count1, frame.count2), None, False, down, owed, wheels.refused)
    return Pod(pod.uid, pod.boot, pod.sure, t, clock, after, pod.contacts), event


def _resumed(pod: Pod, frame: WheelCount, t: Seconds, step: tuple[int, int, int]) -> Folded:
    """A second frame bears out the suspect one: the jump before it is no distance, what follows it is.

    If the pod's own time went back, it was powered up anew, and will say so itself within ten seconds.
    """
    wheels = pod.wheels
    restarted = wheels.last is not None and _since(frame.ms, wheels.last[0]) < 0
    if restarted:
        pod = replace(_renewed(pod, counting=False), boot=None, sure=False)
    else:
        pod = replace(pod, wheels=replace(wheels, stale=False))
    pod, event = _counted(pod, frame, t, step)
    return pod, (PodRestarted(t), event) if restarted else (event,)


# Time and order.


def _since(now: int, then: int) -> int:
    """How far `now` lies after `then`, across the wrap; negative where it lies before."""
    return (now - then + WRAP // 2) % WRAP - WRAP // 2


def _kept(clock: Clock | None, ms: int, t: Seconds) -> Clock:
    """The clock after a frame of `ms` came at `t`: the least delay seen holds, and creeps up to follow the drift."""
    if clock is None:
        return Clock(ms, t)
    passed = _since(ms, clock.ms) / 1000
    return Clock(ms, min(t, clock.t + passed * (1 + CLOCK_CREEP)))


def _dated(clock: Clock | None, ms: int, t: Seconds) -> Seconds:
    """Our time of the pod's `ms`, never later than the arrival `t`."""
    return t if clock is None else min(t, clock.t + _since(ms, clock.ms) / 1000)


# Contacts.


def _contact(pod: Pod, frame: ContactChange, t: Seconds) -> Folded:
    """Each contact once and in its order; one that comes early waits for those before it, which the pod repeats."""
    contacts = pod.contacts
    known = Contact(t, frame.seq, frame.button, frame.closed, fresh=False)
    if (frame.seq, frame.ms) in contacts.recent:
        return pod, (known,)
    if _ahead(contacts, frame.seq) > 0:
        early = _queued(contacts, frame, _dated(pod.clock, frame.ms, t), t)
        return _release(replace(pod, contacts=replace(contacts, early=early)), t)
    if not pod.sure:
        return pod, ()  # perhaps a new boot's: unacknowledged, it comes again when the pod has named itself
    return replace(pod, contacts=replace(contacts, late=contacts.late + 1)), (known,)


def _ahead(contacts: Contacts, seq: int) -> int:
    """How many contacts after the last one folded; 1 is the next, 0 and less was its turn already.

    A boot counts its contacts from 1. Where nothing is known of the boot any contact may be the first: it has to wait.
    """
    if contacts.seq is None:
        return 1 if seq in {0, 1} else 2
    return _since(seq, contacts.seq)


def _queued(contacts: Contacts, frame: ContactChange, at: Seconds, t: Seconds) -> tuple[Early, ...]:
    heard = [(each.seq, each.ms) for each in contacts.early]
    if (frame.seq, frame.ms) in heard:
        place = heard.index((frame.seq, frame.ms))
        again = replace(contacts.early[place], again=True)
        return (*contacts.early[:place], again, *contacts.early[place + 1 :])
    new = Early(frame.seq, frame.ms, frame.button, frame.closed, at, stamp(t + WAIT_FOR_LOST))
    return tuple(sorted((*contacts.early, new), key=lambda each: _since(each.seq, frame.seq))[:KEPT_CONTACTS])


def _release(pod: Pod, t: Seconds) -> Folded:
    """Fold the early contacts whose turn has come, or who have waited; far off the order they must be heard twice."""
    contacts = pod.contacts
    events: tuple[Event, ...] = ()
    while contacts.early:
        first, rest = contacts.early[0], contacts.early[1:]
        ahead = _ahead(contacts, first.seq)
        if ahead > 1 and t < first.until:
            break
        if 0 < ahead <= KEPT_CONTACTS or (ahead > 0 and first.again):
            at = stamp(max(contacts.t, first.t))
            recent = (*contacts.recent, (first.seq, first.ms))[-KEPT_CONTACTS:]
            contacts = Contacts(first.seq, at, recent, rest, contacts.late)
            events = (*events, Contact(at, first.seq, first.button, first.closed, fresh=True))
        else:
            contacts = replace(contacts, early=rest)
    return replace(pod, contacts=contacts), events
