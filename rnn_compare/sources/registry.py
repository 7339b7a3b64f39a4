"""The sources of reviews: those that this package and installed packages declare, and one's own texts."""

import functools
from typing import TypeGuard

from rnn_compare import sources
from rnn_compare.discovery import declared, origin
from rnn_compare.errors import UserError
from rnn_compare.sources import bundled, own_texts
from rnn_compare.sources.source import Source

DEFAULT = bundled.SOURCE
"""The source that is always there."""

GROUP = "rnn_compare.sources"
_DECLARED = declared(sources.__name__, Source, GROUP)
_SOURCES = {entry.name: entry for entry in sorted(_DECLARED, key=lambda entry: (entry is not DEFAULT, entry.title))}

SOURCES: tuple[str, ...] = tuple(name for name, entry in _SOURCES.items() if not entry.successor)
"""The names of all declared sources in their current versions, the default first."""


def names() -> tuple[str, ...]:
    """Returns the names of all sources that can be chosen: those declared, then one's own texts."""
    return SOURCES + own_texts.names()


def is_known(name: object) -> TypeGuard[str]:
    """Tells whether there is a source with this name."""
    return isinstance(name, str) and (name in _SOURCES or own_texts.find_card(name) is not None)


def current(name: str) -> str:
    """Returns the name of a source's current version: its own, or that of a task whose texts have changed."""
    return (name in _SOURCES and _SOURCES[name].successor) or name


def title(name: str) -> str:
    """Returns the title of a source, also of one that has been removed since it was recorded.

    Example:
        >>> title("bundled"), title("texts-lost-0123456789ab")
        ('IMDB, bundled', 'lost (removed)')
    """
    try:
        return source(name).title
    except UserError:
        parts = own_texts.NAME.fullmatch(name)
        return f"{parts[1]} (removed)" if parts else name


def labels(name: str) -> tuple[str, str]:
    """Returns the meanings of the labels 0 and 1, also for a source that has been removed since it was recorded.

    Example:
        >>> labels("bundled"), labels("texts-lost-0123456789ab")
        (('negative', 'positive'), ('label 0', 'label 1'))
    """
    try:
        return source(name).labels
    except UserError:
        return "label 0", "label 1"


@functools.cache
def corpus(name: str) -> str:
    """Returns the collection of a source's reviews; of one that has been removed its own name."""
    try:
        return source(name).corpus
    except UserError:
        return name


def source(name: str) -> Source:
    """Returns the source with a name, one of ``names()`` or of ``dataset``'s.

    Raises ``UserError`` if there is none, as for a recorded run whose source was removed.
    """
    task, _, distance = name.rpartition("-")
    if task in _SOURCES and (at_distance := _SOURCES[task].at_distance) and distance.isdecimal():
        return at_distance(int(distance))
    if card := own_texts.find_card(name):
        return own_texts.source(card)
    if name.startswith(own_texts.PREFIX):
        raise UserError(
            f"The texts {name[:40]!r} are not here. Read their file again on the page Reviews, or with `--source "
            "FILE.csv`."
        )
    if name not in _SOURCES:
        raise UserError(f"There is no source {name[:40]!r}, only {', '.join(SOURCES)}.")
    return _SOURCES[name]


def is_about_films(name: str) -> bool:
    """Tells whether a source holds film reviews, unlike tasks, one's own texts and sources of installed packages."""
    return name in _SOURCES and not (_SOURCES[name].distance or origin(GROUP, name))


def dataset(name: str, distance: int) -> str:
    """Returns the name of a source's reviews: with the distance if it is a task."""
    return f"{name}-{distance}" if distance else name
