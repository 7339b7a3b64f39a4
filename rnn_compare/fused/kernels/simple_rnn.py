"""The SimpleRNN over packed sequences, forward and backward, as ``equations.simple_rnn_step`` has it for a timestep."""

# ruff: noqa: N803, N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import (
    Array,
    Indices,
    add,
    add_rows,
    compiled,
    fill,
    is_negligible,
    largest,
    tanh,
    unless_faded,
)
from rnn_compare.fused.packing import Packing
from rnn_compare.fused.sums import Sums, Way, add_prefix


@compiled
def forward(
    W_input: Array,
    place: Indices,
    outputs: Array,
    states: Array,
    _unused: Array,
    recurrent_kernel: Array,
    bias: Array,
    packing: Packing,
) -> None:
    """Runs all sequences. For the arguments see ``sequences.Kernel``: here the one "gate" is the output itself."""
    timesteps, units = len(packing.active) - 1, len(recurrent_kernel)
    first = len(states) - packing.prefix - 1
    U_state = np.empty((packing.active[timesteps], units), np.float32)
    for k in range(first, first + packing.prefix):
        np.dot(states[k : k + 1], recurrent_kernel, U_state[:1])
        _step(W_input, place[k : k + 1], U_state, bias, outputs[k : k + 1], states[k + 1 :])
    joined = 0
    for t in range(timesteps + 1):
        begin, rows = packing.offsets[t], packing.active[t]
        end = begin + rows
        fill(states[begin + joined : end], states[first + min(t, packing.prefix)])
        joined = rows
        if rows and t < timesteps:
            np.dot(states[begin:end], recurrent_kernel, U_state[:rows])
            _step(W_input, place[begin:end], U_state, bias, outputs[begin:end], states[end:])


@compiled
def _step(W_input: Array, place: Indices, U_state: Array, bias: Array, outputs: Array, new_states: Array) -> None:
    for row in range(len(outputs)):
        x, recurrent, new_state, output_t = W_input[place[row], 0], U_state[row], new_states[row], outputs[row, 0]
        for j in range(len(bias)):
            new_state[j] = output_t[j] = tanh(x[j] + recurrent[j] + bias[j])


@compiled
def backward(
    outputs: Array,
    states: Array,
    _unused: Array,
    U_T: Array,
    output_gradients: Array,
    packing: Packing,
    way: Way,
    sums: Sums,
    begin_step: int,
    end_step: int,
) -> None:
    """Runs all sequences back over some steps. For the arguments see ``sequences.Kernel``."""
    timesteps, units, prefix = len(packing.active) - 1, U_T.shape[1], packing.prefix
    batch, first = packing.active[timesteps], len(states) - prefix - 1
    every_step = len(output_gradients) > 1
    douter, single = way.dgates, np.empty((batch, units), np.float32)
    dstate, dprefix_state = way.dstate, way.dprefix_state
    threshold, nothing = way.threshold[0], np.zeros(units, np.float32)
    joined, last = way.rows
    for t in range(end_step - 1, begin_step - 1, -1):
        begin, rows = packing.offsets[t], packing.active[t]
        if every_step and t < timesteps - 1:
            add(dstate, output_gradients[t])
            add_rows(dprefix_state[0], output_gradients[t, joined:])
            last = batch
        if rows:
            at = slice(begin, begin + rows)
            _step_back(outputs[at], dstate[:rows], douter[at])
            np.dot(douter[at], U_T, dstate[:rows])
        if t < prefix:
            k = first + t
            here = slice(k, k + 1)
            add_rows(dprefix_state[0], dstate[rows:joined])
            threshold = max(threshold, sums.followed * largest(dstate[rows:joined]))
            joined = rows
            _step_back(outputs[here], dprefix_state, douter[here])
            np.dot(douter[here], U_T, dprefix_state)
            while last > rows and is_negligible(dstate[last - 1], dstate[last - 1], threshold):
                last -= 1
                fill(dstate[last : last + 1], nothing)
            if last > rows:
                _step_back(outputs[here], dstate[rows:last], single)
                np.dot(single[: last - rows], U_T, dstate[rows:last])
                add_prefix(sums, t, rows, single[: last - rows])
    way.rows[0], way.rows[1], way.threshold[0] = joined, last, threshold


@compiled
def _step_back(outputs: Array, dstate: Array, douter: Array) -> None:
    rows, units = dstate.shape
    own = 1 if len(outputs) == rows else 0  # else all rows share the one step of the prefix
    for row in range(rows):
        output_t, ds, dnow = outputs[row * own, 0], dstate[row], douter[row]
        for j in range(units):
            dnow[j] = unless_faded(ds[j] * (np.float32(1) - output_t[j] * output_t[j]))
