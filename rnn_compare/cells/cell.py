"""The declaration of a recurrent cell: its states, its gates, and one timestep forward and backward."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Gradient = NDArray[np.float64]
States = tuple[Array, ...]
StateGradients = tuple[Gradient, ...]
Signals = dict[str, Array]
StepValues = Mapping[str, Gradient]

Step = Callable[[Array, States, Array, Array], tuple[States, Signals]]
StepBack = Callable[[StateGradients, StepValues, Gradient, Gradient], tuple[StateGradients, StateGradients]]


class Gate(NamedTuple):
    """One of the blocks that lie side by side in a cell's kernels: a gate, or the candidate.

    Attributes:
        symbol: The letter of the equations, such as ``f``.
        name: What it is called, such as ``forget gate``.
    """

    symbol: str
    name: str


class Signal(NamedTuple):
    """A value of each unit that can be watched while the cell reads.

    Attributes:
        name: Its key, the same wherever the signal occurs, such as ``f`` or ``carry``.
        title: What people call it.
        kind: ``state`` is carried on to the next timestep, ``gate`` lies between 0 (closed) and 1 (open), and
            ``value`` is anything else.
    """

    name: str
    title: str
    kind: Literal["state", "gate", "value"]


class Pace(NamedTuple):
    """Seconds for one word of one review in a layer of 32 units, on one core: a first guess, until runs were timed."""

    fused: float
    stock: float


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: everything about it but its compiled kernel (``fused/kernels``) and its picture.

    In ``step`` and ``step_back``, W is the kernel (features, blocks·units), U the recurrent kernel
    (units, blocks·units) and b the bias, with the blocks side by side in the order of ``gates``.

    Attributes:
        name: Its name, which is that of its Keras layer, such as ``LSTM``.
        keras_name: What Keras calls a layer of it in a fresh session; also the name of its file here.
        year: When it was published; cells are listed in this order.
        source: Where.
        gates: The blocks of its kernels in Keras' order; empty if there is one block and no gate.
        signals: What can be watched, in the order in which it is offered. The first ``state`` is not always the
            hidden state; that one is called ``state``.
        states: Names of what it carries on from one timestep to the next, the hidden state first.
        bias_rows: 1, or 2 where input and state have a bias each.
        step: One timestep: ``(W_input_t, states, U, b) -> (states, signals)``. ``W_input_t`` (batch, blocks·units)
            is the input's share W·input_t, each state (batch, units). The signals are those that are no states.
        step_back: The same timestep backward: ``(after, values, U, b) -> (before, complete)``. ``after`` is the
            gradient of the loss for each state that the step returned, the hidden state's complete and the others'
            without their way through the hidden state; ``values`` are the step's signals and states by name, and
            the states before it as ``previous_state`` and so on, each (batch, units). Returns the gradients for the
            states before it, and the complete ones for those after it. In 64 bits.
        formula: One timestep in LaTeX, with UNITS and FEATURES where the sizes stand.
        keras_layer: Returns the class of its Keras layer, and imports Keras for it.
        in_keras: Whether Keras itself has that class.
        in_cudnn: Whether that class uses cuDNN where there is a GPU.
        pace: How fast it trains.
        keeping_gate: The symbol of the gate that decides how much of its state it keeps, whose initial bias is a
            setting; empty if there is none.
        keeps_when_open: Whether the state is kept while that gate is open (near 1), or while it is closed.
        entering_gate: The symbol of the gate that decides how much enters the state, where it is a gate of its own.
        notes: What its formula leaves open.
    """

    name: str
    keras_name: str
    year: int
    source: str
    gates: tuple[Gate, ...]
    signals: tuple[Signal, ...]
    step: Step
    step_back: StepBack
    formula: str
    keras_layer: Callable[[], Any]  # a class of Keras, which mypy does not follow
    pace: Pace
    states: tuple[str, ...] = ("state",)
    bias_rows: int = 1
    in_keras: bool = True
    in_cudnn: bool = False
    keeping_gate: str = ""
    keeps_when_open: bool = True
    entering_gate: str = ""
    notes: str = ""

    @property
    def blocks(self) -> int:
        """Number of blocks of ``units`` columns in its kernels."""
        return max(1, len(self.gates))

    def keeping_columns(self, units: int) -> list[tuple[int, int, int]]:
        """Returns which columns of the bias decide how long the state is kept, those of the keeping gate first.

        Returns:
            For each gate the first column, the one behind the last, and 1 if a higher bias keeps the state longer or
            -1 if a lower one does. Empty if there is no such gate.

        Example:
            >>> from rnn_compare.cells.registry import cell
            >>> cell("LSTM").keeping_columns(32), cell("MGU").keeping_columns(8)
            ([(32, 64, 1), (0, 32, -1)], [(0, 8, -1)])
        """
        places = {gate.symbol: place * units for place, gate in enumerate(self.gates)}
        signs = {self.keeping_gate: 1 if self.keeps_when_open else -1, self.entering_gate: -1}
        return [(places[gate], places[gate] + units, sign) for gate, sign in signs.items() if gate in places]


def sigmoid(x: Array) -> Array:
    """The logistic function 1 / (1 + exp(-x)), through tanh so that no x overflows.

    Example:
        >>> sigmoid(np.float32([-1000, 0, 1000]))
        array([0. , 0.5, 1. ], dtype=float32)
    """
    probability: Array = 0.5 * np.tanh(0.5 * x) + 0.5
    return probability


def sized(symbol: str, subscript: str = "") -> str:
    r"""Returns the term ``W·input`` or ``U·state`` in LaTeX, with the shapes of its factors under them.

    Example:
        >>> print(sized("U", "_f"))
        \underbrace{U_f}_{UNITS \times UNITS}\,\underbrace{\mathrm{state}_t}_{UNITS}
    """
    factor, size = (r"\mathrm{input}_t", "FEATURES") if symbol == "W" else (r"\mathrm{state}_t", "UNITS")
    return rf"\underbrace{{{symbol}{subscript}}}_{{UNITS \times {size}}}\,\underbrace{{{factor}}}_{{{size}}}"


def gate_line(symbol: str, activation: str, letter: str, state: str = r"\mathrm{state}_t") -> str:
    """Returns the line of one gate in LaTeX, without sizes.

    Args:
        symbol: What it is called in the equations.
        activation: LaTeX of its activation.
        letter: Subscript of its W, U and b.
        state: What its U is multiplied by.
    """
    return rf"{symbol} &= {activation}(W_{letter}\,\mathrm{{input}}_t + U_{letter}\,{state} + b_{letter}) \\"
