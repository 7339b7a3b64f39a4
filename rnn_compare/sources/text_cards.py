"""Records of the files of texts that were read: a card each, in ``<cache>/texts/known/``.

A card's name holds the hash of the file's content. So a run names exactly what it was trained on; the file itself may
change or go, and the run still knows its labels.
"""

import re
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError

from rnn_compare.atomic import sha256, whole_file
from rnn_compare.formatting import visible
from rnn_compare.paths import cache_folder, cache_place
from rnn_compare.sources.labelled_csv import Description

PREFIX = "texts-"
NAME = re.compile(r"texts-([a-z0-9-]{1,20})-[0-9a-f]{12}")
_LONGEST_TITLE = 60


class Card(Description):
    """The record of a file of texts: its source's name, its path and its description."""

    name: str = Field(pattern=NAME)
    path: str

    @property
    def title(self) -> str:
        """The file's name, as people read it."""
        name = visible(Path(self.path).name)
        return name if len(name) <= _LONGEST_TITLE else f"{name[:_LONGEST_TITLE]}…"

    @property
    def size(self) -> int:
        """The number of its texts."""
        return sum(self.counts)

    @property
    def digest(self) -> str:
        """The beginning of the content's SHA-256."""
        return self.name.rpartition("-")[2]

    def remarks(self) -> list[str]:
        """Returns what should be known before anything is trained on it, in sentences."""
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

    @property
    def changed(self) -> float:
        """The time at which the file was last read."""
        try:
            return _card_file(self.name).stat().st_mtime
        except OSError:
            return 0.0


def folder() -> Path:
    """Returns the folder of texts, made if missing; raises ``UserError`` if the cache cannot be written to."""
    place = cache_folder() / "texts"
    place.mkdir(exist_ok=True)
    return place


def card(name: str) -> Card | None:
    """Returns the card of a source; None if the name is none, or its file was never read here."""
    if not NAME.fullmatch(name):
        return None
    place = _card_file(name)
    try:
        stored = _card(place, place.stat().st_mtime_ns)
    except OSError:
        return None
    return stored if stored and stored.name == name else None


def names() -> tuple[str, ...]:
    """Returns the sources that files were read as, by their titles; of several versions of a file the latest."""
    newest: dict[str, Card] = {}
    cards = (card(place.stem) for place in sorted(cache_place().glob("texts/known/*.json")))
    for stored in sorted(filter(None, cards), key=lambda stored: stored.changed):
        newest[stored.title] = stored
    return tuple(newest[title].name for title in sorted(newest, key=str.casefold))


def keep(card: Card) -> None:
    """Writes a card."""
    folder()
    place = _card_file(card.name)
    place.parent.mkdir(exist_ok=True)
    with whole_file(place) as partial:
        partial.write_text(card.model_dump_json(), encoding="utf-8")


def remove(name: str) -> None:
    """Removes a card."""
    _card_file(name).unlink(missing_ok=True)


def digest(path: Path) -> str:
    """Returns the beginning of the SHA-256 of a file; nothing where there is none. Asked again it answers at once."""
    try:
        return sha256(path)[:12]
    except OSError:
        return ""


def _card_file(name: str) -> Path:
    return cache_place() / "texts" / "known" / f"{name}.json"


@lru_cache(maxsize=256)
def _card(place: Path, _changed: int) -> Card | None:
    try:
        return Card.model_validate_json(place.read_bytes())
    except (OSError, ValidationError):  # somebody has changed it: the file is read anew
        return None
