"""Probabilities of reviews as they are stored: two bytes each, in which no verdict flips."""

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 0.5
"""A probability above it is the verdict *positive*, as in Keras' binary accuracy."""

_ABOVE = np.nextafter(np.float16(THRESHOLD), np.float16(1))


def encoded(probabilities: NDArray[np.floating]) -> bytes:
    """Returns probabilities as 16-bit floats, little endian; what is above the threshold stays above it.

    Example:
        >>> decoded(encoded(np.array([0.25, 0.5, 0.50001])))
        array([0.25     , 0.5      , 0.5004883], dtype=float32)
    """
    rounded = probabilities.astype("<f2")
    rounded[(probabilities > THRESHOLD) & (rounded <= THRESHOLD)] = _ABOVE
    return rounded.tobytes()


def decoded(content: bytes) -> NDArray[np.float32]:
    """Returns the probabilities that ``encoded`` has written (reviews,)."""
    return np.frombuffer(content, "<f2").astype(np.float32)


def accuracy(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Returns the share of reviews that are judged rightly; both arrays are (reviews,).

    Example:
        >>> accuracy(np.array([0.9, 0.5, 0.1]), np.array([1, 1, 0]))
        0.6666666666666666
    """
    return float(np.mean((probabilities > THRESHOLD) == (labels == 1)))
