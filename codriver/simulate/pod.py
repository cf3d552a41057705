"""A pod without hardware: it speaks the pod protocol, protocol 1, over whatever carries its bytes.

A pure object: time is handed in (seconds, on any clock that only goes forward), bytes go in by `hear` and come out of
`step`. What the protocol says of a real pod is true of this one: unsigned 32-bit `ms`, counts and `seq` that wrap, and
a change of contact repeated until it is acknowledged. Pulses and presses are what its owner says.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Final

from codriver.units import Seconds
from codriver.wires.lines import Lines, frame, sentence

WORD: Final = 1 << 32
MOVING: Final[Seconds] = 0.05
STILL: Final[Seconds] = 1.0
REPEAT: Final[Seconds] = 0.05
POWER: Final[Seconds] = 1.0
IDENTITY: Final[Seconds] = 10.0


class SimulatedPod:
    """A pod that is powered up at `now`, for the `boot`th time, with its clock and counters where they are put.

    `lose_acks` is how many of the next acknowledgements never arrive. `leds` holds what the host has lit, and
    `kept_alive` the time of its last keep-alive.
    """

    def __init__(
        self, now: Seconds = 0.0, *, boot: int = 1, ms: int = 0, counts: tuple[int, int] = (0, 0), seq: int = 0
    ) -> None:
        self.lose_acks = 0
        self.leds: dict[int, int] = {}
        self.kept_alive: Seconds | None = None
        self.supply_mv = 13800
        self.temp_c = 41.5
        self._ignition = True
        self._boot = boot - 1
        self.restart(now)
        self._ms_at_power_up, self._counts, self._seq = ms, list(counts), seq

    def restart(self, now: Seconds) -> None:
        """A power-up: a new boot, everything counted since power-up begins at 0, what was not acknowledged is lost."""
        self._boot += 1
        self._powered, self._ms_at_power_up = now, 0
        self._counts, self._counts_told = [0, 0], [0, 0]
        self._seq = 0
        self._lines = Lines()
        self._unacked: dict[int, tuple[Seconds, str]] = {}
        self._complaints: list[tuple[Seconds, str]] = []
        self._next_identity = self._next_power = self._next_wheel = now
        self._last_wheel = now

    def turn(self, now: Seconds, probe1: int, probe2: int = 0) -> None:
        """So many more pulses from each wheel probe."""
        self._counts = [(count + more) % WORD for count, more in zip(self._counts, (probe1, probe2), strict=True)]
        self._next_wheel = min(self._next_wheel, max(now, self._last_wheel + MOVING))

    def contact(self, now: Seconds, button: int, closed: bool) -> int:
        """A contact changed, and has settled. Returns the number it is reported, and to be acknowledged, under."""
        self._seq = (self._seq + 1) % WORD
        self._unacked[self._seq] = now, f"PCDRB,{self._ms(now)},{self._seq},{button},{closed:d}"
        return self._seq

    def ignition(self, now: Seconds, on: bool) -> None:
        """The key is turned: told at once."""
        self._ignition, self._next_power = on, now

    def complain(self, now: Seconds, code: str, text: str) -> None:
        """The pod found a fault in itself: told once."""
        self._complaints.append((now, f"PCDRE,{self._ms(now)},{code},{text}"))

    def hear(self, now: Seconds, data: bytes) -> None:
        """Take what the host has sent. A sentence without its right checksum is nothing."""
        for line in self._lines.feed(data):
            match (sentence(line) or "").split(","):
                case ["PCDRQ"]:
                    self._next_identity = now
                case ["PCDRK"]:
                    self.kept_alive = now
                case ["PCDRL", led, level]:
                    self.leds[int(led)] = int(level)
                case ["PCDRA", seq]:
                    self._acked(int(seq))

    def step(self, now: Seconds) -> bytes:
        """What the pod says up to `now`, each sentence with the `ms` of its own moment."""
        said = ""
        while (turn := min(self._timetable(), key=itemgetter(0)))[0] <= now:
            due, speak = turn
            said += frame(speak(due))
        return said.encode("latin-1")

    def _timetable(self) -> list[tuple[Seconds, Callable[[Seconds], str]]]:
        return [
            (self._next_identity, self._identity),
            (self._next_power, self._power),
            (self._next_wheel, self._wheel),
            *((due, self._complaint) for due, _ in self._complaints[:1]),
            *((due, self._button(seq)) for seq, (due, _) in self._unacked.items()),
        ]

    def _identity(self, now: Seconds) -> str:
        self._next_identity = now + IDENTITY
        return f"PCDRI,1,simulated,E66141040396,{self._boot}"

    def _power(self, now: Seconds) -> str:
        self._next_power = now + POWER
        return f"PCDRP,{self._ms(now)},{self.supply_mv},{self._ignition:d},{self.temp_c:.1f}"

    def _wheel(self, now: Seconds) -> str:
        moving = self._counts != self._counts_told
        self._counts_told, self._last_wheel = list(self._counts), now
        self._next_wheel = now + (MOVING if moving else STILL)
        return f"PCDRW,{self._ms(now)},{self._counts[0]},{self._counts[1]}"

    def _button(self, seq: int) -> Callable[[Seconds], str]:
        def speak(now: Seconds) -> str:
            _, body = self._unacked[seq]
            self._unacked[seq] = now + REPEAT, body
            return body

        return speak

    def _complaint(self, _: Seconds) -> str:
        return self._complaints.pop(0)[1]

    def _acked(self, seq: int) -> None:
        if self.lose_acks:
            self.lose_acks -= 1
        else:
            self._unacked.pop(seq, None)

    def _ms(self, now: Seconds) -> int:
        return (self._ms_at_power_up + round((now - self._powered) * 1000)) % WORD
