"""The kernels of all cells, generated from their formulas: matrix products, then loops over the units of a row.

In the source of such a loop, ``z_[j]`` is the element of the array of ``z``. The loops over timesteps are shared
(``recurrence``).
"""

import ast
import copy
import re
from typing import Any

import numpy as np

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.formula import Formula, parsed
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.fused import arithmetic
from rnn_compare.fused.arithmetic import compiled_for_one_row
from rnn_compare.fused.cell_kernel import CellKernel

_TOOLS = {name: tool for name, tool in vars(arithmetic).items() if name[:2] != "__"} | {"float32": np.float32}
"""The global names of a kernel's source."""

_FETCH = """        if row + AHEAD < rows:
            prefetch(self.W_inputs, index[row + AHEAD])
"""


class _Source:
    """The source of a cell's kernel.

    Attributes:
        text: The source.
        loops: Names of the functions that loop over the units of a row.
        activations: The values, other than states, that a step stores for later phases and for the backward pass.
        splits_gradients: Whether W·input and U·state have different gradients.
    """

    def __init__(self, cell: Cell) -> None:
        self._cell, self.text, self.loops = cell, "", list[str]()
        self._phases = list(enumerate(zip(cell.phases, cell.products, strict=True)))
        formulas = [*(phase.backward for phase in cell.phases), *(phase.recalled for phase in cell.phases)]
        inputs = [name for formula in formulas for name in _inputs(formula)]
        inputs += [name for phase in cell.phases[1:] for name in _inputs(phase.forward) if not self._is_block(name)]
        states = (*cell.states, *(f"previous_{name}" for name in cell.states))
        self.activations = [name for name in dict.fromkeys(inputs) if not name.startswith("d_") and name not in states]
        inputs = [name for phase in cell.phases for name in _inputs(phase.forward)]
        self.splits_gradients = any(f"u{end}" in inputs for end in cell.suffixes)
        functions = [self._step(), self._step_back(), self._recurrent_gradient()]
        self.text += "\n".join(functions)

    def _is_block(self, name: str) -> bool:
        return name[:1] in "xwu" and name[1:] in self._cell.suffixes

    def _step(self) -> str:
        text = ""
        recalls = [*(phase.recalled for phase in self._cell.phases[1:]), None]
        for (number, (phase, blocks)), recall in zip(self._phases, recalls, strict=True):
            operand = "recalled" if phase.recalled else "previous_state"
            if blocks and self._cell.recurrent == "matrix":
                text += f"    product = np.empty((rows, {len(blocks)}, units), np.float32)\n"
                text += f"    multiply({operand}, self.recurrent_kernel[:, {self._columns(blocks)}], "
                text += f"product.reshape(rows, {len(blocks)} * units))\n"
            if recall:
                text += "    recalled = np.empty((rows, units), np.float32)\n"
            results = parsed(phase.forward).outputs
            inputs = [name for name in (*_inputs(phase.forward), *_inputs(recall)) if name not in results]
            lines = [f"{name} = {self._value(name, operand)}" for name in dict.fromkeys(inputs)]
            lines += [*_lines(phase.forward), *_lines(recall)]
            stored = [name for name in (*results, *inputs) if name in self.activations]
            stored = [name for name in stored if f"{name} = stored_{name}_[j]" not in lines]
            lines += [f"stored_{name}_[j] = {name}" for name in dict.fromkeys(stored)]
            lines += [f"{name}_[j] = {name}" for name in self._cell.states if name in results]
            lines += ["recalled_[j] = recalled"] * bool(recall)
            text += "    for row in range(rows):\n"
            text += _FETCH if number == 0 and len(self._cell.suffixes) > 1 else ""
            text += self._loop(f"forward_{number}", lines, blocks)
        head = "def step(self, begin, end):\n    rows, units = end - begin, self.states.shape[2]\n"
        return head + "    index = self.input_index[begin:end]\n" + self._arrays(text, "end + rows") + text

    def _value(self, name: str, operand: str) -> str:
        if not self._is_block(name):
            return f"stored_{name}_[j]" if name in self.activations else f"{name}_[j]"
        end = name[1:]
        product = f"u{end}_[j]" if self._cell.recurrent == "matrix" else f"U{end}_[j] * {operand}_[j]"
        product += f" + b{end}_[j]" if self._cell.bias_rows > 1 else ""
        return {"x": f"w{end}_[j] + {product}", "w": f"w{end}_[j]", "u": product}[name[0]]

    def _step_back(self) -> str:
        text = ""
        for k, name in enumerate(self._cell.states):
            text += f"    d_{name} = dstates[{k}, first:last]\n"
        for name in ("gates", *["products"] * self.splits_gradients):
            text += f"    d_{name} = d{name}{_by_block(self._cell.blocks)}\n"
        for number, (phase, blocks) in reversed(self._phases):
            results = [*parsed(phase.backward).outputs]
            of_blocks = [name for name in results if self._is_block(name[2:])]
            of_products = {end: f"d_u{end}" if f"d_u{end}" in results else f"d_x{end}" for end in blocks}
            inputs = _inputs(phase.backward)
            lines = [f"{name} = {f'stored_{name}' if name in self.activations else name}_[j]" for name in inputs]
            lines += _lines(phase.backward) + [f"{name} = flushed({name})" for name in of_blocks]
            lines += [f"d_gate{name[3:]}_[j] = {name}" for name in of_blocks if name[2] != "u"]
            if self.splits_gradients:
                lines += [f"d_product{end}_[j] = {name}" for end, name in of_products.items()]
            if blocks and self._cell.recurrent == "vector":
                product = " + ".join(f"{name} * U{end}_[j]" for end, name in of_products.items())
                lines.append(f"d_previous_state = {'d_previous_state + ' * ('d_previous_state' in results)}{product}")
                results.append("d_previous_state")
            before = [name for name in self._cell.states if f"d_previous_{name}" in results]
            lines += [f"d_{name}_[j] = flushed(d_previous_{name})" for name in before]
            text += "    for row in range(rows):\n" + self._fetch_back(inputs)
            text += self._loop(f"backward_{number}", lines, blocks, "row * stride")
            if blocks and self._cell.recurrent == "matrix":
                text += "    d_recalled = np.empty((rows, units), np.float32)\n" * bool(phase.recalled)
                out, columns = "d_recalled" if phase.recalled else "d_state", self._columns(blocks)
                product = "add_product" if "state" in before else "multiply"
                text += f"    {product}(dproducts[:, {columns}], self.U_T[{columns}], {out})\n"
        head = "def step_back(self, begin, end, dstates, first, last, dgates, dproducts):\n"
        head += "    rows, units = last - first, dstates.shape[2]\n"
        head += "    stride = 1 if end - begin == rows else 0  # in the prefix all rows share one step\n"
        return head + self._arrays(text, "") + text

    def _fetch_back(self, inputs: tuple[str, ...]) -> str:
        arrays = ["self.activations"] * bool({*inputs} & {*self.activations})
        arrays += [f"self.states[{k}]" for k, name in enumerate(self._cell.states) if f"previous_{name}" in inputs]
        lines = [f"            prefetch({array}, begin - rows + row)\n" for array in arrays]
        return "".join(["        if begin >= rows:\n", *lines] if lines else [])

    def _recurrent_gradient(self) -> str:
        text, cell = "", self._cell
        for number, (phase, blocks) in self._phases:
            operand = "recalled" if phase.recalled else "previous_state"
            if phase.recalled:
                lines = [f"{name} = {self._value(name, '')}" for name in _inputs(phase.recalled)]
                lines += [*_lines(phase.recalled), "recalled_[j] = recalled"]
                text += "    recalled = np.empty((rows, units), np.float32)\n    for row in range(rows):\n"
                text += self._loop(f"recall_{number}", lines, blocks)
            for k in map(cell.suffixes.index, blocks) if cell.recurrent == "vector" else ():
                text += "    for row in range(rows):\n        for j in range(units):\n"
                text += (
                    f"            total[0, {k} * units + j] += {operand}[row, j] * dproducts[row, {k} * units + j]\n"
                )
            if blocks and cell.recurrent == "matrix":
                columns = self._columns(blocks)
                text += f"    add_product({operand}.T, dproducts[:, {columns}], total[:, {columns}])\n"
        head = "def add_recurrent_gradient(self, total, begin, end, dproducts):\n"
        return head + "    rows, units = end - begin, self.states.shape[2]\n" + self._arrays(text, "") + text

    def _columns(self, blocks: tuple[str, ...]) -> str:
        first = self._cell.suffixes.index(blocks[0])
        return f"{first} * units : {first + len(blocks)} * units"

    def _arrays(self, text: str, end: str) -> str:
        """Returns the assignments of those of a step's arrays that ``text`` uses."""
        places = {"stored": "self.activations[begin:end]"}
        for k, name in enumerate(self._cell.states):
            places |= {f"previous_{name}": f"self.states[{k}, begin:end]", name: f"self.states[{k}, end:{end}]"}
        return "".join(f"    {name} = {place}\n" for name, place in places.items() if re.search(rf"\b{name}\b", text))

    def _loop(self, name: str, lines: list[str], blocks: tuple[str, ...], row: str = "row") -> str:
        """Adds a loop over the units of a row to the source, and returns its call."""
        body = "\n        ".join(lines)
        arrays = list(dict.fromkeys(re.findall(r"(\w+)_\[j\]", body)))
        signature = ", ".join(f"{array}_" for array in arrays)
        self.text += f"def {name}({signature}):\n    for j in range(len({arrays[0]}_)):\n        {body}\n\n\n"
        self.loops.append(name)
        places = {f"stored_{value}": f"activations[{k}]" for k, value in enumerate(self.activations)}
        for state in self._cell.states:
            places |= {state: f"{state}[{row}]", f"previous_{state}": f"previous_{state}[{row}]"}
        for array in ("recalled", *(f"d_{state}" for state in ("recalled", *self._cell.states))):
            places[array] = f"{array}[row]"
        for k, end in enumerate(self._cell.suffixes):
            places |= {f"w{end}": f"w[{k}]", f"b{end}": f"self.recurrent_bias[{k}]"}
            several = self._cell.blocks > 1
            places[f"d_gate{end}"] = f"d_gate[{k}]" if several else "d_gates[row]"
            places[f"d_product{end}"] = f"d_product[{k}]" if several else "d_products[row]"
            places[f"U{end}"] = f"self.recurrent_kernel[0, {k} * units : {k + 1} * units]"
        for k, end in enumerate(blocks):
            places[f"u{end}"] = f"u[{k}]"
        call = f"        {name}({', '.join(places[array] for array in arrays)})\n"
        views = {"w": "self.W_inputs[index[row]]", "u": "product[row]", "activations": f"stored[{row}]"}
        views |= {"d_gate": "d_gates[row]", "d_product": "d_products[row]"}
        used = [view for view in views if re.search(rf"\b{view}\[", call)]
        return "".join(f"        {view} = {views[view]}\n" for view in used) + call


