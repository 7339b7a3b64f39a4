import contextlib
import os
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from rnn_compare.cli.main import main
from rnn_compare.paths import CACHE_VARIABLE


@pytest.fixture(scope="package")
def cache(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with the bundled reviews, into which the tests of this folder may prepare others."""
    folder = tmp_path_factory.mktemp("playground_cache")
    shutil.copytree(prepared_cache / "reviews", folder / "reviews", copy_function=os.symlink)
    return folder


@pytest.fixture(scope="package")
def site(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page in both forms, made by the command: ``course/page/`` for a host, and ``page.html``."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "course").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(cache))
        forms = ["--folder", str(folder / "course" / "page"), "--html", str(folder / "page.html")]
        assert main(["playground", *forms]) == 0
    return folder


@contextlib.contextmanager
def hosted(site: Path, handler: type[SimpleHTTPRequestHandler] = SimpleHTTPRequestHandler) -> Iterator[str]:
    """Hosts a site, and yields the address of its page, below a path."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/course/page/"
        server.shutdown()
