"""The codriver command with a panel of mock pins: `panel.py HELD COMMAND...`.

HELD names the buttons, as `13`, that a finger holds closed from before the start (`-`: none). Each line on standard
input, `<button> <0|1>`, moves a contact.
"""

import sys
from threading import Thread
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from codriver.cli import main
from codriver.wires.pinout import panel


class Finger(MockPin):  # type: ignore[misc]  # gpiozero is untyped
    """A contact; while a finger is on it no pull-up opens it."""

    closed = False

    def drive_high(self) -> None:
        if not self.closed:
            super().drive_high()

    def move(self, closed: bool) -> None:
        self.closed = closed
        if closed:
            self.drive_low()
        else:
            self.drive_high()


def obey(contacts: dict[str, Any]) -> None:
    # Unbuffered: at the end of the process nobody holds a lock on standard input.
    with open(0, "rb", buffering=0, closefd=False) as orders:
        for order in orders:
            button, closed = order.decode().split()
            contacts[button].move(closed == "1")


factory = MockFactory(pin_class=Finger)
contacts = {str(contact.button): factory.pin(contact.bcm) for contact in panel()}
for button in sys.argv[1].strip("-"):
    contacts[button].move(closed=True)
Thread(target=obey, args=(contacts,), daemon=True).start()
main(sys.argv[2:], prog_name="codriver", obj=factory)
