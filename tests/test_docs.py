"""The words and pictures say what is so: links lead somewhere, commands parse, tables are those of the code."""

import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from codriver.cli import main
from codriver.cockpit.faces import Faces, find
from codriver.cockpit.heights import heights
from codriver.config import config_keys
from codriver.core import braking, buttons, calls, horizon, leads
from codriver.core.odometer import CARRIED
from codriver.core.trip import FREEZE, UNDOS
from codriver.decode.presses import HOLD, STUCK

HOUSE = Path(__file__).parents[1]
DOCS = HOUSE / "docs"
PAGES = [HOUSE / "README.md", HOUSE / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
README, HANDBOOK = (page.read_text(encoding="utf-8") for page in (PAGES[0], DOCS / "handbook.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
PICTURES = DOCS / "pictures"


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links(page: Path) -> Iterator[str]:
    yield from (link for link in LINK.findall(text(page)) if "://" not in link)


def titles(page: Path) -> set[str]:
    """The anchors of a page, as the web shows them."""
    heads = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_is_there(page: Path) -> None:
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), f"{page.name}: {link}"
        assert target.is_relative_to(HOUSE)
        assert not anchor or anchor in titles(target), f"{page.name}: {link}"


def test_the_pictures_are_those_that_are_shown_and_few_bytes() -> None:
    """No picture that nobody looks at; and a clone is not made of pictures."""
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page) if link.endswith(".png")}
    made = set(PICTURES.glob("*.png"))
    assert shown == made
    assert sum(path.stat().st_size for path in made) < 1_500_000


def test_the_pictures_are_those_that_make_shots_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HOUSE / "tools"))
    tool = runpy.run_path(str(HOUSE / "tools" / "make_shots.py"))
    assert {f"{name}.png" for name in tool["names"]()} == {path.name for path in PICTURES.glob("*.png")}


# Commands


def commands() -> list[str]:
    """Every line of README and handbooks that begins with our command."""
    lines = (line.strip() for page in PAGES for line in text(page).splitlines() if line.startswith("    "))
    found = [line.removeprefix(".venv/bin/") for line in lines]
    return sorted({line for line in found if line.startswith("codriver ")})


def test_the_readme_has_the_commands_of_a_drive_and_after() -> None:
    named = {line.split()[1] for line in commands()}
    assert {"run", "simulate", "replay", "summary", "export", "doctor", "roadbook"} <= named


@pytest.mark.parametrize("line", commands())
def test_every_command_line_parses(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the files it names there: then click has nothing to say against it."""
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line, comments=True)[1:]
    for word in words:
        if re.fullmatch(r"[\w-]+\.(gpx|kml|db|wire|nmea|toml|csv)", word):
            Path(word).touch()
    group: Any = main
    context = click.Context(main, info_name="codriver")
    while isinstance(group, click.Group):
        _, group, words = group.resolve_command(context, words)
    assert group.make_context("codriver", words).params


def test_every_command_has_help_with_an_example() -> None:
    for name in ("run", "demo", "replay", "summary", "export", "simulate", "doctor"):
        told = CliRunner().invoke(main, [name, "--help"])
        assert told.exit_code == 0
        assert "Example: codriver" in told.output


def test_every_make_verb_is_one() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", text(HOUSE / "Makefile"), re.MULTILINE))
    named = {verb for page in PAGES for verb in re.findall(r"(?:`| {4}|&& )make ([a-z-]+)", text(page))}
    assert {"demo", "test", "shots", "pi-install"} <= named <= verbs


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_every_setting_that_is_named_is_one(page: Path) -> None:
    named = re.findall(
        r"`(?:--set )?((?:gps|pod|display|voice|buttons|runs|vehicle|trip|event)\.[a-z_.0-9]+)", text(page)
    )
    named = [name for name in named if not name.endswith((".toml", ".py", ".md"))]
    assert set(named) <= {key.key for key in config_keys()} | {"vehicle.wheel."}


# Tables


def test_the_tables_of_buttons_are_those_of_the_code() -> None:
    page = text(DOCS / "buttons.md")
    assert f"\n\n{buttons.as_markdown()}\n" in page
    assert f"\n\n{buttons.keys_as_markdown()}\n" in page


def test_the_readme_names_the_keys_of_the_six_buttons() -> None:
    arrows = {"right": "→", "left": "←", "up": "↑", "down": "↓"}
    keys = [
        " or ".join(arrows.get(key, key) for key, meant in buttons.KEYS.items() if meant is button)
        for button in list(buttons.Button)[:6]
    ]
    assert f"| {', '.join(keys)} |" in README


def test_the_readme_names_each_letter_that_does_something() -> None:
    rows = re.findall(r"^\| ((?:[A-Z]|[+-])(?:, (?:[A-Z]|[+-]|tab))*) \|", README, re.MULTILINE)
    named = {key.lower() for row in rows for key in row.split(", ")}
    assert named == {function.key for function in buttons.TABLE.functions if function.key}


def test_the_handbook_tells_when_a_call_comes() -> None:
    rows = re.findall(r"^\| [a-z][^|]+\| ([\d.]+) s \| ([\d.]+) s[^|]*\| (\d+) s \|$", HANDBOOK, re.MULTILINE)
    told = [tuple(map(float, row)) for row in rows]
    orders = (braking.AIM[2], braking.REACTION, braking.EARLIEST[2])
    assert told == [*list(zip(braking.AIM, braking.LATEST, braking.EARLIEST, strict=True))[:2], orders]
    assert (braking.DANGER_FLOOR, braking.DANGER_CAP, leads.ABOUT) == (3.0, 12.0, 50.0)
    assert "beyond 50 m it says `in about 400`" in HANDBOOK


def test_the_handbooks_figures_are_those_of_the_code() -> None:
    """As words, where they are said in words."""
    assert (HOLD, STUCK, FREEZE, UNDOS) == (0.8, 20.0, 60.0, 50)
    assert (CARRIED, horizon.CHAIN, horizon.BREATH) == (120.0, 3, 1.0)
    for words in ("**Held** 0.8 s", "told after 20 s", "lets go after a minute", "up to fifty", "for two minutes"):
        assert words in HANDBOOK
    assert all(f"`{mode}`" in HANDBOOK for mode in calls.MODES)


def test_the_digits_are_as_high_as_the_handbook_says() -> None:
    """Within a hundredth of the screen; only in the face that the table is of."""
    if not find().wanted:
        pytest.skip("the table is of B612: sudo apt install fonts-b612")
    faces = Faces(find())
    rows = re.findall(r"^\| (road|trip) page: ([^|]+?) \| ([\d.]+) \| ([\d.]+) \|$", HANDBOOK, re.MULTILINE)
    assert len(rows) == 9
    names = {"to the next note, beside words": "to_next", "to the next note, alone": "to_next_alone"}
    for page, name, *said in rows:
        for size, share in zip(((1280, 720), (800, 480)), said, strict=True):
            measured = heights(size, "trip" if page == "trip" else "road", faces)[names.get(name, name)]
            assert measured == pytest.approx(float(share), abs=0.01), (page, name, size)
