"""The page on which a browser runs the whole experiment: a folder for any host, or one file that opens from a disk."""

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from rnn_compare import browser
from rnn_compare.browser.joining import joined
from rnn_compare.browser.packed_reviews import as_text
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.palette import CSS
from rnn_compare.playground.packed_source import PackedSource
from rnn_compare.report.html_report import escaped_json, script_hash
from rnn_compare.report.reader import formulas

TITLE = "Recurrent networks, trained in your browser"
PAGE = "index.html"
_ASSETS = Path(__file__).parent / "assets"
_BROWSER = Path(browser.__file__).parent
_STYLES = (
    *(_BROWSER / "common" / name for name in ("theme.css", "verdicts.css", "chance.css")),
    *(_BROWSER / "drawing" / "cell" / name for name in ("cell.css", "inside.css")),
    _BROWSER / "drawing" / "curves" / "curve_figures.css",
    _BROWSER / "reading" / "reading.css",
    _ASSETS / "playground.css",
)


def folder(sources: Sequence[PackedSource], values: Mapping[str, Any]) -> dict[str, bytes]:
    """Returns the page's files by their names, the page itself last: it names the others relative to itself.

    Each address ends with a version, so that a host may have browsers keep the file for ever.

    Args:
        sources: The chosen one first.
        values: Their ``page_data``.
    """
    names = {source.dataset: f"{source.dataset}.gz" for source in sources} | {sources[0].dataset: "reviews.gz"}
    packed = {source.dataset: {"url": f"{names[source.dataset]}?{source.version}"} for source in sources}
    files = {names[source.dataset]: source.content for source in sources}
    return files | {PAGE: _page(values, packed, connect="; connect-src 'self'")}


def one_file(sources: Sequence[PackedSource], values: Mapping[str, Any]) -> bytes:
    """Returns the page with everything in it, which sends no request; arguments as for ``folder``."""
    return _page(values, {source.dataset: {"text": as_text(source.content)} for source in sources}, connect="")


def _page(values: Mapping[str, Any], packed: Mapping[str, Mapping[str, str]], connect: str) -> bytes:
    sources = {name: facts | {"packed": packed[name]} for name, facts in values["sources"].items()}
    script, address = _script(), escape(values["address"])
    return (
        Template((_ASSETS / "playground.html").read_text(encoding="utf-8"))
        .substitute(
            title=TITLE,
            description=escape(values["presets"][0]["question"]),
            hash=script_hash(script),
            connect=connect,
            canonical=f'<link rel="canonical" href="{address}">\n' if address else "",
            style=_style(),
            contents=escaped_json({**values, "sources": sources}),
            script=script,
        )
        .encode()
    )


@cache
def _style() -> str:
    colours = "; ".join(": ".join(item) for item in CSS.items())
    return "".join(path.read_text(encoding="utf-8") for path in _STYLES) + f":root {{ {colours} }}"


@cache
def _script() -> str:
    return f"{joined(_ASSETS / 'playground.js')}{formulas(map(cell, CELLS))}page.main(FORMULAS);"
