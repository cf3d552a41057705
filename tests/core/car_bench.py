"""A car on the bench: its receiver, pod and crew, folded by the real engine; every state goes over paper and back."""

from codriver.config import Allow, Settings
from codriver.core import engine, odometer, trip
from codriver.core.outs import Faulted, Fixed, NotePassed, Out, Pressed, TripChanged
from codriver.core.plan import Plan, lay_out
from codriver.core.state import State, decode, encode
from codriver.roadbook.geodesy import chord
from codriver.roadbook.model import Note, Report, Roadbook
from codriver.signals import Edge, Line, Signal, Start
from codriver.units import DAY, KNOT, Metres, MetresPerSecond, Seconds
from codriver.wires.lines import frame

NOTES = (Note(1, 0.0), Note(2, 300.0, name="well"), Note(3, 800.0), Note(4, 2000.0))
OPEN = Settings()
WHEEL_ONLY = Settings(profile="gazelles-wheel", allow=Allow(gps=False))
STOPWATCH = Settings(profile="authentic", allow=Allow(gps=False, wheel=False))
# 2026-01-05 06:00:00 UTC.
SIX = 1767592800.0
HARD = 4.0  # m/s²
MINUTE_NORTH = chord(31.16, -4.17, 31.21, -4.17) / 3.0


def plan_of(*notes: Note, settings: Settings = OPEN, id_: str = "test") -> Plan:
    return lay_out(id_, settings, Roadbook("test", "test", "metric", notes), Report("test"))


class Bench:
    """A car that goes north, folded: its receiver prints RMC, its pod counts half metres, its crew presses pins.

    At a speed below 0 it is in reverse gear: its receiver's course turns, and its wheel counts on.
    """

    def __init__(self, *notes: Note, settings: Settings = OPEN):
        self.plan = plan_of(*notes, settings=settings)
        self.state = State()
        self.outs: list[Out] = []
        self.truth, self.north, self.t, self.speed = 0.0, 0.0, 0.0, 0.0
        self.of_day: Seconds = 6 * 3600.0
        self.date = "050126"
        self.pulses, self.boot = 0, 1
        self.start()

    def take(self, signal: Signal) -> None:
        for folded in engine.fold(self.plan, self.state, signal):
            self.state = decode(encode(folded.state))
            assert self.state == folded.state
            self.outs += folded.outs

    def start(self) -> None:
        """A segment begins: time anew."""
        self.of_day = (self.of_day + self.t) % DAY
        self.t = 0.0
        self.take(Start(0.0, "test", "test"))

    def wait(self, seconds: Seconds) -> None:
        """The car goes on as it goes, and nothing comes in."""
        self.t = round(self.t + seconds, 6)
        self.truth, self.north = self.truth + abs(self.speed) * seconds, self.north + self.speed * seconds
        for folded in engine.run_on(self.plan, self.state, self.t):
            self.state = folded.state
            self.outs += folded.outs

    def hear(self, speed: MetresPerSecond, *, valid: bool = True) -> None:
        """The receiver's sentence of this moment."""
        now = round((self.of_day + self.t) % DAY, 3)
        clock = f"{int(now // 3600):02d}{int(now // 60) % 60:02d}{now % 60:06.3f}"
        minutes = 31 * 60 + 10 + self.north / MINUTE_NORTH
        place = f"{int(minutes // 60):02d}{minutes % 60:010.7f},N,00410.2500,W"
        course = 180.0 if speed < 0.0 else 0.0
        body = (
            f"GPRMC,{clock},{'AV'[not valid]},{place},{abs(speed) / KNOT:.4f},{course},{self.date},,,{'AN'[not valid]}"
        )
        self.take(Line(self.t, "gps", frame(body).rstrip()))

    def step(self, dt: Seconds, speed: MetresPerSecond) -> None:
        """The car goes on, towards this speed, as hard as it can."""
        before = self.speed
        self.speed += max(-HARD * dt, min(HARD * dt, speed - before))
        self.t = round(self.t + dt, 6)
        way = (before + self.speed) / 2.0 * dt
        self.truth, self.north = self.truth + abs(way), self.north + way

    def drive(self, seconds: Seconds, speed: MetresPerSecond = 0.0, *, hz: int = 5, gps: bool = True) -> None:
        for _ in range(round(seconds * hz)):
            self.step(1.0 / hz, speed)
            if gps:
                self.hear(self.speed)
        if not gps:
            self.wait(0.0)

    def pod(self, body: str) -> None:
        self.take(Line(self.t, "pod", frame(body).rstrip()))

    def identify(self) -> None:
        self.pod(f"PCDRI,1,test,E66,{self.boot}")

    def roll(self, seconds: Seconds, speed: MetresPerSecond = 0.0, *, gps: bool = False) -> None:
        """Drive with a pod that reports twenty times a second, and perhaps a receiver of five hertz."""
        for step in range(round(seconds * 20)):
            self.step(0.05, speed)
            self.pulses = round(self.truth / 0.5)
            self.pod(f"PCDRW,{round(self.t * 1000) + 5000},{self.pulses},{self.pulses}")
            if gps and step % 4 == 3:
                self.hear(self.speed)

    def press(self, *buttons: int, held: Seconds = 0.1) -> None:
        for button in buttons:
            self.take(Edge(self.t, "gpio", str(button), True))
        self.wait(held)
        for button in buttons:
            self.take(Edge(self.t, "gpio", str(button), False))
        self.wait(0.05)

    def enter(self, entry: str) -> None:
        self.take(Edge(self.t, "key", entry, True))
        self.take(Edge(self.t, "key", entry, False))

    @property
    def rows(self) -> list[Fixed]:
        return [out for out in self.outs if isinstance(out, Fixed)]

    @property
    def passed(self) -> list[int]:
        return [out.note for out in self.outs if isinstance(out, NotePassed)]

    @property
    def changed(self) -> list[str]:
        return [out.what for out in self.outs if isinstance(out, TripChanged)]

    @property
    def pressed(self) -> list[str]:
        return [out.action for out in self.outs if isinstance(out, Pressed)]

    @property
    def faults(self) -> list[tuple[str, str]]:
        return [(out.source, out.text) for out in self.outs if isinstance(out, Faulted)]

    @property
    def distance(self) -> Metres:
        return odometer.distance(self.state.odo)

    @property
    def total(self) -> Metres:
        return trip.total(self.state.trip, self.distance)

    @property
    def partial(self) -> Metres:
        return trip.partial(self.state.trip, self.distance)
