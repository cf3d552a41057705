"""A run as other tools read it: a wire log to drive again, a GPX track, a CSV of the fixes."""

import csv
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TextIO

from codriver import signals
from codriver.runlog.database import RunError
from codriver.runlog.reader import Run
from codriver.signals import Start
from codriver.units import KILOMETRE
from codriver.wires.recordings import write_start

GPX: Final = "http://www.topografix.com/GPX/1/1"


def export(run: Run, path: Path) -> None:
    """Write the run to `path` in the form its ending names. RunError where that is none of ours or fails."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise RunError(
            f"{path}: a run is exported to {', '.join(sorted(_WRITERS))}; give the file one of these endings"
        )
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer(run, file)
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror or error}") from error


def _wire(run: Run, file: TextIO) -> None:
    """One line a signal. The start of a segment carries its plan and how far its time ran, so this file is enough."""
    plans = run.plans()
    segments = {segment.id: segment for segment in run.segments()}
    for logged in run.signals():
        if isinstance(logged.signal, Start):
            segment = segments.get(logged.segment)
            if segment is None or segment.plan_id not in plans:
                raise RunError(f"{run.path}: the segment of signal {logged.id} is missing, or its plan")
            line = write_start(logged.signal, segment.end_t, plans[segment.plan_id])
        else:
            line = signals.write_line(logged.signal.t, *signals.write(logged.signal))
        file.write(line + "\n")


def _csv(run: Run, file: TextIO) -> None:
    """The `fix` table as it stands, one row a line."""
    out = csv.writer(file)
    for number, row in enumerate(run.rows("fix")):
        if number == 0:
            out.writerow(row)
        out.writerow(row.values())


def _gpx(run: Run, file: TextIO) -> None:
    """The fixes as a GPX 1.1 track, a piece for each segment and wherever there was no fix; the marks as waypoints."""
    root = ET.Element("gpx", {"xmlns": GPX, "version": "1.1", "creator": "codriver"})
    for mark in run.rows("mark"):
        if mark["lat"] is not None:
            _point(root, "wpt", mark, {"time": mark["utc"], "name": f"{mark['total_m'] / KILOMETRE:.2f}"})
    track = ET.SubElement(root, "trk")
    for (_, lost), fixes in groupby(run.rows("fix"), key=lambda fix: (fix["segment"], fix["lat"] is None)):
        if not lost:
            piece = ET.SubElement(track, "trkseg")
            for fix in fixes:
                _point(piece, "trkpt", fix, {"ele": fix["alt_m"], "time": fix["utc"]})
    ET.indent(root, "")
    file.write(ET.tostring(root, "unicode", xml_declaration=True) + "\n")


def _point(parent: ET.Element, kind: str, row: dict[str, Any], says: dict[str, Any]) -> None:
    point = ET.SubElement(parent, kind, {"lat": f"{row['lat']:.8f}", "lon": f"{row['lon']:.8f}"})
    for name, value in says.items():
        if value is not None:
            ET.SubElement(point, name).text = str(value)


_WRITERS: Final[dict[str, Callable[[Run, TextIO], None]]] = {".wire": _wire, ".csv": _csv, ".gpx": _gpx}
