"""The GRU over packed sequences, forward and backward, as ``equations.gru_step`` has it for one timestep."""

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
    sigmoid,
    tanh,
    unless_faded,
)
from rnn_compare.fused.packing import Packing
from rnn_compare.fused.sums import Sums, Way, add_prefix

UPDATE, RESET, CANDIDATE = 0, 1, 2


@compiled
def forward(
    W_input: Array,
    place: Indices,
    gates: Array,
    states: Array,
    recalled: Array,
    recurrent_kernel: Array,
    bias: Array,
    packing: Packing,
) -> None:
    """Runs all sequences. For the arguments see ``sequences.Kernel``.

    ``recalled`` receives what the reset gate lets through or not: the candidate's share of U·state + b.
    """
    timesteps, units = len(packing.active) - 1, len(recurrent_kernel)
    first = len(states) - packing.prefix - 1
    product = np.empty((packing.active[timesteps], 3 * units), np.float32)
    U_state, b = product.reshape(-1, 3, units), bias.reshape(2, 3, units)
    for k in range(first, first + packing.prefix):
        np.dot(states[k : k + 1], recurrent_kernel, product[:1])
        _step(W_input, place[k : k + 1], U_state, b, gates[k : k + 1], states[k:], states[k + 1 :], recalled[k:])
    joined = 0
    for t in range(timesteps + 1):
        begin, rows = packing.offsets[t], packing.active[t]
        end = begin + rows
        fill(states[begin + joined : end], states[first + min(t, packing.prefix)])
        joined = rows
        if rows and t < timesteps:
            np.dot(states[begin:end], recurrent_kernel, product[:rows])
            at = slice(begin, end)
            _step(W_input, place[at], U_state, b, gates[at], states[begin:], states[end:], recalled[begin:])


@compiled
def _step(
    W_input: Array,
    place: Indices,
    U_state: Array,
    b: Array,
    gates: Array,
    states: Array,
    new_states: Array,
    recalled: Array,
) -> None:
    units, one = len(recalled[0]), np.float32(1)
    r = np.empty(units, np.float32)  # a loop that reads and writes ``now`` would not be vectorised
    for row in range(len(gates)):
        x, recurrent, now = W_input[place[row]], U_state[row], gates[row]
        for j in range(units):
            now[UPDATE, j] = sigmoid(x[UPDATE, j] + b[0, UPDATE, j] + recurrent[UPDATE, j] + b[1, UPDATE, j])
        for j in range(units):
            r[j] = sigmoid(x[RESET, j] + b[0, RESET, j] + recurrent[RESET, j] + b[1, RESET, j])
        for j in range(units):
            now[RESET, j] = r[j]
            recalled[row, j] = recurrent[CANDIDATE, j] + b[1, CANDIDATE, j]
        for j in range(units):
            now[CANDIDATE, j] = tanh(x[CANDIDATE, j] + b[0, CANDIDATE, j] + r[j] * recalled[row, j])
        for j in range(units):
            new_states[row, j] = now[UPDATE, j] * states[row, j] + (one - now[UPDATE, j]) * now[CANDIDATE, j]


@compiled
def backward(
    gates: Array,
    states: Array,
    recalled: Array,
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
    dgates, dproducts = way.dgates.reshape(-1, 3, units), way.dproducts.reshape(-1, 3, units)
    single, single_products = np.empty((batch, 3, units), np.float32), np.empty((batch, 3, units), np.float32)
    W_side, U_side = single.reshape(batch, 3 * units), single_products.reshape(batch, 3 * units)
    through_U = np.empty((batch, units), np.float32)
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
            _step_back(gates[at], states[at], recalled[at], dstate[:rows], dgates[at], dproducts[at])
            np.dot(way.dproducts[at], U_T, through_U[:rows])
            add(dstate[:rows], through_U[:rows])
        if t < prefix:
            k = first + t
            here = slice(k, k + 1)
            add_rows(dprefix_state[0], dstate[rows:joined])
            threshold = max(threshold, sums.followed * largest(dstate[rows:joined]))
            joined = rows
            _step_back(gates[here], states[here], recalled[here], dprefix_state, dgates[here], dproducts[here])
            np.dot(way.dproducts[here], U_T, through_U[:1])
            add(dprefix_state, through_U[:1])
            while last > rows and is_negligible(dstate[last - 1], dstate[last - 1], threshold):
                last -= 1
                fill(dstate[last : last + 1], nothing)
            if last > rows:
                more = last - rows
                _step_back(gates[here], states[here], recalled[here], dstate[rows:last], single, single_products)
                np.dot(U_side[:more], U_T, through_U[:more])
                add(dstate[rows:last], through_U[:more])
                add_prefix(sums, t, rows, W_side[:more])
    way.rows[0], way.rows[1], way.threshold[0] = joined, last, threshold


@compiled
def _step_back(gates: Array, states: Array, recalled: Array, dstate: Array, dgates: Array, dproducts: Array) -> None:
    rows, units = dstate.shape
    own = 1 if len(gates) == rows else 0  # else all rows share the one step of the prefix
    one = np.float32(1)
    dcandidate = np.empty(units, np.float32)  # as ``r`` above
    for row in range(rows):
        at = row * own
        now, state, dnow, dproduct, ds = gates[at], states[at], dgates[row], dproducts[row], dstate[row]
        for j in range(units):
            dz = ds[j] * (state[j] - now[CANDIDATE, j]) * now[UPDATE, j] * (one - now[UPDATE, j])
            dnow[UPDATE, j] = dproduct[UPDATE, j] = unless_faded(dz)
        for j in range(units):
            dcandidate[j] = ds[j] * (one - now[UPDATE, j]) * (one - now[CANDIDATE, j] * now[CANDIDATE, j])
        for j in range(units):
            dnow[CANDIDATE, j] = unless_faded(dcandidate[j])
            dproduct[CANDIDATE, j] = unless_faded(dcandidate[j] * now[RESET, j])
        for j in range(units):
            dr = dcandidate[j] * recalled[at, j] * now[RESET, j] * (one - now[RESET, j])
            dnow[RESET, j] = dproduct[RESET, j] = unless_faded(dr)
        for j in range(units):
            ds[j] = unless_faded(ds[j] * now[UPDATE, j])
