"""The colours, by day and by night: frozen pairs of ink and ground, each with a contrast of 7:1 or more.

By day a white ground and black ink, which is what is left of a picture in the sun. By night a black ground and dim
amber: nothing bright, little blue, so that eyes stay used to the dark. What a colour says is always said by a shape, a
sign or a word as well. Colours are red, green, blue from 0 to 255.
"""

from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import asdict

from codriver.cockpit.screen import Level, Tone

Colour: TypeAlias = tuple[int, int, int]

LEAST: Final = 7.0  # the contrast that WCAG 2.1 asks for at its strictest level (1.4.6)


class Pair(Struct, frozen=True):
    """A text's colour and the colour it stands on."""

    ink: Colour
    ground: Colour

    @property
    def inverted(self) -> "Pair":
        """Ink and ground exchanged: the same contrast, the strongest way to say "this one"."""
        return Pair(self.ground, self.ink)


class Theme(Struct, frozen=True):
    """One set of colours.

    `plain` is for what is true now, `dim` for labels and what is over, `strong` for what stands out (the next note's
    head, a held button, a chosen item). `frozen` fills the ground of two large figures for a minute: by night that is
    no inversion. `near` marks a short gap, `close` and `now` how near the next note is. `rule` is the colour of the
    lines between things, `track` of the empty part of the bar, `bar` of the full part when the note is here; no text
    stands on these.
    """

    name: str
    plain: Pair
    dim: Pair
    strong: Pair
    estimated: Pair
    stale: Pair
    frozen: Pair
    danger: Pair
    good: Pair
    note: Pair
    warn: Pair
    bad: Pair
    near: Pair
    close: Pair
    now: Pair
    called: Pair
    rule: Colour
    track: Colour
    bar: Colour

    @property
    def pairs(self) -> dict[str, Pair]:
        """All pairs by name."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, Pair)}

    def tone(self, tone: Tone) -> Pair:
        """How a figure of this tone is written."""
        match tone:
            case "live":
                return self.plain
            case "estimated":
                return self.estimated
            case "stale":
                return self.stale
            case "frozen":
                return self.frozen
            case "none":
                return self.dim

    def level(self, level: Level) -> Pair:
        """How a sentence of this level is written."""
        match level:
            case "ok":
                return self.good
            case "info":
                return self.note
            case "warn":
                return self.warn
            case "bad":
                return self.bad
            case "off":
                return self.dim


WHITE: Final = (255, 255, 255)
BLACK: Final = (0, 0, 0)

DAY: Final = Theme(
    name="day",
    plain=Pair(BLACK, WHITE),
    dim=Pair((80, 80, 80), WHITE),
    strong=Pair(WHITE, BLACK),
    estimated=Pair((0, 50, 170), WHITE),
    stale=Pair((84, 84, 84), WHITE),
    frozen=Pair(WHITE, BLACK),
    danger=Pair(WHITE, (176, 0, 0)),
    good=Pair((0, 80, 30), WHITE),
    note=Pair(WHITE, (0, 50, 150)),
    warn=Pair(BLACK, (255, 184, 0)),
    bad=Pair(WHITE, (176, 0, 0)),
    near=Pair(BLACK, (110, 225, 110)),
    close=Pair(BLACK, (255, 205, 40)),
    now=Pair(WHITE, BLACK),
    called=Pair(BLACK, (255, 240, 150)),
    rule=(120, 120, 120),
    track=(205, 205, 205),
    bar=(176, 0, 0),
)

NIGHT: Final = Theme(
    name="night",
    plain=Pair((226, 168, 84), BLACK),
    dim=Pair((182, 150, 114), BLACK),
    strong=Pair(BLACK, (214, 152, 70)),
    estimated=Pair((132, 176, 190), BLACK),
    stale=Pair((178, 148, 122), BLACK),
    frozen=Pair((250, 196, 110), (56, 30, 0)),
    danger=Pair((255, 200, 160), (112, 0, 0)),
    good=Pair((120, 176, 100), BLACK),
    note=Pair((170, 190, 200), (0, 16, 32)),
    warn=Pair(BLACK, (220, 150, 40)),
    bad=Pair((255, 200, 160), (112, 0, 0)),
    near=Pair(BLACK, (110, 176, 96)),
    close=Pair((250, 196, 110), (56, 30, 0)),
    now=Pair(BLACK, (226, 168, 84)),
    called=Pair((236, 180, 100), (36, 20, 0)),
    rule=(92, 66, 36),
    track=(52, 38, 20),
    bar=(216, 60, 40),
)


# The crew's own marks, as a bar at the edge of a note; what a colour stands for is the crew's to know.
HIGHLIGHTS: Final[dict[str, tuple[Colour, Colour]]] = {
    "yellow": ((240, 210, 0), (190, 160, 0)),
    "orange": ((240, 120, 0), (190, 90, 0)),
    "pink": ((230, 70, 150), (160, 50, 90)),
    "green": ((40, 170, 60), (40, 120, 40)),
    "blue": ((40, 110, 230), (60, 80, 120)),
}


def highlight(name: str, *, night: bool) -> Colour | None:
    """The colour of a mark, by day or by night; None where there is none."""
    return HIGHLIGHTS[name][night] if name in HIGHLIGHTS else None


def theme(*, night: bool) -> Theme:
    """The colours of the hour."""
    return NIGHT if night else DAY


def contrast(pair: Pair) -> float:
    """How far ink stands out from its ground, 1 to 21: the ratio of relative luminances of WCAG 2.1."""
    dark, light = sorted((_luminance(pair.ink), _luminance(pair.ground)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
