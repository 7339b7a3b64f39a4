"""Texts of the lecturer's own: CSV files, each read as a source like the others.

Each file that was read has a card in ``<cache>/texts/known/``, named by the hash of the file's content. So a run
names exactly what it was trained on; the file itself may change or go, and the run still knows its labels.
"""

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError

from rnn_compare.atomic import sha256, whole_file
from rnn_compare.errors import UserError
from rnn_compare.formatting import as_python, excerpt
from rnn_compare.paths import cache_folder, cache_place
from rnn_compare.sources.labelled_csv import SEPARATORS, Description, parse
from rnn_compare.sources.source import ScriptPart, Source, WrittenReviews, script_from_texts

MAX_BYTES = 64 * 2**20
ENDINGS = (".csv", ".tsv", ".txt")
"""Of files that are looked for in the folder of texts."""
PREFIX = "texts-"
NAME = re.compile(r"texts-([a-z0-9-]{1,20})-[0-9a-f]{12}")
"""A source's name: the file's name and the beginning of its content's SHA-256."""
_LONGEST_TITLE = 60


class Card(Description):
    """The record of a file of texts: its source's name, its path and its description."""

    name: str = Field(pattern=NAME)
    path: str

    @property
    def title(self) -> str:
        """The file's name, as people read it."""
        return excerpt(Path(self.path).name, _LONGEST_TITLE).strip() or self.name

    @property
    def size(self) -> int:
        """The number of its texts."""
        return sum(self.counts)

    @property
    def digest(self) -> str:
        """The beginning of the content's SHA-256."""
        return self.name.rpartition("-")[2]

    def remarks(self) -> list[str]:
        """Returns what should be known before training on it, in sentences."""
        notes = []
        if self.encoding not in ("utf-8-sig", "utf-16"):
            notes.append(f"It is not UTF-8; {self.encoding} was assumed. If letters look wrong, save it as CSV UTF-8.")
        for rows, singular, plural in (
            (self.left_out, "has no word or no label and is left out", "have no word or no label and are left out"),
            (self.repeated, "repeats the text of an earlier row", "repeat the text of an earlier row"),
            (self.contradicting, "has another label there", "have another label there"),
            (self.formulas, "starts like a formula; it is read as text", "start like formulas; they are read as text"),
        ):
            if rows.count:
                numbers = ", ".join(f"{number:,}" for number in rows.first)
                more = ", …" if rows.count > len(rows.first) else ""
                what = f"1 row {singular}" if rows.count == 1 else f"{rows.count:,} rows {plural}"
                notes.append(f"{what} (row {numbers}{more}).")
        if self.repeated.count:
            notes.append("A text on both sides of the split makes validation look better than it is.")
        return notes


def import_file(path: Path, tell: Callable[[int, int], None] | None = None) -> Card:
    """Reads a file and writes its card; from then on it is a source.

    Raises ``UserError`` if it cannot be read, or holds something other than texts with two labels.
    """
    path = Path(os.path.realpath(path))  # Path.resolve raises at links in a circle
    if not _is_text(path):
        raise UserError(f"The path of {excerpt(path.name)} is not UTF-8. Rename the file, or its folder.")
    content = _content(path)
    name = f"{PREFIX}{_slug(path)}-{hashlib.sha256(content).hexdigest()[:12]}"
    card = Card(name=name, path=str(path), **dict(parse(content, tell).description))
    folder()
    with whole_file(_card_file(name)) as partial:
        partial.write_text(card.model_dump_json(), encoding="utf-8")
    return card


def folder() -> Path:
    """Returns the folder of texts, made if missing; raises ``UserError`` if the cache cannot be written to."""
    place = cache_folder(writable=True) / "texts"
    place.mkdir(exist_ok=True)
    return place


def names() -> tuple[str, ...]:
    """Returns the sources that files were read as, by their titles; of several versions of a file the latest."""
    newest: dict[str, Card] = {}
    files = sorted(cache_place().glob("texts/known/*.json"), key=lambda file: (_modified(file), file))
    for card in filter(None, (find_card(file.stem) for file in files)):
        newest[card.title] = card
    return tuple(newest[title].name for title in sorted(newest, key=str.casefold))


