"""How cells, sources, figures and charts are found: by what the files of their package declare. None needs a list."""

import importlib
import pkgutil
from typing import TypeVar

Declared = TypeVar("Declared")


def declared(package: str, kind: type[Declared]) -> list[Declared]:
    """Returns every value of a type that stands at the top level of a module of a package.

    Args:
        package: Its name, such as ``rnn_compare.metrics``. The registry that asks may be one of its modules.
        kind: The type, such as ``Figure``.

    Example:
        >>> from rnn_compare.metrics.epoch_figure import Figure
        >>> sorted(figure.name for figure in declared("rnn_compare.metrics", Figure))[:2]
        ['accuracy', 'loss']
    """
    names = (f"{package}.{found.name}" for found in pkgutil.iter_modules(importlib.import_module(package).__path__))
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    return [value for value in values if isinstance(value, kind)]
