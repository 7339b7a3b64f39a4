"""The lines of one timestep, forward and back, in the plain file (``plain_script``)."""

from collections.abc import Sequence

from rnn_compare.cells.cell import Cell, Phase
from rnn_compare.cells.formula import parsed


def stored(layout: Cell, masks: bool) -> list[str]:
    """Returns the names of what a timestep keeps for the way back."""
    inputs = {name for phase in layout.phases for name in parsed(phase.backward).inputs}
    before = [f"previous_{name}" for name in layout.states]
    states = [name for name in (*before, *layout.states) if name in inputs or name == "previous_state"]
    return ["vectors", *["word"] * masks, *layout.stored, *states]


def _columns(layout: Cell, ends: Sequence[str]) -> str:
    first = layout.suffixes.index(ends[0])
    if len(ends) == layout.blocks:
        return ":"
    return f"{first} * units : {first + len(ends)} * units"


def _split(value: str, count: int) -> str:
    return f"np.split({value}, {count}, axis=1)" if count > 1 else value


def forward(layout: Cell, masks: bool) -> list[str]:
    """Returns the lines from a word's ``vectors`` and the states to the states after it; ``masks`` skips padding."""
    lines = [f"{_named('previous_', layout.states)} = {', '.join(layout.states)}"]
    w = ", ".join(f"w{end}" for end in layout.suffixes)
    lines.append(f"{w} = {_split('vectors @ W + b[0]', layout.blocks)}")
    for phase, ends in zip(layout.phases, layout.products, strict=True):
        operand = "previous_state"
        if phase.recalled:
            lines.append(f"(recalled,) = {_call(phase.recalled.__name__, parsed(phase.recalled).inputs)}")
            operand = "recalled"
        if ends:
            lines.append(f"{', '.join(f'u{end}' for end in ends)} = {_product(layout, ends, operand)}")
        inputs = [_sum(name, layout) for name in parsed(phase.forward).inputs]
        results = ", ".join(parsed(phase.forward).outputs)
        results = f"({results},)" if len(parsed(phase.forward).outputs) == 1 else results
        lines.append(f"{results} = {phase.forward.__name__}({', '.join(inputs)})")
    if masks:
        lines.append("word = ids[:, t, np.newaxis] != 0  # padding is skipped")
        lines += [f"{name} = np.where(word, {name}, previous_{name})" for name in layout.states]
    return lines


def _product(layout: Cell, ends: Sequence[str], operand: str) -> str:
    columns, second = _columns(layout, ends), ""
    if layout.bias_rows > 1:
        second = " + b[1]" if columns == ":" else f" + b[1, {columns}]"
    if layout.recurrent == "vector":
        product = f"np.tile({operand}, {len(ends)}) * U[{columns}]" if len(ends) > 1 else f"{operand} * U[{columns}]"
    else:
        product = f"{operand} @ U" if columns == ":" else f"{operand} @ U[:, {columns}]"
    return _split(product + second, len(ends))


def _sum(name: str, layout: Cell) -> str:
    return f"w{name[1:]} + u{name[1:]}" if name[:1] == "x" and layout.is_block(name) else name


def _call(function: str, arguments: Sequence[str]) -> str:
    return f"{function}({', '.join(arguments)})"


