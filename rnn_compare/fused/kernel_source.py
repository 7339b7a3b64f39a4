"""The source of a cell's kernel, generated from its formulas: matrix products, then loops over the units of a row.

``tests/fused/lstm_kernel.py.txt`` shows what comes out for an LSTM. In a loop, ``z_[j]`` is the element of the array of
``z``. The loops over timesteps are shared (``recurrence``).
"""

import ast
import copy
from collections.abc import Iterable

from rnn_compare.cells.cell import Cell, Phase
from rnn_compare.cells.formula import Formula, parsed

_Blocks = tuple[str, ...]
"""The suffixes of a phase's gates and candidate, as in ``Cell.suffixes``."""


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


class _Method:
    """A method of the kernel: its head, the assignments of the arrays that its body uses, and its body.

    Args:
        arrays: The places of arrays by name, in the order of their assignments.
    """

    def __init__(self, head: Iterable[str], arrays: dict[str, str]) -> None:
        self._head, self._arrays = head, arrays
        self._used, self._body = set[str](), list[str]()

    def use(self, array: str) -> str:
        """Returns the name of an array and has it assigned, if it is one of ``arrays``."""
        self._used.add(array)
        return array

    def emit(self, indent: int, *lines: str) -> None:
        """Adds lines to the body, ``indent`` levels deep."""
        self._body += ["    " * indent + line for line in lines]

    def text(self) -> str:
        """Returns the method's source."""
        arrays = [f"    {name} = {place}" for name, place in self._arrays.items() if name in self._used]
        return "\n".join([*self._head, *arrays, *self._body])


