"""The LSTM's step, forward and back, as ``equations.lstm_step`` has it."""

# ruff: noqa: N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import Array, sigmoid, tanh, unless_faded
from rnn_compare.fused.cell_kernel import CellKernel

INPUT, FORGET, CANDIDATE, OUTPUT = 0, 1, 2, 3


class LSTMKernel(CellKernel):
    """Its states are the output and the carry. Keeps its gates, in Keras' order."""

    state_count = 2
    kept_count = 4

    def step(self, begin: int, end: int) -> None:
        """See ``CellKernel``."""
        rows, units, b = end - begin, self.states.shape[2], self.bias[0]
        U_state = np.dot(self.states[0, begin:end], self.recurrent_kernel).reshape(rows, 4, units)
        for row in range(rows):
            x, u, now = self.W_inputs[self.place[begin + row]], U_state[row], self.kept[begin + row]  # (4, units)
            carry, new_carry = self.states[1, begin + row], self.states[1, end + row]  # (units,)
            new_state = self.states[0, end + row]
            for j in range(units):
                now[INPUT, j] = sigmoid(x[INPUT, j] + u[INPUT, j] + b[INPUT, j])
            for j in range(units):
                now[FORGET, j] = sigmoid(x[FORGET, j] + u[FORGET, j] + b[FORGET, j])
            for j in range(units):
                now[CANDIDATE, j] = tanh(x[CANDIDATE, j] + u[CANDIDATE, j] + b[CANDIDATE, j])
            for j in range(units):
                now[OUTPUT, j] = sigmoid(x[OUTPUT, j] + u[OUTPUT, j] + b[OUTPUT, j])
            for j in range(units):
                new_carry[j] = now[FORGET, j] * carry[j] + now[INPUT, j] * now[CANDIDATE, j]
            for j in range(units):
                new_state[j] = now[OUTPUT, j] * tanh(new_carry[j])

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        """See ``CellKernel``."""
        rows, units, one = last - first, dstates.shape[2], np.float32(1)
        own = 1 if end - begin == rows else 0  # else all rows share the one step of the prefix
        dgate = dgates.reshape(rows, 4, units)
        for row in range(rows):
            now, dnow = self.kept[begin + row * own], dgate[row]  # (4, units)
            carry, new_carry = self.states[1, begin + row * own], self.states[1, end + row * own]  # (units,)
            ds, dc = dstates[0, first + row], dstates[1, first + row]
            for j in range(units):
                tanh_carry = tanh(new_carry[j])
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
        np.dot(dproducts, self.U_T, dstates[0, first:last])  # (rows, units)
