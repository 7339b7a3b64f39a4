"""Texts of the lecturer's own: a CSV file, read as a source like the others."""

import hashlib
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.sources import text_cards
from rnn_compare.sources.labelled_csv import SEPARATORS, parse
from rnn_compare.sources.source import ScriptPart, Source, WrittenReviews, script_from_texts

MAX_BYTES = 64 * 2**20
ENDINGS = (".csv", ".tsv", ".txt")
"""Of files that are looked for in the cache."""


def take_in(path: Path, tell: Callable[[int, int], None] | None = None) -> text_cards.Card:
    """Reads a file and writes its card; from then on it is a source.

    Raises ``UserError`` if it cannot be read, or holds something other than texts with two labels.
    """
    path = path.resolve()
    content = _content(path)
    name = f"{text_cards.PREFIX}{_slug(path)}-{hashlib.sha256(content).hexdigest()[:12]}"
    card = text_cards.Card(name=name, path=str(path), **dict(parse(content, tell).description))
    text_cards.keep(card)
    return card


def unread() -> list[Path]:
    """Returns the files in the folder of texts that have not been read since they last changed."""
    digests = {card.path: card.digest for card in map(text_cards.card, text_cards.names()) if card}
    return [path for path in _files() if digests.get(str(path.resolve())) != text_cards.digest(path)]


def find(text: str) -> Path | None:
    """Returns the file that somebody means by a path, by the name of a file in the folder of texts, or as its source.

    ``texts-tickets`` is the source of ``tickets.csv`` in the folder.
    """
    path = Path(os.path.expanduser(text))  # noqa: PTH111  # which leaves the home of nobody as it is
    if path.suffix.lower() in ENDINGS or os.path.isfile(path):  # noqa: PTH113  # which no name is too long for
        beside = text_cards.folder() / path.name
        return beside if not os.path.isfile(path) and os.path.isfile(beside) else path  # noqa: PTH113  # as above
    wanted = text.removeprefix(text_cards.PREFIX)
    if wanted == text:
        return None
    return next((file for file in _files() if _slug(file) == wanted), None)


def _files() -> list[Path]:
    return [file for file in sorted(text_cards.folder().iterdir()) if file.suffix.lower() in ENDINGS and file.is_file()]


def forget(name: str) -> None:
    """Removes what was understood of a file, and the file itself where it lies in the folder of texts."""
    if card := text_cards.card(name):
        path = Path(card.path)
        if path.parent == text_cards.folder().resolve() and text_cards.digest(path) == card.digest:
            path.unlink(missing_ok=True)
        text_cards.remove(name)


def source(card: text_cards.Card) -> Source:
    """Returns a file that was read as a source."""
    return Source(
        name=card.name,
        title=card.title,
        corpus=card.name,
        size=card.size,
        test_size=0,
        fingerprint=lambda: card.digest,
        read=lambda: _read(card),
        script=_script(card),
        labels=card.labels,
    )


def _read(card: text_cards.Card) -> WrittenReviews:
    path = Path(card.path)
    content = _content(path)
    if not hashlib.sha256(content).hexdigest().startswith(card.digest):
        raise UserError(
            f"{path} has changed since it was read as {card.name}. Choose it again; it becomes a new source."
        )
    texts, labels, _ = parse(content)
    return WrittenReviews(texts, labels)


def _content(path: Path) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise UserError(f"{path} is a folder or a device, not a file.")
        if facts.st_size > MAX_BYTES:
            raise UserError(f"{path.name} has {facts.st_size / 2**20:,.0f} MB; the limit is {MAX_BYTES // 2**20} MB.")
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"The texts in {path} cannot be read ({error.strerror}). Put the file there, or choose another."
        ) from error


def _script(card: text_cards.Card) -> ScriptPart:
    text, label = card.layout.places
    code = _IN_A_SCRIPT.format(
        name=Path(card.path).name,
        encoding=card.encoding,
        delimiter=card.layout.delimiter,
        text=text,
        label=label,
        labels=list(card.labels),
        separators="".join(sorted(SEPARATORS)),
    )
    return script_from_texts(code, imports=("import csv",))


_IN_A_SCRIPT = """
# Put the file of texts beside this one. Texts without a word or without a label are left out.
with open({name!r}, encoding={encoding!r}, newline="") as file:
    header, *rows = (row for row in csv.reader(file, delimiter={delimiter!r}) if any(cell.strip() for cell in row))
rows = [row for row in rows if set(row[{text}].strip()) - set({separators!r}) and row[{label}].strip()]
texts, labels = [row[{text}] for row in rows], [{labels!r}.index(row[{label}].strip()) for row in rows]
"""


def _slug(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower())[:20].strip("-") or "file"
