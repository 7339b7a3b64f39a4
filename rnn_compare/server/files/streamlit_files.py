"""Streamlit's own scripts, styles and letters, of which a first page takes more than a hundred."""

import re
from pathlib import Path

import streamlit
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rnn_compare.server.files import assets
from rnn_compare.server.urls import base_path

_IMPORT = re.compile(r'\b(?:from|import)"\./([\w.~-]+\.js)"')
ROOT = Path(streamlit.__file__).parent / "static"
"""Holds Streamlit's page, and below ``static/`` the files whose names tell their content."""


class StreamlitFiles:
    """Hands out the files of Streamlit's pages from memory; all else it leaves to the server behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._files = {
            f"{base_path()}/{path.relative_to(ROOT).as_posix()}": path
            for path in (ROOT / "static").rglob("*")
            if path.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request for one of them."""
        path = self._files.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        app = self.app if path is None else await assets.answer(path, Headers(scope=scope))
        await app(scope, receive, send)


def modules(*parts: str) -> list[str]:
    """Returns the addresses, seen from the first page, of Streamlit's scripts for some parts of a page.

    Args:
        parts: Names such as ``Slider``; one that this version of Streamlit does not know is passed over.

    Returns:
        Their scripts and all that these import, but for what the page names itself.
    """
    scripts = ROOT / "static" / "js"
    page = (ROOT / "index.html").read_text(encoding="utf-8")
    names = [path.name for part in parts for path in sorted(scripts.glob(f"{part}.*.js"))]
    for name in names:
        imports = _IMPORT.findall((scripts / name).read_text(encoding="utf-8"))
        names += [module for module in dict.fromkeys(imports) if module not in names and module not in page]
    return [f"./static/js/{name}" for name in names]
