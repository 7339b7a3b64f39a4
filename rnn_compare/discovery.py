"""Discovery of cells, sources, metrics and so on: the program's own, a file each, and those of installed packages.

An installed package names its modules by entry points (docs/adding.md). A module may declare several parts. One that
cannot be used is left out, with a sentence in the log, so that somebody else's package never takes the program down.
"""

import functools
import importlib
import importlib.metadata
import logging
import os
import pkgutil
import re
from collections.abc import Callable, Collection
from dataclasses import is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeVar, get_type_hints

Declared = TypeVar("Declared")

SAID_VARIABLE = "RNN_COMPARE_LEFT_OUT"
"""Environment variable with the sentences that were logged: worker processes inherit it and do not repeat them."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


class Origin(NamedTuple):
    """Where a part from outside comes from.

    Attributes:
        distribution: The installed package, with its version, such as ``rnn-compare-janet 1.0``.
        module: The file that declares the part.
    """

    distribution: str
    module: Path


_origins: dict[tuple[str, str], Origin] = {}


def declared(
    package: str,
    kind: type[Declared],
    group: str = "",
    taken: Collection[str] = (),
    where: Callable[[Declared], bool] = lambda _: True,
) -> list[Declared]:
    """Returns the parts of a type, by name unique: the program's own, then those of installed packages.

    Args:
        package: The package whose modules declare the program's own at their top level; the caller may be one of them.
        kind: Their type, which has a ``name``. Of a part from outside the fields' types are checked, and its own method
            ``check``, if it has one, may raise an error that says what is wrong.
        group: The group of entry points, if its name is not the package's.
        taken: Further names that no part from outside may have.
        where: Tells which values of the type are parts.
    """

    def values(module: ModuleType) -> list[Any]:
        return [value for value in vars(module).values() if isinstance(value, kind) and where(value)]

    names = (f"{package}.{module.name}" for module in pkgutil.iter_modules(importlib.import_module(package).__path__))
    parts = {value.name: value for name in names for value in values(importlib.import_module(name))}
    for entry in _entry_points().select(group=group or package):
        distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown package"
        try:
            module = importlib.import_module(entry.module)
            imported = [*parts.values()]  # which it may have from the program
            new = [value for value in values(module) if not any(value is part for part in imported)]
            if not new:
                raise ValueError(f"It declares no {kind.__name__}.")
            for value in new:
                _check(value, {*parts, *taken})
        except Exception as error:  # noqa: BLE001  # a module of somebody else's may raise anything
            leave_out(f"The module {entry.module}", distribution, error)
            continue
        for value in new:
            parts[value.name] = value
            _origins[group or package, value.name] = Origin(distribution, Path(module.__file__ or ""))
    return [*parts.values()]


def origin(group: str, name: str) -> Origin | None:
    """Returns where a part comes from that ``declared`` returned; None if it is the program's own, or unknown."""
    return _origins.get((group, name))


@functools.cache
def _entry_points() -> Any:  # whose type depends on the version of Python
    return importlib.metadata.entry_points()  # all groups at once: each search reads the names of all packages


def _check(value: Any, taken: Collection[str]) -> None:
    """Raises an error if a part from outside cannot be used."""
    if is_dataclass(value) and not isinstance(value, type):
        from pydantic import TypeAdapter, ValidationError  # where there is a plug-in

        for name, hint in get_type_hints(type(value)).items():
            try:
                TypeAdapter(hint).validate_python(getattr(value, name), strict=True)
            except ValidationError as error:
                raise ValueError(f"{name}: {error.errors()[0]['msg']}.") from error
        getattr(value, "check", lambda: None)()
    if not _NAME.fullmatch(value.name) or value.name in taken:
        raise ValueError(f"The name {value.name!r} is taken, or not made of up to 40 letters, digits, - and _.")


def leave_out(what: str, distribution: str, error: Exception) -> None:
    """Logs once that something of an installed package is not used, why, and what to do."""
    reason = str(error).partition("\n")[0] if isinstance(error, ValueError) else f"{type(error).__name__}: {error}."
    sentence = f"{what} of the package {distribution} is left out. {reason} Correct that package or uninstall it."
    if sentence not in os.environ.get(SAID_VARIABLE, ""):
        os.environ[SAID_VARIABLE] = f"{os.environ.get(SAID_VARIABLE, '')}\n{sentence}"
        logging.getLogger(__name__).warning(sentence)
