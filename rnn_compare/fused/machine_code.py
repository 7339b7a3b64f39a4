"""Numba's cache of the kernels, by the content of their sources, and shortcuts for its compiler."""

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
    """Numba's locator of a kernel's code in ``code_folder()``.

    Numba's own locators use the path and the time stamp of the sources. A worker of a cluster, which receives a copy,
    would compile for half a minute what is compiled already.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._line = function.__code__.co_firstlineno

    @classmethod
    def from_function(cls, function: Callable[..., Any], source: str) -> "ByContent | None":
        """Returns the locator of a function; None if it is no kernel."""
        if not Path(source).is_relative_to(SOURCES):
            return None
        locator = cls(function)
        locator.ensure_cache_path()  # type: ignore[no-untyped-call]  # Numba types few of its methods
        return locator

    def get_cache_path(self) -> str:
        """Returns the folder."""
        return str(code_folder())

    def get_source_stamp(self) -> str:
        """Returns a constant: the folder changes with the sources."""
        return ""

    def get_disambiguator(self) -> str:
        """Returns the function's line, to distinguish functions of the same name."""
        return str(self._line)


numba.config.CACHE_LOCATOR_CLASSES = f"{__name__}.{ByContent.__name__}, UserWideCacheLocator"  # type: ignore[attr-defined]  # Numba defines its settings at run time


def _one_at_a_time(save: Callable[..., None]) -> Callable[..., None]:
    # Numba reads a function's index, adds an entry and writes both. Of two processes that do so at once, for a function
    # that two cells share, one would overwrite the other's entry or its code.
    @functools.wraps(save)
    def locked(self: Any, key: Any, data: Any) -> None:
        with FileLock(Path(self._cache_path) / "index.lock"):
            save(self, key, data)

    return locked


IndexDataCacheFile.save = _one_at_a_time(IndexDataCacheFile.save)  # type: ignore[method-assign]  # no other way in


def _unless_part(method: Callable[..., None]) -> Callable[..., None]:
    # Numba optimises each function with its callees and generates machine code, before it links it into its callers
    # and does so again. For a function that Python cannot call the second time is enough, which saves a fifth.
    @functools.wraps(method)
    def of_whole(self: Any) -> None:
        names = [function.name for function in self.get_defined_functions()]
        if any("_ZN7cpython" in name for name in names) or not any(name.startswith("_ZN") for name in names):
            method(self)
        self._finalized = True  # otherwise Numba would do the skipped work when it links the function into another

    return of_whole


def _if_compiled(set_env: Callable[..., None]) -> Callable[..., None]:
    # Numba sets the address of a function's globals in its machine code, which a part has in its callers only.
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
    # Python holds the arrays of all named tuples while kernels run, which create none. So references to them are not
    # counted at each call with a tuple, a hundred times in a timestep.
    @functools.wraps(count)
    def of_own(self: Any, kind: Any, value: Any) -> None:
        if not isinstance(getattr(kind, "this", kind), types.NamedTuple):  # a method's ``this``
            count(self, kind, value)

    return of_own


_lower: Any = lowering.Lower
_lower.incref, _lower.decref = map(_unless_borrowed, (_lower.incref, _lower.decref))
