"""Numba's cache of the kernels, in a folder that the content of their sources names, and less work for its compiler."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from filelock import FileLock
from numba.core import codegen, lowering, types
from numba.core.caching import IndexDataCacheFile, _CacheLocator

from rnn_compare.fused.code_folder import SOURCES, code_folder


class ByContent(_CacheLocator):
    """Finds the code of a kernel in ``code_folder()``, for Numba.

    Numba's own way adds the path and the age of the sources. A worker of a cluster, which was sent them, would compile
    for half a minute what is there already.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._line = function.__code__.co_firstlineno

    @classmethod
    def from_function(cls, function: Callable[..., Any], source: str) -> "ByContent | None":
        """Returns what finds a function's code; None if it is no kernel."""
        if not Path(source).is_relative_to(SOURCES):
            return None
        locator = cls(function)
        locator.ensure_cache_path()  # type: ignore[no-untyped-call]  # Numba types few of its methods
        return locator

    def get_cache_path(self) -> str:
        """Returns the folder, which the content of all sources names."""
        return str(code_folder())

    def get_source_stamp(self) -> str:
        """Returns what changes with the source: the folder has changed by then."""
        return ""

    def get_disambiguator(self) -> str:
        """Returns what tells the function from another of its name."""
        return str(self._line)


numba.config.CACHE_LOCATOR_CLASSES = f"{__name__}.{ByContent.__name__}, UserWideCacheLocator"  # type: ignore[attr-defined]  # Numba sets its settings' names at run time


def _one_at_a_time(save: Callable[..., None]) -> Callable[..., None]:
    # Numba reads a function's index, adds the name of a file and writes both. Of two processes that do so at once, with
    # a function that two cells share, one would overwrite the other's entry, or its code.
    @functools.wraps(save)
    def locked(self: Any, key: Any, data: Any) -> None:
        with FileLock(Path(self._cache_path) / "index.lock"):
            save(self, key, data)

    return locked


IndexDataCacheFile.save = _one_at_a_time(IndexDataCacheFile.save)  # type: ignore[method-assign]  # no other way in


def _unless_part(method: Callable[..., None]) -> Callable[..., None]:
    # Numba optimises each function with all that it calls, and writes machine code for it, before it links it into what
    # calls it and does so again. Where Python cannot call a function, the latter is enough: a fifth is saved.
    @functools.wraps(method)
    def of_whole(self: Any) -> None:
        names = [function.name for function in self.get_defined_functions()]
        if any("_ZN7cpython" in name for name in names) or not any(name.startswith("_ZN") for name in names):
            method(self)
        self._finalized = True  # else Numba, when it links the function into another, would do what is left out here

    return of_whole


def _if_compiled(set_env: Callable[..., None]) -> Callable[..., None]:
    # Numba tells a function's machine code where its globals are; that of a part is in what calls it.
    @functools.wraps(set_env)
    def of_whole(self: Any, name: str, env: Any) -> None:
        if self._engine.is_symbol_defined(name):
            set_env(self, name, env)

    return of_whole


_library: Any = codegen.JITCodeLibrary  # Any, for Numba types few of its methods
_library._optimize_final_module = _unless_part(_library._optimize_final_module)
_library._finalize_final_module = _unless_part(_library._finalize_final_module)
_codegen: Any = codegen.JITCPUCodegen
_codegen.set_env = _if_compiled(_codegen.set_env)


def _unless_borrowed(count: Callable[..., None]) -> Callable[..., None]:
    # Python holds the arrays of all named tuples while kernels, which make none, are at work. Counting references to
    # them for each function that a tuple is handed to, a hundred in a timestep, is left out.
    @functools.wraps(count)
    def of_own(self: Any, kind: Any, value: Any) -> None:
        if not isinstance(getattr(kind, "this", kind), types.NamedTuple):  # a method's ``this``
            count(self, kind, value)

    return of_own


_lower: Any = lowering.Lower
_lower.incref, _lower.decref = map(_unless_borrowed, (_lower.incref, _lower.decref))
