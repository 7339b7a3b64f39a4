"""The page for any host, served by the documented nginx: what it tells browsers, and one that reads there."""

import getpass
import gzip
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page

from rnn_compare.cli.main import main
from rnn_compare.paths import CACHE_VARIABLE
from tests.kit.servers import free_port, started
from tests.playground.test_page import READ

from .conftest import NGINX, adapted, documented, nginx


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("everyone"), free_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(folder / "cache"))
        assert main(["playground", "--folder", str(folder / "playground"), "--source", "order"]) == 0
    location = adapted(documented("nginx", "/playground/"), {"root /srv": f"root {folder}"})
    site = f"server {{ listen 127.0.0.1:{port}; {location} }}"
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=getpass.getuser(), site=site))
    address = f"http://127.0.0.1:{port}/playground/"
    with started([nginx(), "-c", str(folder / "nginx.conf")], folder / "nginx.log", address):
        yield address


def test_nginx_serves_the_page_compressed_and_has_browsers_keep_the_data(address: str) -> None:
    page, data = (
        urlopen(Request(f"{address}{name}", headers={"Accept-Encoding": "gzip"})) for name in ("", "reviews.gz?1")
    )
    assert (page.headers["Content-Encoding"], page.headers["Cache-Control"]) == ("gzip", "no-cache")
    assert b'<main id="page">' in gzip.decompress(page.read())
    assert "immutable" in data.headers["Cache-Control"]
    assert data.headers["Content-Encoding"] is None
    assert data.read(2) == b"\x1f\x8b"


def test_a_browser_reads_the_texts_there(address: str, page: Page) -> None:
    page.goto(address)
    [count, _, positive] = page.evaluate(READ, {"reviews": 6_400, "maxlen": 40, "vocabulary_size": 100})
    assert (count, positive) == (256_000, 3_200)
