"""The pod (buttons, wheel probes, supply) on a serial port: its lines in, sentences out, a keep-alive each second.

Speaks the frame of the pod protocol and nothing of its fields; what is not acknowledged, the pod repeats.
"""

from typing import Final

from codriver.signals import Signal
from codriver.units import Seconds
from codriver.wires.lines import frame
from codriver.wires.port import Port
from codriver.wires.wire import expired

BAUD: Final = 115200
KEEP_ALIVE: Final[Seconds] = 1.0


class Pod:
    """A pod at `port` (a path). `dropped` counts the sentences that found no room, or no pod."""

    def __init__(self, port: str) -> None:
        self.dropped = 0
        self._port = Port(port, "pod", "pod", BAUD)
        self._spoke: Seconds | None = None

    def fileno(self) -> int | None:
        """The pod's descriptor; None while it is away."""
        return self._port.fileno()

    def due(self) -> Seconds | None:
        """When to open the port again, or to say that the host lives."""
        return self._port.due() if self._spoke is None else self._spoke + KEEP_ALIVE

    def take(self, now: Seconds) -> list[Signal]:
        """Every line there is. Asks a pod just connected who it is, and keeps it company."""
        signals = self._port.take(now)
        if self._port.fileno() is None:
            self._spoke = None
        elif self._spoke is None:
            self._speak("PCDRQ", now)
        elif expired(self._spoke, KEEP_ALIVE, now):
            self._speak("PCDRK", now)
        return signals

    def send(self, body: str) -> bool:
        """Frame and send one sentence at once; dropped and counted (False) where it finds no room."""
        sent = self._port.write(frame(body).encode("latin-1"))
        self.dropped += not sent
        return sent

    def ack(self, seq: int) -> bool:
        """Tell the pod that the change of contact it numbered `seq` is safe, and need not be repeated."""
        return self.send(f"PCDRA,{seq}")

    def close(self) -> None:
        """Let go of the port."""
        self._port.close()
        self._spoke = None

    def _speak(self, body: str, now: Seconds) -> None:
        self.send(body)
        self._spoke = now
