"""Which sources of reviews there are: those that the files of this package declare."""

from rnn_compare import sources
from rnn_compare.discovery import declared
from rnn_compare.errors import UserError
from rnn_compare.sources import bundled
from rnn_compare.sources.source import Source

DEFAULT = bundled.SOURCE
"""The one that is always there."""


_SOURCES = {
    found.name: found
    for found in sorted(declared(sources.__name__, Source), key=lambda found: (found is not DEFAULT, found.title))
}

SOURCES: tuple[str, ...] = tuple(_SOURCES)
"""The names of all sources, the usual one first."""


def source(name: str) -> Source:
    """Returns the source of a name.

    Args:
        name: One of ``SOURCES``, or what ``dataset`` returns.

    Raises:
        UserError: If there is none: the record may name one that is no more.

    Example:
        >>> source("bundled").title
        'IMDB, bundled'
        >>> source("order-7").distance
        7
    """
    task, _, distance = name.rpartition("-")
    if task in _SOURCES and (at_distance := _SOURCES[task].at_distance) and distance.isdecimal():
        return at_distance(int(distance))
    if name not in _SOURCES:
        raise UserError(
            f"There is no source of reviews called {name[:40]!r} here, only {', '.join(SOURCES)}. "
            "Put its file back, or choose another source."
        )
    return _SOURCES[name]


def dataset(name: str, distance: int) -> str:
    """Returns what the reviews of a source are called: by its name, and by the distance where it is a task.

    Example:
        >>> dataset("bundled", 0), dataset("order", 20)
        ('bundled', 'order-20')
    """
    return f"{name}-{distance}" if distance else name
