"""The GRU over packed sequences, forward and backward, as ``equations.gru_step`` has it for one timestep."""

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

UPDATE, RESET, CANDIDATE = 0, 1, 2


@compiled
def forward(
    gates: Array,
    states: Array,
    recalled: Array,
    recurrent_kernel: Array,
    bias: Array,
    active: Indices,
    offsets: Indices,
    prefix: int,
) -> None:
    """Runs all sequences. For the arguments see ``sequences.Kernel``.

    ``recalled`` receives what the reset gate lets through or not: the candidate's share of U·state + b.
    """
    timesteps, units = len(active) - 1, len(recurrent_kernel)
    first = len(states) - prefix - 1
    product = np.empty((active[timesteps], 3 * units), np.float32)
    U_state, b = product.reshape(-1, 3, units), bias.reshape(2, 3, units)
    for k in range(first, first + prefix):
        np.dot(states[k : k + 1], recurrent_kernel, product[:1])
        _step(gates[k : k + 1], states[k : k + 1], states[k + 1 : k + 2], recalled[k : k + 1], U_state, b)
    joined = 0
    for t in range(timesteps + 1):
        begin, rows = offsets[t], active[t]
        end = begin + rows
        states[begin + joined : end] = states[first + min(t, prefix)]
        joined = rows
        if rows and t < timesteps:
            np.dot(states[begin:end], recurrent_kernel, product[:rows])
            _step(gates[begin:end], states[begin:end], states[end : end + rows], recalled[begin:end], U_state, b)


@compiled
def _step(gates: Array, states: Array, new_states: Array, recalled: Array, U_state: Array, b: Array) -> None:
    rows, _, units = gates.shape
    activated = np.empty((3, units), np.float32)
    one = np.float32(1)
    for row in range(rows):
        for j in range(units):
            z = sigmoid(gates[row, UPDATE, j] + b[0, UPDATE, j] + U_state[row, UPDATE, j] + b[1, UPDATE, j])
            r = sigmoid(gates[row, RESET, j] + b[0, RESET, j] + U_state[row, RESET, j] + b[1, RESET, j])
            recall = U_state[row, CANDIDATE, j] + b[1, CANDIDATE, j]
            candidate = tanh(gates[row, CANDIDATE, j] + b[0, CANDIDATE, j] + r * recall)
            recalled[row, j] = recall
            new_states[row, j] = z * states[row, j] + (one - z) * candidate
            activated[UPDATE, j] = z
            activated[RESET, j] = r
            activated[CANDIDATE, j] = candidate
        gates[row] = activated


@compiled
def backward(
    gates: Array,
    states: Array,
    recalled: Array,
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
    dgates, dproducts = np.empty(gates.shape, np.float32), np.empty(gates.shape, np.float32)
    dgates[real:] = 0
    dproducts[real:] = 0
    shared = np.empty((timesteps * batch - real if prefix else 0, 3, units), np.float32)
    shared_at = np.empty(len(shared), np.int64)
    count = 0
    dstate = output_gradients[-1].copy()
    scratch, through_U = np.empty((batch, 3, units), np.float32), np.empty((batch, units), np.float32)
    negligible = negligible_beside(dstate)
    last = batch if prefix else 0
    for t in range(timesteps - 1, -1, -1):
        begin, rows = offsets[t], active[t]
        if every_step and t < timesteps - 1:
            dstate += output_gradients[t]
        if rows:
            at = slice(begin, begin + rows)
            _step_back(gates[at], states[at], recalled[at], dstate[:rows], dgates[at], dproducts[at])
            np.dot(dproducts[at].reshape(rows, 3 * units), recurrent_kernel.T, through_U[:rows])
            dstate[:rows] += through_U[:rows]
        while not every_step and last > rows and is_negligible(dstate[last - 1], dstate[last - 1], negligible):
            last -= 1
        if last > rows:
            k, more = first + t, last - rows
            here, products = shared[count : count + more], scratch[:more]
            _step_back(gates[k : k + 1], states[k : k + 1], recalled[k : k + 1], dstate[rows:last], here, products)
            np.dot(products.reshape(more, 3 * units), recurrent_kernel.T, through_U[:more])
            dstate[rows:last] += through_U[:more]
            for row in range(more):
                dgates[k] += here[row]
                dproducts[k] += products[row]
                shared_at[count + row] = t * batch + rows + row
            count += more
    return dgates, dproducts, shared[:count], shared_at[:count]


@compiled
def _step_back(gates: Array, states: Array, recalled: Array, dstate: Array, dgates: Array, dproducts: Array) -> None:
    rows, units = dstate.shape
    own = 1 if len(gates) == rows else 0  # else all rows share the one step of the prefix
    dactivated, dproduct = np.empty((3, units), np.float32), np.empty((3, units), np.float32)
    one = np.float32(1)
    for row in range(rows):
        at = row * own
        for j in range(units):
            z, r, candidate = gates[at, UPDATE, j], gates[at, RESET, j], gates[at, CANDIDATE, j]
            dz = unless_faded(dstate[row, j] * (states[at, j] - candidate) * z * (one - z))
            dcandidate = unless_faded(dstate[row, j] * (one - z) * (one - candidate * candidate))
            dr = unless_faded(dcandidate * recalled[at, j] * r * (one - r))
            dactivated[UPDATE, j] = dproduct[UPDATE, j] = dz
            dactivated[RESET, j] = dproduct[RESET, j] = dr
            dactivated[CANDIDATE, j] = dcandidate
            dproduct[CANDIDATE, j] = unless_faded(dcandidate * r)
            dstate[row, j] = unless_faded(dstate[row, j] * z)
        dgates[row] = dactivated
        dproducts[row] = dproduct
