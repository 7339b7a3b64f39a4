"""The exact permutation test, which assumes no shape of the accuracies' distribution, beside Student's t."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

EXACT = 20_000
"""Arrangements that are all looked at; of more, …"""
DRAWN = 9_999
"""… so many are drawn, with a fixed seed."""


def permutation_p(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Returns the two-sided p of the difference of two means, were the settings' accuracies exchangeable.

    Args:
        a, b: Accuracies of the runs of each setting.

    Returns:
        The p; None where a setting has fewer than two runs.

    Example:
        >>> permutation_p([0.88, 0.87, 0.89], [0.84, 0.86, 0.85])  # two of the 20 arrangements
        0.1
    """
    return _permutation_p((a, b), "independent", math.comb(len(a) + len(b), len(a)))


def sign_flip_p(differences: Sequence[float]) -> float | None:
    """Returns the two-sided p of a mean difference whose signs were drawn by lot: for settings in pairs by seed.

    Args:
        differences: Accuracy of a less that of b, of each seed.

    Returns:
        The p; None for fewer than two seeds.

    Example:
        >>> sign_flip_p([0.02, 0.01, 0.04])  # two of the 8 arrangements
        0.25
    """
    return _permutation_p((differences,), "samples", 2 ** len(differences))


def smallest_p(a: int, b: int) -> float:
    """Returns the smallest p that ``permutation_p`` can reach with so many runs of each setting, its tails doubled.

    Example:
        >>> [round(smallest_p(n, n), 4) for n in (1, 2, 3, 4, 5)]
        [1.0, 0.3333, 0.1, 0.0286, 0.0079]
        >>> smallest_p(1, 3)
        0.5
    """
    return min(1.0, 2 / math.comb(a + b, a))


def smallest_sign_flip_p(seeds: int) -> float:
    """Returns the smallest p that ``sign_flip_p`` can reach with so many shared seeds.

    Example:
        >>> [smallest_sign_flip_p(seeds) for seeds in (1, 3, 6)]
        [1.0, 0.25, 0.03125]
    """
    return min(1.0, 2.0 ** (1 - seeds))


def _permutation_p(samples: tuple[Sequence[float], ...], kind: str, arrangements: int) -> float | None:
    from scipy.stats import permutation_test

    if min(map(len, samples)) < 2:
        return None
    found = permutation_test(
        samples,
        _difference_of_means,
        permutation_type=kind,
        n_resamples=arrangements if arrangements <= EXACT else DRAWN,
        vectorized=True,
        rng=np.random.default_rng(1),
    )
    p: float = found.pvalue
    return float(p)


def _difference_of_means(
    a: NDArray[np.float64], b: NDArray[np.float64] | None = None, *, axis: int = -1
) -> NDArray[np.float64]:
    difference: NDArray[np.float64] = np.mean(a, axis=axis) - (0.0 if b is None else np.mean(b, axis=axis))
    # Arrangements that are equal but for the order of their sums must count as equal, or p is too small.
    return np.round(difference, 12)
