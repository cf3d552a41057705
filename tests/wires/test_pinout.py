"""The one home of every pin: what it names is on the board, and free."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from codriver.core import buttons
from codriver.wires.pinout import panel

HARDWARE = Path(__file__).parents[2] / "hardware" / "pinout.toml"
SPOKEN_FOR = {
    "the HAT's identity": {0, 1},
    "I2C": {2, 3},
    "1-wire": {4},
    "SPI": {7, 8, 9, 10, 11},
    "sound": {12, 13, 18, 19, 20, 21},
    "a UART": {14, 15},
}


def test_the_eight_buttons_of_the_blueprint_are_wired() -> None:
    assert [contact.button for contact in panel()] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [contact.name for contact in panel()] == [buttons.name(contact.button) for contact in panel()]


def test_no_two_buttons_share_a_pin() -> None:
    assert len({contact.bcm for contact in panel()}) == len({contact.header for contact in panel()}) == 8


@pytest.mark.parametrize("use", SPOKEN_FOR)
def test_no_button_takes_a_pin_that_a_bus_needs(use: str) -> None:
    assert {contact.bcm for contact in panel()}.isdisjoint(SPOKEN_FOR[use])


def test_each_pin_is_where_the_board_has_it() -> None:
    mock = pytest.importorskip("gpiozero.pins.mock")
    board = mock.MockFactory().board_info
    for contact in panel():
        [(header, pin)] = board.find_pin(f"GPIO{contact.bcm}")
        assert (header.name, pin.number) == ("J8", contact.header)


def test_the_pull_is_one_that_a_pin_has() -> None:
    assert {contact.pull for contact in panel()} <= {"up", "down"}


def test_the_package_carries_the_file_of_the_hardware_folder() -> None:
    carried = files("codriver.wires").joinpath("pinout.toml").read_text(encoding="utf-8")
    assert carried == HARDWARE.read_text(encoding="utf-8")


def test_no_two_wires_of_the_pod_share_a_pin() -> None:
    pod = tomllib.loads(HARDWARE.read_text(encoding="utf-8"))["pod"]["gp"]
    pins = [pin for wired in pod.values() for pin in (wired if isinstance(wired, list) else [wired])]
    assert len(pins) == len(set(pins)) == 17
    assert len(pod["buttons"]) == 8
