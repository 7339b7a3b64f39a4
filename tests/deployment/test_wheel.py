"""The program without its checkout: a wheel is built, installed elsewhere, and its page visited."""

import email
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from playwright.sync_api import Page

from rnn_compare import __version__
from rnn_compare.services.services import FIRST_PAGE_VARIABLE
from tests.kit.caches import lend
from tests.kit.servers import PROJECT, free_port, started

from .conftest import built, pip
from .test_jupyter import HUB, TOKEN, jupyter_server, own_environment

COMPILED = ("NUMBA_CACHE_DIR", "PYTHONPYCACHEPREFIX", FIRST_PAGE_VARIABLE)
"""Settings that spare a new home two processes which would compile for minutes, and workers that nobody asks for."""


@dataclass(frozen=True)
class Installed:
    """An environment that holds the program, and a home of its own for whoever uses it."""

    bin: Path
    home: Path

    @property
    def variables(self) -> Mapping[str, str]:
        """Nothing of this process' own settings, and so nothing of the checkout, but for what is compiled already."""
        own = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.home), "RNN_COMPARE_WORKERS": "1"}
        return own | {name: os.environ[name] for name in COMPILED if name in os.environ}

    @property
    def data(self) -> Path:
        return self.home / ".local/share/rnn-compare"

    def run(self, *arguments: str, program: str = "rnn-compare") -> str:
        command = [str(self.bin / program), *arguments]
        done = subprocess.run(command, env=self.variables, cwd=self.home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return str(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(PROJECT, tmp_path_factory.mktemp("wheel"))


def test_wheel_and_source_archive_have_version_terms_and_ranges(wheel: Path, tmp_path: Path) -> None:
    assert wheel.name == f"rnn_compare-{__version__}-py3-none-any.whl"
    information, notice = f"rnn_compare-{__version__}.dist-info", (PROJECT / "NOTICE").read_text("utf-8")
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(f"{information}/licenses/NOTICE").decode() == notice
        metadata = email.message_from_bytes(archive.read(f"{information}/METADATA"))
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    required = {Requirement(line) for line in metadata.get_all("Requires-Dist", [])}
    assert required == {Requirement(line) for line in project["dependencies"]}
    with tarfile.open(built(PROJECT, tmp_path, "--sdist")) as sources:
        assert {f"rnn_compare-{__version__}/{name}" for name in ("LICENSE", "NOTICE")} <= set(sources.getnames())


@pytest.fixture(scope="module", params=["borrowed", pytest.param("whole", marks=pytest.mark.places)])
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An empty environment with the wheel, and all that it asks for: lent by this environment, or installed anew."""
    folder = tmp_path_factory.mktemp("installed")
    environment, home = folder / "environment", folder / "home"
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    if request.param == "borrowed":
        pip(python, str(wheel), "--no-deps")
        [packages] = environment.glob("lib/*/site-packages")
        (packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    else:
        pip(python, str(wheel), "jupyterlab", "jupyter-server-proxy")
    return Installed(environment / "bin", home)


@pytest.fixture
def page_of_the_wheel(installed: Installed, prepared_cache: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """What `rnn-compare` opens, and the file into which the browser that it calls writes where it was sent."""
    lend(prepared_cache, installed.data)
    opened, script, port = tmp_path / "opened", tmp_path / "browser", free_port()
    script.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    script.chmod(0o755)
    desk = {"BROWSER": str(script), "DISPLAY": ":0", "STREAMLIT_SERVER_PORT": str(port)}
    url = f"http://127.0.0.1:{port}"
    command = [str(installed.bin / "rnn-compare")]
    health = f"{url}/_stcore/health"
    with started(command, tmp_path / "page.log", health, {**installed.variables, **desk}, installed.home):
        yield url, opened


def test_the_command_line_is_there_and_writes_into_the_users_own_folder(installed: Installed) -> None:
    assert json.loads(installed.run("parameters", "--cell", "LSTM", "--units", "32", "--json"))["total"] == 328_353
    assert installed.run("runs").startswith("No runs yet")
    assert (installed.data / "runs.db").exists()


def test_rnn_compare_opens_the_browser_on_the_page(page_of_the_wheel: tuple[str, Path], page: Page) -> None:
    url, opened = page_of_the_wheel
    failed: list[str] = []
    page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
    page.goto(url)
    page.get_by_role("button", name="Train again").wait_for()
    page.locator(".rc-card", has_text="recorded").first.wait_for()  # the wheel carries the recordings
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Invite the class").click()
    page.get_by_text("rnn-compare page --server.address 0.0.0.0").wait_for()
    assert opened.read_text().strip() == url
    assert failed == []
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "16px", "the program's own settings hold"


@pytest.mark.places
@pytest.mark.parametrize("installed", ["whole"], indirect=True)
def test_jupyterlabs_launcher_opens_the_page(installed: Installed, page: Page, tmp_path: Path) -> None:
    port = free_port()
    environment = {**own_environment(tmp_path), **installed.variables}
    command = jupyter_server(str(installed.bin / "python"), "jupyterlab", port)
    with started(command, tmp_path / "lab.log", f"http://127.0.0.1:{port}{HUB}api", environment, installed.home):
        page.goto(f"http://127.0.0.1:{port}{HUB}lab?token={TOKEN}")
        with page.context.expect_page() as opening:
            page.locator(".jp-LauncherCard", has_text="RNN Compare").click()
        opened = opening.value
        opened.get_by_role("button", name="Train", exact=True).wait_for()
        assert opened.url.startswith(f"http://127.0.0.1:{port}{HUB}rnn-compare/")


@pytest.mark.places
@pytest.mark.parametrize("installed", ["whole"], indirect=True)
def test_a_package_with_parts_of_its_own_that_is_installed_beside_it_is_used_as_the_programs_own(
    installed: Installed, prepared_cache: Path, tmp_path: Path
) -> None:
    plugin = PROJECT / "tests" / "plugin"
    pip(installed.bin / "python", str(built(plugin, tmp_path)))  # what it depends on, the program, is there
    installed.data.mkdir(parents=True, exist_ok=True)
    lend(prepared_cache, installed.data)
    for script in ("use.py", "lecture.py"):
        installed.run("-P", str(plugin / script), program="python")
