"""The equations of the chosen cells, beside the source code that computes the page's pictures."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.formula import parsed, plain
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.feedforward.feedforward import Feedforward
from rnn_compare.feedforward.registry import without_recurrence
from rnn_compare.formatting import as_markdown, listed
from rnn_compare.networks.parameters import parameters
from rnn_compare.services.services import Services


@dataclass(frozen=True)
class Shapes:
    """The sizes that fill one cell's formula."""

    units: int
    features: int
    keras: tuple[tuple[str, tuple[int, ...]], ...]


def show(_services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws, for each type of cell among the chosen runs, formula, shapes and source."""
    for cell in dict.fromkeys(network.run.experiment.cell for network in networks):
        if feedforward := without_recurrence(cell):
            _show_feedforward(feedforward, [net for net in networks if net.run.experiment.cell == cell])
            continue
        by_shapes = shapes([network for network in networks if network.run.experiment.cell == cell])
        sizes = next(iter(by_shapes))
        st.header(cell)
        if cell_of(cell).recurrent == "matrix" and not cell_of(cell).gates:
            st.markdown("The loop:")
            st.code(loop(sizes), language="python")
            st.markdown("As a formula (`input_t` is $x_t$, `state_t` $h_{t-1}$, `output_t` $h_t$):")
        for other, titles in by_shapes.items():
            if len(by_shapes) > 1:  # otherwise all networks have them
                st.markdown(f"**{as_markdown(listed(titles))}**")
            st.latex(latex(cell_of(cell).formula, other.units, other.features))
            st.markdown(f"In Keras: {in_keras(other)}")
        st.code(source(cell_of(cell)), language="python", wrap_lines=True)
        st.caption(notes(cell))
        with st.expander(f"Backpropagation of {cell}", key=f"back_{cell}"):
            st.code(source(cell_of(cell), back=True), language="python", wrap_lines=True)


def source(cell: Cell, back: bool = False) -> str:
    """Returns the source of a cell's timestep, forward or backward, without docstrings."""
    formulas = [formula for phase in cell.phases for formula in (phase.recalled, phase.forward) if formula]
    if back:
        formulas = [phase.backward for phase in reversed(cell.phases)]
    return "\n\n".join(map(plain, formulas))


def _show_feedforward(feedforward: Feedforward, networks: Sequence[LoadedNetwork]) -> None:
    experiment = networks[0].run.experiment
    st.header(feedforward.title.capitalize())
    st.latex(latex(feedforward.formula, experiment.units, experiment.embedding_size))
    st.code(inspect.getsource(feedforward.forward), language="python", wrap_lines=True)
    st.caption(feedforward.notes)


def shapes(networks: Sequence[LoadedNetwork]) -> dict[Shapes, list[str]]:
    """Returns the distinct shapes of the runs' recurrent layers, each with the names of the layers that have them."""
    by_shapes: dict[Shapes, list[str]] = {}
    for network in networks:
        experiment = network.run.experiment
        for number, layer in enumerate(parameters(experiment).recurrent_layers, start=1):
            tensors = tuple((tensor.name, tensor.shape) for tensor in layer.tensors if tensor.direction != "backward")
            where = f"{network.title}, layer {number}" if experiment.layers > 1 else network.title
            by_shapes.setdefault(Shapes(experiment.units, tensors[0][1][0], tensors), []).append(where)
    return by_shapes


def latex(formula: Sequence[str], units: int, features: int) -> str:
    """Returns a formula in LaTeX with the sizes of a network.

    Example:
        >>> print(latex(cell_of("SimpleRNN").formula, units=8, features=16))
        \\begin{aligned}
        h_t &= \\tanh\\big(\\underbrace{W}_{8 \\times 16}\\,\\underbrace{x_t}_{16}
        + \\underbrace{U}_{8 \\times 8}\\,\\underbrace{h_{t-1}}_{8} + \\underbrace{b}_{8}\\big) \\\\
        \\end{aligned}
    """
    filled = "\n".join(formula).replace("UNITS", str(units)).replace("FEATURES", str(features))
    return f"\\begin{{aligned}}\n{filled}\n\\end{{aligned}}"


def loop(sizes: Shapes) -> str:
    """Returns the lecture's loop over the words of a review."""
    return (
        f"state_t = zeros({sizes.units})                    # shape ({sizes.units},)\n"
        f"for input_t in input_sequence:          # shape ({sizes.features},)\n"
        "    output_t = activation(dot(W, input_t) + dot(U, state_t) + b)\n"
        "    state_t = output_t"
    )


def in_keras(sizes: Shapes) -> str:
    """Returns Keras' weight tensors and their shapes in Markdown."""
    return ", ".join(f"`{name}` {shape}" for name, shape in sizes.keras)


def notes(cell: str) -> str:
    """Returns notes that link the formula to the source code and to Keras' tensors."""
    layout = cell_of(cell)
    gates = ", ".join(f"{symbol} ({name})" for symbol, name in layout.gates)
    stored = f"{gates} side by side, transposed" if gates else "each matrix transposed"
    sentences = (
        "σ is the logistic function, $\\circ$ the elementwise product." if gates else "",
        f"Keras stores {stored}: $hU$ for $Uh$.",
        _code_names(layout),
        layout.notes,
    )
    return " ".join(filter(None, sentences))


def _code_names(cell: Cell) -> str:
    names = [name for phase in cell.phases for name in parsed(phase.forward).inputs]
    product = r"U h_{t-1}" if cell.recurrent == "matrix" else r"U \circ h_{t-1}"
    primed = " + b'"
    sums = [f"`x{end}`" for end in cell.suffixes if f"x{end}" in names]
    apart = [f"`u{end}`" for end in cell.suffixes if f"u{end}" in names]
    inputs = [f"`w{end}`" for end in cell.suffixes if f"w{end}" in names]
    meanings = (
        (sums, f"W x_t + {product} + b"),
        (inputs, "W x_t + b"),
        (apart, f"{product}{primed * (cell.bias_rows > 1)}"),
    )
    return f"In the code, {'; '.join(f'{listed(group)} = ${meaning}$' for group, meaning in meanings if group)}."
