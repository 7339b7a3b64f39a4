"""A script and all that it imports as one script, for pages that are one file."""

import re
from functools import cache
from pathlib import Path

_COMMENT = re.compile(r"^ *//.*\n|(?<=[;,{}()]) // .*$|/\*\* [\s\S]*?\*/ ?", re.MULTILINE)
_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE)


@cache
def joined(entry: Path) -> str:
    """Returns a script with all its imports, each as a function that returns its exports, without comments.

    Comments are a tenth of what each phone would fetch.

    Args:
        entry: The main script; ``page`` holds its exports. Modules import and export by name.
    """
    modules: dict[Path, str] = {}
    _add(entry.resolve(), modules)
    names = {path: f"module{place}" for place, path in enumerate(modules)} | {entry.resolve(): "page"}
    return "".join(_wrapped(path, text, names) for path, text in modules.items())


def _add(path: Path, modules: dict[Path, str]) -> None:
    """Adds a module after those that it imports."""
    text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
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