def _inputs(formula: Formula | None) -> tuple[str, ...]:
    return parsed(formula).inputs if formula else ()


def _by_block(blocks: int) -> str:
    return f".reshape(rows, {blocks}, units)" if blocks > 1 else ""


class _Float32(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:  # the name is required by ast
        return ast.Call(ast.Name("float32"), [node], [])


def _lines(formula: Formula | None) -> list[str]:
    lines = parsed(formula).lines if formula else ()
    return [ast.unparse(_Float32().visit(copy.deepcopy(line))) for line in lines]


def _kernel(cell: Cell) -> type[CellKernel]:
    source, names = _Source(cell), dict(_TOOLS)
    exec(source.text, names)
    names |= {loop: compiled_for_one_row(names[loop]) for loop in source.loops}
    own: dict[str, Any] = {method: names[method] for method in ("step", "step_back", "add_recurrent_gradient")}
    own |= {"state_count": len(cell.states), "activation_count": len(source.activations), "blocks": cell.blocks}
    own |= {"splits_gradients": source.splits_gradients, "weight_count": 2 + (cell.recurrent != "none")}
    return type(f"{cell.name}Kernel", (CellKernel,), own | {"__module__": __name__})


KERNELS = {name: _kernel(cell(name)) for name in CELLS}
"""The kernel of each cell."""
globals().update({kernel.__name__: kernel for kernel in KERNELS.values()})  # Numba's cache looks up a class here
