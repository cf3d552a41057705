"""What is to be seen, as one frozen value: words, figures and how true each of them is. Nothing of pixels or colours.

The view makes a `Screen` from a state; the window draws it and knows nothing else. Two equal Screens are the same
picture, byte for byte. Texts are ready to be shown: units converted, languages chosen, unknown values said so.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from codriver.roadbook.model import Crop, Picture
from codriver.roadbook.symbols import Symbols
from codriver.roadbook.turns import Turn

# What can be drawn: of the book's own, or made where it has none.
Drawn: TypeAlias = Picture | Crop | Turn | Symbols
# How a figure looks. `estimated`: carried on without a measurement. `stale`: was true, may not be any more. `frozen`:
# held by the crew. `none`: nobody knows.
Tone: TypeAlias = Literal["live", "estimated", "stale", "frozen", "none"]
# How a lamp or a banner looks: `off` is not fitted or not wanted, which is no fault.
Level: TypeAlias = Literal["ok", "info", "warn", "bad", "off"]
Page: TypeAlias = Literal["road", "trip", "calls", "status", "report"]
Standing: TypeAlias = Literal["passed", "next", "ahead"]


class Reading(Struct, frozen=True):
    """A figure: `text` without its unit (`12.34`, `-:--`), and how true it is."""

    text: str
    unit: str = ""
    tone: Tone = "live"


class Lamp(Struct, frozen=True):
    """One source or service in a word: `GPS`, `ok`, and how it fares."""

    name: str
    text: str
    level: Level


class Banner(Struct, frozen=True):
    """A sentence across the screen. `kind` is the alert's, for who wants to give it a sign.

    `count` is how many it stands for, where it stands for more.
    """

    text: str
    level: Level
    kind: str = ""
    count: int = 1


class Row(Struct, frozen=True):
    """One note of the book. `total` and `gap` are the book's figures, `near` says that the gap is under 300 m.

    `measured` is false where the book's distance is not known, or only to be seen in `tulip`. `to_go` is the distance
    to it from here, None where that means nothing. `tulip` is the book's drawing, or the turn
    made from cap or track where there is none; `drawing` the right-hand column, or the symbols of what the words say.
    `badges` are its zones, waypoints and events, a word each; `words` the crew's or the book's text, a line each.
    A note that is cancelled is `struck` through; `highlight` is the colour in which the crew has marked it.
    """

    index: int
    number: str
    standing: Standing
    total: str
    gap: str
    near: bool = False
    to_go: Reading | None = None
    danger: int = 0
    cap: str = ""
    badges: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    tulip: Drawn | None = None
    drawing: Picture | Crop | Symbols | None = None
    measured: bool = True
    struck: bool = False
    highlight: str = ""


class Call(Struct, frozen=True):
    """What the voice says, or said a moment ago. `danger` is that of the worst note in it."""

    words: str
    speaking: bool
    danger: int = 0


class Coming(Struct, frozen=True):
    """A note that will be called: how far it is, roughly and with its unit, and what will be said."""

    distance: str
    words: str
    danger: int = 0


class Driver(Struct, frozen=True):
    """The page made for the driver: the present call, what is left of the way to its note in percent, what follows.

    `left` is None where no note is waited for, or nobody knows how far it is.
    """

    call: Call | None
    left: int | None
    coming: tuple[Coming, ...] = ()


class Hint(Struct, frozen=True):
    """One button: its name, what a press and a long press do here, and whether it is held now.

    `touch` is the name under which a finger on it is reported.
    """

    name: str
    press: str
    long: str
    held: bool
    touch: str


class Menu(Struct, frozen=True):
    """An open menu: its items, each with what it is set to, and which one MARK would choose.

    A form has a `title`, and its fields for items; `at` is the one that PLUS and MINUS change.
    """

    items: tuple[tuple[str, str], ...]
    at: int
    title: str = ""


class Screen(Struct, frozen=True):
    """Everything on the screen. `watermark` says that this is no live drive (`REPLAY`, `DEMO`); empty when it is.

    `closing` is how much of the way to the next note is behind, 0 to 100, None where there is no next note;
    `band` how near that note is. `done` is the last press in words, `recorded` whether it is safe on the card (None:
    nothing to tell). `chords` are what the buttons now held can do together with another; `held` are the names of
    those buttons, shown also where the crew wants no hints. `driver` is what the driver's page shows.
    """

    page: Page
    night: bool
    watermark: str
    clock: Reading
    total: Reading
    partial: Reading
    speed: Reading
    cap: Reading
    to_next: Reading
    closing: int | None
    band: Literal["far", "near", "now"]
    danger: int
    rows: tuple[Row, ...]
    call: Call | None
    lamps: tuple[Lamp, ...]
    banners: tuple[Banner, ...]
    notice: Banner | None
    done: str
    recorded: bool | None
    hints: tuple[Hint, ...]
    chords: tuple[str, ...]
    menu: Menu | None
    lines: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    driver: Driver | None = None
