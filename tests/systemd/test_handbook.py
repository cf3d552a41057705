"""The fitter's handbook says what is so: the pins, the paths, the groups and the names."""

import re
from pathlib import Path

from codriver.config import config_keys
from codriver.wires.pinout import panel

HOUSE = Path(__file__).parents[2]
HANDBOOK = (HOUSE / "docs" / "install.md").read_text(encoding="utf-8")
INSTALLER = (HOUSE / "systemd" / "install.sh").read_text(encoding="utf-8")
GROUNDS = {6, 9, 14, 20, 25, 30, 34, 39}  # of the 40-pin plug, on every model


def table() -> str:
    """The handbook's table of pins."""
    rows = [f"| {each.button} {each.name} | GPIO{each.bcm} | {each.header} |" for each in panel()]
    return "\n".join(["| button | pin | header |", "|---|---|---|", *rows])


def test_the_table_of_pins_is_made_from_the_pinout() -> None:
    assert f"\n\n{table()}\n\n" in HANDBOOK


def test_the_grounds_are_grounds_and_no_button() -> None:
    said = re.search(r"Ground is on\s+header pins ([\d, and\s]+)\.", HANDBOOK)
    assert said is not None
    assert {int(number) for number in re.findall(r"\d+", said[1])} == GROUNDS
    assert GROUNDS.isdisjoint({each.header for each in panel()})


def test_every_setting_it_names_is_one() -> None:
    named = set(re.findall(r"`((?:gps|pod|display|voice|buttons|runs|vehicle)\.[a-z_.0-9]+)", HANDBOOK))
    assert named <= {key.key for key in config_keys()}
    assert {"gps.port", "pod.port", "buttons.gpio", "display.full"} <= named


def test_every_path_of_the_installers_is_one_that_it_writes() -> None:
    rows = [line for line in HANDBOOK.splitlines() if line.endswith(("installer's |", "yours |", "never again |"))]
    paths = [path for row in rows for path in re.findall(r"^\| `(/[^`]+)`", row)]
    assert len(paths) == 6
    written = INSTALLER.replace("$opt", "/opt/codriver")
    written += "".join(
        f"/etc/systemd/system/{unit} " for unit in re.findall(r"codriver[\w@-]*\.(?:service|path)", INSTALLER)
    )
    assert [path for path in paths if path not in written] == []


def test_the_two_names_are_those_of_the_rules() -> None:
    rules = (HOUSE / "systemd" / "99-codriver.rules").read_text(encoding="utf-8")
    for name in ("codriver-gps", "codriver-pod"):
        assert f"/dev/{name}" in HANDBOOK
        assert f'SYMLINK+="{name}"' in rules
