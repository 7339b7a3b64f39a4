"""The LSTM over packed sequences, forward and backward, as ``equations.lstm_step`` has it for one timestep."""

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

INPUT, FORGET, CANDIDATE, OUTPUT = 0, 1, 2, 3


@compiled
def forward(
    W_input: Array,
    place: Indices,
    gates: Array,
    states: Array,
    carries: Array,
    recurrent_kernel: Array,
    bias: Array,
    packing: Packing,
) -> None:
    """Runs all sequences. For the arguments see ``sequences.Kernel``; ``carries`` is filled as ``states`` is."""
    timesteps, units = len(packing.active) - 1, len(recurrent_kernel)
    first = len(states) - packing.prefix - 1
    product = np.empty((packing.active[timesteps], 4 * units), np.float32)
    U_state, b = product.reshape(-1, 4, units), bias.reshape(4, units)
    for k in range(first, first + packing.prefix):
        np.dot(states[k : k + 1], recurrent_kernel, product[:1])
        _step(W_input, place[k : k + 1], U_state, b, gates[k : k + 1], states[k + 1 :], carries[k:], carries[k + 1 :])
    joined = 0
    for t in range(timesteps + 1):
        begin, rows = packing.offsets[t], packing.active[t]
        end = begin + rows
        fill(states[begin + joined : end], states[first + min(t, packing.prefix)])
        fill(carries[begin + joined : end], carries[first + min(t, packing.prefix)])
        joined = rows
        if rows and t < timesteps:
            np.dot(states[begin:end], recurrent_kernel, product[:rows])
            _step(W_input, place[begin:end], U_state, b, gates[begin:end], states[end:], carries[begin:], carries[end:])


@compiled
def _step(
    W_input: Array,
    place: Indices,
    U_state: Array,
    b: Array,
    gates: Array,
    new_states: Array,
    carries: Array,
    new_carries: Array,
) -> None:
    for row in range(len(gates)):
        x, recurrent, now = W_input[place[row]], U_state[row], gates[row]
        for j in range(len(b[0])):
            now[INPUT, j] = sigmoid(x[INPUT, j] + recurrent[INPUT, j] + b[INPUT, j])
        for j in range(len(b[0])):
            now[FORGET, j] = sigmoid(x[FORGET, j] + recurrent[FORGET, j] + b[FORGET, j])
        for j in range(len(b[0])):
            now[CANDIDATE, j] = tanh(x[CANDIDATE, j] + recurrent[CANDIDATE, j] + b[CANDIDATE, j])
        for j in range(len(b[0])):
            now[OUTPUT, j] = sigmoid(x[OUTPUT, j] + recurrent[OUTPUT, j] + b[OUTPUT, j])
        for j in range(len(b[0])):
            new_carries[row, j] = now[FORGET, j] * carries[row, j] + now[INPUT, j] * now[CANDIDATE, j]
            new_states[row, j] = now[OUTPUT, j] * tanh(new_carries[row, j])


@compiled
def backward(
    gates: Array,
    states: Array,
    carries: Array,
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
    dgates, single = way.dgates.reshape(-1, 4, units), np.empty((batch, 4, units), np.float32)
    dproducts, single_products = way.dproducts, single.reshape(batch, 4 * units)
    dstate, dcarry, dprefix_state, dprefix_carry = way.dstate, way.dcarry, way.dprefix_state, way.dprefix_carry
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
            _step_back(gates[at], carries[at], dstate[:rows], dcarry[:rows], dgates[at])
            np.dot(dproducts[at], U_T, dstate[:rows])
        if t < prefix:
            k = first + t
            here = slice(k, k + 1)
            add_rows(dprefix_state[0], dstate[rows:joined])
            add_rows(dprefix_carry[0], dcarry[rows:joined])
            threshold = max(threshold, sums.followed * max(largest(dstate[rows:joined]), largest(dcarry[rows:joined])))
            joined = rows
            _step_back(gates[here], carries[here], dprefix_state, dprefix_carry, dgates[here])
            np.dot(dproducts[here], U_T, dprefix_state)
            while last > rows and is_negligible(dstate[last - 1], dcarry[last - 1], threshold):
                last -= 1
                fill(dstate[last : last + 1], nothing)
                fill(dcarry[last : last + 1], nothing)
            if last > rows:
                _step_back(gates[here], carries[here], dstate[rows:last], dcarry[rows:last], single)
                np.dot(single_products[: last - rows], U_T, dstate[rows:last])
                add_prefix(sums, t, rows, single_products[: last - rows])
    way.rows[0], way.rows[1], way.threshold[0] = joined, last, threshold


@compiled
def _step_back(gates: Array, carries: Array, dstate: Array, dcarry: Array, dgates: Array) -> None:
    rows, units = dstate.shape
    own = 1 if len(gates) == rows else 0  # else all rows share the one step of the prefix
    one = np.float32(1)
    for row in range(rows):
        now, carry, dnow, ds, dc = gates[row * own], carries[row * own], dgates[row], dstate[row], dcarry[row]
        for j in range(units):
            tanh_carry = tanh(now[FORGET, j] * carry[j] + now[INPUT, j] * now[CANDIDATE, j])
            dnow[OUTPUT, j] = unless_faded(ds[j] * tanh_carry * now[OUTPUT, j] * (one - now[OUTPUT, j]))
            dc[j] += ds[j] * now[OUTPUT, j] * (one - tanh_carry * tanh_carry)
        for j in range(units):
            dnow[INPUT, j] = unless_faded(dc[j] * now[CANDIDATE, j] * now[INPUT, j] * (one - now[INPUT, j]))
        for j in range(units):
            dnow[FORGET, j] = unless_faded(dc[j] * carry[j] * now[FORGET, j] * (one - now[FORGET, j]))
        for j in range(units):
            dnow[CANDIDATE, j] = unless_faded(dc[j] * now[INPUT, j] * (one - now[CANDIDATE, j] * now[CANDIDATE, j]))
        for j in range(units):
            dc[j] = unless_faded(dc[j] * now[FORGET, j])
