"""Initial weights and the order of reviews that a seed decides in a browser (``arithmetic/training/seeded.js``).

Integers, and arithmetic that IEEE 754 prescribes to the last bit, so that both give the same numbers.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WARM_UP, _IRWIN_HALL, _ORDER_STREAM, _WORD = 12, 12, 1 << 16, 0xFFFFFFFF


def integers(seed: int, stream: int) -> Iterator[int]:
    """Yields integers of 32 bits: Chris Doty-Humphrey's sfc32 (2010), from a seed and a stream.

    Example:
        >>> first, again, other = (next(integers(*key)) for key in ((1, 0), (1, 0), (1, 1)))
        >>> first == again, first == other
        (True, False)
    """
    a, b, c, count = 0, seed & _WORD, stream & _WORD, 1

    def endless() -> Iterator[int]:
        nonlocal a, b, c, count
        while True:
            total = (a + b + count) & _WORD
            count = (count + 1) & _WORD
            a, b = b ^ (b >> 9), (c + (c << 3)) & _WORD
            c = (((c << 21) | (c >> 11)) + total) & _WORD
            yield total

    return islice(endless(), _WARM_UP, None)


def _uniform(seed: int, stream: int, count: int) -> NDArray[np.float64]:
    return np.fromiter(islice(integers(seed, stream), count), np.uint32, count).astype(np.float64) // 256 / 2**24


def _glorot_uniform(seed: int, stream: int, shape: Sequence[int], _options: Sequence[float]) -> NDArray[np.float64]:
    rows, columns = shape
    return (2 * _uniform(seed, stream, rows * columns) - 1) * math.sqrt(6 / (rows + columns))


def _between(seed: int, stream: int, shape: Sequence[int], options: Sequence[float]) -> NDArray[np.float64]:
    low, high = options
    return low + (high - low) * _uniform(seed, stream, math.prod(shape))


def _constants(_seed: int, _stream: int, shape: Sequence[int], options: Sequence[float]) -> NDArray[np.float64]:
    return np.repeat(np.array(options, np.float64), math.prod(shape) // len(options))


def _orthogonal(seed: int, stream: int, shape: Sequence[int], _options: Sequence[float]) -> NDArray[np.float64]:
    rows, columns = shape
    draws = _uniform(seed, stream, rows * columns * _IRWIN_HALL).reshape(-1, _IRWIN_HALL)
    normal = np.full(len(draws), -_IRWIN_HALL / 2)
    for draw in draws.T:  # one after the other, as the browser adds them
        normal = normal + draw
    matrix = normal.reshape(rows, columns)
    for row in range(rows):
        for before in range(row):
            matrix[row] -= _in_order(matrix[row] * matrix[before]) * matrix[before]
        matrix[row] /= math.sqrt(_in_order(matrix[row] * matrix[row]))
    return matrix.ravel()


def _identity(_seed: int, _stream: int, shape: Sequence[int], _options: Sequence[float]) -> NDArray[np.float64]:
    rows, columns = shape
    return np.eye(rows, columns).ravel()


def _in_order(products: NDArray[np.float64]) -> float:
    return float(np.cumsum(products)[-1])  # NumPy's sum adds pairs first


_INITIALIZERS: Mapping[str, Callable[..., NDArray[np.float64]]] = {
    "constants": _constants,
    "glorot_uniform": _glorot_uniform,
    "identity": _identity,
    "orthogonal": _orthogonal,
    "uniform": _between,
}


def initial_weights(tensors: Sequence[Mapping[str, Any]], seed: int) -> list[NDArray[np.float32]]:
    """Returns the initial weights of tensors that ``trainable`` describes, in their shapes."""
    return [
        _INITIALIZERS[tensor["initializer"]](seed, stream, tensor["shape"], tensor["options"])
        .astype(np.float32)
        .reshape(tensor["shape"])
        for stream, tensor in enumerate(tensors)
    ]


def order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """Returns the order in which an epoch, from 0, reads so many reviews: Fisher and Yates' shuffle."""
    draws, places = integers(seed, _ORDER_STREAM + epoch), list(range(count))
    for index in range(count - 1, 0, -1):
        other = int(next(draws) / 2**32 * (index + 1))
        places[index], places[other] = places[other], places[index]
    return np.array(places, np.int64)
