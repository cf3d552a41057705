"""Who hears it: a wired intercom takes a headset's sound from the left or the right channel of one stereo plug.

Where both headsets are on both channels, as by default, nobody can be spoken to alone, and sound is mono. PCM as in
sounds.py; two channels are interleaved, the left sample first. Pure.
"""

from array import array
from typing import Final, Literal, NamedTuple, TypeAlias

from codriver.voice.sounds import WIDTH, pcm, samples

Side: TypeAlias = Literal["left", "right", "both", "none"]

_LEFT: Final = frozenset({"left", "both"})
_RIGHT: Final = frozenset({"right", "both"})
# What a Call says of who is meant, where not everybody is.
CODRIVER: Final = "codriver"


class Sides(NamedTuple):
    """Which channels something is to be heard on."""

    left: bool
    right: bool


class Ears(NamedTuple):
    """The channels on which each of the crew hears; `none` hears nothing at all."""

    codriver: Side = "both"
    driver: Side = "both"

    @property
    def channels(self) -> int:
        """How many the device needs: two where left and right are ever different."""
        return 1 if {self.codriver, self.driver} <= {"both", "none"} else 2

    def sides(self, only: str = "") -> Sides:
        """Where this is to be heard: what is for the co-driver only, on their channels alone, where they have any."""
        heard = {self.codriver} - {"none"} if only == CODRIVER else set[Side]()
        heard = heard or {self.codriver, self.driver}
        return Sides(bool(heard & _LEFT), bool(heard & _RIGHT))

    def placed(self, sound: bytes, only: str = "") -> bytes:
        """This mono sound as the device wants it."""
        if self.channels == 1:
            return sound
        levels = samples(sound)
        both = array("h", bytes(2 * WIDTH * len(levels)))
        left, right = self.sides(only)
        if left:
            both[0::2] = levels
        if right:
            both[1::2] = levels
        return pcm(both)
