"""A run in a dozen figures, SI, from its tables alone. What is not known is absent, never 0."""

import json
from collections.abc import Iterator
from typing import Any, Final

from codriver.config import settings_from
from codriver.core import factors
from codriver.core.state import StateError, decode
from codriver.runlog.reader import Run
from codriver.units import KILOMETRE, KMH, MINUTE, MetresPerSecond, Seconds

MOVING_ABOVE: Final[MetresPerSecond] = 0.5
# Standing for this long is a stop; shorter is a junction, or a look at the book.
STOP: Final[Seconds] = 20.0


def summary(run: Run) -> dict[str, Any]:
    """The figures of `codriver summary --json`, by their names there."""
    calls = [row for row in run.rows("call") if row["kind"] == "note"]
    figures = {
        **_driven(run),
        "notes": sum(1 for row in run.rows("passage") if row["kind"] == "note"),
        "calls": sum(1 for _ in run.rows("call")),
        "calls_late": sum(1 for row in calls if row["lead_m"] is not None and row["lead_m"] < 0),
        "faults": sum(1 for row in run.rows("fault") if not row["text"].startswith("ok")),
        "wheel_scale": _wheel_scale(run),
        "book_scale": _book_scale(run),
        "segments": len(run.segments()),
    }
    return {name: value for name, value in figures.items() if value is not None}


def text(run: Run) -> str:
    """The same for people."""
    title, known = run.title(), summary(run)
    lines = [
        f"roadbook    {title['roadbook'] or 'none'}",
        f"started     {title['started_utc'] or 'UTC was never known'}",
        f"driven      {known['distance_m'] / KILOMETRE:.2f} km in {_clock(known['duration_s'])}",
        f"moving      {_clock(known['moving_s'])}",
    ]
    if "max_speed_mps" in known:
        lines.append(f"fastest     {known['max_speed_mps'] / KMH:.0f} km/h")
    lines += [
        f"notes       {known['notes']} passed, {known['calls']} called",
        f"stops       {known['stops']}",
        f"faults      {known['faults']}",
        f"segments    {known['segments']}",
    ]
    return "\n".join(lines)


def _driven(run: Run) -> dict[str, Any]:
    distance, moving, stops, fastest = 0.0, 0.0, 0, None
    for span, mps, still in _spans(run):
        if mps is not None and mps > MOVING_ABOVE:
            moving += span
        if still >= STOP > still - span:
            stops += 1
        if mps is not None:
            fastest = mps if fastest is None else max(fastest, mps)
    for row in run.rows("fix"):
        distance = row["odo_m"]
    return {
        "distance_m": distance,
        "duration_s": sum(segment.end_t for segment in run.segments()),
        "moving_s": moving,
        "max_speed_mps": fastest,
        "stops": stops,
    }


def _spans(run: Run) -> Iterator[tuple[Seconds, MetresPerSecond | None, Seconds]]:
    """Between two `fix` rows of a segment: seconds, speed by the receiver or the odometer, seconds stood so far."""
    before: dict[str, Any] | None = None
    still = 0.0
    for row in run.rows("fix"):
        if before is None or before["segment"] != row["segment"]:
            still = 0.0
        else:
            span = row["t"] - before["t"]
            mps = row["speed_mps"]
            if mps is None and row["source"] in ("wheel", "estimate") and span > 0:
                mps = (row["odo_m"] - before["odo_m"]) / span
            still = still + span if mps is not None and mps <= MOVING_ABOVE else 0.0
            yield span, mps, still
        before = row


def _book_scale(run: Run) -> float | None:
    place = run.resume()
    try:
        return None if place is None else decode(place.state).trip.basis.scale
    except StateError:
        return None


def _wheel_scale(run: Run) -> float | None:
    """Learnt over configured, by the plan of the last segment; None where nothing was learnt of the wheel."""
    place, segments = run.resume(), run.segments()
    inputs = run.plans().get(segments[-1].plan_id) if segments else None
    if place is None or inputs is None:
        return None
    try:
        return factors.known(decode(place.state), settings_from(json.loads(inputs.settings)).vehicle.wheel)
    except StateError:
        return None


def _clock(seconds: Seconds) -> str:
    minutes, rest = divmod(round(seconds), round(MINUTE))
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
