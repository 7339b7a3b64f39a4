"""Formulas: Python functions of a few operations, which NumPy runs and which can be translated to other languages."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Values = Any
"""A number, or an array of numbers: formulas hold for both."""
Formula = Callable[..., tuple[Values, ...]]
"""A function whose lines assign expressions to names; the last one returns a tuple of names.

Expressions consist of names, numbers, ``+ - * /``, ``sigmoid(x)`` and ``tanh(x)``. ``Phase`` explains the names.
"""
FUNCTIONS = ("sigmoid", "tanh")

Numbers = TypeVar("Numbers", bound=NDArray[np.floating[Any]])
tanh = np.tanh


def sigmoid(x: Numbers) -> Numbers:
    """The logistic function 1 / (1 + exp(-x)), computed by tanh, which cannot overflow."""
    probability: Numbers = 0.5 * np.tanh(0.5 * x) + 0.5
    return probability


class Parsed(NamedTuple):
    """A parsed formula: names of its arguments, assignments, names of its results."""

    inputs: tuple[str, ...]
    lines: tuple[ast.Assign, ...]
    outputs: tuple[str, ...]


@functools.cache
def parsed(formula: Formula) -> Parsed:
    """Parses a formula.

    Example:
        >>> from rnn_compare.cells import simple_rnn
        >>> parsed(simple_rnn.backward).inputs, parsed(simple_rnn.backward).outputs
        (('state', 'd_state'), ('d_x',))

    Raises ``ValueError`` if it has anything that formulas may not have.
    """
    definition = ast.parse(textwrap.dedent(inspect.getsource(formula))).body[0]
    assert isinstance(definition, ast.FunctionDef)
    *lines, end = definition.body[1 if ast.get_docstring(definition) else 0 :]
    if not (isinstance(end, ast.Return) and isinstance(end.value, ast.Tuple)):
        raise ValueError(f"The last line of {formula.__name__}() must return a tuple of names: return (state,)")
    for node in [node for line in lines for node in _parts(line)] + end.value.elts:
        if not isinstance(node, ast.Name):
            raise ValueError(
                f"{formula.__name__}() holds “{ast.unparse(node)}”. A formula may hold assignments to one name each, "
                f"names, numbers, + - * / and {' and '.join(FUNCTIONS)}; in its last line names alone."
            )
    return Parsed(
        tuple(argument.arg for argument in definition.args.args),
        tuple(line for line in lines if isinstance(line, ast.Assign)),
        tuple(node.id for node in end.value.elts if isinstance(node, ast.Name)),
    )


def _parts(node: ast.AST) -> list[ast.expr | ast.stmt]:
    """Returns the names in an expression, and all nodes that are not allowed in a formula."""
    match node:
        case ast.Assign(targets=[ast.Name()], value=value):
            return _parts(value)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right=right):
            return _parts(left) + _parts(right)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _parts(operand)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return _parts(argument)
        case ast.Constant(value=int() | float()):
            return []
    assert isinstance(node, ast.expr | ast.stmt)
    return [node]


def plain(formula: Formula) -> str:
    """Returns the source of a formula without type hints and docstring.

    Example:
        >>> from rnn_compare.cells import simple_rnn
        >>> print(plain(simple_rnn.backward))
        def backward(state, d_state):
            d_x = d_state * (1 - state * state)
            return (d_x,)
    """
    inputs, lines, outputs = parsed(formula)
    end = f"return ({outputs[0]},)" if len(outputs) == 1 else f"return {', '.join(outputs)}"
    body = [*map(ast.unparse, lines), end]
    return "\n    ".join([f"def {formula.__name__}({', '.join(inputs)}):", *body])


def applied(formula: Formula, values: Mapping[str, Values]) -> dict[str, Values]:
    """Returns the results of a formula by name, from its arguments by name."""
    names = parsed(formula)
    return dict(zip(names.outputs, formula(*[values[name] for name in names.inputs]), strict=True))
