"""One's own texts on the command line: `--source FILE.csv`."""

import sys
from typing import Any

from rnn_compare.formatting import counted
from rnn_compare.sources import own_texts, registry, text_cards


def read(given: str | list[str] | None, as_json: bool) -> dict[str, Any]:
    """Reads the files among the sources that were given, says what was understood of them, and returns their names.

    Args:
        given: A source or several, each by its name or as a file.
        as_json: Whether to say nothing.

    Returns:
        The setting ``source``, if any was given.

    Raises:
        UserError: If a file cannot be read, or holds something else than texts with two labels.
    """
    if given is None:
        return {}
    return {"source": [_name(each, as_json) for each in given] if isinstance(given, list) else _name(given, as_json)}


def _name(given: str, as_json: bool) -> str:
    path = None if registry.is_known(given) else own_texts.find(given)
    if path is None:
        return given
    from rnn_compare.reviews import taking_in  # NumPy takes a moment

    card = text_cards.card(taking_in.take_in(str(path)))
    if card is None:  # removed in this very moment
        return given
    if not as_json:
        print(_understood(card), file=sys.stderr)
    return card.name


def _understood(card: text_cards.Card) -> str:
    balance = " and ".join(f"{count:,} {label!r}" for label, count in zip(card.labels, card.counts, strict=True))
    said = f"{card.title}: {counted(card.size, 'text')}, {balance}, read as {card.name}."
    return " ".join([said, *card.remarks()])
