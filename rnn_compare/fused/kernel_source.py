"""The source of a cell's kernel, generated from its formulas: matrix products, then loops over the units of a row.

``tests/fused/lstm_kernel.py.txt`` shows what comes out for an LSTM. In a loop, ``z_[j]`` is the element of the array of
``z``. The loops over timesteps are shared (``recurrence``): they call a cell's functions as C does, with pointers.
"""

import ast
import copy

from rnn_compare.cells.cell import Cell, Phase
from rnn_compare.cells.formula import Formula, parsed

_Blocks = tuple[str, ...]
"""The suffixes of a phase's gates and candidate, as in ``Cell.suffixes``."""

ARRAYS = ("W_inputs", "input_index", "states", "activations", "recurrent_kernel", "U_T", "recurrent_bias")
"""A batch's arrays, to which every function takes pointers first; then the numbers of inputs, packed rows and units."""
FUNCTIONS = {
    "step": ("products_at", "recalled_at", "begin", "end"),
    "step_back": ("dstates_at", "dgates_at", "dproducts_at", "recalled_at", "batch", "begin", "end", "first", "last"),
    "add_recurrent_gradient": ("total_at", "dproducts_at", "recalled_at", "begin", "end"),
}
"""A cell's functions, and what they take after that: pointers (``_at``) and numbers.

``step`` computes the packed rows of one timestep, and writes states and activations. ``step_back`` backpropagates
through it: the rows of ``dstates`` (state_count, batch, units) from ``first`` to ``last`` are the gradients of the
states after it, on return those before it. It writes those of W·input, ``dgates``, and of U·state, ``dproducts``
(last - first, gates · units), the same array unless ``splits_gradients``. In the shared prefix there is a single packed
row, which belongs to all reviews. ``products`` (rows, gates · units) and ``recalled`` (rows, units) are memory.
"""


class _Loop:
    """A function that loops over the units of a row; it takes the arrays whose elements its lines read or write."""

    def __init__(self, name: str) -> None:
        self.name, self.arrays = name, dict[str, None]()
        self._lines = list[str]()

    def element(self, array: str) -> str:
        """Returns the source of an array's element, and has the function take the array."""
        self.arrays[array] = None
        return f"{array}_[j]"

    def emit(self, *lines: str) -> None:
        """Adds lines to the loop's body."""
        self._lines += lines

    def store(self, array: str, value: str) -> None:
        """Adds a line that writes an array's element."""
        self.emit(f"{self.element(array)} = {value}")

    def text(self) -> str:
        """Returns the function's source."""
        arrays = [f"{array}_" for array in self.arrays]
        lines = [f"def {self.name}({', '.join(arrays)}):", f"    for j in range(len({arrays[0]})):"]
        return "\n".join([*lines, *(f"        {line}" for line in self._lines)])


class _Function:
    """A function of the kernel.

    Args:
        name: Its name in ``FUNCTIONS``.
        lines: The first lines of its body.
        arrays: The places of the arrays that its body may use, by name, in the order of their assignments.
    """

    def __init__(self, name: str, lines: list[str], arrays: dict[str, str]) -> None:
        taken = [*(f"{array}_at" for array in ARRAYS), "inputs", "size", "units", *FUNCTIONS[name]]
        self._head = [f"def {name}({', '.join(taken)}):", *(f"    {line}" for line in lines)]
        self._arrays = arrays
        self._used, self._body = set[str](), list[str]()

    def use(self, array: str) -> str:
        """Returns the name of an array and has it assigned, if it is one of ``arrays``, after the one it is part of."""
        if array in self._arrays:
            self._used.add(array)
            self.use(self._arrays[array].split("[")[0])
        return array

    def emit(self, indent: int, *lines: str) -> None:
        """Adds lines to the body, ``indent`` levels deep."""
        self._body += ["    " * indent + line for line in lines]

    def text(self) -> str:
        """Returns the function's source."""
        arrays = [f"    {name} = {place}" for name, place in self._arrays.items() if name in self._used]
        return "\n".join([*self._head, *arrays, *self._body])


