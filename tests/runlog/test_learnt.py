"""What a car has learnt, from run to run: kept whole, recalled where it holds, and never in the way of a drive."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from codriver import config
from codriver.core import learnt as core
from codriver.core.learnt import Book, Learnt, LearntError, Wheel
from codriver.core.outs import Save
from codriver.core.plan import Inputs, PlanError, build
from codriver.runlog import learnt
from codriver.runlog.learnt import BOOKS, Keeper, KeptError

WHEEL = Wheel(0.987654, 0.0012, probe1=0.98)
BOOK = Book(1.004, 0.0008)


def inputs(*sets: str, name: str = "Car 412", book: bytes | None = None) -> Inputs:
    """A plan's inputs as the command line makes them."""
    settings = config.plan_settings(config.load(None, [f"vehicle.name={name}", *sets]))
    return Inputs(settings=json.dumps(settings, sort_keys=True, separators=(",", ":")), roadbook=book)


def recalled(folder: Path, asked: Inputs, *given: str) -> Learnt:
    known, told = learnt.recalled(folder, asked, given)
    assert told == ""
    return core.read(known.learnt)


def the_file(folder: Path) -> Path:
    [path] = (folder / "learnt").glob("*.json")
    return path


# From run to run.


def test_what_was_kept_is_recalled(tmp_path: Path) -> None:
    learnt.keep(tmp_path, core.save(WHEEL), inputs())
    learnt.keep(tmp_path, core.save(BOOK), inputs(book=b"a book"))
    assert recalled(tmp_path, inputs(book=b"a book")) == Learnt(WHEEL, BOOK)
    assert recalled(tmp_path, inputs()) == Learnt(WHEEL)
    assert recalled(tmp_path, inputs(book=b"another book")) == Learnt(WHEEL)


