"""What earlier drives have taught, as a plan holds it: the scale of the wheel and of this book, each with its sigma.

It comes into a plan as an input, so that a replay begins as the drive did, and leaves the fold by a `Save`. Who keeps
it between runs, and for which car and book, is not known here. Scales and sigmas are ratios.
"""

from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta, Struct

from codriver import config
from codriver.core.outs import Save
from codriver.units import Metres

DIGITS: Final = 6
# Factors that differ by less make no scale another.
ALIKE: Final = 0.0005

WheelScale: TypeAlias = Annotated[float, Meta(ge=0.5, le=2.0)]
BookScale: TypeAlias = Annotated[float, Meta(ge=0.8, le=1.2)]
Sigma: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
Kind: TypeAlias = Literal["wheel", "book"]


class Wheel(Struct, frozen=True, forbid_unknown_fields=True):
    """The car's metres for each metre of the configured probes: `scale`, known to `sigma`.

    `probe1` and `probe2` are the part of it that a measured mile found for each probe; the whole is their product.
    """

    scale: WheelScale
    sigma: Sigma
    probe1: WheelScale = 1.0
    probe2: WheelScale = 1.0


class Book(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Metres of this roadbook for each metre of the car: `scale`, known to `sigma`.

    Where the wheel alone made the car's metres, the scale holds for its two factors of then; None where GPS did.
    """

    scale: BookScale
    sigma: Sigma
    probe1_m_per_pulse: Metres | None = None
    probe2_m_per_pulse: Metres | None = None

    @property
    def by_gps(self) -> bool:
        """Whether it holds whatever the wheel's factors are."""
        return self.probe1_m_per_pulse is None and self.probe2_m_per_pulse is None


class Learnt(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is known at the Start; None where nothing is.

    `given` are the kinds that somebody set by hand for this drive: what was learnt of those counts for nothing.
    """

    wheel: Wheel | None = None
    book: Book | None = None
    given: tuple[Kind, ...] = ()


class Saved(NamedTuple):
    """What of the wheel is kept already: the scale by GPS, its sigma, and what the odometer read then, in metres."""

    scale: float = 1.0
    sigma: float = 1.0
    at: Metres = 0.0


class LearntError(ValueError):
    """This text holds nothing that was learnt."""


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(Learnt)
_SAVED: Final[dict[str, msgspec.json.Decoder[Wheel] | msgspec.json.Decoder[Book]]] = {
    "wheel": msgspec.json.Decoder(Wheel),
    "book": msgspec.json.Decoder(Book),
}


def holds(book: Book, wheel: Wheel | None, configured: config.Wheel, *, gps: bool) -> bool:
    """Whether what was learnt of a book holds for a car that measures with GPS, or with its wheel reckoned so."""
    if book.by_gps or gps:
        return book.by_gps and gps
    then, now = (book.probe1_m_per_pulse, book.probe2_m_per_pulse), factors(wheel, configured)
    return all(was is not None and abs(was - is_) <= ALIKE * is_ for was, is_ in zip(then, now, strict=True))


def factors(wheel: Wheel | None, configured: config.Wheel) -> tuple[Metres, Metres]:
    """Metres a pulse of both probes, as they are configured and by what was learnt of them."""
    known = Wheel(1.0, 1.0) if wheel is None else wheel
    first, second = configured.probe1_m_per_pulse * known.probe1, configured.probe2_m_per_pulse * known.probe2
    return first * known.scale, second * known.scale


def write(learnt: Learnt) -> str:
    """Canonical JSON, for a plan's inputs; `{}` where nothing is known."""
    return _ENCODER.encode(learnt).decode()


def read(text: str) -> Learnt:
    """What `write` wrote. LearntError where it is damaged or absurd."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise LearntError("what was learnt is damaged") from error


def save(value: Wheel | Book) -> Save:
    """The out that keeps this for the next drive, to six digits. LearntError where it is absurd."""
    kind = "wheel" if isinstance(value, Wheel) else "book"
    figures = msgspec.structs.asdict(value).items()
    rounded = {name: None if number is None else round(number, DIGITS) for name, number in figures}
    made = Save(kind, _ENCODER.encode(msgspec.structs.replace(value, **rounded)).decode())
    saved(made)
    return made


def saved(out: Save) -> Wheel | Book:
    """The value in this out. LearntError where it holds none."""
    try:
        return _SAVED[out.kind].decode(out.text)
    except (KeyError, msgspec.MsgspecError) as error:
        raise LearntError(f"this is nothing learnt of a {out.kind}") from error
