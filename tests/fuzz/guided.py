"""Fuzzing steered by coverage, where atheris is installed: `python -m tests.fuzz.guided FOLDER SECONDS`.

In one process, since that is how it sees which code a file reaches. Faults of Python are kept and it goes on; what
ends the process (over 30 s, over 2 GB, a crash) it leaves as `timeout-…`, `oom-…` or `crash-…` in the folder.
"""

import importlib
import sys
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.judge import Watch, judged
from tests.fuzz.mutate import mutate
from tests.fuzz.run import FIELD, Faults
from tests.fuzz.seeds import real, synthetic

LARGEST = 100_000


def main(folder: Path, seconds: int) -> None:
    """Fuzz for so long. Needs atheris."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["codriver.roadbook"]):
        for name in ("load", "report", "pictures", "write.exact", "write.openrally"):
            importlib.import_module(f"codriver.roadbook.{name}")
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = [data for data in {**synthetic(), **real(FIELD / "roadbooks")}.values() if len(data) <= LARGEST]
    for number, data in enumerate(seeds):
        (corpus / f"seed{number:03d}").write_bytes(data)
    watch, faults = Watch(), Faults(folder)
    for data in seeds:  # what is imported late is imported now
        judged(data, watch)

    def one(data: bytes) -> None:
        verdict = judged(data, watch)
        if verdict.key:
            faults.keep(verdict, data)

    def wounded(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.3:
            return bytes(atheris.Mutate(data, most))
        return mutate(data, random.choice(seeds), random)[:most]

    bounds = [f"-max_total_time={seconds}", f"-max_len={LARGEST}", "-timeout=30", "-rss_limit_mb=2048"]
    options = [*bounds, f"-artifact_prefix={folder}/", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one, custom_mutator=wounded)
    atheris.Fuzz()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
