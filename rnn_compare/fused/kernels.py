"""The kernels of all cells, compiled from the sources that their formulas give."""

from typing import Any

import numpy as np

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.fused import arithmetic
from rnn_compare.fused.arithmetic import compiled_for_one_row
from rnn_compare.fused.cell_kernel import CellKernel
from rnn_compare.fused.kernel_source import KernelSource

_TOOLS = {name: tool for name, tool in vars(arithmetic).items() if name[:2] != "__"} | {"float32": np.float32}
"""The global names of a kernel's source."""


def _kernel(cell: Cell) -> type[CellKernel]:
    source, names = KernelSource(cell), dict(_TOOLS)
    exec(source.text, names)
    names |= {loop: compiled_for_one_row(names[loop]) for loop in source.loops}
    own: dict[str, Any] = {method: names[method] for method in ("step", "step_back", "add_recurrent_gradient")}
    own |= {"state_count": len(cell.states), "activation_count": len(cell.stored), "blocks": cell.blocks}
    own |= {"splits_gradients": cell.splits_gradients, "weight_count": 2 + (cell.recurrent != "none")}
    return type(f"{cell.name}Kernel", (CellKernel,), own | {"__module__": __name__})


KERNELS = {name: _kernel(cell(name)) for name in CELLS}
"""The kernel of each cell."""
globals().update({kernel.__name__: kernel for kernel in KERNELS.values()})  # Numba's cache looks up a class here
