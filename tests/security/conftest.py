"""Pages in this process with a secrets file, a real guarded server, and a visitor who speaks its websocket himself."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config

from rnn_compare.server.access import rules
from rnn_compare.server.app import App
from tests.kit.caches import lend
from tests.kit.servers import PROJECT, Server, serving

Route = tuple[str, list[str]]
PASS = "open sesame 22"
COOKIE_SECRET = "a secret of the tests, and of nobody else"
SECRETS = f"""
[presenter]
password = "{PASS}"
emails = ["Lecturer@University.Example"]
[auth]
redirect_uri = "http://127.0.0.1:8501/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "rnn-compare"
client_secret = "unused"
server_metadata_url = "http://127.0.0.1:9/none"
"""


# ---- pages in this process ---------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _fresh_rules(own_app: App, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  # it forgets
    """Nothing of an earlier test's tries, questions or secrets counts."""
    monkeypatch.setattr(rules, "READ_SECONDS", 0.0)


@pytest.fixture
def write_secrets(tmp_path: Path) -> Iterator[Callable[[str | bytes], Path]]:
    file = tmp_path / "secrets.toml"
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    st.secrets._reset()  # Streamlit reads them once, and an option that names another file does not change it

    def write(content: str | bytes) -> Path:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    yield write
    config.set_option("secrets.files", before)
    st.secrets._reset()


# ---- a real server -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def routes() -> list[Route]:
    """Every route of the served app, with its methods, in the order in which they are tried."""
    command = [sys.executable, "-m", "tests.security.routes_of_the_app"]
    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [(path, methods) for path, methods in json.loads(printed)]


@pytest.fixture(scope="session")
def guarded(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a presenter's pass and OIDC set, on the address that config.toml gives it.

    As its presenter starts it on a laptop, whom Streamlit asks what it asks developers; its home is beside its cache.
    """
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "home").mkdir()
    (folder / "secrets.toml").write_text(SECRETS)
    options = f"--secrets.files={folder / 'secrets.toml'}", "--server.headless=false"
    with contextlib.ExitStack() as running:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("HOME", str(folder / "home"))
            environment.setenv("BROWSER", "true")  # a command that does nothing
            server = running.enter_context(serving(lend(prepared_cache, folder / "cache"), *options, workers=1))
        yield server


@pytest.fixture(scope="session")
def lecture(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose presenter obeys the tests (benchmarks/presented.py), with a pass, opened to a class."""
    folder = tmp_path_factory.mktemp("lecture")
    (folder / "secrets.toml").write_text(SECRETS)
    secrets = f"--secrets.files={folder / 'secrets.toml'}"
    with serving(
        lend(prepared_cache, folder / "cache"), "--server.address=0.0.0.0", secrets, script="benchmarks/presented.py"
    ) as server:
        yield server
