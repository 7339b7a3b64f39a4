"""An experiment as data for ``arithmetic/training/trainer.js``, which trains it in a browser."""

import ast
from typing import Any

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.formula import Formula, parsed
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import Tensor, parameters
from rnn_compare.networks.plain_script import check_simple

_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_SAME = ("units", "embedding_size", "vocabulary_size", "maxlen", "batch_size", "optimizer", "learning_rate", "seed")

Expression = str | float | list[Any]
"""A name, a number, or a list of an operation and its operands."""


def trainable(experiment: Experiment) -> dict[str, Any]:
    """Returns a network as ``Trainer`` takes it: its cell's formulas, its tensors, and the optimizer.

    Raises:
        UserError: If a browser cannot train it.
    """
    check_simple(experiment, "A browser")
    return {
        **{name: getattr(experiment, name) for name in _SAME},
        "skips_padding": experiment.skips_padding,
        "cell": trainable_cell(cell(experiment.cell)),
        "tensors": [_tensor(tensor, experiment) for tensor in parameters(experiment).tensors],
    }


def described_cell(layout: Cell) -> dict[str, Any]:
    """Returns what a browser needs of a cell both to read and to train."""
    return {name: getattr(layout, name) for name in ("name", "states", "suffixes", "bias_rows", "recurrent")}


def trainable_cell(layout: Cell) -> dict[str, Any]:
    """Returns a cell's formulas, forward and backward, as expressions in lists."""
    return {
        **described_cell(layout),
        "stored": layout.stored,
        "splits_gradients": layout.splits_gradients,
        "phases": [
            {
                "blocks": blocks,
                "operand": "recalled" if phase.recalled else "previous_state",
                "forward": _formula(phase.forward),
                "backward": _formula(phase.backward),
                "recalled": phase.recalled and _formula(phase.recalled),
            }
            for phase, blocks in zip(layout.phases, layout.products, strict=True)
        ],
    }


def _formula(formula: Formula) -> dict[str, Any]:
    inputs, lines, outputs = parsed(formula)
    assignments = [(ast.unparse(line.targets[0]), expression(line.value)) for line in lines]
    return {"inputs": inputs, "lines": assignments, "outputs": outputs}


def expression(node: ast.expr) -> Expression:
    """Returns an expression of a formula as nested lists.

    Example:
        >>> expression(ast.parse("f * state + (1 - f) * tanh(x)", mode="eval").body)
        ['+', ['*', 'f', 'state'], ['*', ['-', 1.0, 'f'], ['tanh', 'x']]]
    """
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(operand=operand):
            return ["-", expression(operand)]
        case ast.BinOp(left=left, op=operator, right=right):
            return [_OPERATORS[type(operator)], expression(left), expression(right)]
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return [name, expression(argument)]
    raise ValueError(f"A formula cannot hold {ast.unparse(node)}.")  # ``parsed`` allows nothing else


def _tensor(tensor: Tensor, experiment: Experiment) -> dict[str, Any]:
    """Returns a tensor's shape and initializer, as Keras' layers have them by default."""
    layout, options = cell(experiment.cell), list[float]()
    match tensor.name:
        case "embeddings":
            initializer, options = "uniform", [-0.05, 0.05]
        case "kernel":
            initializer = "glorot_uniform"
        case "recurrent_kernel" if layout.recurrent == "vector":
            initializer, options = "uniform", [0.0, 1.0]
        case "recurrent_kernel":
            initializer = experiment.recurrent_initializer
        case _:
            initializer, options = "constants", [0.0] if tensor.path.startswith("dense") else _bias(layout, experiment)
    return {"shape": tensor.shape, "initializer": initializer, "options": options}


def _bias(layout: Cell, experiment: Experiment) -> list[float]:
    """Returns the initial bias of each block, row by row."""
    constants = [0.0] * layout.blocks * layout.bias_rows
    bias = layout.forget_bias if experiment.forget_bias is None else experiment.forget_bias
    for start, _, sign in layout.keeping_columns(1)[:1]:
        constants[start] = sign * bias
    return constants
