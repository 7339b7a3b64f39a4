"""What a browser needs for the first page: handed out from memory, and named before it is asked for."""

import asyncio
import gzip
import re
import socket

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnn_compare.server import tuning
from rnn_compare.server.assets import (
    ASSETS,
    ROOT,
    WIDGETS,
    Preload,
    StreamlitFiles,
    assets,
    links,
    modules,
    streamlit_modules,
)

PAGE = (ROOT / "index.html").read_text()
SCRIPT = next(iter(re.findall(r'src="\.(/static/js/index\.[^"]+)"', PAGE)))


def asked(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> tuple[dict[str, str], bytes]:
    """The headers and the body of an answer."""
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": named}
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    async def ask() -> None:
        await app(scope, receive, send)

    asyncio.run(ask())
    found = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return found, b"".join(message.get("body", b"") for message in said[1:])


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
        ("/", "GET"),
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


def test_a_script_is_named_with_all_that_it_imports() -> None:
    names = modules("board/board.js")
    assert names[0] == "board/board.js"
    assert len(set(names)) == len(names)
    assert {name.partition("/")[0] for name in names} == {"board", "charts", "common"}
    for path in (ASSETS / name for name in names):
        imports = re.findall(r'from "([^"]+)"', path.read_text())
        assert {(path.parent / target).resolve() for target in imports} <= {ASSETS / name for name in names}


def test_every_widget_that_is_named_is_known_to_this_streamlit() -> None:
    for widget in WIDGETS:
        assert any(address.startswith(f"./static/js/{widget}.") for address in streamlit_modules(widget))


def test_streamlits_scripts_are_named_with_all_that_they_import_but_for_what_its_page_names() -> None:
    found = streamlit_modules("Slider", "Selectbox")
    assert len(set(found)) == len(found)
    for address in found:
        imported = re.findall(r'(?:from|import)"\./([^"]+\.js)"', (ROOT / address).read_text())
        assert all(f"./static/js/{name}" in found or name in PAGE for name in imported)


def test_the_first_page_names_what_it_needs_in_its_head() -> None:
    headers, body = asked(Preload(HTMLResponse(PAGE, headers={"ETag": '"1"', "Last-Modified": "then"})), "/")
    head, rest = body.decode().split("</head>")
    assert head.endswith(links().decode())
    assert (head.removesuffix(links().decode()) + "</head>" + rest) == PAGE
    assert int(headers["content-length"]) == len(body)
    assert not {"etag", "last-modified"} & set(headers)


def test_a_page_that_comes_in_pieces_is_sent_whole() -> None:
    async def in_pieces(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<head></he", "more_body": True})
        await send({"type": "http.response.body", "body": b"ad><body>", "more_body": False})

    assert asked(Preload(in_pieces), "/")[1] == b"<head>" + links() + b"</head><body>"


def test_a_browser_that_has_the_page_gets_it_whole_nevertheless() -> None:
    """Its links may be of another version."""
    seen: list[Scope] = []

    async def server(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await HTMLResponse(PAGE)(scope, receive, send)

    asked(Preload(server), "/", if_none_match='"1"', if_modified_since="then", accept="text/html")
    assert [name for name, _ in seen[0]["headers"]] == [b"accept"]


@pytest.mark.parametrize(
    ("path", "method", "answer"),
    [
        ("/try", "GET", HTMLResponse(PAGE)),
        ("/", "HEAD", HTMLResponse(PAGE)),
        ("/", "GET", PlainTextResponse("<head></head>")),
    ],
)
def test_other_answers_stay_as_they_are(path: str, method: str, answer: PlainTextResponse | HTMLResponse) -> None:
    headers, body = asked(Preload(answer), path, method)
    assert (headers["content-length"], body) == (str(len(answer.body)), answer.body)


def test_an_answer_is_sent_at_once_however_streamlit_has_bound_its_socket() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        tuning.set_up_sockets([bound.fileno()], backlog=8)
        with socket.create_connection(bound.getsockname()), bound.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == tuning.GONE_MS


def test_each_link_names_a_file() -> None:
    for address in re.findall(r'href="([^"]+)"', links().decode()):
        assert (ROOT / address).is_file() or address.split("/", 2)[2] in assets()
