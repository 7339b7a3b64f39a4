"""Curves as short text for browsers, three base-36 digits a number; ``unpackFigures`` in its scripts reads it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

LARGEST = 2.3327
"""Largest number in three base-36 digits of ten-thousandths, half of which are for negative numbers."""
_CODES = 36**3
_SMALLEST = 1e-9
"""Stands for 0 on a logarithmic axis."""


def packed(values: Iterable[float | None]) -> str:
    """Returns numbers as three base-36 digits each, in ten-thousandths: a third of the bytes of decimals.

    This is finer than a wall can show. Numbers beyond ±2.3327 become that; missing ones are ``___``.

    Example:
        >>> packed([0.0, 0.8624, -0.0001, 9.9, None])
        '0006NKZZZHZZ___'
    """
    return "".join("___" if value is None else _digits(value) for value in values)


def _digits(value: float) -> str:
    return np.base_repr(round(10_000 * min(max(value, -LARGEST), LARGEST)) % _CODES, 36).zfill(3)


@dataclass(frozen=True)
class Scale:
    """The scale of a chart's numbers in a message.

    Attributes:
        unit: What 1 in the message stands for.
        log: Whether the message has the numbers' decimal logarithms, so that small ones keep their digits beside large.
    """

    unit: float = 1
    log: bool = False

    @classmethod
    def of_axis(cls, low: float, high: float, *, log: bool) -> Self:
        """Returns the scale of an axis between these ends; half an interval may be twice as long."""
        ends = [cls(1, log).scaled(end) for end in (low, high)]
        return cls(max(1, 2 * max(map(abs, ends)) / LARGEST), log)

    def scaled(self, value: float) -> float:
        """Returns a number as it is sent."""
        return (math.log10(max(value, _SMALLEST)) if self.log else value) / self.unit

    def packed(self, values: Iterable[float | None]) -> str:
        """Returns numbers on this scale, packed."""
        return packed(None if value is None else self.scaled(value) for value in values)
