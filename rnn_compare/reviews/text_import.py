"""Import of a file of texts: reads and prepares it for training."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.paths import cache_place
from rnn_compare.reviews import prepared
from rnn_compare.sources import own_texts


@dataclass(frozen=True)
class ImportOutcome:
    """The outcome of an import: the name of the source, or why the file cannot be used, in a sentence."""

    name: str = ""
    problem: str = ""


def import_texts(path: str, tell: Callable[[int, int], None] | None = None) -> own_texts.Card:
    """Reads a file of texts, prepares it as a source, and returns its card.

    Raises ``UserError`` if it holds something other than texts with two labels; the sentence names the row.
    """
    tell = tell or (lambda _done, _total: None)
    card = own_texts.import_file(Path(path), lambda done, total: tell(done, 2 * total))
    tell(1, 2)
    prepared.prepare(card.name)
    tell(1, 1)
    return card


def try_import(path: str, time: int, tell: Callable[[int, int], None]) -> ImportOutcome:  # noqa: ARG001  # part of the key
    """Imports a file for a page; a file that cannot be used is an outcome, not an error.

    The time tells the question from an earlier one about the same path, since outcomes are cached.
    """
    try:
        return ImportOutcome(name=import_texts(path, tell).name)
    except UserError as error:
        return ImportOutcome(problem=str(error))


def remove(name: str) -> None:
    """Removes a file's texts from the cache, with all that was prepared of them; runs trained on them stay."""
    if own_texts.find_card(name):
        own_texts.remove(name)
        for folder in (cache_place() / "reviews").glob(f"{name}-v*"):
            shutil.rmtree(folder, ignore_errors=True)
