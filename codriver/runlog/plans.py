"""A plan's inputs in the run database: written once a plan, read back equal.

A run needs no other file to be understood. Texts stand in the `plan` table as they are; a roadbook's bytes are a
`blob` under their hash, its notes are rows. A plan or book that is known already is not written twice.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlite_utils import Database

from codriver.core.plan import Inputs
from codriver.roadbook.model import Note, Roadbook
from codriver.runlog.database import RunError


def store(db: Database, inputs: Inputs, book: Roadbook) -> int:
    """The id of the plan with these inputs; its rows, and those of the book it holds, are written where new."""
    known = _id_of(db, "plan", inputs.sha256)
    if known is not None:
        return known
    row = {
        "sha256": inputs.sha256,
        "settings": inputs.settings,
        "learnt": inputs.learnt,
        "phrases": inputs.phrases,
        "roadbook_name": inputs.roadbook_name,
        "roadbook_sha256": inputs.roadbook_sha256,
        "changes": inputs.changes or None,
        "roadbook_id": None if inputs.roadbook is None else _store_roadbook(db, inputs, inputs.roadbook, book),
    }
    return _insert(db, "plan", row)


def fetch(db: Database) -> Iterator[tuple[int, Inputs]]:
    """Every plan of the run with its id. RunError where the roadbook's bytes are not what their hash says."""
    for row in db.query("SELECT * FROM plan ORDER BY id"):
        inputs = Inputs(
            settings=row["settings"],
            learnt=row["learnt"],
            phrases=row["phrases"],
            roadbook_name=row["roadbook_name"],
            roadbook=_fetch_blob(db, row["roadbook_sha256"]),
            changes=row["changes"] or "",
        )
        yield row["id"], inputs


def _store_roadbook(db: Database, inputs: Inputs, content: bytes, book: Roadbook) -> int:
    """The id of this book under its layer: the bytes of the original are kept once, the notes once a layer."""
    sha256 = hashlib.sha256(content).hexdigest()
    layer = hashlib.sha256(inputs.changes.encode("utf-8", "replace")).hexdigest() if inputs.changes else None
    for row in db.table("roadbook").rows_where("sha256 = ? AND layer_sha256 IS ?", [sha256, layer], select="id"):
        return int(row["id"])
    blob = {"sha256": sha256, "size": len(content), "bytes": zlib.compress(content)}
    db.table("blob").insert(blob, pk="sha256", ignore=True)
    row = {"name": book.name, "format": book.format, "units": book.units, "length_m": book.length, "sha256": sha256}
    row["layer_sha256"] = layer
    roadbook_id = _insert(db, "roadbook", row)
    db.table("note").insert_all(_note_row(roadbook_id, note) for note in book.notes)
    return roadbook_id


def _note_row(roadbook_id: int, note: Note) -> dict[str, Any]:
    position, waypoint = note.position, note.waypoint
    return {
        "roadbook_id": roadbook_id,
        "number": note.number,
        "name": note.name,
        "total_m": note.total,
        "lat": position and position.lat,
        "lon": position and position.lon,
        "alt_m": position and position.alt,
        "words": note.words,
        "danger": note.danger,
        "cap_deg": note.cap,
        "speed_mps": note.speed,
        "waypoint": waypoint and waypoint.type,
        "waypoint_name": waypoint and waypoint.name,
        "open_m": waypoint and waypoint.open,
        "clear_m": waypoint and waypoint.clear,
        "events": json.dumps([asdict(event) for event in note.events]) if note.events else None,
        "lap": note.lap,
        "amended": note.amended or None,
        "changed": " ".join(note.changed) or None,
    }


def _fetch_blob(db: Database, sha256: str | None) -> bytes | None:
    if sha256 is None:
        return None
    for row in db.query("SELECT bytes FROM blob WHERE sha256 = ?", [sha256]):
        try:
            content = zlib.decompress(row["bytes"])
        except zlib.error:
            break
        if hashlib.sha256(content).hexdigest() == sha256:
            return content
    raise RunError(f"the roadbook {sha256[:12]} in this run is damaged or missing")


def _insert(db: Database, table: str, row: dict[str, Any]) -> int:
    written = db.table(table).insert(row).last_pk
    assert isinstance(written, int)
    return written


def _id_of(db: Database, table: str, sha256: str) -> int | None:
    for row in db.table(table).rows_where("sha256 = ?", [sha256], select="id"):
        return int(row["id"])
    return None
