"""Packing of a batch: the timesteps that have to be computed, one step's rows after the other's.

Rows are sorted by where they begin and all end together, and dealt out to a few blocks that know nothing of each other,
so that as many threads may work at them. The rows of a block at work in a step are its first ones and lie side by side.
A packed array has, block after block,

1. for each step t, ``active[t]`` rows beginning at ``offsets[t]``: what the rows read, or their states before it;
2. one row for each of its reviews, in sorted order, beginning at ``offsets[timesteps]``: their states after the last
   step;

and then, for all blocks,

3. one row for each step of the prefix that reviews share;
4. one row: the state after that prefix.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_compare.fused.arithmetic import AHEAD, Array, Indices, compiled, compiled_part, prefetch

Mask = NDArray[np.bool_]
Vectors = TypeVar("Vectors", Array, Indices)
NO_MASK: Mask = np.ones((0, 0), np.bool_)

BLOCKS = 4
"""Most blocks of a batch."""
BLOCK_WIDTH = 48
"""Numbers that the gates of a layer have for each block at least."""
BLOCK_ROWS = 8
"""Rows of a block at least, where there are several."""


def block_count(rows: int, width: int) -> int:
    """Returns how many blocks a batch is worth: small products take long for what they do.

    The number must not depend on that of the threads: sums would be rounded in another way, and the same seed give
    another curve.

    Args:
        rows: Reviews of the batch.
        width: Numbers of the layer's gates: gates · units.

    Example:
        >>> [block_count(128, gates * 32) for gates in (1, 3, 4)]
        [1, 2, 2]
        >>> block_count(128, 4 * 64), block_count(20, 4 * 64)
        (4, 2)
    """
    return max(1, min(BLOCKS, width // BLOCK_WIDTH, rows // BLOCK_ROWS))


class Packing(NamedTuple):
    """The layout of one block.

    Attributes:
        order: The review in each sorted row (rows,).
        begins: The step in which each sorted row begins (rows,).
        active: Rows at work in each step, and all of them at last (timesteps + 1,).
        offsets: Where each step begins in a packed array (timesteps + 1,).
        prefix: Length of the prefix that all reviews of the batch share.
    """

    order: Indices
    begins: Indices
    active: Indices
    offsets: Indices
    prefix: int


@dataclass(frozen=True)
class PackedBatch:
    """The layout of a batch.

    Attributes:
        blocks: Its blocks, in the order in which they lie.
        source: For each packed row the input that it reads, counted through (batch, timesteps); -1 for none.
    """

    blocks: Sequence[Packing]
    source: Indices

    @property
    def prefix(self) -> int:
        """Length of the prefix that all reviews share."""
        return self.blocks[0].prefix

    @property
    def first(self) -> int:
        """The row of a packed array at which the prefix begins."""
        return len(self.source) - self.prefix - 1

    @functools.cached_property
    def prefix_block(self) -> Packing:
        """The prefix, as a block of one review that begins at once."""
        active, begin = np.ones(self.prefix + 1, np.int64), np.zeros(1, np.int64)
        return Packing(begin, begin, active, self.first + np.arange(self.prefix + 1), 0)


def pack(x: Vectors, mask: Mask | None, backwards: bool, width: int) -> tuple[PackedBatch, Vectors]:
    """Finds the steps to compute and copies their inputs side by side.

    Without masking, the prefixes that reviews have in common (their padding) are to be computed once, in a
    row of their own: the state after equal inputs is equal. With masking, what is masked is not computed.

    Args:
        x: Inputs (batch, timesteps, features).
        mask: True where an input is read (batch, timesteps).
        backwards: Whether reviews are read from their end.
        width: Numbers of the layer's gates: gates · units.

    Returns:
        What lies where, and the packed inputs (rows, features).
    """
    batch, timesteps, _ = x.shape
    prefix, reference = 0, 0
    if mask is None:
        skipped = np.zeros(batch, np.int64)
        reference = _common_prefixes(x, backwards, skipped)
        prefix = int(skipped.max())
    else:
        skipped = timesteps - mask.sum(axis=1)
    by_begin = np.argsort(skipped, kind="stable")
    count = block_count(batch, width)
    blocks, end = [], 0
    for which in range(count):
        order = np.ascontiguousarray(by_begin[which::count])  # dealt out, so that each block has as much to do
        active = np.searchsorted(skipped[order], np.arange(timesteps + 1), side="right")
        offsets = end + np.concatenate([[0], active[:-1].cumsum()])
        blocks.append(Packing(order, skipped[order], active, offsets, prefix))
        end = int(offsets[-1]) + len(order)
    source = np.full(end + prefix + 1, -1, np.int64)
    for block in blocks:
        _find_sources(block, NO_MASK if mask is None else mask, mask is not None, backwards, source)
    places = np.arange(prefix)
    source[end : end + prefix] = reference * timesteps + (timesteps - 1 - places if backwards else places)
    return PackedBatch(blocks, source), gather(x, source)


@compiled_part
def _copy(values: Vectors, to: Vectors) -> None:
    for j in range(len(values)):  # Numba's own way, a slice, takes three times as long for so few
        to[j] = values[j]


@compiled
def _find_sources(block: Packing, mask: Mask, masked: bool, backwards: bool, source: Indices) -> None:
    timesteps = len(block.active) - 1
    for row in range(len(block.order)):
        b = block.order[row]
        step = block.begins[row]
        for t in range(0 if masked else step, timesteps):
            at = timesteps - 1 - t if backwards else t
            if not masked or mask[b, at]:
                source[block.offsets[step] + row] = b * timesteps + at
                step += 1


@compiled
def gather(x: Vectors, source: Indices) -> Vectors:
    """Returns rows of x (batch, timesteps, features): ``source`` holds review · timesteps + step, or -1 for zeros."""
    batch, timesteps, features = x.shape
    flat, packed = x.reshape(batch * timesteps, features), np.zeros((len(source), features), x.dtype)
    for row in range(len(source)):
        if row + AHEAD < len(source):
            prefetch(flat, source[row + AHEAD])
        if source[row] >= 0:
            _copy(flat[source[row]], packed[row])
    return packed


@compiled
def scatter(packed: Array, source: Indices, flat: Array) -> None:
    """Writes the packed rows that read something to where they read it, counted through (batch · timesteps, features).

    Args:
        packed: Rows (rows or more, features).
        source: What each reads; -1 for nothing (rows,).
        flat: Receives them.
    """
    for row in range(len(source)):
        if source[row] >= 0:
            _copy(packed[row], flat[source[row]])


@compiled
def _common_prefixes(x: Vectors, backwards: bool, lengths: Indices) -> int:
    # Follows the largest group of rows that are equal so far. Returns a row that stays in it to its end.
    batch, timesteps, _ = x.shape
    together = np.arange(batch)
    count, reference = batch, 0
    for t in range(timesteps):
        at = timesteps - 1 - t if backwards else t
        reference = _most_popular(x, at, together[:count])
        equal = 0
        for member in range(count):
            b = together[member]
            if _equal(x[b, at], x[reference, at]):
                lengths[b] = t + 1
                together[equal] = b
                equal += 1
        count = equal
        if count < 2:
            break
    return reference


@compiled_part
def _most_popular(x: Vectors, at: int, rows: Indices) -> int:
    best, most = int(rows[0]), 0  # a row that holds NaN equals none, not even itself
    for candidate in rows:
        equals = 0
        for b in rows:
            equals += _equal(x[b, at], x[candidate, at])
        if equals > most:
            best, most = int(candidate), equals
        if 2 * most >= len(rows):
            break
    return best


@compiled_part
def _equal(first: Vectors, second: Vectors) -> bool:
    for j in range(len(first)):  # noqa: SIM110  # Numba compiles no generators
        if first[j] != second[j]:
            return False
    return True


@compiled
def unpack(
    states: Array, block: Packing, mask: Mask, masked: bool, backwards: bool, zero_masked: bool, outputs: Array
) -> None:
    """Writes the states of a block after every timestep into the outputs (batch, timesteps, units), zeros at first.

    They are in the order of reading. Where a timestep was masked it is the state before, or zeros if ``zero_masked``.
    """
    timesteps = len(block.active) - 1
    first = len(states) - block.prefix - 1
    for row in range(len(block.order)):
        b = block.order[row]
        step = block.begins[row]
        if masked:
            now = -1
            for t in range(timesteps):
                is_read = mask[b, timesteps - 1 - t if backwards else t]
                if is_read:
                    step += 1
                    now = block.offsets[step] + row
                if now >= 0 and (is_read or not zero_masked):
                    _copy(states[now], outputs[b, t])
        else:
            for t in range(timesteps):
                _copy(states[first + 1 + t if t < step else block.offsets[t + 1] + row], outputs[b, t])


@compiled
def pack_output_gradients(
    gradients: Array, block: Packing, mask: Mask, masked: bool, backwards: bool, zero_masked: bool
) -> Array:
    """Returns the gradients of what ``unpack`` wrote of a block, by step and sorted row (timesteps, rows, units)."""
    _, timesteps, units = gradients.shape
    packed = np.zeros((timesteps, len(block.order), units), np.float32)
    for row in range(len(block.order)):
        b = block.order[row]
        step = block.begins[row]
        has_begun = not masked
        for t in range(timesteps):
            if not masked:
                _copy(gradients[b, t], packed[t, row])
                continue
            is_read = mask[b, timesteps - 1 - t if backwards else t]
            step += is_read
            has_begun = has_begun or is_read
            if has_begun and (is_read or not zero_masked):
                packed[step - 1, row] += gradients[b, t]
    return packed
