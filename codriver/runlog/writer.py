"""The writer: a thread that commits what was folded, so that the loop never waits for a card.

One transaction each second, at once for what is urgent. A card that stalls, fills or fails raises nothing: the rows
wait in memory, the writer tries again with growing pauses, and `age` and `fault` tell the crew. When memory has no
room the newest signals are lost, not the oldest: what is in the file is then a true log up to one moment and, from the
state written at the end of the gap, again from another. Times are seconds of the clock handed in.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Condition, Lock, Thread
from types import TracebackType
from typing import Final, Self

from sqlite_utils import Database

from codriver.core.outs import Out
from codriver.runlog import batch
from codriver.runlog.batch import Encode, Ended, Entry, Gap, Opening, Reached, Recorded
from codriver.runlog.database import connect_to_write, sentence
from codriver.signals import Signal, Tick
from codriver.units import Seconds

PERIOD: Final[Seconds] = 1.0
FIRST_PAUSE: Final[Seconds] = 0.5
LONGEST_PAUSE: Final[Seconds] = 8.0
LAST_TRIES: Final = 2
# An entry takes some 400 bytes: 60 MB, or 50 minutes at 50 signals a second.
ROOM: Final = 150_000
# Played files wait here for the card instead.
PATIENT_ROOM: Final = 20_000

# What one wrong row raises; everything else that SQLite says is about the card.
_WRONG_ROW: Final = (
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.DataError,
    OverflowError,
    UnicodeEncodeError,
)


class Writer:
    """Commits entries to the run at `path`, which `open_run` has made. A context manager; for one thread, the loop's.

    `encode` makes a state's text and runs in the writer's thread, as does `on_commit(last signal id)`. With `patient`,
    `put` waits while too much is uncommitted: for files played as fast as they can be, never in a car.
    """

    def __init__(
        self,
        path: Path,
        encode: Encode,
        clock: Callable[[], Seconds],
        on_commit: Callable[[int], None] = lambda _: None,
        *,
        patient: bool = False,
        period: Seconds = PERIOD,
        room: int | None = None,
    ) -> None:
        self._path = path
        self._encode = encode
        self._clock = clock
        self._on_commit = on_commit
        self._patient = patient
        self._period = period
        self._room = room or (PATIENT_ROOM if patient else ROOM)
        self._enough = self._room // 2 if patient else self._room
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self._entries: list[Entry] = []
        self._place: tuple[int, int, Seconds, object] | None = None
        self._gap: Gap | None = None
        self._opening: Opening | None = None
        self._oldest: Seconds = 0.0
        self._urgent = False
        self._closing = False
        self._stopped = False
        self._lost = 0
        self._refused = 0
        self._trouble: str | None = None
        # A card may fail after it has taken a transaction: what was tried last is looked for before it is tried again.
        self._tried: tuple[int, Reached | None] = 0, None
        self._db: Database | None = None
        self._thread = Thread(target=self._work, name="runlog", daemon=True)
        self._thread.start()

    def put(
        self,
        signal_id: int,
        segment: int,
        signal: Signal,
        outs: Sequence[Out],
        state: object,
        *,
        urgent: bool = False,
        checkpoint: bool = False,
    ) -> None:
        """Take one folded signal, its outs and the state after it. A Tick comes under the last logged signal's id."""
        entry = Recorded(signal_id, segment, signal, outs, state if checkpoint else None)
        place = (signal_id, segment, signal.t, state)
        with self._lock:
            if len(self._entries) >= self._room and not self._wait_for_room() and self._opening is None:
                self._lose(signal, Reached(*place))
                return
            if self._gap is not None:
                self._close_gap()
            if self._opening is not None:
                self._append(self._opening, urgent=True)
                self._opening = None
            self._place = place
            self._append(entry, urgent=urgent)

    def open_segment(self, opening: Opening) -> None:
        """Take a segment's beginning. It goes with the `put` of its Start: no cut leaves the one without the other."""
        self._opening = opening

    def end_run(self) -> None:
        """The crew ends the run: it will not be continued."""
        with self._lock:
            self._append(Ended(), urgent=True)

    def age(self, now: Seconds) -> Seconds:
        """How long the oldest uncommitted entry has waited; 0 when all is safe."""
        with self._lock:
            return max(0.0, now - self._oldest) if self._entries else 0.0

    @property
    def fault(self) -> str | None:
        """What the crew should know of the log, as a sentence; None while all is well."""
        if self._trouble is not None:
            return self._trouble
        if self._stopped and not self._closing:
            return "the log has stopped: restart the unit"
        return f"the log refused {self._refused} of its rows" if self._refused else None

    @property
    def lost(self) -> int:
        """Signals that are in no file: memory had no room for them while the card was away."""
        return self._lost

    def close(self, patience: Seconds = 30.0) -> bool:
        """Commit what is left and fold the log file into the run. False where the card did not take all of it."""
        with self._lock:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(patience)
        return not self._entries

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, entry: Entry, *, urgent: bool = False) -> None:
        if not self._entries:
            self._oldest = self._clock()
        self._entries.append(entry)
        if urgent or len(self._entries) > self._enough:
            self._urgent = True
            self._changed.notify_all()

    def _wait_for_room(self) -> bool:
        """True once there is room. Only patience waits, and only for a card that works."""
        if self._patient:
            self._changed.wait_for(lambda: len(self._entries) < self._room or self.fault is not None)
        return len(self._entries) < self._room

    def _lose(self, signal: Signal, place: Reached) -> None:
        self._lost += type(signal) is not Tick
        before = self._gap.lost if self._gap is not None else 0
        self._gap = Gap(before + (type(signal) is not Tick), place)

    def _work(self) -> None:
        """The thread. Should a fault of ours end it, the crew can see that, and nobody waits for it."""
        try:
            self._keep_committing()
        finally:
            self._disconnect(tidy=True)
            with self._lock:
                self._stopped = True
                self._changed.notify_all()

    def _keep_committing(self) -> None:
        """Wait, commit, and after a failure wait longer."""
        pause, tries = 0.0, 0
        while self._wait(pause) or self._entries:
            if self._commit():
                pause, tries = 0.0, 0
                continue
            pause = min(max(FIRST_PAUSE, 2 * pause), LONGEST_PAUSE)
            tries = tries + 1 if self._closing else 0
            if tries == LAST_TRIES:
                return

    def _wait(self, pause: Seconds) -> bool:
        """Wait for the next moment to commit; False when the writer closes."""
        with self._lock:
            if pause:
                self._changed.wait_for(lambda: self._closing, timeout=pause)
            else:
                self._changed.wait_for(lambda: self._urgent or self._closing, timeout=self._period)
            return not self._closing

    def _commit(self) -> bool:
        """Write all that waits, in one transaction. False where the card did not take it."""
        try:
            db = self._connected()
            entries, place, begun = self._waiting()
            if entries:
                self._tried = len(entries), place
                self._write(db, entries, place)
        except sqlite3.Error as error:
            self._trouble = sentence(error)
            self._disconnect()
            with self._lock:
                self._changed.notify_all()
            return False
        self._trouble = None
        self._forget(len(entries), begun)
        if entries and place is not None:
            self._on_commit(place.signal_id)
        return True

    def _waiting(self) -> tuple[list[Entry], Reached | None, Seconds]:
        """What waits, the place it leads to, and the time by the clock."""
        with self._lock:
            self._urgent = False
            return self._entries[:], None if self._place is None else Reached(*self._place), self._clock()

    def _forget(self, entries: int, begun: Seconds) -> None:
        """The oldest entries are safe; what came since is no older than `begun`."""
        with self._lock:
            del self._entries[:entries]
            self._oldest = begun
            if self._gap is not None and not self._entries:
                self._close_gap()
            self._changed.notify_all()

    def _close_gap(self) -> None:
        """There is room again, or a segment begins: go on from the state at the end of what was lost."""
        assert self._gap is not None
        self._place = self._gap.place
        self._append(self._gap, urgent=True)
        self._gap = None

    def _write(self, db: Database, entries: Sequence[Entry], place: Reached | None) -> None:
        try:
            with db.atomic():
                batch.write(db, entries, place, self._encode)
        except _WRONG_ROW:
            self._write_singly(db, entries, place)

    def _write_singly(self, db: Database, entries: Sequence[Entry], place: Reached | None) -> None:
        """A row is wrong, by a fault of ours: leave it out, say so, and keep all others and its signal."""
        with db.atomic():
            for entry in entries:
                if self._refuses(db, entry):
                    self._refused += 1
                    if isinstance(entry, Recorded):
                        self._refuses(db, entry._replace(outs=()))
            batch.write(db, [], place, self._encode)

    def _refuses(self, db: Database, entry: Entry) -> bool:
        try:
            with db.atomic():
                batch.write(db, [entry], None, self._encode)
        except _WRONG_ROW:
            return True
        return False

    def _connected(self) -> Database:
        """The connection; a new one after a failure, for a card that was pulled and put back needs one."""
        if self._db is None:
            self._db = connect_to_write(self._path)
            entries, place = self._tried
            if place is not None and batch.is_there(self._db, place):
                self._forget(entries, self._clock())
                self._tried = 0, None
        return self._db

    def _disconnect(self, *, tidy: bool = False) -> None:
        if self._db is None:
            return
        try:
            if tidy:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            self._trouble = sentence(error)
        finally:
            self._db.close()
            self._db = None
