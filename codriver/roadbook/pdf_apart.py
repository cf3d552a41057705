"""A PDF is read in a process of its own, with little time and memory, since a hostile one can hang or break its reader.

PDFium is native code, and 2 kB of PDF can keep it busy for ever. What goes wrong ends with that process, and the crew
is told. The other process draws each page once: what it could draw within its limits, the cockpit can draw again.
This module runs as that process too: the file on its standard input, book and findings on its output.
"""

import subprocess
import sys
from contextlib import suppress
from typing import Final

import cattrs
import msgspec

from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Roadbook, RoadbookError

SECONDS: Final = 30  # of the clock: a hundred scanned pages may take a small computer that long
CPU: Final = 20
MEMORY: Final = 500 << 20  # bytes of address space, libraries included

_SENTENCE: Final = 3  # the exit code of the other process where what it writes is a sentence, and no book
_OF: Final = "codriver.roadbook.pdf_apart"


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in this PDF, as `pdf.read` has it. RoadbookError also where that takes too much time or memory."""
    command = [sys.executable, "-I", "-m", _OF, name]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise RoadbookError(_too_much(name)) from error
    if done.returncode == _SENTENCE:
        raise RoadbookError(done.stdout.decode("utf-8", "replace")[:500])
    if done.returncode:
        raise RoadbookError(_too_much(name))
    book, findings = msgspec.msgpack.decode(done.stdout)
    return cattrs.structure(book, Roadbook), cattrs.structure(findings, Findings)


def _too_much(name: str) -> str:
    return f"{name} is a PDF that is too much to be read, or damaged. Print it as a PDF again, or use another format."


def _limit() -> None:
    """Little time and memory from here on, where the system can say so."""
    if sys.platform != "win32":
        import resource

        for what, most in ((resource.RLIMIT_CPU, CPU), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
            with suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))


def main() -> int:
    """Be the other process."""
    from codriver.roadbook import pdf

    data, name = sys.stdin.buffer.read(), sys.argv[1]
    _limit()
    try:
        book, findings = pdf.read(data, name, draw=True)
    except RoadbookError as error:
        sys.stdout.buffer.write(str(error).encode())
        return _SENTENCE
    sys.stdout.buffer.write(msgspec.msgpack.encode((book, findings)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
