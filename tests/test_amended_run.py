"""A book amended beside its file and on the way: every command sees it, the run holds it, and the replay is exact."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from codriver import assemble, stick
from codriver.assemble import Asked
from codriver.cli import main
from codriver.core.outs import Replan
from codriver.core.plan import Inputs
from codriver.roadbook import amend, layer
from codriver.roadbook.change import Change
from codriver.runlog.compare import differences
from codriver.wake import Stop

BULLETIN = (
    "change,distance,value,words\ndanger,2.0,3,washed out\nzone,3.0,50\nend,4.0\ncancel,box 3\nadd,5.05,,culvert\n"
)

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: Any, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [str(each) for each in arguments])
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def book(tmp_path: Path) -> Path:
    with as_file(files("codriver.simulate") / "stages" / "black-reg.gpx") as stage:
        (tmp_path / "b.gpx").write_bytes(stage.read_bytes())
    return tmp_path / "b.gpx"


@pytest.fixture
def bulletin(tmp_path: Path) -> Path:
    path = tmp_path / "bulletin.csv"
    path.write_text(BULLETIN, encoding="utf-8")
    return path


def asked(path: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(question).fetchall()


def test_a_bulletin_is_laid_over_the_book_whose_own_bytes_stay(run: Run, book: Path, bulletin: Path) -> None:
    before = book.read_bytes()
    told = run("roadbook", "amend", book, bulletin).stdout
    assert "box 3a at 2.00 km is added" in told
    assert "box 3 at" in told
    assert told.splitlines()[-1].startswith("b.gpx as amended: 40 boxes")
    assert book.read_bytes() == before
    assert amend.sidecar(book).exists()


def test_the_same_bulletin_twice_is_the_same_layer(run: Run, book: Path, bulletin: Path) -> None:
    run("roadbook", "amend", book, bulletin)
    once = amend.stored(book)
    run("roadbook", "amend", book, bulletin)
    assert amend.stored(book) == once


def test_check_show_and_convert_take_the_layer_and_say_so_and_the_original_is_to_be_had(
    run: Run, book: Path, bulletin: Path, tmp_path: Path
) -> None:
    run("roadbook", "amend", book, bulletin)
    checked = run("roadbook", "check", book)
    assert "5 changes are laid over b.gpx, from b.gpx.changes.csv" in checked.stderr
    assert "Amended boxes: 3 added (3a, 8a, 9a), 1 altered (6), 1 cancelled (3)." in checked.stdout
    assert json.loads(run("roadbook", "check", book, "--json").stdout)["amended"]["9a"] == "added"
    original = run("roadbook", "check", book, "--original")
    assert original.stderr == ""
    assert "Amended" not in original.stdout
    assert "5 changes" in run("roadbook", "convert", book, tmp_path / "out.csv").stderr
    assert ",culvert," in (tmp_path / "out.csv").read_text(encoding="utf-8")
    pytest.importorskip("reportlab")
    assert "5 changes" in run("roadbook", "show", book, "-o", tmp_path / "out.pdf").stderr
    run("roadbook", "show", book, "-o", tmp_path / "plain.pdf", "--original")
    assert (tmp_path / "out.pdf").read_bytes() != (tmp_path / "plain.pdf").read_bytes()


def test_changes_are_listed_and_taken_back_one_by_one(run: Run, book: Path, bulletin: Path) -> None:
    run("roadbook", "amend", book, bulletin)
    assert len(run("roadbook", "amend", book, "--list").stdout.splitlines()) == 5
    assert "culvert" in run("roadbook", "amend", book, "--undo", "last").stdout
    assert "danger 3" in run("roadbook", "amend", book, "--undo", "1").stdout
    assert len(amend.changes_of(book)) == 3
    assert "no change 4" in run("roadbook", "amend", book, "--undo", "4", code=1).stderr
    for _ in range(3):
        run("roadbook", "amend", book, "--undo", "last")
    assert "no changes are laid over this book" in run("roadbook", "amend", book, "--list").stdout
    assert "no changes" in run("roadbook", "amend", book, "--undo", "last", code=1).stderr
    assert run("roadbook", "check", book).stdout == run("roadbook", "check", book, "--original").stdout


@pytest.mark.parametrize("arguments", [[], ["--list", "--undo", "last"], ["--undo", "some"]])
def test_what_is_to_be_done_must_be_said(run: Run, book: Path, arguments: list[str]) -> None:
    run("roadbook", "amend", book, *arguments, code=2)


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"\x00\xff\xfe", b"change,distance\nfrob,2\n"])
def test_a_file_without_a_change_is_a_sentence_and_leaves_the_layer(
    run: Run, book: Path, bulletin: Path, tmp_path: Path, content: bytes
) -> None:
    run("roadbook", "amend", book, bulletin)
    before = amend.stored(book)
    (tmp_path / "x.csv").write_bytes(content)
    assert "holds no changes" in run("roadbook", "amend", book, tmp_path / "x.csv", code=1).stderr
    assert "is the layer of b.gpx itself" in run("roadbook", "amend", book, amend.sidecar(book), code=1).stderr
    assert amend.stored(book) == before


def test_a_layer_that_cannot_be_read_is_a_sentence(run: Run, book: Path) -> None:
    amend.sidecar(book).mkdir()
    assert "is not a file" in run("roadbook", "check", book, code=1).stderr
    run("roadbook", "check", book, "--original")


def wired(run: Run, book: Path, out: Path, *keys: str) -> Path:
    """A drive through the stage, in which the crew enters these at 250 s, 500 s and on."""
    run("simulate", book, "-o", out, "--pace", "flat out", "--hz", "1")
    lines = out.read_text(encoding="latin-1").splitlines()
    for number, key in enumerate(keys, start=1):
        for step, press in enumerate(key.split()):
            at = 250.0 * number + step
            lines += [f"({at:.6f}) key {press} 1", f"({at + 0.1:.6f}) key {press} 0"]
    head = [line for line in lines if " start " in line]
    rest = sorted((line for line in lines if " start " not in line), key=lambda line: float(line[1 : line.index(")")]))
    out.write_text("\n".join([*head, *rest]) + "\n", encoding="latin-1")
    return out


DANGER = "do=amend 6"
CANCEL = "do=amend 4 2 4 6"


def test_a_run_with_amendments_on_the_way_replays_exactly_and_is_driven_again_equal(
    run: Run, book: Path, bulletin: Path, tmp_path: Path
) -> None:
    run("roadbook", "amend", book, bulletin)
    wire = wired(run, book, tmp_path / "d.wire", DANGER, CANCEL)
    log = tmp_path / "RUN.db"
    told = run("run", "--wire", wire, "--roadbook", book, "--log", log, "--speed", "max", "--headless")
    assert "5 changes are laid over b.gpx" in told.stderr
    assert [reason for (reason,) in asked(log, "SELECT reason FROM segment")][1:] == ["amended", "amended"]
    amendments = asked(log, "SELECT segment, what, text FROM amendment")
    assert [(segment, what) for segment, what, _ in amendments] == [(1, "danger"), (2, "cancel box")]
    marks = asked(log, "SELECT count(*) FROM note WHERE amended IS NOT NULL GROUP BY roadbook_id ORDER BY roadbook_id")
    assert marks == [(5,), (6,), (7,)]
    assert len(asked(log, "SELECT sha256 FROM blob")) == 1
    assert "every out and checkpoint is the same" in run("replay", log, "--verify").stdout
    assert any(what == "amendment" for _, _, what, _ in asked(log, "SELECT * FROM story"))
    run("export", log, "-o", tmp_path / "again.wire")
    run("run", "--wire", tmp_path / "again.wire", "--log", tmp_path / "AGAIN.db", "--speed", "max", "--headless")
    assert list(differences(log, tmp_path / "AGAIN.db")) == []


def test_a_recording_that_is_played_leaves_the_layer_beside_the_book_as_it_is(
    run: Run, book: Path, tmp_path: Path
) -> None:
    wire = wired(run, book, tmp_path / "d.wire", DANGER)
    run("run", "--wire", wire, "--roadbook", book, "--log", tmp_path / "RUN.db", "--speed", "max", "--headless")
    assert asked(tmp_path / "RUN.db", "SELECT count(*) FROM amendment") == [(1,)]
    assert not amend.sidecar(book).exists()


def test_with_original_a_drive_goes_by_the_book_alone(run: Run, book: Path, bulletin: Path, tmp_path: Path) -> None:
    run("roadbook", "amend", book, bulletin)
    wire = wired(run, book, tmp_path / "d.wire")
    log = tmp_path / "RUN.db"
    run("run", "--wire", wire, "--roadbook", book, "--log", log, "--speed", "max", "--headless", "--original")
    assert asked(log, "SELECT changes FROM plan") == [(None,)]


def driven(book: Path, log: Path) -> str:
    """Drive on in this run for a moment, live; the layer of the segment that it began."""

    def at_once(stop: Stop) -> None:
        stop.asked = True

    told: list[str] = []
    asked_for = Asked(roadbook=book, log=log, state=log.parent / "state", headless=True)
    assemble.run(asked_for, told.append, until=at_once)
    [(changes,)] = asked(
        log, "SELECT plan.changes FROM segment JOIN plan ON plan.id = plan_id ORDER BY segment.id DESC LIMIT 1"
    )
    return str(changes or "")


def test_a_run_that_is_gone_on_with_keeps_its_amendments_and_takes_a_new_bulletin(
    run: Run, book: Path, bulletin: Path, tmp_path: Path
) -> None:
    log = tmp_path / "RUN.db"
    wire = wired(run, book, tmp_path / "d.wire", DANGER)
    run("run", "--wire", wire, "--roadbook", book, "--log", log, "--speed", "max", "--headless")
    kept = driven(book, log)
    assert [change.danger for change in layer.read(kept.encode())[0]] == [3]
    run("roadbook", "amend", book, bulletin)
    assert driven(book, log) == amend.stored(book)
    assert "every out and checkpoint is the same" in run("replay", log, "--verify").stdout


def test_what_is_changed_on_the_way_is_kept_beside_the_book_that_the_drive_is_by(book: Path, tmp_path: Path) -> None:
    text = amend.text([Change("cancel", 2000.0)])
    inputs = Inputs(roadbook_name="b.gpx", roadbook=book.read_bytes(), changes=text)
    told: list[str] = []
    assert assemble.kept_beside(Asked(roadbook=book, state=tmp_path), inputs, told.append) == inputs
    assert (amend.stored(book), told) == (text, [])
    other = Inputs(roadbook_name="b.gpx", roadbook=b"another book", changes=text)
    amend.sidecar(book).unlink()
    assemble.kept_beside(Asked(roadbook=book, state=tmp_path), other, told.append)
    assert not amend.sidecar(book).exists()


class Slow:
    """A voice that is asked what it knows, while the plan is made: what lies beside the book by then."""

    def __init__(self, book: Path) -> None:
        self.book = book
        self.seen: list[str] = []

    def known(self, _: Any) -> dict[str, float]:
        self.seen.append(amend.stored(self.book))
        return {}


def test_a_change_is_on_the_card_before_the_plan_is_made_since_the_ignition_may_go_meanwhile(
    book: Path, tmp_path: Path
) -> None:
    text = amend.text([Change("cancel", 2000.0)])
    inputs = Inputs(roadbook_name="b.gpx", roadbook=book.read_bytes())
    asked_for = Asked(roadbook=book, state=tmp_path)
    voice: Any = Slow(book)
    remake = assemble._remake(asked_for, voice, lambda changed: assemble.kept_beside(asked_for, changed, print))
    assert remake(inputs, Replan("amended", text)).changes == text
    assert voice.seen == [text]


def test_the_same_book_taken_from_a_stick_again_keeps_what_was_changed_on_the_way(book: Path, tmp_path: Path) -> None:
    """A stick that is read once more knows nothing of a bulletin on the line; a layer of its own has the last word."""
    text = amend.text([Change("cancel", 2000.0)])
    driving = Inputs(roadbook_name="b.gpx", roadbook=book.read_bytes(), changes=text)
    copy = stick.place(tmp_path, book.read_bytes(), "b.gpx")
    copy.parent.mkdir(parents=True)
    copy.write_bytes(book.read_bytes())
    remake = assemble._remake(Asked(state=tmp_path), None, lambda changed: changed)
    assert remake(driving, Replan("book", copy.name)).changes == text
    assert remake(replace(driving, roadbook=b"another"), Replan("book", copy.name)).changes == ""
    own = amend.text([Change("cancel", 3000.0)])
    amend.sidecar(copy).write_text(own, encoding="utf-8")
    assert remake(driving, Replan("book", copy.name)).changes == own


def test_where_the_disk_takes_no_layer_the_crew_is_told_and_drives_on(book: Path, tmp_path: Path) -> None:
    amend.sidecar(book).mkdir()
    inputs = Inputs(roadbook_name="b.gpx", roadbook=book.read_bytes(), changes=amend.text([Change("cancel", 2000.0)]))
    told: list[str] = []
    assemble.kept_beside(Asked(roadbook=book, state=tmp_path), inputs, told.append)
    assert "the amendment is in the run alone" in told[0]


def test_a_plan_without_a_layer_keeps_the_name_it_always_had() -> None:
    plain = Inputs(roadbook_name="b.gpx", roadbook=b"x")
    texts = ["{}", "{}", "{}", "b.gpx", sha256(b"x").hexdigest()]
    assert plain.sha256 == sha256(json.dumps(texts).encode()).hexdigest()
    assert replace(plain, changes="x").sha256 != plain.sha256
