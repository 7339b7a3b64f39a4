"""The LSTM's step, forward and back, as ``cells.lstm`` has it."""

# W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import Array, sigmoid, tanh, unless_faded
from rnn_compare.fused.cell_kernel import CellKernel
from rnn_compare.fused.prefetch import prefetch

INPUT, FORGET, CANDIDATE, OUTPUT = 0, 1, 2, 3


class LSTMKernel(CellKernel):
    """Its states are the output and the carry. Keeps its gates, in Keras' order."""

    state_count = 2
    kept_count = 4

    def step(self, begin: int, end: int) -> None:
        """See ``CellKernel``."""
        rows, units = end - begin, self.states.shape[2]
        place, kept, new = self.place[begin:end], self.kept[begin:end], slice(end, end + rows)
        new_states, carries, new_carries = self.states[0, new], self.states[1, begin:end], self.states[1, new]
        np.dot(self.states[0, begin:end], self.recurrent_kernel, kept.reshape(rows, 4 * units))
        for row in range(rows):
            x, now = self.W_inputs[place[row]], kept[row]  # (4, units)
            for j in range(units):
                now[INPUT, j] = sigmoid(x[INPUT, j] + now[INPUT, j])
            for j in range(units):
                now[FORGET, j] = sigmoid(x[FORGET, j] + now[FORGET, j])
            for j in range(units):
                now[CANDIDATE, j] = tanh(x[CANDIDATE, j] + now[CANDIDATE, j])
            for j in range(units):
                now[OUTPUT, j] = sigmoid(x[OUTPUT, j] + now[OUTPUT, j])
            for j in range(units):
                carry = now[FORGET, j] * carries[row, j] + now[INPUT, j] * now[CANDIDATE, j]
                new_carries[row, j] = carry
                new_states[row, j] = now[OUTPUT, j] * tanh(carry)

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        """See ``CellKernel``."""
        rows, units, one = last - first, dstates.shape[2], np.float32(1)
        own = 1 if end - begin == rows else 0  # else all rows share the one step of the prefix
        kept, carries, dgate = self.kept[begin:end], self.states[1, begin:end], dgates.reshape(rows, 4, units)
        dstate, dcarry = dstates[0, first:last], dstates[1, first:last]  # (rows, units)
        for row in range(rows):
            now, dnow = kept[row * own], dgate[row]  # (4, units)
            if begin >= rows:
                prefetch(self.kept, begin - rows + row)
                prefetch(self.states[1], begin - rows + row)
            carry, ds, dc = carries[row * own], dstate[row], dcarry[row]  # (units,)
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
        np.dot(dproducts, self.U_T, dstate)