class KernelSource:
    """The source of a cell's kernel.

    Attributes:
        text: The source.
        loops: Names of the functions that loop over the units of a row.
    """

    def __init__(self, cell: Cell) -> None:
        self._cell, self._loops = cell, list[str]()
        self.loops = list[str]()
        self._phases = list(enumerate(zip(cell.phases, cell.products, strict=True)))
        self._multiplies = cell.recurrent == "matrix"
        functions = [self._step(), self._step_back(), self._recurrent_gradient()]
        self.text = "\n\n\n".join([*self._loops, *(function.text() for function in functions)]) + "\n"

    def _step(self) -> _Function:
        method = _Function("step", ["rows = end - begin"], self._arrays())
        recalls = [*(phase.recalled for phase in self._cell.phases[1:]), None]
        for (number, (phase, blocks)), recall in zip(self._phases, recalls, strict=True):
            operand = _operand(phase)
            if blocks and self._multiplies:
                method.emit(1, f"product = carray(products_at, (rows, {len(blocks)}, units))")
                columns = method.use("recurrent_kernel") + self._columns(blocks)
                method.emit(1, f"multiply({method.use(operand)}, {columns}, product)")
            method.emit(1, "for row in range(rows):")
            if number == 0 and len(self._cell.suffixes) > 1:
                method.emit(2, "if row + AHEAD < rows:", "    prefetch(W_inputs, index[row + AHEAD])")
            self._call(method, self._forward(number, phase.forward, recall, operand), blocks)
        return method

    def _forward(self, number: int, forward: Formula, recall: Formula | None, operand: str) -> _Loop:
        loop, results = _Loop(f"forward_{number}"), parsed(forward).outputs
        inputs = [name for name in (*_inputs(forward), *_inputs(recall)) if name not in results]
        inputs = list(dict.fromkeys(inputs))
        for name in inputs:
            loop.emit(f"{name} = {self._value(loop, name, operand)}")
        loop.emit(*_lines(forward), *_lines(recall))
        computed = [name for name in (*results, *filter(self._cell.is_block, inputs)) if name in self._cell.stored]
        for name in dict.fromkeys(computed):
            loop.store(f"stored_{name}", name)
        for name in self._cell.states:
            if name in results:
                loop.store(name, name)
        if recall:
            loop.store("recalled", "recalled")
        return loop

    def _value(self, loop: _Loop, name: str, operand: str) -> str:
        """Returns the source of a formula's input at the loop's unit."""
        if not self._cell.is_block(name):
            return loop.element(f"stored_{name}" if name in self._cell.stored else name)
        kind, end = name[0], name[1:]
        terms = [loop.element(f"w{end}")] if kind in "xw" else []
        if kind in "xu":
            if self._multiplies:
                terms.append(loop.element(f"u{end}"))
            else:
                terms.append(f"{loop.element(f'U{end}')} * {loop.element(operand)}")
            if self._cell.bias_rows > 1:
                terms.append(loop.element(f"b{end}"))
        return " + ".join(terms)

    def _step_back(self) -> _Function:
        stride = "stride = 1 if end - begin == rows else 0  # in the prefix all rows share one step"
        method = _Function("step_back", ["rows = last - first", stride], self._arrays("end:"))
        for number, (phase, blocks) in reversed(self._phases):
            method.emit(1, "for row in range(rows):")
            self._prefetch(method, _inputs(phase.backward))
            self._call(method, self._backward(number, phase, blocks), blocks, "row * stride")
            if blocks and self._multiplies:
                out = method.use("d_recalled" if phase.recalled else "d_state")
                gradients = method.use("dproducts") + self._columns(blocks)
                weights = method.use("U_T") + self._columns(blocks, transposed=True)
                product = "add_product" if "d_previous_state" in parsed(phase.backward).outputs else "multiply"
                method.emit(1, f"{product}({gradients}, {weights}, {out})")
        return method

    def _backward(self, number: int, phase: Phase, blocks: _Blocks) -> _Loop:
        loop, results = _Loop(f"backward_{number}"), [*parsed(phase.backward).outputs]
        of_blocks = [name for name in results if self._cell.is_block(name[2:])]
        of_products = {end: f"d_u{end}" if f"d_u{end}" in results else f"d_x{end}" for end in blocks}
        for name in _inputs(phase.backward):
            loop.emit(f"{name} = {loop.element(f'stored_{name}' if name in self._cell.stored else name)}")
        loop.emit(*_lines(phase.backward), *(f"{name} = flushed({name})" for name in of_blocks))
        for name in of_blocks:
            if name[2] != "u":
                loop.store(f"d_gate{name[3:]}", name)
        if self._cell.splits_gradients:
            for end, name in of_products.items():
                loop.store(f"d_product{end}", name)
        if blocks and self._cell.recurrent == "vector":
            terms = ["d_previous_state"] if "d_previous_state" in results else []
            terms += [f"{name} * {loop.element(f'U{end}')}" for end, name in of_products.items()]
            loop.emit(f"d_previous_state = {' + '.join(terms)}")
            results.append("d_previous_state")
        for name in self._cell.states:
            if f"d_previous_{name}" in results:
                loop.store(f"d_{name}", f"flushed(d_previous_{name})")
        return loop

    def _prefetch(self, method: _Function, inputs: tuple[str, ...]) -> None:
        arrays = ["activations"] if {*inputs} & {*self._cell.stored} else []
        arrays += [f"states[{k}]" for k, name in enumerate(self._cell.states) if f"previous_{name}" in inputs]
        if arrays:
            method.emit(2, "if begin >= rows:", *(f"    prefetch({array}, begin - rows + row)" for array in arrays))

    def _recurrent_gradient(self) -> _Function:
        method = _Function("add_recurrent_gradient", ["rows = end - begin"], self._arrays())
        for number, (phase, blocks) in self._phases:
            operand = _operand(phase)
            if phase.recalled:
                loop = _Loop(f"recall_{number}")
                for name in _inputs(phase.recalled):
                    loop.emit(f"{name} = {self._value(loop, name, '')}")
                loop.emit(*_lines(phase.recalled))
                loop.store("recalled", "recalled")
                method.emit(1, "for row in range(rows):")
                self._call(method, loop, blocks)
            if blocks and self._multiplies:
                gradients, total = (method.use(name) + self._columns(blocks) for name in ("dproducts", "total"))
                method.emit(1, f"add_product({method.use(operand)}.T, {gradients}, {total})")
            elif self._cell.recurrent == "vector":
                for k in map(self._cell.suffixes.index, blocks):
                    product = f"{method.use(operand)}[row, j] * {method.use('dproducts')}[row, {k} * units + j]"
                    method.emit(1, "for row in range(rows):", "    for j in range(units):")
                    method.emit(3, f"{method.use('total')}[0, {k} * units + j] += {product}")
        return method

    def _columns(self, blocks: _Blocks, transposed: bool = False) -> str:
        """Returns the source of a slice of the blocks' columns; empty if these are all."""
        if len(blocks) == self._cell.blocks:
            return ""
        first = self._cell.suffixes.index(blocks[0])
        return f"[{'' if transposed else ':, '}{first} * units : {first + len(blocks)} * units]"

    def _arrays(self, after: str = "end : end + rows") -> dict[str, str]:
        """Returns the places of a function's arrays; ``after`` are the packed rows of the states after the step."""
        states, blocks, stored = self._cell.states, self._cell.blocks, len(self._cell.stored)
        width, of_blocks = f"{blocks} * units", f"{blocks}, units" if blocks > 1 else "units"
        kernel = f"units, {width}" if self._multiplies else f"1, {width}"
        shapes = {"W_inputs": f"inputs, {blocks}, units", "input_index": "size,", "recurrent_kernel": kernel}
        shapes |= {"states": f"{len(states)}, size, units", "activations": f"size, {stored}, units"}
        shapes |= {"U_T": f"{width}, units", "recurrent_bias": f"{blocks}, units"}
        shapes |= {"dstates": f"{len(states)}, batch, units", "dproducts": f"rows, {width}", "total": kernel}
        shapes |= {"recalled": "rows, units"}
        arrays = {name: f"carray({name}_at, ({shape}))" for name, shape in shapes.items()}
        arrays |= {f"d_{name}": f"carray(d{name}_at, (rows, {of_blocks}))" for name in ("gates", "products")}
        arrays |= {"d_recalled": f"carray(recalled_at, ({shapes['recalled']}))"}
        arrays |= {"index": "input_index[begin:end]", "stored": "activations[begin:end]"}
        for k, name in enumerate(states):
            arrays |= {f"previous_{name}": f"states[{k}, begin:end]", name: f"states[{k}, {after}]"}
            arrays[f"d_{name}"] = f"dstates[{k}, first:last]"
        return arrays

    def _call(self, method: _Function, loop: _Loop, blocks: _Blocks, row: str = "row") -> None:
        """Adds a loop to the source, and its call for a row to a method."""
        self._loops.append(loop.text())
        self.loops.append(loop.name)
        views = {"w": ("W_inputs", "index[row]"), "u": ("product", "row"), "stored": ("stored", row)}
        views |= {"d_gate": ("d_gates", "row"), "d_product": ("d_products", "row")}
        places = self._places(blocks, row)
        used = {places[array][0] for array in loop.arrays}
        for view, (array, place) in views.items():
            if view in used:
                method.use(array)
                method.emit(2, f"{'values' if view == 'stored' else view} = {array}[{place}]")
        for array in (*used, *(["index"] if "w" in used else [])):
            method.use(array)
        method.emit(2, f"{loop.name}({', '.join(places[array][1] for array in loop.arrays)})")

    def _places(self, blocks: _Blocks, row: str) -> dict[str, tuple[str, str]]:
        """Returns for each array of a loop the method's array that it is a part of, and the part's source."""
        places = {f"stored_{value}": ("stored", f"values[{k}]") for k, value in enumerate(self._cell.stored)}
        for state in self._cell.states:
            for name in (state, f"previous_{state}"):
                places[name] = name, f"{name}[{row}]"
            places[f"d_{state}"] = f"d_{state}", f"d_{state}[row]"
        for name in ("recalled", "d_recalled"):
            places[name] = name, f"{name}[row]"
        for k, end in enumerate(self._cell.suffixes):
            places[f"w{end}"] = "w", f"w[{k}]"
            places[f"b{end}"] = "recurrent_bias", f"recurrent_bias[{k}]"
            places[f"U{end}"] = "recurrent_kernel", f"recurrent_kernel[0, {k} * units : {k + 1} * units]"
            for name in ("d_gate", "d_product"):
                places[name + end] = (name, f"{name}[{k}]") if self._cell.blocks > 1 else (f"{name}s", f"{name}s[row]")
        for k, end in enumerate(blocks):
            places[f"u{end}"] = "u", f"u[{k}]"
        return places


def _operand(phase: Phase) -> str:
    return "recalled" if phase.recalled else "previous_state"


def _inputs(formula: Formula | None) -> tuple[str, ...]:
    return parsed(formula).inputs if formula else ()


class _Float32(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:  # the name is required by ast
        return ast.Call(ast.Name("float32"), [node], [])


def _lines(formula: Formula | None) -> list[str]:
    lines = parsed(formula).lines if formula else ()
    return [ast.unparse(_Float32().visit(copy.deepcopy(line))) for line in lines]
