"""The udev rules: no slip of the pen, and the names that the handbook promises."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

RULES = Path(__file__).parents[2] / "systemd" / "99-codriver.rules"
# What udev(7) lets each key do: be compared, be set, or both.
COMPARED = {"ACTION", "SUBSYSTEM", "SUBSYSTEMS", "KERNEL", "KERNELS", "DRIVER", "DRIVERS", "ATTRS", "DEVPATH"}
SET = {"SYMLINK", "TAG", "GOTO", "LABEL", "MODE", "GROUP", "OWNER"}
BOTH = {"ENV", "ATTR"}
TOKEN = re.compile(r'([A-Z]+)(?:\{([^}]+)\})?(==|!=|\+=|=)"([^"]*)"')


class Token(NamedTuple):
    """One `KEY{of}operator"value"`."""

    key: str
    of: str
    operator: str
    value: str


def parsed(text: str) -> Iterator[list[Token]]:
    """The rules, one a line. ValueError with the line where udev would stumble, or worse, not stumble."""
    for line in filter(lambda line: line and not line.startswith("#"), text.splitlines()):
        tokens = []
        for part in line.split(", "):
            match = TOKEN.fullmatch(part)
            if match is None:
                raise ValueError(f"no token: {part} in {line}")
            token = Token(match[1], match[2] or "", match[3], match[4])
            comparing = token.operator in ("==", "!=")
            if token.key not in BOTH | (COMPARED if comparing else SET):
                raise ValueError(f"{token.key} with {token.operator} in {line}")
            tokens.append(token)
        yield tokens


def names(subsystem: str, **attributes: str) -> set[str]:
    """The links that a device with these attributes on its USB device gets; patterns as udev knows them."""
    found: set[str] = set()
    for rule in parsed(RULES.read_text()):
        conditions = [token for token in rule if token.operator == "=="]
        if any(token.key == "ACTION" for token in conditions):
            continue
        given = {"SUBSYSTEM": subsystem}
        if all(
            any(
                fnmatchcase(attributes.get(token.of, "") if token.of else given.get(token.key, ""), pattern)
                for pattern in token.value.split("|")
            )
            for token in conditions
        ):
            found |= {token.value for token in rule if token.key == "SYMLINK"}
    return found


def test_every_rule_is_one() -> None:
    assert len(list(parsed(RULES.read_text()))) > 5


@pytest.mark.parametrize(
    "slip",
    [
        'SUBSYSTEM="tty", SYMLINK+="x"',
        'SUBSYSTEM=="tty", SYMLINK=="x"',
        'SUBSYSTEM=="tty" SYMLINK+="x"',
        'SUBSYSTEM=="tty", SYMLINKS+="x"',
        'SUBSYSTEM=="tty", ATTRS{idVendor}="1546", SYMLINK+="x"',
        'SUBSYSTEM=="tty", SYMLINK+="x',
    ],
)
def test_a_slip_of_the_pen_would_be_found(slip: str) -> None:
    with pytest.raises(ValueError, match=r"^(no token: )?(SYMLINK|SUBSYSTEM|ATTRS)"):
        list(parsed(slip))


def test_every_goto_has_its_label() -> None:
    tokens = [token for rule in parsed(RULES.read_text()) for token in rule]
    gotos = {token.value for token in tokens if token.key == "GOTO"}
    assert gotos == {token.value for token in tokens if token.key == "LABEL"}


@pytest.mark.parametrize("product", ["01a5", "01a6", "01a7", "01a8", "01a9"])
def test_a_receiver_by_u_blox_is_the_receiver(product: str) -> None:
    assert names("tty", idVendor="1546", idProduct=product) == {"codriver-gps"}


@pytest.mark.parametrize("product", ["0005", "000a"])
def test_a_pico_that_runs_a_program_is_the_pod(product: str) -> None:
    assert names("tty", idVendor="2e8a", idProduct=product) == {"codriver-pod"}


def test_a_pod_is_known_by_its_own_word_whatever_chip_it_is() -> None:
    assert names("tty", idVendor="1209", idProduct="0001", product="codriver pod") == {"codriver-pod"}


@pytest.mark.parametrize(
    ("vendor", "product"), [("0403", "6001"), ("10c4", "ea60"), ("1a86", "7523"), ("067b", "2303"), ("2e8a", "0003")]
)
def test_a_bridge_and_a_pico_without_a_program_get_no_name(vendor: str, product: str) -> None:
    assert names("tty", idVendor=vendor, idProduct=product) == set()


def test_whatever_gets_a_name_is_left_alone_by_modem_manager_and_known_to_systemd() -> None:
    for rule in parsed(RULES.read_text()):
        if any(token.key == "SYMLINK" for token in rule):
            assert Token("ENV", "ID_MM_DEVICE_IGNORE", "=", "1") in rule
            assert Token("TAG", "", "+=", "systemd") in rule


def test_udev_itself_finds_nothing_to_say() -> None:
    if shutil.which("udevadm") is None:
        pytest.skip("udevadm is not installed here")
    version = subprocess.run(["udevadm", "--version"], capture_output=True, text=True, check=True).stdout
    if int(re.split(r"\D", version.strip())[0]) < 254:
        pytest.skip(f"udevadm {version.strip()} has no verify: it came with 254")
    done = subprocess.run(["udevadm", "verify", RULES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
