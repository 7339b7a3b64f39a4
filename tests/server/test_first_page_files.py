"""What a browser needs for the first page: handed out from memory, and named before it is asked for."""

import asyncio
import gzip
import re
import socket
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Scope

from rnn_compare.server.assets import PACKAGE, ROOT, WIDGETS, StreamlitFiles, assets, links, modules, streamlit_modules
from rnn_compare.server.process import connections

PAGE = (ROOT / "index.html").read_text()
SCRIPT = next(iter(re.findall(r'src="\.(/static/js/index\.[^"]+)"', PAGE)))


def asked(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> tuple[dict[str, str], bytes]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": named}
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    async def ask() -> None:
        await app(scope, receive, send)

    asyncio.run(ask())
    fields = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    return fields, b"".join(message.get("body", b"") for message in messages[1:])


behind = PlainTextResponse("Streamlit")


def test_streamlits_scripts_come_from_memory_compressed_and_are_kept_for_ever() -> None:
    headers, body = asked(StreamlitFiles(behind), SCRIPT, accept_encoding="gzip, br")
    assert gzip.decompress(body) == (ROOT / SCRIPT[1:]).read_bytes()
    assert headers["content-encoding"] == "gzip"
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["vary"] == "Accept-Encoding"


def test_who_understands_no_compression_gets_a_script_as_it_is() -> None:
    headers, body = asked(StreamlitFiles(behind), SCRIPT)
    assert body == (ROOT / SCRIPT[1:]).read_bytes()
    assert "content-encoding" not in headers


def test_letters_are_compressed_already() -> None:
    [letters] = (ROOT / "static" / "media").glob("SourceSansVF-Upright*.woff2")
    headers, body = asked(StreamlitFiles(behind), f"/static/media/{letters.name}", accept_encoding="gzip")
    assert body == letters.read_bytes()
    assert (headers["content-type"], "content-encoding" in headers) == ("font/woff2", False)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "HEAD"),
        ("/try", "GET"),
        ("/static/js/none.js", "GET"),
        ("/static/../index.html", "GET"),
        ("/static//etc/passwd", "GET"),
        ("/static/js", "GET"),
        (SCRIPT, "POST"),
        (SCRIPT, "HEAD"),
    ],
)
def test_all_else_is_left_to_streamlit(path: str, method: str) -> None:
    assert asked(StreamlitFiles(behind), path, method)[1] == b"Streamlit"


def test_a_streamlit_that_keeps_its_page_elsewhere_serves_it_and_the_log_says_what_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert asked(StreamlitFiles(behind), "/")[1] != b"Streamlit"
    monkeypatch.setattr("rnn_compare.server.assets.INDEX", tmp_path / "index.html")
    assert asked(StreamlitFiles(behind), "/")[1] == b"Streamlit"
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


def test_every_widget_that_is_named_is_known_to_this_streamlit() -> None:
    for widget in WIDGETS:
        assert any(address.startswith(f"./static/js/{widget}.") for address in streamlit_modules(widget))


def test_streamlits_scripts_are_named_with_all_that_they_import_but_for_what_its_page_names() -> None:
    addresses = streamlit_modules("Slider", "Selectbox")
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        imported = re.findall(r'(?:from|import)"\./([^"]+\.js)"', (ROOT / address).read_text())
        assert all(f"./static/js/{name}" in addresses or name in PAGE for name in imported)


def test_the_first_page_names_what_it_needs_in_its_head_and_is_asked_for_each_time() -> None:
    headers, body = asked(StreamlitFiles(behind), "/", if_none_match='"1"', accept_encoding="gzip")
    head, rest = gzip.decompress(body).decode().split("</head>")
    assert head.endswith(links().decode())
    assert (head.removesuffix(links().decode()) + "</head>" + rest) == PAGE
    assert (headers["cache-control"], headers["content-type"]) == ("no-cache", "text/html; charset=utf-8")


def test_an_answer_is_sent_at_once_however_streamlit_has_bound_its_socket() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        connections.set_up_sockets([bound.fileno()], backlog=8)
        with socket.create_connection(bound.getsockname()), bound.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == connections.GONE_MS


def test_each_link_names_a_file() -> None:
    for address in re.findall(r'href="([^"]+)"', links().decode()):
        assert (ROOT / address).is_file() or address.split("/", 2)[2] in assets()
