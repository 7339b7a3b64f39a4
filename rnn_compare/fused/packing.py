"""Which timesteps of a batch have to be computed, and where they lie: packed one step after the other.

Rows are sorted by where they begin and all end together, so that the rows at work in a step are the first ones
and lie side by side. A packed array has four parts:

1. for each step t, ``active[t]`` rows beginning at ``offsets[t]``: what the rows read, or their states before it;
2. one row for each review, in sorted order, beginning at ``offsets[timesteps]``: their states after the last step;
3. one row for each step of the prefix that reviews share;
4. one row: the state after that prefix.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.fused.arithmetic import Array, Indices, compiled

Mask = NDArray[np.bool_]


class Packing(NamedTuple):
    """Where everything lies.

    Attributes:
        order: The review in each sorted row (batch,).
        begins: The step in which each sorted row begins (batch,).
        active: Rows at work in each step, and all of them at last (timesteps + 1,).
        offsets: Where each step begins in a packed array (timesteps + 1,).
        source: For each packed row the input that it reads, counted through (batch, timesteps); -1 for none.
        prefix: Length of the shared prefix.
    """

    order: Indices
    begins: Indices
    active: Indices
    offsets: Indices
    source: Indices
    prefix: int


@compiled
def pack(x: Array, mask: Mask, masked: bool, backwards: bool) -> tuple[Packing, Array]:
    """Finds the steps to compute and copies their inputs side by side.

    Without masking, the prefixes that reviews have in common (their padding) are to be computed once, in a
    row of their own: the state after equal inputs is equal. With masking, what is masked is not computed.

    Args:
        x: Inputs (batch, timesteps, features).
        mask: True where an input is read (batch, timesteps); of any shape if not ``masked``.
        masked: Whether there is a mask.
        backwards: Whether reviews are read from their end.

    Returns:
        The packing and the packed inputs (rows, features).
    """
    batch, timesteps, _ = x.shape
    skipped = np.zeros(batch, np.int64)
    prefix, reference = 0, 0
    if masked:
        for b in range(batch):
            skipped[b] = timesteps - mask[b].sum()
    else:
        reference = _common_prefixes(x, backwards, skipped)
        prefix = skipped.max()
    active, offsets = np.zeros(timesteps + 1, np.int64), np.zeros(timesteps + 1, np.int64)
    for b in range(batch):
        active[skipped[b]] += 1
    for t in range(timesteps):
        active[t + 1] += active[t]
        offsets[t + 1] = offsets[t] + active[t]
    order, begins = np.empty(batch, np.int64), np.empty(batch, np.int64)
    free = active.copy()
    for b in range(batch - 1, -1, -1):
        free[skipped[b]] -= 1
        order[free[skipped[b]]] = b
        begins[free[skipped[b]]] = skipped[b]
    first = offsets[timesteps] + batch
    source = np.full(first + prefix + 1, -1, np.int64)
    for row in range(batch):
        b = order[row]
        step = skipped[b]
        for t in range(0 if masked else step, timesteps):
            at = timesteps - 1 - t if backwards else t
            if not masked or mask[b, at]:
                source[offsets[step] + row] = b * timesteps + at
                step += 1
    for t in range(prefix):
        at = timesteps - 1 - t if backwards else t
        source[first + t] = reference * timesteps + at
    return Packing(order, begins, active, offsets, source, prefix), _gather(x, source)


@compiled
def _gather(x: Array, source: Indices) -> Array:
    batch, timesteps, features = x.shape
    flat, packed = x.reshape(batch * timesteps, features), np.zeros((len(source), features), np.float32)
    for row in range(len(source)):
        if source[row] >= 0:
            for j in range(features):
                packed[row, j] = flat[source[row], j]
    return packed


@compiled
def _common_prefixes(x: Array, backwards: bool, lengths: Indices) -> int:
    # Follows the largest group of rows that are equal so far. Returns a row that stays in it to its end.
    batch, timesteps, _ = x.shape
    together = np.arange(batch)
    count, reference = batch, 0
    for t in range(timesteps):
        at = timesteps - 1 - t if backwards else t
        reference = _most_popular(x, at, together[:count])
        kept = 0
        for member in range(count):
            b = together[member]
            if _equal(x[b, at], x[reference, at]):
                lengths[b] = t + 1
                together[kept] = b
                kept += 1
        count = kept
        if count < 2:
            break
    return reference


@compiled
def _most_popular(x: Array, at: int, rows: Indices) -> int:
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


@compiled
def _equal(first: Array, second: Array) -> bool:
    for j in range(len(first)):  # noqa: SIM110  # Numba compiles no generators
        if first[j] != second[j]:
            return False
    return True


@compiled
def unpack(states: Array, packing: Packing, mask: Mask, masked: bool, backwards: bool, zero_masked: bool) -> Array:
    """Returns the state after every timestep, in the order of reading (batch, timesteps, units).

    Where a timestep was masked it is the state before, or zeros if ``zero_masked``.
    """
    batch, timesteps = len(packing.order), len(packing.active) - 1
    first = packing.offsets[timesteps] + batch
    outputs = np.zeros((batch, timesteps, states.shape[1]), np.float32)
    for row in range(batch):
        b = packing.order[row]
        step = packing.begins[row]
        if masked:
            now = -1
            for t in range(timesteps):
                read = mask[b, timesteps - 1 - t if backwards else t]
                if read:
                    step += 1
                    now = packing.offsets[step] + row
                if now >= 0 and (read or not zero_masked):
                    outputs[b, t] = states[now]
        else:
            for t in range(timesteps):
                outputs[b, t] = states[first + 1 + t if t < step else packing.offsets[t + 1] + row]
    return outputs


@compiled
def pack_output_gradients(
    gradients: Array, packing: Packing, mask: Mask, masked: bool, backwards: bool, zero_masked: bool
) -> Array:
    """Turns gradients of what ``unpack`` returns into gradients by step and sorted row (timesteps, batch, units)."""
    batch, timesteps, units = gradients.shape
    packed = np.zeros((timesteps, batch, units), np.float32)
    for row in range(batch):
        b = packing.order[row]
        step = packing.begins[row]
        begun = not masked
        for t in range(timesteps):
            if not masked:
                packed[t, row] = gradients[b, t]
                continue
            read = mask[b, timesteps - 1 - t if backwards else t]
            step += read
            begun = begun or read
            if begun and (read or not zero_masked):
                packed[step - 1, row] += gradients[b, t]
    return packed
