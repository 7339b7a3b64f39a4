"""Discovery of cells, sources, metrics and charts: whatever the files of a package declare, without a list."""

import importlib
import pkgutil
from typing import TypeVar

Declared = TypeVar("Declared")


def declared(package: str, kind: type[Declared]) -> list[Declared]:
    """Returns every value of a type at the top level of a package's modules; the caller may be one of them."""
    names = (f"{package}.{module.name}" for module in pkgutil.iter_modules(importlib.import_module(package).__path__))
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    return [value for value in values if isinstance(value, kind)]
