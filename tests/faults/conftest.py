"""What breaks is really broken here: processes are killed, disks filled, files locked, clocks set."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK
from rnn_compare.runs.events import EpochEnd
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from tests.kit.caches import lend
from tests.kit.runs import shipped
from tests.kit.trainings import (
    in_cache,  # noqa: F401  # fixtures
    running_engine,  # fixtures
    training_cache,  # noqa: F401  # fixtures
)
from tests.training.conftest import store  # noqa: F401  # fixtures

PROJECT = Path(__file__).resolve().parents[2]
TINY = ["--maxlen", "20", "--units", "4", "--embedding-size", "4", "--vocabulary-size", "500", "--batch-size", "16"]
FIGURES = ("accuracy", "loss", "val_accuracy", "val_loss")

SPOIL = {
    "full": "head -c 1G /dev/zero > {disk}/filler 2> {disk}.log",
    "read-only": "mount -o remount,ro {disk}",
}
"""Shell commands that leave a disk without a free byte, or let nobody write to it."""

Command = Callable[..., "subprocess.Popen[str]"]


def alone() -> tuple[str, ...]:
    """Returns what gives a command mounts of its own; skips the test where the system lets nobody have them."""
    command = ("unshare", "--user", "--map-root-user", "--mount")
    if sys.platform != "linux" or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("this system lets nobody mount a file system of his own")
    return command


def figures(epoch: EpochEnd) -> list[float]:
    return [epoch[figure] for figure in FIGURES]


def curve(run: Run) -> dict[int, list[float]]:
    return {epoch.epoch: figures(epoch) for epoch in run.epochs}


def like(figures: object) -> Any:
    """Returns what equals figures within what continuing may change: docs/reliability.md."""
    return pytest.approx(figures, abs=1e-5)


def same_curve(run: Run, unbroken: Run) -> bool:
    """Tells whether two runs have the same epochs with the same figures."""
    return curve(run) == {epoch: like(figures) for epoch, figures in curve(unbroken).items()}


@pytest.fixture(autouse=True)
def _in_cache(in_cache: None) -> None:  # noqa: F811  # as above
    pass


@pytest.fixture(scope="package")
def engine(training_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:  # noqa: F811  # as above
    """An engine with two warm workers; none is left for other tests that count theirs."""
    with running_engine(training_cache, tmp_path_factory.mktemp("keras_home")) as engine:
        yield engine


@pytest.fixture
def cache(prepared_cache: Path, tmp_path: Path) -> Path:
    """A cache folder with prepared reviews and no runs, for processes of its own."""
    folder = tmp_path / "cache"
    shutil.copytree(prepared_cache / "reviews", folder / "reviews")
    return folder


SpoiltDisk = Callable[[str, str], list[str]]


@pytest.fixture
def spoilt_disk(prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SpoiltDisk:
    """Returns a command with a small disk of its own, ``tmp_path / "disk"``, where a cache has the book's recording.

    It takes how the disk is spoilt and a script of the shell that follows.
    """
    command = alone()
    content, disk = tmp_path / "content", tmp_path / "disk"
    lend(prepared_cache, content)
    disk.mkdir()
    monkeypatch.setenv(CACHE_VARIABLE, str(content))
    record = RunStore(content / "runs.db")
    shipped(record, BOOK)
    record.close()
    with sqlite3.connect(content / "runs.db") as connection:  # readers' connections are still open
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in ("-wal", "-shm"):
        (content / f"runs.db{ending}").unlink(missing_ok=True)
    monkeypatch.setenv(CACHE_VARIABLE, str(disk))
    mount = f"mount -t tmpfs -o size=32m small {disk}; cp -a {content}/. {disk}"
    return lambda how, script: [*command, "bash", "-c", f"{mount}; {SPOIL[how].format(disk=disk)}; {script}"]


@pytest.fixture
def command(cache: Path) -> Iterator[Command]:
    """Starts `python -m rnn_compare` with one worker; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, before: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "rnn_compare", *arguments],
            env={**os.environ, CACHE_VARIABLE: str(cache), "RNN_COMPARE_WORKERS": "1", **environment},
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
