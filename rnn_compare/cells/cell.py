"""The declaration of a recurrent cell: its states, its gates, and one timestep forward and backward."""

# ruff: noqa: N803  # W, U and b as in textbooks

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.formula import Formula, Values, applied, parsed

Array = NDArray[np.float32]
Gradient = NDArray[np.float64]
States = tuple[Array, ...]
StateGradients = tuple[Gradient, ...]
Signals = dict[str, Array]
StepValues = Mapping[str, Gradient]


class Gate(NamedTuple):
    """A gate or the candidate, a block of the cell's kernels: its letter in equations, such as ``f``, and its name."""

    symbol: str
    name: str


class Signal(NamedTuple):
    """An activation of each unit at each timestep that can be shown.

    Attributes:
        name: Its key, such as ``f`` or ``carry``.
        title: Its name on pages, of a gate without the word; empty if it is in the drawing alone.
        kind: A ``state`` is passed to the next timestep, a ``gate`` is between 0 (closed) and 1 (open); else ``value``.
    """

    name: str
    title: str
    kind: Literal["state", "gate", "value"]


class Pace(NamedTuple):
    """Seconds per timestep and review for a layer of 32 units on one core: an estimate until runs have been timed."""

    fused: float
    stock: float


class Phase(NamedTuple):
    """A product with the recurrent kernel U and the elementwise arithmetic that follows it.

    The names in its formulas have a meaning. With ``f`` for the symbol of any of the cell's gates (in a cell without
    gates ``x`` instead of ``x_f``, and so on):

    - ``x_f``: W_f·input + U_f·state + b_f; ``w_f``: W_f·input + b_f; ``u_f``: U_f·state, plus the second bias of a cell
      that has one. A block with ``x_f`` or ``u_f`` among the arguments is multiplied in this phase.
    - ``previous_state``, ``previous_carry`` …: the cell's states before the timestep; ``state``, ``carry`` …: after it.
    - ``recalled``: the vector that U is multiplied by, if it is not the state.
    - ``d_`` before one of these names: the gradient of the loss with respect to it.

    Any other name is free. Later phases and all backward formulas may read the results of a phase.

    Attributes:
        forward: Returns the values that signals are named after, and the last phase the states.
        backward: Returns the gradients of ``x_f``, or ``w_f`` and ``u_f``, for each of its blocks. The first phase,
            which is the last in the backward pass, also returns those of the previous states, without their path
            through the product, and for further states, such as the carry, the complete gradient, with its path through
            the hidden state.
        recalled: Returns ``recalled`` from previous states and results of earlier phases; None for the state itself,
            which only the first phase multiplies.
    """

    forward: Formula
    backward: Formula
    recalled: Formula | None = None


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: all about it but its drawing.

    W is the kernel (features, blocks·units), U the recurrent kernel (units, blocks·units) and b the bias, with the
    blocks side by side in the order of ``gates``.

    Attributes:
        name: Its name, and that of its Keras layer, such as ``LSTM``.
        keras_name: The name of its first layer in a Keras session; also the name of its module here.
        year: Year of publication; cells are listed in this order.
        source: Publication.
        gates: The blocks of its kernels in Keras' order; empty if there is one block and no gate.
        signals: The activations that can be shown, in order. The first of kind ``state`` need not be the hidden state,
            which is called ``state``.
        phases: One timestep, forward and backward.
        formula: One timestep in lines of LaTeX, with the placeholders UNITS and FEATURES.
        pace: Its speed in training.
        states: Names of its states, the hidden state first.
        bias_rows: 1, or 2 where input and state have a bias each.
        recurrent: The form of U in a block: a ``matrix``, a ``vector`` of one weight a unit, or ``none``.
        in_keras: Whether Keras itself has a layer of that name.
        in_cudnn: Whether that layer uses cuDNN where there is a GPU.
        keeping_gate: The symbol of the gate that decides how much of the state is kept, whose initial bias is a
            setting; empty if there is none.
        forget_bias: The initial bias of that gate where the setting leaves it to the cell, as Keras' layer has it.
        keeping_scale: How often that gate counts against what is kept: the state's factor is 1 − scale·z, z its value.
        keeps_when_open: Whether that gate keeps the state when open (near 1), not when closed.
        entering_gate: The symbol of the gate that decides how much enters the state, if it is a separate gate.
        notes: Remarks on its formula.
        shortest: The smallest possible maxlen.
    """

    name: str
    keras_name: str
    year: int
    source: str
    gates: tuple[Gate, ...]
    signals: tuple[Signal, ...]
    phases: tuple[Phase, ...]
    formula: tuple[str, ...]
    pace: Pace
    states: tuple[str, ...] = ("state",)
    bias_rows: int = 1
    recurrent: Literal["matrix", "vector", "none"] = "matrix"
    in_keras: bool = True
    in_cudnn: bool = False
    keeping_gate: str = ""
    forget_bias: float = 0.0
    keeping_scale: int = 1
    keeps_when_open: bool = True
    entering_gate: str = ""
    notes: str = ""
    shortest: int = 1

    @property
    def blocks(self) -> int:
        """Number of blocks of ``units`` columns in its kernels."""
        return max(1, len(self.gates))

    @property
    def meaningless(self) -> Mapping[str, str]:
        """Settings without effect, and the reason."""
        none = dict.fromkeys(("recurrent_dropout", "recurrent_initializer"), "there is no recurrent kernel")
        vector = {"recurrent_initializer": "recurrent weights always begin between 0 and 1"}
        return {"matrix": {}, "vector": vector, "none": none}[self.recurrent]

    @functools.cached_property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes of its blocks' names in formulas, in the order of the blocks."""
        return tuple(f"_{gate.symbol}" for gate in self.gates) or ("",)

    @functools.cached_property
    def products(self) -> tuple[tuple[str, ...], ...]:
        """For each phase the suffixes of the blocks that are multiplied by U, which are adjacent."""
        names = [parsed(phase.forward).inputs for phase in self.phases]
        return tuple(tuple(end for end in self.suffixes if {f"x{end}", f"u{end}"} & {*inputs}) for inputs in names)

    @functools.cached_property
    def stored(self) -> tuple[str, ...]:
        """The values, other than states, that a timestep keeps for later phases and for the backward pass."""
        formulas = [*(phase.backward for phase in self.phases), *(phase.recalled for phase in self.phases)]
        inputs = [name for formula in formulas if formula for name in parsed(formula).inputs]
        later = [name for phase in self.phases[1:] for name in parsed(phase.forward).inputs]
        inputs += [name for name in later if not self.is_block(name)]
        states = (*self.states, *(f"previous_{name}" for name in self.states))
        return tuple(name for name in dict.fromkeys(inputs) if not name.startswith("d_") and name not in states)

    @functools.cached_property
    def splits_gradients(self) -> bool:
        """Whether W·input and U·state have different gradients, as with ``reset_after`` of the GRU."""
        inputs = {name for phase in self.phases for name in parsed(phase.forward).inputs}
        return any(f"u{end}" in inputs for end in self.suffixes)

    def is_block(self, name: str) -> bool:
        """Returns whether a name in a formula is W·input, U·state or their sum, such as ``x_f``."""
        return name[:1] in "xwu" and name[1:] in self.suffixes

    def step(self, W_input_t: Array, states: States, U: Array, b: Array) -> tuple[States, Signals]:
        """Computes one timestep.

        Args:
            W_input_t: W·input_t (batch, blocks·units).
            states: The states before it, each (batch, units).
            U: The recurrent kernel; empty for a cell without one.
            b: The bias.

        Returns:
            The states after it, and the other signals by name.
        """
        units = states[0].shape[-1]
        values: dict[str, Array] = {f"previous_{name}": state for name, state in zip(self.states, states, strict=True)}
        biased = W_input_t + (b if self.bias_rows == 1 else b[0])
        values |= {f"w{end}": biased[:, k * units : (k + 1) * units] for k, end in enumerate(self.suffixes)}
        for phase, blocks in zip(self.phases, self.products, strict=True):
            for end, product in self._products(phase, blocks, values, U, b):
                values |= {f"u{end}": product, f"x{end}": values[f"w{end}"] + product}
            values |= applied(phase.forward, values)
        signals = {signal.name: values[signal.name] for signal in self.signals if signal.kind != "state"}
        return tuple(values[name] for name in self.states), signals

    def step_back(
        self, after: StateGradients, values: StepValues, U: Gradient, b: Gradient
    ) -> tuple[StateGradients, StateGradients]:
        """Backpropagates through one timestep, in float64.

        Args:
            after: The gradient of the loss with respect to each state after the step, complete for the hidden state,
                without their path through the hidden state for the others.
            values: The step's signals and states by name, and the states before it as ``previous_state`` and so on,
                each (batch, units).
            U, b: As in ``step``.

        Returns:
            The gradients with respect to the states before it, and the complete ones for those after it.
        """
        values = {**values, **{f"d_{name}": gradient for name, gradient in zip(self.states, after, strict=True)}}
        for phase, blocks in reversed([*zip(self.phases, self.products, strict=True)]):
            if {f"u{end}" for end in blocks} & {*parsed(phase.backward).inputs}:
                values |= {f"u{end}": product for end, product in self._products(phase, blocks, values, U, b)}
            values |= applied(phase.backward, values)
            if not blocks:
                continue
            gradients = [values[f"d_u{end}" if f"d_u{end}" in values else f"d_x{end}"] for end in blocks]
            gradient = self._product_gradient(blocks, gradients, U)
            if phase.recalled:
                values["d_recalled"] = gradient
            else:
                values["d_previous_state"] = values.get("d_previous_state", 0) + gradient
        before = tuple(values[f"d_previous_{name}"] for name in self.states)
        return before, tuple(values[f"d_{name}"] for name in self.states)

    def _products(
        self, phase: Phase, blocks: tuple[str, ...], values: Mapping[str, Values], U: Values, b: Values
    ) -> Iterator[tuple[str, Values]]:
        """Yields the suffixes of a phase's blocks with their U·state, plus the second bias if any (batch, units)."""
        if not blocks:
            return
        operand = applied(phase.recalled, values)["recalled"] if phase.recalled else values["previous_state"]
        units, columns = operand.shape[-1], self._columns(blocks, operand.shape[-1])
        product = np.dot(operand, U[:, columns]) if self.recurrent == "matrix" else np.tile(operand, len(blocks)) * U
        if self.bias_rows > 1:
            product += b[1, columns]
        for k, end in enumerate(blocks):
            yield end, product[:, k * units : (k + 1) * units]

    def _product_gradient(self, blocks: tuple[str, ...], gradients: Sequence[Gradient], U: Gradient) -> Gradient:
        """Returns the gradient of the vector that U was multiplied by from those of the products (batch, units)."""
        units, joined = gradients[0].shape[-1], np.concatenate(gradients, axis=-1)
        if self.recurrent == "vector":
            gradient: Gradient = (joined * U).reshape(-1, len(blocks), units).sum(axis=1)
        else:
            gradient = np.dot(joined, U[:, self._columns(blocks, units)].T)
        return gradient

    def _columns(self, blocks: tuple[str, ...], units: int) -> slice:
        first = self.suffixes.index(blocks[0])
        return slice(first * units, (first + len(blocks)) * units)

    def check(self) -> None:
        """Raises an error if it cannot be used: tries a timestep of two units, forward and back."""
        if self.in_keras or not (self.name.isidentifier() and self.keras_name.isidentifier()):
            raise ValueError(f"{self.name}: in_keras must be False, name and keras_name valid names in Python.")
        kernel: Any = np.zeros((2 if self.recurrent == "matrix" else 1, 2 * self.blocks))
        bias: Any = np.zeros((2, 2 * self.blocks)) if self.bias_rows > 1 else kernel[0]
        before: Any = {f"previous_{name}": np.zeros((1, 2)) for name in self.states}
        after, signals = self.step(kernel[:1], tuple(before.values()), kernel, bias)
        values: Any = before | signals | dict(zip(self.states, after, strict=True))
        self.step_back(tuple(values[name] for name in self.states), values, kernel, bias)

    def keeping_columns(self, units: int) -> list[tuple[int, int, int]]:
        """Returns the columns of the bias that decide how long the state is kept, those of the keeping gate first.

        For each gate: start, end (exclusive), and 1 if a higher bias keeps the state longer or -1 if a lower one does.
        Empty if there is no such gate.

        Example:
            >>> from rnn_compare.cells.registry import cell
            >>> cell("LSTM").keeping_columns(32), cell("MGU").keeping_columns(8)
            ([(32, 64, 1), (0, 32, -1)], [(0, 8, -1)])
        """
        places = {gate.symbol: place * units for place, gate in enumerate(self.gates)}
        signs = {self.keeping_gate: 1 if self.keeps_when_open else -1, self.entering_gate: -1}
        return [(places[gate], places[gate] + units, sign) for gate, sign in signs.items() if gate in places]


def sized(symbol: str, subscript: str = "") -> str:
    r"""Returns the term ``W·input`` or ``U·state`` in LaTeX, with the shapes of its factors under them.

    Example:
        >>> print(sized("U", "_f"))
        \underbrace{U_f}_{UNITS \times UNITS}\,\underbrace{h_{t-1}}_{UNITS}
    """
    factor, size = (r"x_t", "FEATURES") if symbol == "W" else (r"h_{t-1}", "UNITS")
    return rf"\underbrace{{{symbol}{subscript}}}_{{UNITS \times {size}}}\,\underbrace{{{factor}}}_{{{size}}}"


def gate_line(symbol: str, activation: str, letter: str, state: str = r"h_{t-1}") -> str:
    """Returns the LaTeX line of one gate, without sizes, from symbol, activation, and the index of its W, U and b."""
    return rf"{symbol} &= {activation}(W_{letter}\,x_t + U_{letter}\,{state} + b_{letter}) \\"
