"""The loops over timesteps, forward and backward: the same for every cell, compiled once for each."""

import numpy as np

from rnn_compare.fused.arithmetic import Array, add, add_rows, compiled, fill, is_negligible, largest
from rnn_compare.fused.cell_kernel import CellKernel
from rnn_compare.fused.packing import Packing
from rnn_compare.fused.sums import BackwardState, GradientSums, add_prefix


@compiled
def forward(cell: CellKernel, packing: Packing) -> None:
    """Runs all sequences: fills the states and what is kept.

    Args:
        cell: Its arrays. On entry the states from which all begin, the first of the prefix, hold zeros.
        packing: What lies where.
    """
    timesteps, states = len(packing.active) - 1, cell.states
    first = states.shape[1] - packing.prefix - 1
    for k in range(first, first + packing.prefix):
        cell.step(k, k + 1)
    joined = 0
    for t in range(timesteps + 1):
        begin, rows = packing.offsets[t], packing.active[t]
        for kind in range(len(states)):
            fill(states[kind, begin + joined : begin + rows], states[kind, first + min(t, packing.prefix)])
        joined = rows
        if rows and t < timesteps:
            cell.step(begin, begin + rows)


@compiled
def backward(
    cell: CellKernel,
    packing: Packing,
    output_gradients: Array,
    state: BackwardState,
    sums: GradientSums,
    begin_step: int,
    end_step: int,
) -> None:
    """Runs all sequences back over some steps, from the end of the steps to their beginning.

    Args:
        cell: Its arrays, as ``forward`` left them.
        packing: What lies where.
        output_gradients: By step and sorted row (timesteps, batch, units), or of the last step only (1, batch, units).
        state: How far the pass has come; its rows are filled.
        sums: What single reviews contribute in the prefix is added here.
        begin_step, end_step: The steps.
    """
    timesteps, prefix = len(packing.active) - 1, packing.prefix
    batch, first = packing.active[timesteps], cell.states.shape[1] - prefix - 1
    every_step = len(output_gradients) > 1
    dgates, dproducts, dstates, dprefix = state.dgates, state.dproducts, state.dstates, state.dprefix_states
    single = np.empty((batch, dgates.shape[1]), np.float32)
    single_products = np.empty_like(single) if len(cell.bias) == 2 else single
    threshold, nothing = state.threshold[0], np.zeros(dstates.shape[2], np.float32)
    joined, last = state.rows
    for t in range(end_step - 1, begin_step - 1, -1):
        begin, rows = packing.offsets[t], packing.active[t]
        end = begin + rows
        if every_step and t < timesteps - 1:
            add(dstates[0], output_gradients[t])
            add_rows(dprefix[0, 0], output_gradients[t, joined:])
            last = batch
        if rows:
            cell.step_back(begin, end, dstates, 0, rows, dgates[begin:end], dproducts[begin:end])
        if t < prefix:
            k = first + t
            for kind in range(len(dstates)):
                add_rows(dprefix[kind, 0], dstates[kind, rows:joined])
                threshold = max(threshold, sums.followed * largest(dstates[kind, rows:joined]))
            joined = rows
            cell.step_back(k, k + 1, dprefix, 0, 1, dgates[k : k + 1], dproducts[k : k + 1])
            while last > rows and is_negligible(dstates, last - 1, threshold):
                last -= 1
                for kind in range(len(dstates)):
                    fill(dstates[kind, last : last + 1], nothing)
            if last > rows:
                more = last - rows
                cell.step_back(k, k + 1, dstates, rows, last, single[:more], single_products[:more])
                add_prefix(sums, t, rows, single[:more])
    state.rows[0], state.rows[1], state.threshold[0] = joined, last, threshold