def test_every_car_has_its_own_whatever_its_name(tmp_path: Path) -> None:
    names = ["Car 412", "Car-412", "../../etc", "Ünïcode 車", "x" * 300, "."]
    for n, name in enumerate(names):
        learnt.keep(tmp_path, core.save(replace_scale(1.0 + n / 100)), inputs(name=name))
    for n, name in enumerate(names):
        known = recalled(tmp_path, inputs(name=name))
        assert known.wheel == replace_scale(1.0 + n / 100)
    assert len(list((tmp_path / "learnt").iterdir())) == len(names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["learnt"]


def replace_scale(scale: float) -> Wheel:
    return Wheel(scale, 0.001)


def test_a_car_without_a_name_keeps_nothing(tmp_path: Path) -> None:
    learnt.keep(tmp_path, core.save(WHEEL), inputs(name=""))
    assert learnt.recalled(tmp_path, inputs(name="")) == (inputs(name=""), "")
    assert list(tmp_path.iterdir()) == []


def test_what_is_set_by_hand_discards_what_was_learnt(tmp_path: Path) -> None:
    learnt.keep(tmp_path, core.save(WHEEL), inputs())
    learnt.keep(tmp_path, core.save(BOOK), inputs(book=b"a book"))
    assert recalled(tmp_path, inputs(book=b"a book"), "wheel") == Learnt(None, BOOK, ("wheel",))
    assert recalled(tmp_path, inputs(book=b"a book"), "book") == Learnt(WHEEL, None, ("book",))


def test_what_was_learnt_with_other_factors_does_not_hold(tmp_path: Path) -> None:
    learnt.keep(tmp_path, core.save(WHEEL), inputs())
    learnt.keep(tmp_path, core.save(BOOK), inputs(book=b"a book"))
    other = inputs("vehicle.wheel.probe2_m_per_pulse=0.4", "trip.book_scale=0.99", book=b"a book")
    assert recalled(tmp_path, other) == Learnt()
    assert recalled(tmp_path, inputs(book=b"a book")) == Learnt(WHEEL, BOOK)


BY_WHEEL = Book(1.012, 0.0008, 0.49, 0.5)
WITHOUT_GPS = ("profile=gazelles-wheel", "vehicle.wheel.probe1_m_per_pulse=0.5")


def test_a_books_scale_by_the_wheel_alone_holds_for_that_wheel_alone(tmp_path: Path) -> None:
    """Learnt with factors 1.2 % short, it would make the total 1.2 % long once they are right."""
    drive = inputs(*WITHOUT_GPS, book=b"a book")
    learnt.keep(tmp_path, core.save(Wheel(1.0, 0.001, probe1=0.98)), drive)
    learnt.keep(tmp_path, core.save(BY_WHEEL), drive)
    assert recalled(tmp_path, drive).book == BY_WHEEL
    assert recalled(tmp_path, drive, "wheel").book is None
    assert (
        recalled(tmp_path, inputs(*WITHOUT_GPS, "vehicle.wheel.probe2_m_per_pulse=0.506", book=b"a book")).book is None
    )
    assert recalled(tmp_path, inputs("vehicle.wheel.probe1_m_per_pulse=0.5", book=b"a book")).book is None
    learnt.keep(tmp_path, core.save(Wheel(1.012, 0.001, probe1=0.98)), drive)
    assert recalled(tmp_path, drive) == Learnt(Wheel(1.012, 0.001, probe1=0.98))
    learnt.keep(tmp_path, core.save(Wheel(1.0002, 0.001, probe1=0.98)), drive)
    assert recalled(tmp_path, drive).book == BY_WHEEL


def test_a_books_scale_by_gps_holds_for_any_wheel_and_not_without_gps(tmp_path: Path) -> None:
    learnt.keep(tmp_path, core.save(BOOK), inputs(book=b"a book"))
    assert recalled(tmp_path, inputs("vehicle.wheel.probe1_m_per_pulse=0.3", book=b"a book")).book == BOOK
    assert recalled(tmp_path, inputs(*WITHOUT_GPS, book=b"a book")).book is None


def test_driven_again_with_another_wheel_a_books_scale_by_the_old_one_is_left_out() -> None:
    before = replace(inputs(*WITHOUT_GPS, book=b"a book"), learnt=core.write(Learnt(Wheel(0.98, 0.001), BY_WHEEL)))
    assert core.read(learnt.refolded(before, before).learnt).book is None
    fits = replace(before, learnt=core.write(Learnt(Wheel(1.0, 0.001, probe1=0.98), BY_WHEEL)))
    assert core.read(learnt.refolded(fits, fits).learnt).book == BY_WHEEL
    assert core.read(learnt.refolded(inputs(book=b"a book"), fits).learnt).book is None


def test_only_so_many_books_are_remembered_and_the_oldest_goes(tmp_path: Path) -> None:
    books = [b"book %d" % n for n in range(BOOKS + 1)]
    for book in [*books[:BOOKS], books[0], books[BOOKS]]:
        learnt.keep(tmp_path, core.save(BOOK), inputs(book=book))
    assert recalled(tmp_path, inputs(book=books[1])).book is None
    assert all(recalled(tmp_path, inputs(book=book)).book == BOOK for book in [books[0], *books[2:]])
    assert the_file(tmp_path).stat().st_size < learnt.LARGEST


def test_a_book_is_not_kept_where_there_is_none(tmp_path: Path) -> None:
    learnt.keep(tmp_path, core.save(BOOK), inputs())
    assert json.loads(the_file(tmp_path).read_text())["books"] == {}


# In the plan.


def test_what_is_recalled_stands_in_the_plan_and_changes_its_name(tmp_path: Path) -> None:
    learnt.keep(tmp_path, core.save(WHEEL), inputs())
    known, _ = learnt.recalled(tmp_path, inputs())
    assert build(known).learnt == Learnt(WHEEL)
    assert known.sha256 != inputs().sha256


def test_all_else_in_a_plan_stays_as_it_is(tmp_path: Path) -> None:
    learnt.keep(tmp_path, core.save(WHEEL), inputs())
    asked = replace(inputs(book=b"a book"), phrases='{"left":0.5}', roadbook_name="a.gpx", changes="x")
    known, _ = learnt.recalled(tmp_path, asked)
    assert replace(known, learnt="{}") == asked


def test_a_car_that_has_learnt_nothing_has_the_plan_it_always_had(tmp_path: Path) -> None:
    assert learnt.recalled(tmp_path, inputs()) == (inputs(), "")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"wheel":1.01}',
        '{"wheel":{"scale":9.0,"sigma":0.1}}',
        '{"wheel":{"scale":1e999,"sigma":0.1}}',
        '{"wheel":{"scale":NaN,"sigma":0.1}}',
        '{"colour":"red"}',
        "[" * 100_000,
    ],
)
def test_a_plan_whose_learnt_scales_are_damaged_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        build(Inputs(learnt=text))


