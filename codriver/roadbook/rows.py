"""The lines of a text file and the rows of a table in it, in bounded memory, whatever the file holds."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from codriver.roadbook.encoding import sniff
from codriver.roadbook.limits import NOTES

LINE: Final = 1 << 16
ROWS: Final = 5 * NOTES  # empty ones and remarks counted


def text_lines(data: bytes) -> Iterator[str]:
    """The lines of the file with their ends; one beyond all measure comes in pieces."""
    letters = sniff(data)
    source = io.BytesIO(data)
    source.seek(letters.begin)
    with io.TextIOWrapper(source, encoding=letters.codec, errors="replace", newline="") as text:
        while line := text.readline(LINE):
            yield line


def cells(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The rows that the csv module makes of the lines, their cells trimmed; one that it cannot read is empty."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            yield [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield []
