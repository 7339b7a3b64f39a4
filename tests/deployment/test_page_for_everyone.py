"""The page for any host, served by the documented nginx: what it tells browsers of its files."""

import gzip
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from rnn_compare.cli.main import main
from rnn_compare.paths import CACHE_VARIABLE
from tests.kit.servers import free_port

from .conftest import adapted, documented, nginx


def test_the_page_comes_compressed_and_browsers_keep_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    assert main(["playground", "--folder", str(tmp_path / "playground"), "--source", "order"]) == 0
    port = free_port()
    location = adapted(documented("nginx", "/playground/"), {"root /srv": f"root {tmp_path}"})
    address = f"http://127.0.0.1:{port}/playground/"
    with nginx(tmp_path, f"server {{ listen 127.0.0.1:{port}; {location} }}", address):
        page, data = (
            urlopen(Request(f"{address}{name}", headers={"Accept-Encoding": "gzip"})) for name in ("", "reviews.gz?1")
        )
    assert (page.headers["Content-Encoding"], page.headers["Cache-Control"]) == ("gzip", "no-cache")
    assert b'<main id="page">' in gzip.decompress(page.read())
    assert "immutable" in data.headers["Cache-Control"]
    assert data.headers["Content-Encoding"] is None
    assert data.read(2) == b"\x1f\x8b"
