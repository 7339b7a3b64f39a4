"""Numba's cache of the kernels, in a folder that the content of their sources names."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from filelock import FileLock
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