def backward(layout: Cell, masks: bool) -> list[str]:
    """Returns the lines from the states' gradients to those before the word, which add to the weights' gradients."""
    states = layout.states
    lines = [f"{_named('after_', states)} = {_named('d_', states)}"] if masks else []
    ends = [end for ends in layout.products for end in ends]
    gates, products = _gradients(layout, layout.suffixes, "wx"), _gradients(layout, ends, "ux")
    name = "d_gates" if gates == products or not ends else "d_products"
    joined = [f"d_gates = {_joined(gates)}", *([f"{name} = {_joined(products)}"] if name == "d_products" else [])]
    joined += [f"{gradient} *= word" for gradient in dict.fromkeys(("d_gates", name)) if masks]
    for phase, blocks in reversed([*zip(layout.phases, layout.products, strict=True)]):
        inputs, _, results = parsed(phase.backward)
        targets = ", ".join(results)
        lines.append(f"{f'({targets},)' if len(results) == 1 else targets} = {_call(phase.backward.__name__, inputs)}")
        if len(layout.phases) == 1:
            lines += joined
        if blocks:
            lines += _product_back(layout, phase, blocks, name if len(layout.phases) == 1 else "")
    lines += joined if len(layout.phases) > 1 else []
    for phase, blocks in zip(layout.phases, layout.products, strict=True):
        if blocks:
            lines += _recurrent_gradient(layout, phase, blocks, name)
    lines += ["d_W += vectors.T @ d_gates", "d_b[0] += d_gates.sum(axis=0)"]
    lines += [f"d_b[1] += {name}.sum(axis=0)"] if layout.bias_rows > 1 else []
    lines.append("d_embedding[:, t] = d_gates @ W.T")
    before = [f"d_previous_{state}" for state in states]
    values = [
        f"np.where(word, {value}, after_{state})" if masks else value
        for value, state in zip(before, states, strict=True)
    ]
    return [*lines, *(f"d_{state} = {value}" for state, value in zip(states, values, strict=True))]


def _named(prefix: str, names: Sequence[str]) -> str:
    return ", ".join(f"{prefix}{name}" for name in names)


def _joined(gradients: Sequence[str]) -> str:
    return f"np.concatenate([{', '.join(gradients)}], axis=1)" if len(gradients) > 1 else gradients[0]


def _gradients(layout: Cell, ends: Sequence[str], kinds: str) -> list[str]:
    return [_gradient(layout, end, kinds) for end in ends]


def _gradient(layout: Cell, end: str, kinds: str) -> str:
    """Returns the name of the gradient of a block's W·input, or of its U·state."""
    results = [name for phase in layout.phases for name in parsed(phase.backward).outputs]
    return next(f"d_{kind}{end}" for kind in kinds if f"d_{kind}{end}" in results)


def _product_back(layout: Cell, phase: Phase, ends: Sequence[str], whole: str) -> list[str]:
    """Returns the lines that take a product's gradient back to the vector that U was multiplied by.

    ``whole`` names the array of all its gradients, where it exists by then.
    """
    gradients, columns = _gradients(layout, ends, "ux"), _columns(layout, ends)
    joined = whole or _joined(gradients)
    if layout.recurrent == "vector":
        factors = [f"U[{_columns(layout, (end,))}]" if layout.blocks > 1 else "U" for end in ends]
        value = " + ".join(f"{gradient} * {factor}" for gradient, factor in zip(gradients, factors, strict=True))
    else:
        value = f"{joined} @ U.T" if columns == ":" else f"{joined} @ U[:, {columns}].T"
    if phase.recalled:
        return [f"d_recalled = {value}"]
    sign = "+=" if "d_previous_state" in parsed(phase.backward).outputs else "="
    return [f"d_previous_state {sign} {value}"]


def _recurrent_gradient(layout: Cell, phase: Phase, ends: Sequence[str], products: str) -> list[str]:
    columns, lines, operand = _columns(layout, ends), list[str](), "previous_state"
    if phase.recalled:
        lines.append(f"(recalled,) = {_call(phase.recalled.__name__, parsed(phase.recalled).inputs)}")
        operand = "recalled"
    if layout.recurrent == "vector":
        repeated = f"np.tile({operand}, {len(ends)})" if len(ends) > 1 else operand
        return [*lines, f"d_U[{columns}] += ({repeated} * {products}[:, {columns}]).sum(axis=0)"]
    if columns == ":":
        return [*lines, f"d_U += {operand}.T @ {products}"]
    return [*lines, f"d_U[:, {columns}] += {operand}.T @ {products}[:, {columns}]"]
