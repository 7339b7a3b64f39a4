"""The files of a lecture's pages, each joined to one script and one style sheet, for few requests a page."""

import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rnn_compare.browser.joining import joined
from rnn_compare.server.assets import PACKAGE, gzipped, pack

PAGES = PACKAGE / "lecture" / "pages"
BROWSER = PACKAGE / "browser"
WORKER = BROWSER / "arithmetic" / "training" / "class_worker.js"
FOLDERS = {"join": "phone", "wall": "wall", "notes": "notes"}
"""Folders of ``lecture/pages`` by the pages' addresses."""
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
_IMPORT = re.compile(r'^@import "([^"]+)";\n', re.MULTILINE)


class PageFiles:
    """The files of one page.

    Args:
        name: Its address, as in ``FOLDERS``.

    Attributes:
        pages: Paths with their handlers; the last matches every name.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.pages = ((name, self._file), (f"{name}/", self._without_slash), (f"{name}/{{file}}", self._file))

    async def _file(self, request: Request) -> Response:
        name = request.path_params.get("file", f"{self._name}.html")
        files = contents(self._name)
        if name not in files:
            return Response("No such file.", status_code=404)
        return await gzipped(request, *files[name], _TYPES[Path(name).suffix])

    async def _without_slash(self, _request: Request) -> Response:
        """Redirects to the page, whose files have relative addresses."""
        return RedirectResponse(f"../{self._name}", status_code=308)


@cache
def contents(name: str) -> dict[str, tuple[bytes, str]]:
    """Returns a page's files by name, gzipped, each with its tag."""
    folder = PAGES / FOLDERS[name]
    files = {
        f"{name}.html": (folder / f"{name}.html").read_bytes(),
        f"{name}.css": styles(folder / f"{name}.css").encode(),
        f"{name}.js": joined(folder / f"{name}.js").encode(),
    }
    if name != "notes":
        files["worker.js"] = f"{joined(WORKER)}page.listen(self);\n".encode()
    return {file: pack(content) for file, content in files.items()}


def styles(sheet: Path) -> str:
    """Returns a style sheet with those that it imports in their place."""
    return _IMPORT.sub(lambda match: styles(sheet.parent / match[1]), sheet.read_text(encoding="utf-8"))
