"""The container: it starts with a pass only; built for real where buildah has the base image."""

import os
import re
import resource
import shutil
import ssl
import subprocess
import tomllib
from pathlib import Path

import certifi
import pytest

from rnn_compare.server.access.rules import LONGEST, SHORTEST
from tests.kit.servers import PROJECT, fetch, free_port, started

BASE = re.findall(r"^FROM (\S+)$", (PROJECT / "Containerfile").read_text(), re.MULTILINE)[0]
PASS = 'eight "characters" \\ or more'


def start(home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    streamlit = home / "bin/streamlit"
    streamlit.parent.mkdir(exist_ok=True)
    streamlit.write_text('#!/bin/sh\necho "pass=${RNN_COMPARE_PASS-none} $*"\n')
    streamlit.chmod(0o755)
    environment = {"HOME": str(home), "PATH": f"{streamlit.parent}:{os.environ['PATH']}", **variables}
    command = ["sh", str(PROJECT / "container/start"), "--server.baseUrlPath=course"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("files", [(), ("secrets.toml",)], ids=["no file", "an empty file"])
def test_without_a_pass_it_says_what_to_set_and_does_not_start(files: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    for name in files:
        (tmp_path / ".streamlit" / name).touch()
    done = start(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Set RNN_COMPARE_PASS" in done.stderr


@pytest.mark.parametrize("password", ["ü" * (SHORTEST - 1), "x" * (LONGEST + 1)])
def test_a_pass_too_short_or_too_long_is_refused_at_once(password: str, tmp_path: Path) -> None:
    done = start(tmp_path, RNN_COMPARE_PASS=password)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"must have {SHORTEST} to {LONGEST} characters" in done.stderr
    assert not (tmp_path / ".streamlit").exists()


def test_with_a_pass_it_listens_to_others(tmp_path: Path) -> None:
    done = start(tmp_path, RNN_COMPARE_PASS=PASS)
    options = "--server.address 0.0.0.0 --server.headless true --server.baseUrlPath=course"
    assert done.stdout == f"pass=none run app.py {options}\n", done.stderr
    secrets = tmp_path / ".streamlit/secrets.toml"
    assert tomllib.loads(secrets.read_text()) == {"presenter": {"password": PASS}}
    assert secrets.stat().st_mode & 0o077 == 0


def _is_here(buildah: str, image: str) -> bool:
    command = [buildah, "inspect", "--type", "image", image]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.places
def test_the_image_is_built_and_its_page_answers(tmp_path: Path) -> None:
    buildah = shutil.which("buildah")
    if buildah is None or not _is_here(buildah, BASE):
        pytest.skip(f"buildah and the image {BASE} are needed: `buildah pull {BASE}`.")
    # No user namespaces and no overlay are needed so: it works in a container or on a small machine.
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    shared = [f"--ulimit=nofile={limit}:{limit}", "--isolation=chroot", "--pull-never"]
    # pip of this machine may need a certificate of its own: the build is lent it.
    (tmp_path / "pip.conf").write_text("[global]\ncert = /etc/xdg/pip/certificates.pem\n")
    shutil.copy(ssl.get_default_verify_paths().cafile or certifi.where(), tmp_path / "certificates.pem")
    shared.append(f"--volume={tmp_path}:/etc/xdg/pip:ro")
    arguments = ["--tag=rnn-compare-test", "."]
    subprocess.run([buildah, "build", *shared, *arguments], cwd=PROJECT, check=True)
    container = subprocess.run(
        [buildah, "from", "--pull-never", "rnn-compare-test"], check=True, capture_output=True, text=True
    ).stdout.strip()
    try:
        port = free_port()
        run = [buildah, "run", "--isolation=chroot", "--user=rnn", f"--env=RNN_COMPARE_PASS={PASS}", container, "--"]
        command = [*run, "tini", "--", "sh", "/app/start", f"--server.port={port}"]
        with started(command, tmp_path / "log", f"http://127.0.0.1:{port}/_stcore/health"):
            assert b"<title>" in fetch(f"http://127.0.0.1:{port}/")[1]
    finally:
        subprocess.run([buildah, "rm", container], check=False)
        subprocess.run([buildah, "rmi", "rnn-compare-test"], check=False)
