"""The files of docs/deployment.md, put to work: what a university would write down stands there and nowhere else."""

import contextlib
import getpass
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore
from tests.kit.caches import lend
from tests.kit.classes import BEST
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


@contextlib.contextmanager
def behind_nginx(
    folder: Path, prepared_cache: Path, port: int, *options: str, keeps_the_path: bool = True
) -> Iterator[None]:
    """Serves a page with one finished run by the documented command, behind the documented nginx."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, *subject],
        check=True,
        capture_output=True,
    )
    path, inner = "course/" if keeps_the_path else "", free_port()
    own = {
        "/etc/ssl/rnn.university.example.pem": str(certificate),
        "/etc/ssl/private/rnn.university.example.key": str(key),
        DOCUMENTED_NAME: NAME,
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "http://127.0.0.1:8501/course/": f"http://127.0.0.1:{inner}/{path}",
    }
    command = documented("sh", "--server.allowedHosts").replace("\\\n", "").replace(DOCUMENTED_NAME, NAME).split()
    named = dict(zip(command[3::2], command[4::2], strict=True)) | {"--server.port": str(inner)}
    assert command[:3] == ["streamlit", "run", "app.py"]
    if not keeps_the_path:
        del named["--server.baseUrlPath"]
    record_a_run(folder / "cache", prepared_cache)
    ask_a_class(folder / "cache")
    environment = {**os.environ, CACHE_VARIABLE: str(folder / "cache"), "RNN_COMPARE_WORKERS": "1"}
    page = [*PAGE, *(f"{option}={value}" for option, value in named.items()), *options]
    health = f"http://127.0.0.1:{inner}/{path}_stcore/health"
    with (
        started(page, folder / "server.log", health, environment),
        nginx(
            folder,
            adapted(documented("nginx", "proxy_pass"), own),
            f"https://127.0.0.1:{port}/course/_stcore/health",
        ),
    ):
        yield


@contextlib.contextmanager
def nginx(folder: Path, site: str, answers: str) -> Iterator[None]:
    """Runs the system's nginx with a documented site, until the end; without one the test is skipped."""
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if path is None:
        sentence = "No nginx was found. Install it (Debian: nginx-light)."
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(sentence)
        pytest.skip(sentence)
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, user=getpass.getuser(), site=site))
    with started([path, "-c", str(configuration)], folder / "nginx.log", answers):
        yield


def ask_a_class(cache: Path) -> None:
    with contextlib.closing(Classroom(cache / "lecture.db")) as classroom:
        classroom.begin("A lecture")
        classroom.show_step(0, "Predict", "", BEST)
        classroom.open_vote()


def record_a_run(cache: Path, prepared_cache: Path) -> None:
    with contextlib.closing(RunStore(lend(prepared_cache, cache) / "runs.db")) as store:
        finished_run(store, 0.7, 0.7, epochs=2)


def built(project: Path, folder: Path, kind: str = "--wheel") -> Path:
    """Builds a project by the documented command, and returns the file."""
    command = [sys.executable, "-m", "build", kind, "--no-isolation", "--outdir", str(folder), str(project)]
    subprocess.run(command, check=True, capture_output=True)
    [made] = folder.iterdir()
    return made


def pip(python: Path, *arguments: str) -> None:
    """Installs something for another Python than this one."""
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", *arguments]
    subprocess.run(command, check=True)
