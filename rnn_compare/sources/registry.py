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

    Raises:
        UserError: If there is none: the record may name one that is no more.

    Example:
        >>> source("bundled").title
        'IMDB, bundled'
    """
    if name not in _SOURCES:
        raise UserError(
            f"There is no source of reviews called {name[:40]!r} here, only {', '.join(SOURCES)}. "
            "Put its file back, or choose another source."
        )
    return _SOURCES[name]
