"""Files that never change while the server runs, handed out from its memory, compressed once.

A visitor's first page is more than a hundred of them. Read from the disk for each visitor, each by several threads,
they took half of the time until it was shown; sent as they are, they are four times as long.
"""

import gzip
from pathlib import Path

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import Response

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
_COMPRESSED_ALREADY = (".png", ".woff2")
_kept: dict[tuple[Path, bool], bytes] = {}


async def answer(path: Path, request: Headers) -> Response:
    """Returns a file as an answer that browsers keep for ever, so its address must change with its content.

    Args:
        path: The file.
        request: The headers of the request.
    """
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    packed = False
    if path.suffix not in _COMPRESSED_ALREADY:
        headers["Vary"] = "Accept-Encoding"
        if packed := "gzip" in request.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
    content = _kept.get((path, packed)) or await anyio.to_thread.run_sync(content_of, path, packed)
    return Response(content, media_type=_TYPES.get(path.suffix), headers=headers)


def content_of(path: Path, packed: bool) -> bytes:
    """Returns a file's content, which is kept from now on: Plotly takes a quarter of a second to compress.

    Args:
        path: The file.
        packed: Whether gzip compresses it.
    """
    if (path, packed) not in _kept:
        content = path.read_bytes()
        _kept[path, packed] = gzip.compress(content, compresslevel=6) if packed else content
    return _kept[path, packed]
