"""The page on which a browser runs the whole experiment: a folder for any host, or one file that opens from a disk."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from rnn_compare.browser.packed_reviews import as_text
from rnn_compare.playground.packed_source import PackedSource
from rnn_compare.report.html_report import escaped_json, script, script_hash, style

TITLE = "Recurrent networks, trained in your browser"
PAGE = "index.html"
_ASSETS = Path(__file__).parent / "assets"


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
    code, address = script(_ASSETS / "playground.js"), escape(values["address"])
    return (
        Template((_ASSETS / "playground.html").read_text(encoding="utf-8"))
        .substitute(
            title=TITLE,
            description=escape(values["presets"][0]["question"]),
            hash=script_hash(code),
            connect=connect,
            canonical=f'<link rel="canonical" href="{address}">\n' if address else "",
            style=style("playground/assets/playground.css"),
            contents=escaped_json({**values, "sources": sources}),
            script=code,
        )
        .encode()
    )
