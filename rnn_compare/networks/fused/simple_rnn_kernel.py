"""The SimpleRNN over packed sequences, forward and backward, as ``equations.simple_rnn_step`` has it for a timestep."""

# ruff: noqa: N803, N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.networks.fused.arithmetic import (
    Array,
    Gradients,
    Indices,
    compiled,
    is_negligible,
    negligible_beside,
    tanh,
    unless_faded,
)


@compiled
def forward(
    outputs: Array,
    states: Array,
    _unused: Array,
    recurrent_kernel: Array,
    bias: Array,
    active: Indices,
    offsets: Indices,
    prefix: int,
) -> None:
    """Runs all sequences. For the arguments see ``sequences.Kernel``: here the one "gate" is the output itself."""
    timesteps, units = len(active) - 1, len(recurrent_kernel)
    first = len(states) - prefix - 1
    U_state = np.empty((active[timesteps], units), np.float32)
    for k in range(first, first + prefix):
        np.dot(states[k : k + 1], recurrent_kernel, U_state[:1])
        _step(outputs[k : k + 1], states[k + 1 : k + 2], U_state, bias)
    joined = 0
    for t in range(timesteps + 1):
        begin, rows = offsets[t], active[t]
        end = begin + rows
        states[begin + joined : end] = states[first + min(t, prefix)]
        joined = rows
        if rows and t < timesteps:
            np.dot(states[begin:end], recurrent_kernel, U_state[:rows])
            _step(outputs[begin:end], states[end : end + rows], U_state, bias)


@compiled
def _step(outputs: Array, new_states: Array, U_state: Array, bias: Array) -> None:
    rows, _, units = outputs.shape
    for row in range(rows):
        for j in range(units):
            output_t = tanh(outputs[row, 0, j] + U_state[row, j] + bias[j])
            outputs[row, 0, j] = output_t
            new_states[row, j] = output_t


@compiled
def backward(
    outputs: Array,
    states: Array,
    _unused: Array,
    recurrent_kernel: Array,
    output_gradients: Array,
    active: Indices,
    offsets: Indices,
    prefix: int,
) -> Gradients:
    """Runs all sequences from their ends. For arguments and results see ``sequences.Kernel``."""
    timesteps, units = len(active) - 1, len(recurrent_kernel)
    batch, real, first = active[timesteps], offsets[timesteps], len(states) - prefix - 1
    every_step = len(output_gradients) > 1
    douter = np.empty(outputs.shape, np.float32)
    douter[real:] = 0
    shared = np.empty((timesteps * batch - real if prefix else 0, 1, units), np.float32)
    shared_at = np.empty(len(shared), np.int64)
    count = 0
    dstate = output_gradients[-1].copy()
    negligible = negligible_beside(dstate)
    last = batch if prefix else 0
    for t in range(timesteps - 1, -1, -1):
        begin, rows = offsets[t], active[t]
        if every_step and t < timesteps - 1:
            dstate += output_gradients[t]
        if rows:
            at = slice(begin, begin + rows)
            _step_back(outputs[at], dstate[:rows], douter[at])
            np.dot(douter[at].reshape(rows, units), recurrent_kernel.T, dstate[:rows])
        while not every_step and last > rows and is_negligible(dstate[last - 1], dstate[last - 1], negligible):
            last -= 1
        if last > rows:
            k, more = first + t, last - rows
            here = shared[count : count + more]
            _step_back(outputs[k : k + 1], dstate[rows:last], here)
            np.dot(here.reshape(more, units), recurrent_kernel.T, dstate[rows:last])
            for row in range(more):
                douter[k] += here[row]
                shared_at[count + row] = t * batch + rows + row
            count += more
    return douter, douter, shared[:count], shared_at[:count]


@compiled
def _step_back(outputs: Array, dstate: Array, douter: Array) -> None:
    rows, units = dstate.shape
    own = 1 if len(outputs) == rows else 0  # else all rows share the one step of the prefix
    for row in range(rows):
        at = row * own
        for j in range(units):
            output_t = outputs[at, 0, j]
            douter[row, 0, j] = unless_faded(dstate[row, j] * (np.float32(1) - output_t * output_t))