def test_a_drive_that_is_driven_again_knows_what_it_knew_as_far_as_that_holds() -> None:
    before = replace(inputs(book=b"a book"), learnt=core.write(Learnt(WHEEL, BOOK)))

    def again(asked: Inputs, *given: str) -> Learnt:
        return core.read(learnt.refolded(asked, before, given).learnt)

    assert again(inputs(book=b"a book")) == Learnt(WHEEL, BOOK)
    assert again(inputs(book=b"a book"), "wheel") == Learnt(None, BOOK)
    assert again(inputs("vehicle.wheel.probe1_m_per_pulse=0.48", book=b"a book")) == Learnt(None, BOOK)
    assert again(inputs(book=b"another")) == Learnt(WHEEL)
    assert learnt.refolded(inputs(), replace(before, learnt="damaged")) == inputs()


# Out of the fold.


def test_a_save_is_canonical_and_rounded_to_six_digits() -> None:
    save = core.save(Wheel(0.98765432198, 0.00123456789))
    assert save == Save("wheel", '{"probe1":1.0,"probe2":1.0,"scale":0.987654,"sigma":0.001235}')
    assert core.saved(save) == Wheel(0.987654, 0.001235)


@pytest.mark.parametrize("value", [Wheel(3.0, 0.01), Wheel(1.0, 2.0), Book(0.5, 0.01), Wheel(float("nan"), 0.1)])
def test_what_is_absurd_is_never_saved(value: Wheel | Book) -> None:
    with pytest.raises(LearntError):
        core.save(value)


def test_a_save_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    for save in (Save("tyres", "{}"), Save("wheel", "{}"), Save("book", "nonsense")):
        with pytest.raises(KeptError, match="cannot be kept"):
            learnt.keep(tmp_path, save, inputs())


# Damaged, hostile, old.

HOSTILE = {
    "empty": b"",
    "torn": b'{"schema":1,"vehicle":"Car',
    "zeros": b"\x00" * 300,
    "binary": bytes(range(256)),
    "another schema": b'{"schema":2,"vehicle":"Car 412","books":{}}',
    "another car": b'{"schema":1,"vehicle":"Car 7","books":{}}',
    "a wheel out of reason": b'{"schema":1,"vehicle":"Car 412","wheel":{"learnt":{"scale":50.0,"sigma":0.1},'
    b'"probe1_m_per_pulse":0.5,"probe2_m_per_pulse":0.5},"books":{}}',
    "a book without a hash": b'{"schema":1,"vehicle":"Car 412","books":{"../x":{"learnt":{"scale":1.0,"sigma":0.1},'
    b'"book_scale":1.0}}}',
    "deep": b"[" * 60_000,
    "huge": b" " * (learnt.LARGEST + 1),
    "surrogates": b'{"schema":1,"vehicle":"\\ud800","books":{}}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_none_of_ours_is_a_sentence_and_the_next_save_begins_anew(
    tmp_path: Path, content: bytes
) -> None:
    path = learnt.path_of(tmp_path, "Car 412")
    path.parent.mkdir()
    path.write_bytes(content)
    known, told = learnt.recalled(tmp_path, inputs())
    assert known == inputs()
    assert str(path) in told
    assert told.endswith("what the car had learnt begins anew")
    learnt.keep(tmp_path, core.save(WHEEL), inputs())
    assert recalled(tmp_path, inputs()) == Learnt(WHEEL)


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [_folder, _pipe])
def test_what_is_no_file_is_a_sentence(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = learnt.path_of(tmp_path, "Car 412")
    path.parent.mkdir()
    make(path)
    _, told = learnt.recalled(tmp_path, inputs())
    assert "is not what it should be" in told


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "learnt").write_text("a file where a folder should be")
    with pytest.raises(KeptError, match="cannot be kept"):
        learnt.keep(tmp_path, core.save(WHEEL), inputs())


