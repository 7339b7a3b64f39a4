"""What a browser needs for the first page: handed out from memory, and named before it is asked for."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from rnn_compare.server.assets import PACKAGE, ROOT, WIDGETS, StreamlitFiles, assets, links, modules, streamlit_modules
from tests.kit.asgi import answered

PAGE = (ROOT / "index.html").read_text()
KEPT_FOR_EVER = {
    "content-encoding": "gzip",
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
    "vary": "Accept-Encoding",
}
SCRIPT = next(iter(re.findall(r'src="\.(/static/js/index\.[^"]+)"', PAGE)))


def asked(path: str, method: str = "GET", encoding: str = "identity", **headers: str) -> httpx.Response:
    sent = {"Accept-Encoding": encoding, **headers}
    return asyncio.run(answered(StreamlitFiles(behind), method, path, headers=sent))


behind = PlainTextResponse("Streamlit", headers={"By": "Streamlit"})


def test_streamlits_scripts_come_from_memory_compressed_for_who_reads_that_and_are_kept_for_ever() -> None:
    script = (ROOT / SCRIPT[1:]).read_bytes()
    packed, plain = asked(SCRIPT, encoding="gzip, br"), asked(SCRIPT)
    assert packed.content == plain.content == script
    assert packed.headers.items() >= KEPT_FOR_EVER.items()
    assert "content-encoding" not in plain.headers
    [letters] = (ROOT / "static" / "media").glob("SourceSansVF-Upright*.woff2")
    answer = asked(f"/static/media/{letters.name}", encoding="gzip")
    assert (answer.content, answer.headers["content-type"]) == (letters.read_bytes(), "font/woff2")
    assert "content-encoding" not in answer.headers, "letters are compressed already"


def test_all_else_is_left_to_streamlit() -> None:
    paths = ("/try", "/static/js", "/static/js/none.js", "/static/%2e%2e/index.html")
    for method, path in (*(("GET", path) for path in paths), ("POST", SCRIPT), ("HEAD", SCRIPT), ("HEAD", "/")):
        assert asked(path, method).headers.get("by") == "Streamlit"


def test_a_streamlit_that_keeps_its_page_elsewhere_serves_it_and_the_log_says_what_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert asked("/").text != "Streamlit"
    monkeypatch.setattr("rnn_compare.server.assets.INDEX", tmp_path / "index.html")
    assert asked("/").text == "Streamlit"
    assert "more rounds" in caplog.text


def test_a_script_is_named_with_all_that_it_imports() -> None:
    names = modules("dashboard/assets/board/board.js")
    assert names[0] == "dashboard/assets/board/board.js"
    assert len(set(names)) == len(names)
    assert {name.rpartition("/")[0] for name in names} == {
        *(f"dashboard/assets/{folder}" for folder in ("board", "charts", "common")),
        *("browser/arithmetic", "browser/common", "browser/drawing/charts", "browser/drawing/curves"),
    }
    for path in (PACKAGE / name for name in names):
        imports = re.findall(r'from "([^"]+)"', path.read_text())
        assert {(path.parent / target).resolve() for target in imports} <= {PACKAGE / name for name in names}


def test_streamlits_scripts_are_named_with_all_that_they_import_but_for_what_its_page_names() -> None:
    for widget in WIDGETS:
        assert any(address.startswith(f"./static/js/{widget}.") for address in streamlit_modules(widget))
    addresses = streamlit_modules("Slider", "Selectbox")
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        imported = re.findall(r'(?:from|import)"\./([^"]+\.js)"', (ROOT / address).read_text())
        assert all(f"./static/js/{name}" in addresses or name in PAGE for name in imported)


def test_the_first_page_names_what_it_needs_in_its_head_and_is_asked_for_each_time() -> None:
    answer = asked("/", encoding="gzip", **{"If-None-Match": '"1"'})
    head, rest = answer.text.split("</head>")
    assert head.endswith(links().decode())
    assert (head.removesuffix(links().decode()) + "</head>" + rest) == PAGE
    assert (answer.headers["cache-control"], answer.headers["content-type"]) == ("no-cache", "text/html; charset=utf-8")
    for address in re.findall(r'href="([^"]+)"', links().decode()):
        assert (ROOT / address).is_file() or address.split("/", 2)[2] in assets()
