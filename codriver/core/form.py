"""A form on the screen: a few fields to be set with six buttons, and one press that does what they say.

NEXT and BACK go through the fields, PLUS and MINUS change the one pointed at (held they repeat, and grow), MARK does
it, MARK held leaves. A form with a single choice is a list, in which NEXT and BACK go as well. It closes by itself
when nobody has touched it for a while. Values are SI; knows nothing of what a form is for, nor how it looks.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.units import Seconds

Kind: TypeAlias = Literal["choice", "metres", "number"]

OPEN: Final[Seconds] = 60.0
# A change that follows the one before so soon is of a button that is held; after so many of these each counts tenfold.
HELD: Final[Seconds] = 0.6
SLOW: Final = 10
FASTER: Final = 10.0


class Field(Struct, frozen=True, array_like=True):
    """One thing to be set. Of a `choice` the value is the index of an option; the others go by steps within bounds.

    `metres` are shown in the crew's units, a `number` as it is, with its `unit`; `shown` stands in place of a figure
    that says little by itself.
    """

    name: str
    kind: Kind
    value: float = 0.0
    options: tuple[str, ...] = ()
    step: float = 1.0
    least: float = 0.0
    most: float = 1e6
    unit: str = ""
    shown: str = ""


class Form(Struct, frozen=True, omit_defaults=True):
    """An open form: `what` it is for, its fields, which one is pointed at, and until when it stays.

    `changed` is when a field was changed last, `run` how often in one go.
    """

    what: str
    title: str
    fields: tuple[Field, ...]
    at: int = 0
    until: Seconds = 0.0
    changed: Seconds = 0.0
    run: int = 0


def opened(form: Form, t: Seconds) -> Form:
    """The form as it comes up at `t`."""
    return replace(form, until=t + OPEN)


def shown(form: Form | None, t: Seconds) -> Form | None:
    """The form while it is open at `t`."""
    return form if form is not None and t <= form.until else None


def move(form: Form, t: Seconds, by: int) -> Form:
    """Point at the next field, or the one before, round and round; in a list at the next option."""
    if is_list(form):
        return change(form, t, by)
    return replace(form, at=(form.at + by) % len(form.fields), until=t + OPEN, run=0)


def change(form: Form, t: Seconds, sign: int) -> Form:
    """One step more or less of the field pointed at. A choice goes round; the others stop at their bounds."""
    run = form.run + 1 if t - form.changed <= HELD else 0
    field = form.fields[form.at]
    changed = replace(field, value=_stepped(field, sign, FASTER if run >= SLOW else 1.0))
    fields = (*form.fields[: form.at], changed, *form.fields[form.at + 1 :])
    return replace(form, fields=fields, until=t + OPEN, changed=t, run=run)


def is_list(form: Form) -> bool:
    """Whether there is nothing but one choice to make."""
    return len(form.fields) == 1 and form.fields[0].kind == "choice"


def value(form: Form, name: str) -> float:
    """What the field of this name is set to; of a choice the option's index. KeyError where there is no such field."""
    return _field(form, name).value


def chosen(form: Form, name: str) -> str:
    """The option that the choice of this name is set to. KeyError where there is no such field."""
    field = _field(form, name)
    return field.options[int(field.value)]


def _field(form: Form, name: str) -> Field:
    for field in form.fields:
        if field.name == name:
            return field
    raise KeyError(name)


def _stepped(field: Field, sign: int, times: float) -> float:
    if field.kind == "choice":
        return float((int(field.value) + sign) % len(field.options))
    return round(min(max(field.value + sign * field.step * times, field.least), field.most), 4) + 0.0
