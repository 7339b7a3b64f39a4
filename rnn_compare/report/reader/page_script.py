"""The script of a single-file page: JavaScript modules joined into one, and cells' formulas translated."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.formula import Formula, parsed

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE)
_FUNCTIONS = "const { tanh } = Math;\nconst sigmoid = (x) => 0.5 * tanh(0.5 * x) + 0.5;\n"


@cache
def joined(entry: Path) -> str:
    """Returns a script with all its imports, each as a function that returns its exports.

    Args:
        entry: The main script; ``page`` holds its exports. Modules import and export by name.
    """
    modules: dict[Path, str] = {}
    _add(entry.resolve(), modules)
    names = {path: f"module{place}" for place, path in enumerate(modules)} | {entry.resolve(): "page"}
    return "".join(_wrapped(path, text, names) for path, text in modules.items())


def _add(path: Path, modules: dict[Path, str]) -> None:
    """Adds a module after those that it imports."""
    text = path.read_text(encoding="utf-8")
    for _, target in _IMPORT.findall(text):
        if (imported := (path.parent / target).resolve()) not in modules:
            _add(imported, modules)
    modules[path] = text


def _wrapped(path: Path, text: str, names: dict[Path, str]) -> str:
    def imported(match: re.Match[str]) -> str:
        return f"const {{{match[1].replace(' as ', ': ')}}} = {names[(path.parent / match[2]).resolve()]};\n"

    exports = ", ".join(match[1] for match in _EXPORT.finditer(text))
    body = _EXPORT.sub("", _IMPORT.sub(imported, text))
    return f"const {names[path]} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"


def formulas(cells: Iterable[Cell]) -> str:
    """Returns JavaScript that declares ``FORMULAS``: by a cell's name, the functions of each of its phases."""
    entries = {
        cell.name: ", ".join(
            f"{{ forward: {function(phase.forward)}, "
            f"recalled: {function(phase.recalled) if phase.recalled else 'undefined'} }}"
            for phase in cell.phases
        )
        for cell in cells
    }
    return (
        f"{_FUNCTIONS}const FORMULAS = {{ {', '.join(f'{name}: [{phases}]' for name, phases in entries.items())} }};\n"
    )


def function(formula: Formula) -> str:
    """Returns a formula as a JavaScript function of arrays by name, with one number per unit, and the number of units.

    Names, numbers, ``+ - * /`` and calls are written alike in both languages.

    Raises:
        ValueError: If the formula contains anything else.

    Example:
        >>> from rnn_compare.cells import mgu
        >>> print(function(mgu.recall))
        (values, units) => {
          for (let unit = 0; unit < units; unit++) {
            var f = values.f[unit];
            var previous_state = values.previous_state[unit];
            var recalled = f * previous_state;
            values.recalled[unit] = recalled;
          }
        }
    """
    parts = parsed(formula)
    lines = [f"var {name} = values.{name}[unit];" for name in parts.inputs]
    lines += [f"var {ast.unparse(line)};" for line in parts.lines]  # var, since a formula may assign to a name twice
    lines += [f"values.{name}[unit] = {name};" for name in parts.outputs]
    body = "".join(f"    {line}\n" for line in lines)
    return f"(values, units) => {{\n  for (let unit = 0; unit < units; unit++) {{\n{body}  }}\n}}"
