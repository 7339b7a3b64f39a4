"""The files of docs/deployment.md, put to work: what a university would write down stands there and nowhere else."""

import contextlib
import getpass
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.questions import Question
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore
from tests.kit.caches import lend
from tests.kit.runs import finished_run
from tests.kit.servers import PAGE, PROJECT, free_port, started

REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_NGINX"
NAME = "rnn.localhost"
"""Browsers look names that end so up nowhere: they are this machine. The server takes it for a name like any other."""
DOCUMENTED_NAME = "rnn.university.example"
NGINX = """
daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


def documented(kind: str, mark: str = "") -> str:
    """Returns the block of docs/deployment.md that is written in this language, and holds a mark."""
    blocks = re.findall(
        rf"^ *```{kind}$(.*?)^ *```$", (PROJECT / "docs/deployment.md").read_text(), re.DOTALL | re.MULTILINE
    )
    [match] = [block for block in blocks if mark in block]
    return str(match)


def adapted(text: str, own: Mapping[str, str]) -> str:
    """Puts own names, ports and folders in place of documented ones, each of which must be there."""
    for there, here in own.items():
        assert there in text, there
        text = text.replace(there, here)
    return text


@dataclass(frozen=True)
class Ports:
    """Where the outer and the inner server of a deployment listen."""

    nginx: int
    page: int

    @property
    def course(self) -> str:
        return f"https://{NAME}:{self.nginx}/course/"


@contextlib.contextmanager
def behind_nginx(
    folder: Path, prepared_cache: Path, ports: Ports, *options: str, keeps_the_path: bool = True
) -> Iterator[None]:
    """Serves a page with one finished run by the documented command, behind the documented nginx."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, *subject],
        check=True,
        capture_output=True,
    )
    path = "course/" if keeps_the_path else ""
    own = {
        "/etc/ssl/rnn.university.example.pem": str(certificate),
        "/etc/ssl/private/rnn.university.example.key": str(key),
        DOCUMENTED_NAME: NAME,
        "listen 443 ssl": f"listen 127.0.0.1:{ports.nginx} ssl",
        "http://127.0.0.1:8501/course/": f"http://127.0.0.1:{ports.page}/{path}",
    }
    (folder / "nginx.conf").write_text(
        NGINX.format(folder=folder, user=getpass.getuser(), site=adapted(documented("nginx", "proxy_pass"), own))
    )
    command = documented("sh", "--server.allowedHosts").replace("\\\n", "").replace(DOCUMENTED_NAME, NAME).split()
    named = dict(zip(command[3::2], command[4::2], strict=True)) | {"--server.port": str(ports.page)}
    assert command[:3] == ["streamlit", "run", "app.py"]
    if not keeps_the_path:
        del named["--server.baseUrlPath"]
    record_a_run(folder / "cache", prepared_cache)
    ask_a_class(folder / "cache")
    environment = {**os.environ, CACHE_VARIABLE: str(folder / "cache"), "RNN_COMPARE_WORKERS": "1"}
    page = [*PAGE, *(f"{option}={value}" for option, value in named.items()), *options]
    health = f"http://127.0.0.1:{ports.page}/{path}_stcore/health"
    with (
        started(page, folder / "server.log", health, environment),
        started(
            [nginx(), "-c", str(folder / "nginx.conf")],
            folder / "nginx.log",
            f"https://127.0.0.1:{ports.nginx}/course/_stcore/health",
        ),
    ):
        yield


@pytest.fixture(scope="module")
def ports() -> Ports:
    return Ports(free_port(), free_port())


def nginx() -> str:
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if path is None:
        sentence = "No nginx was found. Install it (Debian: nginx-light)."
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


def ask_a_class(cache: Path) -> None:
    classroom = Classroom(cache / "lecture.db")
    classroom.begin("A lecture")
    question = Question(id="best", kind="best_network", text="Which?", choices=("SimpleRNN", "LSTM"))
    classroom.show_step(0, "Predict", "", question)
    classroom.open_vote()
    classroom.close()


def record_a_run(cache: Path, prepared_cache: Path) -> None:
    lend(prepared_cache, cache)
    store = RunStore(cache / "runs.db")
    finished_run(store, 0.7, 0.7, epochs=2)
    store.close()
