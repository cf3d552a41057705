"""The stick with roadbooks: looked for once a second, and asked for a book, in a thread that may wait for it.

A stick is slow, and one that is pulled out can keep whoever reads it for half a minute: the loop only leaves orders
and picks up what came of them, as signals `load`. What is on a stick, and what to do with it, is not known here.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Final, Protocol

from codriver.signals import Done, Signal, stamp
from codriver.units import Seconds
from codriver.wires.wire import expired

EVERY: Final[Seconds] = 1.0
# A stick that takes long to be looked through is looked through less often: a tenth of the time at most.
SHARE: Final = 10.0
# What a look says where there is no stick: nothing to tell of at the start.
NOTHING: Final = "stick {}"
# How soon what an order came to is picked up.
SOON: Final[Seconds] = 0.1


class Books(Protocol):
    """What is asked of a stick. All of it may take its time, and answers with the text of a signal."""

    def look(self) -> str:
        """What is there."""

    def load(self, path: str) -> str:
        """Copy and check this one."""

    def leaf(self, page: int) -> str:
        """This page of the report on the last one."""

    def eject(self) -> str:
        """Let go of it."""


class Stick:
    """A wire (see wires/wire.py): what is on the stick, when that changes, and what came of each order."""

    def __init__(self, books: Books) -> None:
        self._books = books
        # Each with whether it is a look; None ends the thread.
        self._orders: SimpleQueue[tuple[bool, Callable[[], str]] | None] = SimpleQueue()
        self._answers: deque[tuple[bool, str]] = deque()
        self._thread: Thread | None = None
        self._looking = False
        self._looked: Seconds | None = None
        self._wait = 0.0
        self._turn: Seconds = 0.0
        self._under_way = 0
        self._seen = NOTHING
        self._closed = False

    def fileno(self) -> None:
        """There is nothing to wait on: it is looked at now and then."""

    def due(self) -> Seconds:
        """When to look again, or to see what has come of an order."""
        if self._under_way:
            return self._turn + SOON
        return 0.0 if self._looked is None else self._looked + self._wait

    def take(self, now: Seconds) -> list[Signal]:
        """What came of the orders, and what is on the stick where that has changed."""
        self._turn = now
        news: list[Signal] = []
        while self._answers:
            looked, text = self._answers.popleft()
            self._under_way -= 1
            if looked:
                self._rest(now)
                if text == self._seen:
                    continue
                self._seen = text
            news.append(Done(stamp(now), "load", _latin(text)))
        if not self._looking and (self._looked is None or expired(self._looked, self._wait, now)):
            self._looking, self._looked = True, now
            self._order(self._books.look, look=True)
        return news

    def load(self, path: str) -> None:
        """Have this book copied and checked."""
        self._order(partial(self._books.load, path))

    def leaf(self, page: int) -> None:
        """Have this page of the report on the last book."""
        self._order(partial(self._books.leaf, page))

    def eject(self) -> None:
        """Have the stick let go of."""
        self._order(self._books.eject)

    def close(self) -> None:
        """Give no more orders. A thread that waits for a stick is not waited for."""
        self._closed = True
        self._orders.put(None)

    def _rest(self, now: Seconds) -> None:
        """The longer it took, the longer nobody looks."""
        self._looking = False
        took = 0.0 if self._looked is None else max(now - self._looked - SOON, 0.0)
        self._looked, self._wait = now, max(EVERY, SHARE * took)

    def _order(self, order: Callable[[], str], *, look: bool = False) -> None:
        if self._closed:
            return
        self._under_way += 1
        if self._thread is None:
            self._thread = Thread(target=self._work, name="stick", daemon=True)
            self._thread.start()
        self._orders.put((look, order))

    def _work(self) -> None:
        while (given := self._orders.get()) is not None:
            look, order = given
            self._answers.append((look, order()))


def _latin(text: str) -> str:
    """As the log will hold it: what Latin-1 lacks becomes `?`."""
    return text.encode("latin-1", "replace").decode("latin-1")
