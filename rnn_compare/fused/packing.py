"""Packing of a batch: only the timesteps that must be computed, stored timestep by timestep.

Reviews are sorted by the timestep in which they start; all end together. They are dealt out to a few independent
blocks, so that several threads can work on a batch. In each step the active reviews of a block are its first rows,
which are contiguous. A packed array has, block after block,

1. for each step t, ``active[t]`` rows starting at ``offsets[t]``: the inputs of the step, or the states before it;
2. one row for each review, in sorted order, starting at ``offsets[timesteps]``: the states after the last step;

and then, for all blocks,

3. one row for each step of the prefix that reviews share;
4. one row: the state after that prefix.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_compare.fused.arithmetic import AHEAD, Array, Indices, add_row, compiled, compiled_part, prefetch

Mask = NDArray[np.bool_]
Vectors = TypeVar("Vectors", Array, Indices)
NO_MASK: Mask = np.ones((0, 0), np.bool_)

BLOCKS = 4
"""The maximum number of blocks of a batch."""
BLOCK_WIDTH = 48
"""The minimum gates · units of a layer for each block."""
BLOCK_ROWS = 8
"""The minimum number of reviews in a block, where there are several."""


def block_count(rows: int, width: int) -> int:
    """Returns the number of blocks of a batch; small matrix products are inefficient.

    It must not depend on the number of threads: sums would be rounded differently, and a seed give another curve.

    Args:
        rows: Reviews of the batch.
        width: Columns of the layer's kernel: gates · units.

    Example:
        >>> [block_count(128, gates * 32) for gates in (1, 3, 4)]
        [1, 2, 2]
        >>> block_count(128, 4 * 64), block_count(20, 4 * 64)
        (4, 2)
    """
    return max(1, min(BLOCKS, width // BLOCK_WIDTH, rows // BLOCK_ROWS))


class Block(NamedTuple):
    """The layout of one block.

    Attributes:
        order: The review in each sorted row (rows,).
        starts: The step in which each sorted row starts (rows,).
        active: The number of active rows in each step, and last the number of all rows (timesteps + 1,).
        offsets: The packed row at which each step starts (timesteps + 1,).
        prefix: Length of the prefix that all reviews of the batch share.
    """

    order: Indices
    starts: Indices
    active: Indices
    offsets: Indices
    prefix: int


@dataclass(frozen=True)
class PackedBatch:
    """The layout of a batch.

    Attributes:
        blocks: Its blocks, in the order of their rows.
        source: For each packed row its input, as an index into the flattened (batch, timesteps); -1 for none.
        mask: True where an input is read (batch, timesteps); ``NO_MASK`` if all are.
        go_backwards: Whether reviews are read from their end.
    """

    blocks: Sequence[Block]
    source: Indices
    mask: Mask
    go_backwards: bool

    @property
    def prefix(self) -> int:
        """Length of the prefix that all reviews share."""
        return self.blocks[0].prefix

    @property
    def prefix_start(self) -> int:
        """The packed row at which the prefix starts."""
        return len(self.source) - self.prefix - 1

    @functools.cached_property
    def prefix_block(self) -> Block:
        """The prefix, as a block of a single review that starts in the first step."""
        active, start = np.ones(self.prefix + 1, np.int64), np.zeros(1, np.int64)
        return Block(start, start, active, self.prefix_start + np.arange(self.prefix + 1), 0)


def pack(x: Vectors, mask: Mask | None, go_backwards: bool, width: int) -> tuple[PackedBatch, Vectors]:
    """Determines the steps to compute and gathers their inputs.

    Without masking, the prefix that reviews have in common (their padding) is computed once, in rows of its own: equal
    inputs lead to equal states. With masking, masked timesteps are not computed.

    Args:
        x: Inputs (batch, timesteps, features).
        mask: True where an input is read (batch, timesteps); None to read all.
        go_backwards: Whether reviews are read from their end.
        width: Columns of the layer's kernel: gates · units.

    Returns:
        The layout, and the packed inputs (rows, features).
    """
    batch, timesteps, _ = x.shape
    prefix, reference = 0, 0
    if mask is None:
        skipped = np.zeros(batch, np.int64)
        reference = _common_prefixes(x, go_backwards, skipped, np.arange(batch))
        prefix = int(skipped.max())
    else:
        skipped = timesteps - mask.sum(axis=1)
    by_start = np.argsort(skipped, kind="stable")
    count = block_count(batch, width)
    blocks, end = [], 0
    for k in range(count):
        order = np.ascontiguousarray(by_start[k::count])  # dealt out, so that all blocks take about as long
        active = np.searchsorted(skipped[order], np.arange(timesteps + 1), side="right")
        offsets = end + np.concatenate([[0], active[:-1].cumsum()])
        blocks.append(Block(order, skipped[order], active, offsets, prefix))
        end = int(offsets[-1]) + len(order)
    packed = PackedBatch(
        blocks, np.full(end + prefix + 1, -1, np.int64), NO_MASK if mask is None else mask, go_backwards
    )
    for block in blocks:
        _find_sources(block, packed.mask, go_backwards, packed.source)
    steps = np.arange(prefix)
    packed.source[end : end + prefix] = reference * timesteps + (timesteps - 1 - steps if go_backwards else steps)
    return packed, gather(x, packed.source)


@compiled_part
def _copy(values: NDArray[Any], to: NDArray[Any]) -> None:
    for j in range(len(values)):  # Numba's own way, a slice, takes three times as long for so few
        to[j] = values[j]


@compiled
def _find_sources(block: Block, mask: Mask, go_backwards: bool, source: Indices) -> None:
    timesteps, masked = len(block.active) - 1, mask.size > 0
    for row in range(len(block.order)):
        b = block.order[row]
        step = block.starts[row]
        for t in range(0 if masked else step, timesteps):
            at = timesteps - 1 - t if go_backwards else t
            if not masked or mask[b, at]:
                source[block.offsets[step] + row] = b * timesteps + at
                step += 1


def gather(x: Vectors, source: Indices) -> Vectors:
    """Returns rows of x (batch, timesteps, features) by their index, review · timesteps + timestep; zeros for -1."""
    batch, timesteps, features = x.shape
    packed = np.zeros((len(source), features), x.dtype)
    # As bits: then the same code copies ids and vectors.
    rows = np.ascontiguousarray(x).reshape(batch * timesteps, features)
    _gather(rows.view(np.int32), source, packed.view(np.int32))
    return packed


@compiled
def _gather(rows: NDArray[np.int32], source: Indices, packed: NDArray[np.int32]) -> None:
    for row in range(len(source)):
        if row + AHEAD < len(source):
            prefetch(rows, source[row + AHEAD])
        if source[row] >= 0:
            _copy(rows[source[row]], packed[row])


@compiled
def scatter(packed: Array, source: Indices, flat: Array) -> None:
    """Writes packed rows to the positions of their inputs (batch · timesteps, features), the inverse of ``gather``."""
    for row in range(len(source)):
        if source[row] >= 0:
            _copy(packed[row], flat[source[row]])


@compiled
def _common_prefixes(x: Vectors, go_backwards: bool, lengths: Indices, group: Indices) -> int:
    # Follows the largest group of reviews that are equal so far. Returns one that stays in it to its end.
    count, timesteps, _ = x.shape
    reference = 0
    for t in range(timesteps):
        at = timesteps - 1 - t if go_backwards else t
        reference = _most_frequent(x, at, group[:count])
        equal = 0
        for member in range(count):
            b = group[member]
            if _equal(x[b, at], x[reference, at]):
                lengths[b] = t + 1
                group[equal] = b
                equal += 1
        count = equal
        if count < 2:
            break
    return reference


@compiled_part
def _most_frequent(x: Vectors, at: int, rows: Indices) -> int:
    best: int = rows[0]
    most = 0  # a row with NaN equals none, not even itself
    for candidate in rows:
        equals = 0
        for b in rows:
            equals += _equal(x[b, at], x[candidate, at])
        if equals > most:
            best, most = candidate, equals
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
    states: Array, block: Block, mask: Mask, go_backwards: bool, zero_output_for_mask: bool, outputs: Array
) -> None:
    """Writes the states of a block after every timestep into the outputs (batch, timesteps, units), zeros at first.

    A masked timestep has the state before it, or zeros if ``zero_output_for_mask``.
    """
    timesteps = len(block.active) - 1
    prefix_start, steps = len(states) - block.prefix - 1, np.empty(timesteps, np.int64)
    for row in range(len(block.order)):
        b = block.order[row]
        _steps_done(block, row, mask, go_backwards, zero_output_for_mask, steps)
        for t in range(timesteps):
            step = steps[t]
            if step > 0:
                state = states[prefix_start + step if step <= block.starts[row] else block.offsets[step] + row]
                _copy(state, outputs[b, timesteps - 1 - t if go_backwards else t])


@compiled
def pack_output_gradients(
    gradients: Array, block: Block, mask: Mask, go_backwards: bool, zero_output_for_mask: bool
) -> Array:
    """Returns the gradients of a block's outputs (batch, timesteps, units) by step and row (timesteps, rows, units)."""
    _, timesteps, units = gradients.shape
    packed, steps = np.zeros((timesteps, len(block.order), units), np.float32), np.empty(timesteps, np.int64)
    for row in range(len(block.order)):
        b = block.order[row]
        _steps_done(block, row, mask, go_backwards, zero_output_for_mask, steps)
        for t in range(timesteps):
            if steps[t] > 0:
                add_row(packed[steps[t] - 1, row], gradients[b, timesteps - 1 - t if go_backwards else t])
    return packed


@compiled_part
def _steps_done(
    block: Block, row: int, mask: Mask, go_backwards: bool, zero_output_for_mask: bool, steps: Indices
) -> None:
    """Writes the number of steps done when each timestep's output is taken, in the order of reading; 0 for zeros."""
    timesteps, step, has_started = len(steps), block.starts[row], False
    for t in range(timesteps):
        if mask.size == 0:
            steps[t] = t + 1
            continue
        is_read = mask[block.order[row], timesteps - 1 - t if go_backwards else t]
        step += is_read
        has_started = has_started or is_read
        steps[t] = step if has_started and (is_read or not zero_output_for_mask) else 0