class KernelSource:
    """The source of a cell's kernel.

    Attributes:
        text: The source.
        loops: Names of the functions that loop over the units of a row.
    """

    def __init__(self, cell: Cell) -> None:
        self._cell, self._functions = cell, list[str]()
        self.loops = list[str]()
        self._phases = list(enumerate(zip(cell.phases, cell.products, strict=True)))
        self._multiplies = cell.recurrent == "matrix"
        methods = [self._step(), self._step_back(), self._recurrent_gradient()]
        self.text = "\n\n\n".join([*self._functions, *(method.text() for method in methods)]) + "\n"

    def _step(self) -> _Method:
        method = self._method(
            "def step(self, begin, end):",
            "    rows, units = end - begin, self.states.shape[2]",
            "    index = self.input_index[begin:end]",
            end="end + rows",
        )
        recalls = [*(phase.recalled for phase in self._cell.phases[1:]), None]
        for (number, (phase, blocks)), recall in zip(self._phases, recalls, strict=True):
            operand = _operand(phase)
            if blocks and self._multiplies:
                count = len(blocks)
                columns = f"self.recurrent_kernel[:, {self._columns(blocks)}]"
                method.emit(1, f"product = np.empty((rows, {count}, units), np.float32)")
                product = f"product.reshape(rows, {count} * units)"
                method.emit(1, f"multiply({method.use(operand)}, {columns}, {product})")
            if recall:
                method.emit(1, "recalled = np.empty((rows, units), np.float32)")
            method.emit(1, "for row in range(rows):")
            if number == 0 and len(self._cell.suffixes) > 1:
                method.emit(2, "if row + AHEAD < rows:", "    prefetch(self.W_inputs, index[row + AHEAD])")
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

    def _step_back(self) -> _Method:
        method = self._method(
            "def step_back(self, begin, end, dstates, first, last, dgates, dproducts):",
            "    rows, units = last - first, dstates.shape[2]",
            "    stride = 1 if end - begin == rows else 0  # in the prefix all rows share one step",
        )
        for k, name in enumerate(self._cell.states):
            method.emit(1, f"d_{name} = dstates[{k}, first:last]")
        shape = f".reshape(rows, {self._cell.blocks}, units)" if self._cell.blocks > 1 else ""
        for name in ("gates", "products") if self._cell.splits_gradients else ("gates",):
            method.emit(1, f"d_{name} = d{name}{shape}")
        for number, (phase, blocks) in reversed(self._phases):
            method.emit(1, "for row in range(rows):")
            self._prefetch(method, _inputs(phase.backward))
            self._call(method, self._backward(number, phase, blocks), blocks, "row * stride")
            if blocks and self._multiplies:
                if phase.recalled:
                    method.emit(1, "d_recalled = np.empty((rows, units), np.float32)")
                out, columns = "d_recalled" if phase.recalled else "d_state", self._columns(blocks)
                product = "add_product" if "d_previous_state" in parsed(phase.backward).outputs else "multiply"
                method.emit(1, f"{product}(dproducts[:, {columns}], self.U_T[{columns}], {out})")
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

    def _prefetch(self, method: _Method, inputs: tuple[str, ...]) -> None:
        arrays = ["self.activations"] if {*inputs} & {*self._cell.stored} else []
        arrays += [f"self.states[{k}]" for k, name in enumerate(self._cell.states) if f"previous_{name}" in inputs]
        if arrays:
            method.emit(2, "if begin >= rows:", *(f"    prefetch({array}, begin - rows + row)" for array in arrays))

    def _recurrent_gradient(self) -> _Method:
        method = self._method(
            "def add_recurrent_gradient(self, total, begin, end, dproducts):",
            "    rows, units = end - begin, self.states.shape[2]",
        )
        for number, (phase, blocks) in self._phases:
            operand = _operand(phase)
            if phase.recalled:
                loop = _Loop(f"recall_{number}")
                for name in _inputs(phase.recalled):
                    loop.emit(f"{name} = {self._value(loop, name, '')}")
                loop.emit(*_lines(phase.recalled))
                loop.store("recalled", "recalled")
                method.emit(1, "recalled = np.empty((rows, units), np.float32)", "for row in range(rows):")
                self._call(method, loop, blocks)
            if blocks and self._multiplies:
                columns = self._columns(blocks)
                method.emit(1, f"add_product({method.use(operand)}.T, dproducts[:, {columns}], total[:, {columns}])")
            elif self._cell.recurrent == "vector":
                for k in map(self._cell.suffixes.index, blocks):
                    product = f"{method.use(operand)}[row, j] * dproducts[row, {k} * units + j]"
                    method.emit(1, "for row in range(rows):", "    for j in range(units):")
                    method.emit(3, f"total[0, {k} * units + j] += {product}")
        return method

    def _columns(self, blocks: _Blocks) -> str:
        first = self._cell.suffixes.index(blocks[0])
        return f"{first} * units : {first + len(blocks)} * units"

    def _method(self, *head: str, end: str = "") -> _Method:
        arrays = {"stored": "self.activations[begin:end]"}
        for k, name in enumerate(self._cell.states):
            arrays |= {f"previous_{name}": f"self.states[{k}, begin:end]", name: f"self.states[{k}, end:{end}]"}
        return _Method(head, arrays)

    def _call(self, method: _Method, loop: _Loop, blocks: _Blocks, row: str = "row") -> None:
        """Adds a loop to the source, and its call for a row to a method."""
        self._functions.append(loop.text())
        self.loops.append(loop.name)
        views = {"w": "self.W_inputs[index[row]]", "u": "product[row]", "stored": f"stored[{row}]"}
        views |= {"d_gate": "d_gates[row]", "d_product": "d_products[row]"}
        places = self._places(blocks, row)
        used = {places[array][0] for array in loop.arrays}
        for view, place in views.items():
            if view in used:
                method.emit(2, f"{'activations' if view == 'stored' else view} = {place}")
        for source in used:
            method.use(source)
        method.emit(2, f"{loop.name}({', '.join(places[array][1] for array in loop.arrays)})")

    def _places(self, blocks: _Blocks, row: str) -> dict[str, tuple[str, str]]:
        """Returns for each array of a loop the method's array that it is a part of, and the part's source."""
        places = {f"stored_{value}": ("stored", f"activations[{k}]") for k, value in enumerate(self._cell.stored)}
        for state in self._cell.states:
            for name in (state, f"previous_{state}"):
                places[name] = name, f"{name}[{row}]"
            places[f"d_{state}"] = f"d_{state}", f"d_{state}[row]"
        for name in ("recalled", "d_recalled"):
            places[name] = name, f"{name}[row]"
        for k, end in enumerate(self._cell.suffixes):
            places[f"w{end}"] = "w", f"w[{k}]"
            places[f"b{end}"] = "", f"self.recurrent_bias[{k}]"
            places[f"U{end}"] = "", f"self.recurrent_kernel[0, {k} * units : {k + 1} * units]"
            for name in ("d_gate", "d_product"):
                places[name + end] = (name, f"{name}[{k}]") if self._cell.blocks > 1 else ("", f"{name}s[row]")
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
