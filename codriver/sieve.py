"""Which lines become signals: all that somebody folds, a sample of the rest, and nothing that the profile forbids.

Before the log, so that a run holds what was folded; a log that was sieved passes whole through another sieve.
"""

from dataclasses import dataclass
from typing import Final

from codriver.decode import nmea
from codriver.signals import Line
from codriver.units import Seconds

# Lines nobody folds are kept at most this often, a kind: enough to see later what a receiver said.
SAMPLED: Final[Seconds] = 10.0
KINDS: Final = 64


@dataclass(slots=True)
class Sieve:
    """Which lines become signals: all that somebody folds, and a sample of the rest; nothing the profile forbids.

    A log that was sieved passes whole through another sieve, so that a drive and its replay hold the same signals.
    """

    gps: bool = True
    wheel: bool = True
    forbidden: int = 0
    seen: dict[str, Seconds] | None = None

    def admits(self, line: Line) -> bool:
        """Whether this line is a signal."""
        ours = line.source == "pod" and line.text.startswith("$PCDR")
        if not (self.gps or ours) or (not self.wheel and line.text.startswith("$PCDRW")):
            self.forbidden += 1
            return False
        if ours or (line.source == "gps" and nmea.wanted(line.text)):
            return True
        seen = self.seen = {} if self.seen is None else self.seen
        kind = f"{line.source} {nmea.sort(line.text)}"
        if kind not in seen and len(seen) >= KINDS:
            kind = f"{line.source} ?"
        if line.t - seen.get(kind, -SAMPLED) < SAMPLED:
            return False
        seen[kind] = line.t
        return True
