"""The LSTM over packed sequences, forward and backward, as ``equations.lstm_step`` has it for one timestep."""

# ruff: noqa: N803, N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.networks.fused.arithmetic import (
    Array,
    Gradients,
    Indices,
    compiled,
    is_negligible,
    negligible_beside,
    sigmoid,
    tanh,
    unless_faded,
)

INPUT, FORGET, CANDIDATE, OUTPUT = 0, 1, 2, 3


@compiled
def forward(
    gates: Array,
    states: Array,
    carries: Array,
    recurrent_kernel: Array,
    bias: Array,
    active: Indices,
    offsets: Indices,
    prefix: int,
) -> None:
    """Runs all sequences. For the arguments see ``sequences.Kernel``; ``carries`` is filled as ``states`` is."""
    timesteps, units = len(active) - 1, len(recurrent_kernel)
    first = len(states) - prefix - 1
    product = np.empty((active[timesteps], 4 * units), np.float32)
    U_state, b = product.reshape(-1, 4, units), bias.reshape(4, units)
    for k in range(first, first + prefix):
        np.dot(states[k : k + 1], recurrent_kernel, product[:1])
        _step(gates[k : k + 1], states[k + 1 : k + 2], carries[k : k + 1], carries[k + 1 : k + 2], U_state, b)
    joined = 0
    for t in range(timesteps + 1):
        begin, rows = offsets[t], active[t]
        end = begin + rows
        states[begin + joined : end] = states[first + min(t, prefix)]
        carries[begin + joined : end] = carries[first + min(t, prefix)]
        joined = rows
        if rows and t < timesteps:
            np.dot(states[begin:end], recurrent_kernel, product[:rows])
            _step(gates[begin:end], states[end : end + rows], carries[begin:end], carries[end : end + rows], U_state, b)


@compiled
def _step(gates: Array, new_states: Array, carries: Array, new_carries: Array, U_state: Array, b: Array) -> None:
    rows, _, units = gates.shape
    activated = np.empty((4, units), np.float32)
    for row in range(rows):
        for j in range(units):
            i = sigmoid(gates[row, INPUT, j] + U_state[row, INPUT, j] + b[INPUT, j])
            f = sigmoid(gates[row, FORGET, j] + U_state[row, FORGET, j] + b[FORGET, j])
            candidate = tanh(gates[row, CANDIDATE, j] + U_state[row, CANDIDATE, j] + b[CANDIDATE, j])
            o = sigmoid(gates[row, OUTPUT, j] + U_state[row, OUTPUT, j] + b[OUTPUT, j])
            carry = f * carries[row, j] + i * candidate
            new_carries[row, j] = carry
            new_states[row, j] = o * tanh(carry)
            activated[INPUT, j] = i
            activated[FORGET, j] = f
            activated[CANDIDATE, j] = candidate
            activated[OUTPUT, j] = o
        gates[row] = activated


@compiled
def backward(
    gates: Array,
    states: Array,
    carries: Array,
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
    dgates = np.empty(gates.shape, np.float32)
    dgates[real:] = 0
    shared = np.empty((timesteps * batch - real if prefix else 0, 4, units), np.float32)
    shared_at = np.empty(len(shared), np.int64)
    count = 0
    dstate = output_gradients[-1].copy()
    dcarry = np.zeros((batch, units), np.float32)
    negligible = negligible_beside(dstate)
    last = batch if prefix else 0
    for t in range(timesteps - 1, -1, -1):
        begin, rows = offsets[t], active[t]
        if every_step and t < timesteps - 1:
            dstate += output_gradients[t]
        if rows:
            at = slice(begin, begin + rows)
            _step_back(gates[at], carries[at], dstate[:rows], dcarry[:rows], dgates[at])
            np.dot(dgates[at].reshape(rows, 4 * units), recurrent_kernel.T, dstate[:rows])
        while not every_step and last > rows and is_negligible(dstate[last - 1], dcarry[last - 1], negligible):
            last -= 1
        if last > rows:
            k, more = first + t, last - rows
            here = shared[count : count + more]
            _step_back(gates[k : k + 1], carries[k : k + 1], dstate[rows:last], dcarry[rows:last], here)
            np.dot(here.reshape(more, 4 * units), recurrent_kernel.T, dstate[rows:last])
            for row in range(more):
                dgates[k] += here[row]
                shared_at[count + row] = t * batch + rows + row
            count += more
    return dgates, dgates, shared[:count], shared_at[:count]


@compiled
def _step_back(gates: Array, carries: Array, dstate: Array, dcarry: Array, dgates: Array) -> None:
    rows, units = dstate.shape
    own = 1 if len(gates) == rows else 0  # else all rows share the one step of the prefix
    dactivated = np.empty((4, units), np.float32)
    one = np.float32(1)
    for row in range(rows):
        at = row * own
        for j in range(units):
            i, f = gates[at, INPUT, j], gates[at, FORGET, j]
            candidate, o = gates[at, CANDIDATE, j], gates[at, OUTPUT, j]
            tanh_carry = tanh(f * carries[at, j] + i * candidate)
            do = dstate[row, j] * tanh_carry
            dc = dcarry[row, j] + dstate[row, j] * o * (one - tanh_carry * tanh_carry)
            dactivated[INPUT, j] = unless_faded(dc * candidate * i * (one - i))
            dactivated[FORGET, j] = unless_faded(dc * carries[at, j] * f * (one - f))
            dactivated[CANDIDATE, j] = unless_faded(dc * i * (one - candidate * candidate))
            dactivated[OUTPUT, j] = unless_faded(do * o * (one - o))
            dcarry[row, j] = unless_faded(dc * f)
        dgates[row] = dactivated
