"""What the benches share: a figure with its goal beside it, how it is taken, printed and kept."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from codriver.units import Seconds

# Real roadbooks and recordings, beside the repository or where they are said to be.
FIELD: Final = Path(os.environ.get("CODRIVER_FIELD_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


class Figure(NamedTuple):
    """One thing measured. `note` says what should be known of it."""

    what: str
    value: float
    unit: str
    goal: str = "-"
    note: str = ""


def figure(what: str, value: float, unit: str, goal: str = "-", note: str = "") -> Figure:
    """Four digits are more than a shared machine can tell."""
    return Figure(what, float(f"{value:.4g}"), unit, goal, note)


def spread(what: str, delays: Sequence[Seconds], half: str = "-", most: str = "-", note: str = "") -> list[Figure]:
    """The middle of these and the hundredth worst, in milliseconds."""
    cuts = statistics.quantiles(delays, n=100)
    return [
        figure(f"{what}, p50", cuts[49] * 1e3, "ms", half),
        figure(f"{what}, p99", cuts[98] * 1e3, "ms", most, note or f"of {len(delays)}"),
    ]


def seconds(work: Callable[[], object]) -> Seconds:
    """How long this takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def arguments(words: str | None) -> argparse.ArgumentParser:
    """What every bench can be told."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("bench-out"))
    return parser


def report(name: str, out: Path, figures: Sequence[Figure]) -> None:
    """Write `name`.json into the folder, and print a table."""
    machine = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "commit": _commit(),
        "load": round(os.getloadavg()[0], 2),
    }
    out.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine, "figures": [each._asdict() for each in figures]}
    (out / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n")
    print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in machine.items()))
    for each in figures:
        note = f"   {each.note}" if each.note else ""
        print(f"    {each.what:<58} {each.value:>9} {each.unit:<6} goal {each.goal}{note}")


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"], capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "unknown"
