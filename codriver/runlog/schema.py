"""The tables of a run database, as migrations: a run written by an older codriver opens in a newer one.

Tables are for people: plain names, units in column names, a view where a join would be needed. Once released a
migration is never edited; a change is a new one at the end. No index beside the primary keys: every table is
written and read in the order of the drive, and an index would double what the card has to write.
"""

from typing import Final

from sqlite_utils import Database, Migrations

MIGRATIONS: Final = Migrations("codriver")


def migrate(db: Database) -> None:
    """Bring a run database, or an empty file, to the newest schema. sqlite3.DatabaseError where the card refuses."""
    if not MIGRATIONS.pending(db):
        return
    MIGRATIONS.apply(db)
    # A car's computer knows no date: what stands there would be a value without its truth.
    with db.atomic():
        db.execute("UPDATE _sqlite_migrations SET applied_at = NULL")


def is_newer(db: Database) -> bool:
    """True where a codriver newer than this one has made the database."""
    with Database(memory=True) as empty:
        known = {migration.name for migration in MIGRATIONS.pending(empty)}
    return any(applied.name not in known for applied in MIGRATIONS.applied(db))


@MIGRATIONS()
def m001_what_a_run_is(db: Database) -> None:
    """The run, what it is driven by, and its segments."""
    db.table("run").create(
        {
            "id": int,
            "started_utc": str,
            "roadbook": str,
            "profile": str,
            "vehicle": str,
            "version": str,
            "ended": bool,
        },
        pk="id",
    )
    db.table("blob").create({"sha256": str, "size": int, "bytes": bytes}, pk="sha256")
    db.table("roadbook").create(
        {"id": int, "name": str, "format": str, "units": str, "length_m": float, "sha256": str},
        pk="id",
        foreign_keys=[("sha256", "blob", "sha256")],
    )
    db.table("plan").create(
        {
            "id": int,
            "sha256": str,
            "settings": str,
            "learnt": str,
            "phrases": str,
            "roadbook_name": str,
            "roadbook_sha256": str,
            "roadbook_id": int,
        },
        pk="id",
        foreign_keys=[("roadbook_id", "roadbook", "id")],
    )
    db.table("segment").create(
        {
            "id": int,
            "plan_id": int,
            "boot_id": str,
            "reason": str,
            "utc_offset_s": float,
            "version": str,
            "first_signal": int,
            "end_t": float,
        },
        pk="id",
        foreign_keys=[("plan_id", "plan", "id")],
    )
    db.table("crew").create({"segment": int, "t": float, "driver": str, "codriver": str})


@MIGRATIONS()
def m002_what_came_in(db: Database) -> None:
    """The signals in fold order, the deeds that answered them, and the places to refold or go on from."""
    db.table("signal").create({"id": int, "segment": int, "t": float, "source": str, "payload": str}, pk="id")
    db.table("out").create({"signal_id": int, "segment": int, "t": float, "kind": str, "payload": str})
    db.table("resume").create({"id": int, "signal_id": int, "segment": int, "t": float, "state": str}, pk="id")
    db.table("checkpoint").create({"signal_id": int, "segment": int, "t": float, "state": str}, pk="signal_id")


@MIGRATIONS()
def m003_what_the_book_says(db: Database) -> None:
    """The notes of each roadbook, in book order."""
    db.table("note").create(
        {
            "roadbook_id": int,
            "number": int,
            "name": str,
            "total_m": float,
            "lat": float,
            "lon": float,
            "alt_m": float,
            "words": str,
            "danger": int,
            "cap_deg": float,
            "speed_mps": float,
            "waypoint": str,
            "waypoint_name": str,
            "open_m": float,
            "clear_m": float,
            "events": str,
            "lap": int,
        },
        foreign_keys=[("roadbook_id", "roadbook", "id")],
    )


@MIGRATIONS()
def m004_what_happened(db: Database) -> None:
    """One table for each kind of thing that happens on a drive."""
    where = {"segment": int, "t": float}
    moment = {**where, "utc": str}
    db.table("fix").create(
        {
            **moment,
            "lat": float,
            "lon": float,
            "alt_m": float,
            "speed_mps": float,
            "course_deg": float,
            "quality": int,
            "source": str,
            "odo_m": float,
            "odo_sigma_m": float,
            "total_m": float,
            "partial_m": float,
        }
    )
    db.table("press").create({**where, "panel": str, "button": str, "gesture": str, "action": str})
    db.table("trip_change").create(
        {"id": int, **where, "what": str, "before_m": float, "after_m": float, "by": str, "undone": bool}, pk="id"
    )
    db.table("passage").create({**moment, "note": int, "kind": str, "name": str, "outcome": str, "miss_m": float})
    db.table("mark").create(
        {**moment, "lat": float, "lon": float, "speed_mps": float, "odo_m": float, "total_m": float, "by": str}
    )
    db.table("fault").create({**where, "source": str, "text": str})
    db.table("call").create(
        {
            "id": int,
            **moment,
            "note": int,
            "kind": str,
            "words": str,
            "speech_s": float,
            "ends_m": float,
            "lead_m": float,
            "lead_s": float,
            "chain": int,
        },
        pk="id",
    )
    db.table("zone").create(
        {
            "segment": int,
            "note": int,
            "limit_mps": float,
            "entry_t": float,
            "exit_t": float,
            "worst_mps": float,
            "over_s": float,
            "over_m": float,
        }
    )
    db.table("stop").create(
        {
            "segment": int,
            "start_t": float,
            "end_t": float,
            "lat": float,
            "lon": float,
            "total_m": float,
            "tag": str,
        }
    )


