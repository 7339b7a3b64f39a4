"""Size and reach of the gradient on its way back: medians over the reviews, and what the middle half of them do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.insight.gradient_norms import Array
from rnn_compare.runs.events import TrackGradients

QUARTILES = (0.5, 0.25, 0.75)
"""The median, and between which the middle half of the reviews lies."""


@dataclass(frozen=True)
class GradientTrack:
    """The backpropagated gradient for one kind of state, from the word read last to the one read first.

    Every review counts the same: its gradient is scaled by itself, so how wrong the verdict on it is has no part.
    Rows are the ``QUARTILES`` over the reviews, or the median alone; or, in what an earlier version recorded, the mean.

    Attributes:
        size: The gradient's length at the last word, the median over the reviews.
        relative: That at each place, as a multiple of that at the last word (rows, points).
        share: How much of the sum over all words the words up to each place hold, from 0 to 1 (rows, points).
        memory: The effective memory: how many last words hold half of the sum (rows,); (0,) where there is no gradient.
            A row of ``share`` reaches one half at that place and no sooner.
    """

    size: float
    relative: Array
    share: Array
    memory: tuple[int, ...]

    def at(self, places: NDArray[np.int64]) -> "GradientTrack":
        """Returns it at some of the places alone; they are counted from 1."""
        return GradientTrack(self.size, self.relative[:, places - 1], self.share[:, places - 1], self.memory)

    def plain(self) -> TrackGradients:
        """Returns it in plain values of three digits each; what is no number is 0."""
        return TrackGradients(
            size=_rounded(self.size),
            relative=[[_rounded(value) for value in row] for row in self.relative],
            # Rounded down, so that none reaches one half too soon.
            share=[[math.floor(1000 * value + 1e-9) / 1000 for value in row] for row in self.share],
            memory=list(self.memory),
        )


def track(sizes: Array, quartiles: Sequence[float] = QUARTILES) -> GradientTrack:
    """Summarizes how the gradient goes back through several reviews.

    Args:
        sizes: The gradient's length at each place of each review, the word read last first; not a number where a
            review has ended (reviews, places). A review without any gradient is left out.
        quartiles: The rows of the result.

    Example:
        >>> track(np.array([[1.0, 1.0, 1.0, 1.0], [0.2, 0.2, 0.1, 5.0], [8.0, 1.0, 0.0, 0.0]])).memory
        (2, 1, 4)
    """
    sums = np.nansum(sizes, axis=1)
    there = np.isfinite(sums) & (sums > 0) & (sizes[:, 0] > 0)
    if not there.any():
        return GradientTrack(0.0, np.zeros((1, sizes.shape[1])), np.zeros((1, sizes.shape[1])), (0,))
    kept = sizes[there]
    shares = np.nancumsum(kept, axis=1) / sums[there, np.newaxis]
    # The quantiles are those of an actual review at each place, so that a share's crossing of one half is that of
    # the effective memories: as many reviews are beyond one half as have an effective memory so short.
    from_largest = np.sort(shares, axis=0)[::-1]
    memories = np.sort(1 + np.argmax(shares >= 0.5, axis=1))
    ranks = [math.ceil(each * len(kept)) - 1 for each in quartiles]
    relative = np.nanquantile(kept / kept[:, :1], quartiles, axis=0, method="inverted_cdf")
    size = float(np.quantile(kept[:, 0], 0.5, method="inverted_cdf"))
    return GradientTrack(size, relative, from_largest[ranks], tuple(int(memories[rank]) for rank in ranks))


def recorded_track(
    values: TrackGradients | Sequence[float], places: NDArray[np.int64], memory: int | None
) -> GradientTrack:
    """Returns what was recorded: by this version, or the means of an earlier one with its effective memory."""
    if isinstance(values, dict):
        relative, share = np.array(values["relative"], np.float64), np.array(values["share"], np.float64)
        return GradientTrack(values["size"], relative, share, tuple(values["memory"]))
    mean = np.array(values, np.float64)
    if not memory or not mean[0] > 0:
        return GradientTrack(0.0, np.zeros((1, len(mean))), np.zeros((1, len(mean))), (0,))
    sums = np.cumsum(np.interp(np.arange(1, places[-1] + 1), places, mean))
    return GradientTrack(
        float(mean[0]), mean[np.newaxis] / mean[0], (sums / sums[-1])[np.newaxis, places - 1], (memory,)
    )


def _rounded(value: float) -> float:
    return float(f"{value:.3g}") if np.isfinite(value) else 0.0
