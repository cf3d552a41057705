"""The lexicon in lines of text, for who writes one for an event: every id with its words and abbreviations."""

from collections.abc import Iterator
from pathlib import Path

from codriver.core.languages.language import language
from codriver.roadbook import lexicon


def lines(file: Path | None, code: str) -> Iterator[str]:
    """Every concept, a line each; of a `file` what its abbreviations mean, and what is wrong in it.

    LexiconError where that file cannot be read or is no lexicon.
    """
    words = language(code).lexicon
    if file is None:
        for name, concept in lexicon.concepts().items():
            yield f"{name:24}{words[name]:32}{', '.join(concept.codes)}".rstrip()
        return
    try:
        found = lexicon.read(file.read_bytes(), file.name)
    except OSError as error:
        raise lexicon.LexiconError(f"{file} cannot be read ({error.strerror}). Check the name.") from error
    for short, meaning in found.entries:
        known = meaning in words
        yield f"{short:24}{words.get(meaning, meaning):32}{meaning if known else 'as it is written'}"
    yield from found.faults
