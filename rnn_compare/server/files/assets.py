"""The pages' scripts and styles, which the server hands out itself.

A component's own JavaScript goes out with every message that it gets. As files of the server they are loaded once and
kept by the browser.
"""

import functools
import hashlib
import importlib.resources
import posixpath
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from rnn_compare.server.files import static_cache
from rnn_compare.server.urls import FOLDER

PATH = f"{FOLDER}/{{version}}/{{name:path}}"
ASSETS = Path(__file__).parents[2] / "dashboard" / "assets"
_IMPORT = re.compile(r'^(?:import|export)\b[^"]*?"(\.[\w./-]+\.js)";', re.MULTILINE)


@functools.cache
def assets() -> dict[str, Path]:
    """Returns the served files by name, such as ``board/board.js``; Plotly's library comes from its Python package."""
    plotly = Path(str(importlib.resources.files("plotly"))) / "package_data" / "plotly.min.js"
    return {"plotly.min.js": plotly} | {
        path.relative_to(ASSETS).as_posix(): path for path in ASSETS.rglob("*") if path.is_file()
    }


@functools.cache
def _version() -> str:
    contents = hashlib.sha256()
    for name, path in sorted(assets().items()):
        contents.update(name.encode() + path.read_bytes())
    return contents.hexdigest()[:12]


def url(name: str) -> str:
    """Returns where a page finds an asset; it changes with any asset, so it can be kept for ever."""
    return f"{FOLDER}/{_version()}/{name}"


@functools.cache
def modules(script: str) -> list[str]:
    """Returns the names of a script and of all that it imports, and what these import."""
    names = [script]
    for name in names:
        imports = _IMPORT.findall(assets()[name].read_text(encoding="utf-8"))
        targets = dict.fromkeys(posixpath.normpath(f"{posixpath.dirname(name)}/{path}") for path in imports)
        names += [target for target in targets if target not in names]
    return names


async def serve(request: Request) -> Response:
    """Answers with an asset; only names that :func:`assets` lists lead to a file."""
    name = request.path_params["name"]
    if name not in assets():
        return Response("There is no such file.", status_code=404)
    return await static_cache.answer(assets()[name], request.headers)
