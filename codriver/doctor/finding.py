"""What a check has found, and the page that all of them make."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """OK: drive. WARN: know it. FAIL: mend it before the start."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it stands, and what to do: a line each, nothing where nothing is to be done."""

    check: str
    verdict: Verdict
    words: str
    todo: tuple[str, ...] = ()


def ok(check: str, words: str) -> Finding:
    """All is well."""
    return Finding(check, Verdict.OK, words)


def warn(check: str, words: str, *todo: str) -> Finding:
    """One can drive, and should know."""
    return Finding(check, Verdict.WARN, words, todo)


def fail(check: str, words: str, *todo: str) -> Finding:
    """One should not drive like this."""
    return Finding(check, Verdict.FAIL, words, todo)


def advised(check: str, verdict: Verdict, sentence: str) -> Finding:
    """A wire's own sentence, `what is wrong: what to do`, taken apart."""
    words, _, todo = sentence.rpartition(": ")
    return Finding(check, verdict, words or todo, (todo,) if words else ())


def status(findings: Iterable[Finding]) -> int:
    """The exit status: 1 where something is to be mended."""
    return int(any(each.verdict is Verdict.FAIL for each in findings))


def text(findings: Sequence[Finding]) -> list[str]:
    """The page: a line each, below it what to do, and at the end how it stands altogether."""
    width = max(len(each.check) for each in findings)
    lines = [line for each in findings for line in _lines(each, width)]
    return [*lines, "", _altogether(findings)]


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The page for other programs."""
    checks = [
        {"check": each.check, "verdict": each.verdict.value, "found": each.words, "todo": list(each.todo)}
        for each in findings
    ]
    return {"ok": status(findings) == 0, "checks": checks}


def _lines(finding: Finding, width: int) -> list[str]:
    head = f"{finding.verdict:<4}  {finding.check:<{width}}  {finding.words}"
    return [head, *(f"{'':<{6 + width}}  -> {todo}" for todo in finding.todo)]


def _altogether(findings: Sequence[Finding]) -> str:
    counts = Counter(each.verdict for each in findings)
    mend, know = counts[Verdict.FAIL], counts[Verdict.WARN]
    if not mend and not know:
        return "All is well."
    parts = [f"{mend} to mend before the start" if mend else "nothing to mend", f"{know} to know" if know else ""]
    return ", ".join(filter(None, parts)).capitalize() + "."