@MIGRATIONS()
def m005_views(db: Database) -> None:
    """What was passed and heard, with the note's own words; and the whole drive as one story."""
    db.create_view(
        "passed",
        """
        SELECT passage.*, note.total_m, note.danger, note.cap_deg, note.waypoint, note.words
        FROM passage JOIN segment ON segment.id = passage.segment JOIN plan ON plan.id = segment.plan_id
        LEFT JOIN note ON note.roadbook_id = plan.roadbook_id AND note.number = passage.note
        """,
    )
    db.create_view(
        "heard",
        """
        SELECT call.*, note.total_m, note.danger, note.words AS note_words
        FROM call JOIN segment ON segment.id = call.segment JOIN plan ON plan.id = segment.plan_id
        LEFT JOIN note ON note.roadbook_id = plan.roadbook_id AND note.number = call.note
        """,
    )
    db.create_view(
        "story",
        """
        SELECT segment, t, 'press' AS what, button || ' ' || gesture || ': ' || action AS words FROM press
        UNION ALL SELECT segment, t, 'trip', printf('%s %.1f -> %.1f by %s', what, before_m, after_m, by) ||
            CASE WHEN undone THEN ' (undone)' ELSE '' END FROM trip_change
        UNION ALL SELECT segment, t, 'passage', printf('note %d %s %s: %s', note, kind, name, outcome) FROM passage
        UNION ALL SELECT segment, t, 'mark', printf('%.1f m by %s', total_m, by) FROM mark
        UNION ALL SELECT segment, t, 'fault', source || ': ' || text FROM fault
        UNION ALL SELECT segment, t, 'call', words FROM call
        UNION ALL SELECT segment, start_t, 'stop', coalesce(tag, '') FROM stop
        ORDER BY 1, 2
        """,
    )


@MIGRATIONS()
def m006_amendments(db: Database) -> None:
    """The layer over a book: its text in the plan, its marks on the notes, and what the crew changed on the way.

    A book has a row and notes of its own under each layer; `layer_sha256` is NULL for the original.
    """
    db.table("plan").add_column("changes", str)
    db.table("roadbook").add_column("layer_sha256", str)
    db.table("note").add_column("amended", str)
    db.table("note").add_column("changed", str)
    db.table("amendment").create({"segment": int, "t": float, "what": str, "box": str, "total_m": float, "text": str})
    db.create_view(
        "story",
        """
        SELECT segment, t, 'press' AS what, button || ' ' || gesture || ': ' || action AS words FROM press
        UNION ALL SELECT segment, t, 'trip', printf('%s %.1f -> %.1f by %s', what, before_m, after_m, by) ||
            CASE WHEN undone THEN ' (undone)' ELSE '' END FROM trip_change
        UNION ALL SELECT segment, t, 'passage', printf('note %d %s %s: %s', note, kind, name, outcome) FROM passage
        UNION ALL SELECT segment, t, 'mark', printf('%.1f m by %s', total_m, by) FROM mark
        UNION ALL SELECT segment, t, 'fault', source || ': ' || text FROM fault
        UNION ALL SELECT segment, t, 'call', words FROM call
        UNION ALL SELECT segment, t, 'amendment', text FROM amendment
        UNION ALL SELECT segment, start_t, 'stop', coalesce(tag, '') FROM stop
        ORDER BY 1, 2
        """,
        replace=True,
    )


@MIGRATIONS()
def m007_decisions(db: Database) -> None:
    """What was not called as the book has it, and why."""
    db.table("decision").create({"segment": int, "t": float, "note": int, "what": str, "why": str})


@MIGRATIONS()
def m008_what_a_change_is_and_what_the_distance_rests_on(db: Database) -> None:
    """A change of the trip by its kind, with the one that it takes back; each change of the distance's source.

    In the story a tone is called one: it has no words.
    """
    db.table("trip_change").add_column("kind", str)
    db.table("trip_change").add_column("undoes", int)
    db.table("source_change").create({"segment": int, "t": float, "source": str, "text": str})
    db.create_view(
        "story",
        """
        SELECT segment, t, 'press' AS what, button || ' ' || gesture || ': ' || action AS words FROM press
        UNION ALL SELECT segment, t, 'trip', printf('%s %.1f -> %.1f by %s', what, before_m, after_m, by) ||
            CASE WHEN undone THEN ' (undone)' ELSE '' END FROM trip_change
        UNION ALL SELECT segment, t, 'passage', printf('note %d %s %s: %s', note, kind, name, outcome) FROM passage
        UNION ALL SELECT segment, t, 'mark', printf('%.1f m by %s', total_m, by) FROM mark
        UNION ALL SELECT segment, t, 'fault', source || ': ' || text FROM fault
        UNION ALL SELECT segment, t, 'source', rtrim(source || ': ' || text, ': ') FROM source_change
        UNION ALL SELECT segment, t, 'call', CASE words WHEN '' THEN '(a tone)' ELSE words END FROM call
        UNION ALL SELECT segment, t, 'amendment', text FROM amendment
        UNION ALL SELECT segment, start_t, 'stop', coalesce(tag, '') FROM stop
        ORDER BY 1, 2
        """,
        replace=True,
    )