# The thread.


def test_the_keeper_keeps_the_last_word_of_each_kind(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    for n in range(50):
        keeper.keep(core.save(replace_scale(1.0 + n / 1000)), inputs())
    keeper.keep(core.save(BOOK), inputs(book=b"a book"))
    keeper.close()
    assert recalled(tmp_path, inputs(book=b"a book")) == Learnt(replace_scale(1.049), BOOK)
    assert keeper.fault == ""


def test_a_card_that_stalls_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stalls, goes_on = Event(), Event()

    def stall(_: int) -> None:
        stalls.set()
        goes_on.wait(20.0)

    monkeypatch.setattr("codriver.runlog.learnt.os.fsync", stall)
    keeper = Keeper(tmp_path)
    keeper.keep(core.save(WHEEL), inputs())
    assert stalls.wait(20.0)
    keeper.keep(core.save(replace_scale(1.01)), inputs())
    keeper.close(patience=0.0)
    assert "may not have been kept" in keeper.fault
    goes_on.set()
    keeper.close()
    assert recalled(tmp_path, inputs()) == Learnt(replace_scale(1.01))


def test_a_card_that_takes_nothing_is_told_and_leaves_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt.keep(tmp_path, core.save(WHEEL), inputs())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("codriver.runlog.learnt.os.fsync", full)
    keeper = Keeper(tmp_path)
    keeper.keep(core.save(replace_scale(1.01)), inputs())
    keeper.close()
    assert "No space left on device" in keeper.fault
    assert recalled(tmp_path, inputs()) == Learnt(WHEEL)
    assert len(list((tmp_path / "learnt").iterdir())) == 1


VICTIM = """
    import os, signal, sys
    from pathlib import Path
    from codriver.core import learnt as core
    from codriver.core.plan import Inputs
    from codriver.runlog import learnt

    def die(_):
        os.kill(os.getpid(), signal.SIGKILL)

    folder, settings = sys.argv[1:]
    {cut}
    learnt.keep(Path(folder), core.save(core.Wheel(1.1, 0.001)), Inputs(settings=settings))
"""


@pytest.mark.parametrize("cut", ["os.fsync = die", "Path.replace = lambda *_: die(0)"])
def test_killed_in_the_middle_of_a_save_the_old_file_is_whole(tmp_path: Path, cut: str) -> None:
    learnt.keep(tmp_path, core.save(WHEEL), inputs())
    before = the_file(tmp_path).read_bytes()
    victim = textwrap.dedent(VICTIM).format(cut=cut)
    died = subprocess.run([sys.executable, "-c", victim, str(tmp_path), inputs().settings], check=False)
    assert died.returncode == -signal.SIGKILL
    assert the_file(tmp_path).read_bytes() == before
    assert recalled(tmp_path, inputs()) == Learnt(WHEEL)
    learnt.keep(tmp_path, core.save(WHEEL), inputs())
    assert len(list((tmp_path / "learnt").iterdir())) == 1  # what the cut left is cleared away
