"""The profiles: what each kind of event allows, and how it likes to be served.

A profile is a sheet of configuration with a `name` and a `title`, which alone may hold `[allow]`. Those of the house
lie beside this module; a crew's own is any file ending in .toml. Knows no key: the configuration checks those.
"""

from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Final

from codriver import sheet
from codriver.kinds import either
from codriver.sheet import Sheet, SheetError

HEAD: Final = ("name", "title")


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of event: its name, what it is for, and its settings, unchecked, with the whole text of its file."""

    name: str
    title: str
    settings: Sheet


class UnknownProfileError(ValueError):
    """No profile of the house has this name."""

    def __init__(self, name: str) -> None:
        self.wrong = f"is {name!r}, which is no profile"
        advice = f"choose {either(names())}, or a file of your own ending in .toml"
        self.advice = sheet.did_you_mean(name, names(), advice)
        super().__init__(f"profile {self.wrong}; {self.advice}")


def names() -> tuple[str, ...]:
    """The names of the profiles that come with codriver, sorted."""
    files = (Path(each.name) for each in resources.files(__package__).iterdir())
    return tuple(sorted(file.stem for file in files if file.suffix == ".toml"))


def load(name: str, folder: Path = Path()) -> Profile:
    """The profile of this name, or in this file, sought from `folder`. UnknownProfileError; SheetError, with faults."""
    if name.endswith(".toml"):
        return _profile(sheet.read(folder / name))
    if name not in names():
        raise UnknownProfileError(name)
    content = resources.files(__package__).joinpath(f"{name}.toml").read_bytes()
    return _profile(sheet.parse(content, f"profile {name}"))


def _profile(whole: Sheet) -> Profile:
    unnamed = [key for key in HEAD if not isinstance(whole.tree.get(key), str) or not whole.tree[key].isprintable()]
    if unnamed:
        advice = "a profile begins with its name and its title, each a text"
        raise SheetError(whole.fault(key, "is missing or no text of one line", advice) for key in unnamed)
    settings = {key: value for key, value in whole.tree.items() if key not in HEAD}
    return Profile(whole.tree["name"], whole.tree["title"], replace(whole, tree=settings))
