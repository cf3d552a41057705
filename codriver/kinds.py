"""The kinds of value a setting can be, each with its one rule: what it takes, what it refuses and how it is described.

A dataclass says what may be set: a field is a table (another dataclass) or `Annotated[kind, About(...)]`; any other
field is not the crew's to set. cattrs does the building, with the hooks here. Knows no file and no key.
"""

import json
import math
import re
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

import cattrs
from cattrs.gen import make_dict_structure_fn, override

AUTO: Final = "auto"
"""How a setting writes None, for which TOML has no word."""


@dataclass(frozen=True, slots=True)
class About:
    """What a key means, and the numbers it takes: `low` to `high`, and 0 as well where `or_zero`."""

    meaning: str
    low: float = -math.inf
    high: float = math.inf
    or_zero: bool = False

    def admits(self, value: object) -> bool:
        """Whether this value, of the right kind already, lies within the bounds."""
        return not isinstance(value, float) or self.low <= value <= self.high or (self.or_zero and value == 0.0)

    @property
    def bounds(self) -> str:
        """The bounds in words; empty where every number will do."""
        return "0 or " * self.or_zero + f"{self.low:g} to {self.high:g}" if math.isfinite(self.high) else ""


class Size(NamedTuple):
    """A width and a height in pixels, written WIDTHxHEIGHT."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class Key(NamedTuple):
    """One thing that can be set: its dotted name, and in words its type, default (as TOML) and meaning."""

    key: str
    type: str
    default: str
    meaning: str


class RefusedError(ValueError):
    """A value that cannot stand: what is wrong, and what to do."""

    def __init__(self, wrong: str, advice: str) -> None:
        super().__init__(f"{wrong}; {advice}")
        self.wrong, self.advice = wrong, advice


def keys(kind: Any, table: str = "") -> Iterator[Key]:
    """Every key of a dataclass, and of its tables, in the order written there."""
    for each in filter(_settable, fields(kind)):
        if is_dataclass(each.type):
            yield from keys(each.type, f"{table}{each.name}.")
        else:
            inner, about = get_args(each.type)
            yield Key(f"{table}{each.name}", describe(inner, about), _toml(each.default), about.meaning)


def describe(kind: Any, about: About) -> str:
    """What a key takes, in words."""
    if _is_optional(kind):
        return f'{describe(_inner(kind), about)}, or "{AUTO}"'
    if get_origin(kind) is Literal:
        return either(map(str, get_args(kind)))
    words = {str: "text", bool: "true or false", float: "number", Size: "WIDTHxHEIGHT"}[kind]
    return f"{words}, {about.bounds}" if about.bounds else words


def either(words: Iterable[str]) -> str:
    """Words as a choice: a, b or c."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _text(value: object, _: type) -> str:
    if not isinstance(value, str):
        raise RefusedError(f"is {_shown(value)}", "give a text, in double quotes")
    if not value.isprintable():
        raise RefusedError(f"is {_shown(value)}", "give a text of one line, without tabs or control characters")
    return value


def _truth(value: object, _: type) -> bool:
    if not isinstance(value, bool):
        raise RefusedError(f"is {_shown(value)}", "give true or false, without quotes")
    return value


def _number(value: object, _: type) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:  # so no nan, no inf
        return float(value) + 0.0  # -0.0 becomes 0.0: equal settings are written alike
    raise RefusedError(f"is {_shown(value)}", "give a number, without quotes")


def _size(value: object, _: type) -> Size:
    match = re.fullmatch(r"([1-9][0-9]{2,3})x([1-9][0-9]{2,3})", value) if isinstance(value, str) else None
    if match is None:
        raise RefusedError(f"is {_shown(value)}", 'give "WIDTHxHEIGHT" in pixels, as "800x480"')
    return Size(int(match[1]), int(match[2]))


def _choice(value: object, kind: Any) -> Any:
    for choice in get_args(kind):
        if type(value) is type(choice) and value == choice:
            return choice
    raise RefusedError(f"is {_shown(value)}", f"choose {either(map(str, get_args(kind)))}")


def _optional(value: object, kind: Any) -> Any:
    if value == AUTO:
        return None
    try:
        return DOOR.structure(value, _inner(kind))
    except RefusedError as refused:
        raise RefusedError(refused.wrong, f'{refused.advice}, or "{AUTO}"') from None


def _bounded(kind: Any) -> Callable[[object, Any], Any]:
    inner, about = get_args(kind)

    def hook(value: object, _: Any) -> Any:
        taken = DOOR.structure(value, inner)
        if not about.admits(taken):
            raise RefusedError(f"is {_shown(value)}", f"give {about.bounds}")
        return taken

    return hook


def _table(kind: Any) -> Callable[[object, Any], Any]:
    omitted: dict[str, Any] = {each.name: override(omit=True) for each in fields(kind) if not _settable(each)}
    inner = make_dict_structure_fn(kind, DOOR, **omitted)
    names = either(each.name for each in fields(kind) if each.name not in omitted)

    def hook(value: object, _: Any) -> Any:
        if not isinstance(value, Mapping):
            raise RefusedError(f"is {_shown(value)}", f"give a table with {names}")
        return inner(value, kind)

    return hook


def _settable(each: Field[Any]) -> bool:
    return is_dataclass(each.type) or _is_annotated(each.type)


def _is_annotated(kind: Any) -> bool:
    return get_origin(kind) is Annotated


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _is_optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _inner(optional: Any) -> Any:
    (inner,) = (kind for kind in get_args(optional) if kind is not NoneType)
    return inner


def _toml(value: object) -> str:
    match value:
        case None:
            return f'"{AUTO}"'
        case str() | Size():
            return f'"{value}"'
        case _:
            return json.dumps(value)


def _shown(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else reprlib.repr(value)


DOOR: Final = cattrs.Converter(detailed_validation=True, forbid_extra_keys=True)
DOOR.register_structure_hook(str, _text)
DOOR.register_structure_hook(bool, _truth)
DOOR.register_structure_hook(float, _number)
DOOR.register_structure_hook(Size, _size)
DOOR.register_structure_hook_func(_is_literal, _choice)
DOOR.register_structure_hook_func(_is_optional, _optional)
DOOR.register_structure_hook_factory(_is_annotated, _bounded)
DOOR.register_structure_hook_factory(is_dataclass, _table)
