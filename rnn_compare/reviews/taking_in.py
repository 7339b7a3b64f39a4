"""Import of a file of texts: read, and prepared for training."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.paths import cache_place
from rnn_compare.reviews import prepared
from rnn_compare.sources import own_texts


@dataclass(frozen=True)
class TakenIn:
    """The outcome of an import: the name of the source, or why the file cannot be used, in a sentence."""

    name: str = ""
    problem: str = ""


def take_in(path: str, tell: Callable[[int, int], None] | None = None) -> str:
    """Reads and prepares a file of texts, and returns its source's name.

    Raises ``UserError`` if it holds something other than texts with two labels; the sentence names the row.
    """
    halfway = (lambda done, total: tell(done, 2 * total)) if tell else None
    card = own_texts.take_in(Path(path), halfway)
    if tell:
        tell(1, 2)
    prepared.prepare(card.name)
    if tell:
        tell(1, 1)
    return card.name


def answer(path: str, time: int, tell: Callable[[int, int], None]) -> TakenIn:  # noqa: ARG001  # part of the key
    """Imports a file for a page; a file that cannot be used is an answer, not an error.

    The time tells the question from an earlier one about the same path, since answers are cached.
    """
    try:
        return TakenIn(name=take_in(path, tell))
    except UserError as error:
        return TakenIn(problem=str(error))


def forget(name: str) -> None:
    """Removes a file's texts from the cache, with all that was prepared of them; runs trained on them stay."""
    if own_texts.find_card(name):
        own_texts.forget(name)
        for folder in (cache_place() / "reviews").glob(f"{name}-v*"):
            shutil.rmtree(folder, ignore_errors=True)