def find_card(name: str) -> Card | None:
    """Returns the card of a source; None if there is no such source, or its file was never read here."""
    if not NAME.fullmatch(name):
        return None
    file = _card_file(name)
    card = _read_card(file, _modified(file))
    return card if card and card.name == name else None


def source(card: Card) -> Source:
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


def unread() -> list[Path]:
    """Returns the files in the folder of texts that have not been read since they last changed."""
    digests = {card.path: card.digest for card in map(find_card, names()) if card}
    return [path for path in _files() if digests.get(str(path.resolve())) != digest(path)]


def find_file(text: str) -> Path | None:
    """Returns the file that is named by its path, by its name in the folder of texts, or as a source.

    ``texts-tickets`` is the source of ``tickets.csv`` in the folder.
    """
    path = Path(os.path.expanduser(text))  # noqa: PTH111  # Path.expanduser raises where there is no such home
    if path.suffix.lower() in ENDINGS or os.path.isfile(path):  # noqa: PTH113  # Path.is_file raises at a long name
        beside = folder() / path.name
        return beside if not os.path.isfile(path) and os.path.isfile(beside) else path  # noqa: PTH113  # as above
    wanted = text.removeprefix(PREFIX)
    return None if wanted == text else next((file for file in _files() if _slug(file) == wanted), None)


def remove(name: str) -> None:
    """Removes a file's card, and the file itself if it lies in the folder of texts."""
    if card := find_card(name):
        path = Path(card.path)
        if path.parent == folder().resolve() and digest(path) == card.digest:
            path.unlink(missing_ok=True)
        _card_file(name).unlink(missing_ok=True)


def digest(path: Path) -> str:
    """Returns the beginning of a file's SHA-256, empty if there is no such file; the hash is cached."""
    try:
        return sha256(path)[:12]
    except OSError:
        return ""


def _card_file(name: str) -> Path:
    return cache_place() / "texts" / "known" / f"{name}.json"


def _modified(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:  # there is none, or no longer
        return 0


@lru_cache(maxsize=256)
def _read_card(file: Path, _changed: int) -> Card | None:
    try:
        return Card.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):  # damaged: the file of texts is read again
        return None


def _files() -> list[Path]:
    with contextlib.suppress(UserError):  # a cache that is only read: without a folder there are no files
        folder()
    texts = sorted(cache_place().glob("texts/*"))
    return [file for file in texts if file.suffix.lower() in ENDINGS and _is_text(file) and file.is_file()]


def _is_text(path: Path) -> bool:
    """Tells whether a path can be shown and recorded: one that is not UTF-8 holds lone surrogates."""
    return not any("\ud800" <= sign <= "\udfff" for sign in str(path))


def content(card: Card) -> bytes:
    """Returns the content of a card's file; raises ``UserError`` if it cannot be read or has changed."""
    written = _content(Path(card.path))
    if not hashlib.sha256(written).hexdigest().startswith(card.digest):
        raise UserError(
            f"{card.path} has changed since it was read as {card.name}. Choose it again; it becomes a new source."
        )
    return written


def _read(card: Card) -> WrittenReviews:
    texts, labels, _ = parse(content(card))
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


def _script(card: Card) -> ScriptPart:
    text, label = card.layout.places
    code = _SCRIPT_CODE.format(
        name=as_python(Path(card.path).name),
        encoding=as_python(card.encoding),
        delimiter=as_python(card.layout.delimiter),
        text=text,
        label=label,
        labels=", ".join(f'"{as_python(name)}"' for name in card.labels),
        separators=as_python("".join(sorted(SEPARATORS))),
    )
    return script_from_texts(code, imports=("import csv",))


_SCRIPT_CODE = """
# Put the file of texts beside this one. Texts without a word or without a label are left out.
with open("{name}", encoding="{encoding}", newline="") as file:
    header, *rows = (row for row in csv.reader(file, delimiter="{delimiter}") if any(cell.strip() for cell in row))
rows = [row for row in rows if set(row[{text}].strip()) - set("{separators}") and row[{label}].strip()]
texts, labels = [row[{text}] for row in rows], [[{labels}].index(row[{label}].strip()) for row in rows]
"""


def _slug(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower())[:20].strip("-") or "file"
