"""Numbers as text in messages and files for a browser, where ``arithmetic/numbers.js`` unpacks them."""

import base64
import zlib
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

STEPS, LARGEST = 10_000, 3.2767
"""Curves travel in ten-thousandths, finer than a wall can show, and up to this number."""


def packed(values: Iterable[float | None], steps: float = STEPS, kind: Literal["<i1", "<i2"] = "<i2") -> str:
    """Returns numbers as base64 of whole steps, of which a 1 has ``steps``; missing ones stay missing.

    Numbers beyond what the kind of integer holds become the largest or smallest.

    Example:
        >>> packed([0.0, 0.8624, 9.9, None])
        'AACwIf9/AIA='
    """
    most = np.iinfo(kind).max
    whole = np.round(steps * np.array([*values], float))  # a None becomes NaN
    return _text(np.where(np.isnan(whole), -most - 1, np.clip(whole, -most, most)).astype(kind).tobytes())


def compressed(numbers: NDArray[Any]) -> str:
    """Returns little-endian numbers by gzip and base64, as in a file.

    All lowest bytes come first: the highest are alike, the lowest of rounded numbers 0. Only repeated bytes are looked
    for, since hardly any sequence occurs twice.
    """
    planes = numbers.reshape(-1).view(np.uint8).reshape(-1, numbers.itemsize).T
    frame = zlib.compressobj(wbits=zlib.MAX_WBITS | 16, strategy=zlib.Z_RLE)  # gzip's format
    return _text(frame.compress(planes.tobytes()) + frame.flush())


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
