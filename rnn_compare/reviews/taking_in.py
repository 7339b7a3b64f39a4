"""Takes in a file of texts: reads it and prepares it, so that all that remains is to train."""

import shutil
from collections.abc import Callable
from pathlib import Path

from rnn_compare.paths import cache_folder
from rnn_compare.reviews import prepared
from rnn_compare.sources import own_texts, text_cards


def take_in(path: str, version: str = "", tell: Callable[[int, int], None] | None = None) -> str:  # noqa: ARG001
    """Reads a file of texts, prepares it, and returns the name of the source that it is from now on.

    Args:
        path: The file.
        version: Tells this content of the file from an earlier one, where the answer is kept.
        tell: Called as ``tell(done, total)`` on the way.

    Raises:
        UserError: If it holds something else than texts with two labels; the sentence names the row.
    """
    halfway = (lambda done, total: tell(done, 2 * total)) if tell else None
    card = own_texts.take_in(Path(path), halfway)
    if tell:
        tell(1, 2)
    prepared.prepare(card.name)
    if tell:
        tell(1, 1)
    return card.name


def forget(name: str) -> None:
    """Removes a file's texts from the cache, with all that was prepared of them; runs trained on them stay."""
    if text_cards.card(name):
        own_texts.forget(name)
        for folder in (cache_folder() / "reviews").glob(f"{name}-v*"):
            shutil.rmtree(folder, ignore_errors=True)
