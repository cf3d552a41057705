"""The pins of the button panel, as `hardware/pinout.toml` names them: that file is their one home."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Contact:
    """A button on the Pi's own pin `bcm`, which is `header` on the plug; `pull` is its rest level, `up` or `down`."""

    button: int
    name: str
    bcm: int
    header: int
    pull: str


def panel() -> tuple[Contact, ...]:
    """The contacts wired straight to the Pi, in the order of their buttons."""
    text = files("codriver.wires").joinpath("pinout.toml").read_text(encoding="utf-8")
    wiring = tomllib.loads(text)["panel"]
    return tuple(Contact(**contact, pull=wiring["pull"]) for contact in wiring["contact"])
