"""Which sources of reviews there are: each file of this package that defines a ``SOURCE``. A new one needs no list."""

import importlib
import pkgutil
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.sources import bundled
from rnn_compare.sources.source import Source

DEFAULT = bundled.SOURCE
"""The one that is always there."""


def _discovered() -> dict[str, Source]:
    folder = Path(__file__).parent
    modules = (importlib.import_module(f"{__package__}.{found.name}") for found in pkgutil.iter_modules([str(folder)]))
    sources = (module.SOURCE for module in modules if hasattr(module, "SOURCE"))
    return {found.name: found for found in sorted(sources, key=lambda found: (found is not DEFAULT, found.title))}


_SOURCES = _discovered()

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
