"""Servers that tests start: a port that is free, and waiting until they answer."""

import contextlib
import http.client
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore
from tests.kit.waiting import PATIENCE

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true")

PORTS = range(20_000, 30_000)
"""Below those that Linux, macOS and Windows give to connections."""

_ANY_CERTIFICATE = ssl._create_unverified_context()


def page_of(script: str) -> list[str]:
    """Returns what starts a server of another script than the page's own."""
    return [script if part == "app.py" else part for part in PAGE]


def free_port() -> int:
    """Returns a port of this machine that nobody listens on, and that no other test was given lately.

    It is none that the system gives to whoever asks for any: before the server listens, it would go to somebody else.
    """
    last = Path(tempfile.gettempdir()) / f"rnn-compare-port-{os.getuid()}"
    with FileLock(f"{last}.lock"), socket.socket() as probe:
        port = int(last.read_text()) if last.exists() else PORTS.start
        while True:
            port = port + 1 if port + 1 in PORTS else PORTS.start
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                break
        last.write_text(str(port))
    return port


def fetch(url: str, **headers: str) -> tuple[Mapping[str, str], bytes]:
    """Returns the headers and the content of an address; whoever vouches for it counts for nothing here."""
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE, context=_ANY_CERTIFICATE) as answer:
        return answer.headers, answer.read()


@contextlib.contextmanager
def started(
    command: Sequence[str],
    log: Path,
    answers: str,
    environment: Mapping[str, str] | None = None,
    folder: Path = PROJECT,
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server until the end, or until somebody kills it.

    Args:
        command: What starts it.
        log: Takes what it says.
        answers: An address; the block begins once it answers.
        environment: All its variables; this process' own if None.
        folder: Where it runs.
    """
    with log.open("w") as stream:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT)
    try:
        _wait_until_up(answers, process, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2, context=_ANY_CERTIFICATE).close()
            return
        except OSError:  # not listening yet, too busy to answer, or a proxy that finds nobody behind it
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    pytest.fail(f"The server did not come up:\n{log.read_text()}")


def listening(process: psutil.Process) -> set[tuple[str, int]]:
    """Address and port of everything that a process and its children listen on."""
    addresses = set()
    for member in [process, *process.children(recursive=True)]:
        try:
            connections = member.net_connections("all")
        except psutil.NoSuchProcess:
            continue
        addresses |= {
            (c.laddr.ip, c.laddr.port) for c in connections if c.status == psutil.CONN_LISTEN and hasattr(c.laddr, "ip")
        }
        # A datagram socket that nobody has connected takes what anybody sends.
        addresses |= {(c.laddr.ip, c.laddr.port) for c in connections if c.type == 2 and hasattr(c.laddr, "ip")}
    return addresses


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it is, its process, its cache, the record it shares with us, its log."""

    host: str
    process: psutil.Process
    cache: Path
    store: RunStore
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, list[str]], bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        fields: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            fields.setdefault(name.lower(), []).append(value)
        content = answer.read()
        connection.close()
        return answer.status, fields, content


@contextlib.contextmanager
def serving(
    cache: Path, *arguments: str, script: str = "app.py", workers: int = 2, limits: str = ""
) -> Iterator[Server]:
    """Runs a server until the end, or until somebody kills it.

    Args:
        cache: Its cache folder, which may hold prepared reviews and earlier runs; its log is beside it.
        arguments: More of the command line.
        script: What it serves.
        workers: How many it may have.
        limits: As a shell sets them.
    """
    port = free_port()
    log = cache.parent / f"server-{port}.log"
    limited = ["sh", "-c", f'ulimit {limits}; exec "$@"', "sh"] if limits else []
    command = [*limited, *page_of(script), f"--server.port={port}", *arguments]
    environment = {**os.environ, CACHE_VARIABLE: str(cache), "RNN_COMPARE_WORKERS": str(workers)}
    with started(command, log, f"http://127.0.0.1:{port}/_stcore/health", environment) as process:
        store = RunStore(cache / "runs.db")
        yield Server(f"127.0.0.1:{port}", psutil.Process(process.pid), cache, store, log)
        store.close()
