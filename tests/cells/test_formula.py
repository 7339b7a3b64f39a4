import numpy as np
import pytest

from rnn_compare.cells.formula import Values, parsed, tanh
from rnn_compare.cells.registry import CELLS, cell


def power(x: Values) -> tuple[Values, ...]:
    state = tanh(x**2)
    return (state,)


def other_function(x: Values) -> tuple[Values, ...]:
    state = np.exp(x)
    return (state,)


def branch(x: Values) -> tuple[Values, ...]:
    if x > 0:
        x = -x
    return (x,)


def expression(x: Values) -> tuple[Values, ...]:
    return (x + 1,)


@pytest.mark.parametrize(
    ("formula", "part"), [(power, "x ** 2"), (other_function, "np.exp(x)"), (branch, "if x > 0"), (expression, "x + 1")]
)
def test_what_no_formula_may_hold_is_refused_with_a_sentence(formula: object, part: str) -> None:
    with pytest.raises(ValueError, match="formula may hold") as refusal:
        parsed(formula)
    assert f"{formula.__name__}() holds “{part}" in str(refusal.value)  # type: ignore[attr-defined]  # a function


@pytest.mark.parametrize("name", CELLS)
def test_a_phase_multiplies_blocks_that_lie_side_by_side_and_only_the_first_multiplies_the_state(name: str) -> None:
    places = [cell(name).suffixes.index(end) for blocks in cell(name).products for end in blocks]
    assert places == sorted(range(len(places)))
    first, *others = cell(name).phases
    assert first.recalled is None
    assert all(phase.recalled for phase in others)
