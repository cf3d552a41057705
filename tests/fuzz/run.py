"""The readers under fire for as long as one likes: `make fuzz`, every format and every real file at hand.

    python -m tests.fuzz.run MINUTES [--out fuzz-out] [--seed N]

Half of the time files are wounded blindly; in the other half atheris, where it is installed, steers by what code each
wound reaches. Each fault is kept once, with the smallest file that shows it. Exit code 1 if there was any.
"""

import argparse
import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.judge import Judge, Verdict
from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import real, synthetic

FIELD: Path = Path(os.environ.get("CODRIVER_FIELD_DATA", Path(__file__).parents[3] / "shared" / "data"))


class Faults:
    """What was found: a file and a text for each kind of fault, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.counts: Counter[str] = Counter()

    def keep(self, verdict: Verdict, data: bytes) -> None:
        """Count the fault, and keep its file if it is the first or the smallest of its kind."""
        self.counts[verdict.key] += 1
        name = hashlib.blake2b(verdict.key.encode(), digest_size=6).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.bin"
        if not path.exists() or path.stat().st_size > len(data):
            path.write_bytes(data)
            (self._folder / f"{name}.txt").write_text(f"{verdict.key}\n\n{verdict.text}\n", "utf-8")
            print(f"  {path}: {verdict.key}", flush=True)


def blindly(seconds: float, seed: int, faults: Faults, *program: str) -> Counter[str]:
    """Wound files for so long; how many there were of each outcome, the slowest and the largest among them."""
    seeds = {**synthetic(), **real(FIELD / "roadbooks")}
    small = [data for data in seeds.values() if len(data) <= 200_000]
    all_ = list(seeds.values())
    outcomes: Counter[str] = Counter()
    worst, most, end = 0.0, 0.0, time.monotonic() + seconds
    with Judge(*program) as judge:
        while time.monotonic() < end:
            random = Random(f"{seed} {outcomes.total()}")
            data = mutate(random.choice(all_ if random.random() < 0.02 else small), random.choice(small), random)
            verdict = judge.judge(data)
            outcomes[verdict.outcome] += 1
            worst, most = max(worst, verdict.seconds), max(most, verdict.megabytes)
            if verdict.key:
                faults.keep(verdict, data)
    print(f"blindly: {outcomes.total()} files, {dict(outcomes)}; slowest {worst:.1f} s, at most {most:.0f} MB more")
    return outcomes


def guided(seconds: float, folder: Path) -> int:
    """The same steered by coverage, in processes of their own until the time is over; their last exit code."""
    end, code = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 5:
        command = [sys.executable, "-m", "tests.fuzz.guided", str(folder), str(int(left))]
        code = subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode
        print(f"guided: ended with {code}", flush=True)
        if code == 0:
            break
    return code


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("minutes", type=float)
    arguments.add_argument("--out", type=Path, default=Path("fuzz-out"))
    arguments.add_argument("--seed", type=int, default=time.time_ns())
    arguments.add_argument("--child", nargs="+", default=[], help="another program to judge by")
    asked = arguments.parse_args()
    steered = importlib.util.find_spec("atheris") is not None
    seconds = asked.minutes * (30 if steered else 60)
    faults = Faults(asked.out)
    print(f"seed {asked.seed}; {'half blindly, half guided' if steered else 'blindly: atheris is not installed'}")
    blindly(seconds, asked.seed, faults, *asked.child)
    if steered:
        guided(seconds, asked.out)
    found = sorted(asked.out.glob("*.txt")) + sorted(asked.out.glob("*-*"))
    print(f"{len(found)} faults in {asked.out}" if found else "no fault found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
