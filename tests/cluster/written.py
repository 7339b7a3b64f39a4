"""The lines of docs/cluster.md, put to work: what a university would write down stands there and nowhere else."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import dask
import distributed  # noqa: F401  # its defaults first: leaving a setting made before them removes them, too
import psutil
import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.protocol import SCHEDULER_VARIABLE
from tests.kit.servers import PROJECT

PLACES = f"{os.environ['PATH']}:/usr/sbin"
"""Where daemons lie."""
END_SECONDS = 60.0
"""How long a cluster may take to end once nobody wants it any more."""


def documented(language: str, mark: str, **changes: str) -> str:
    """Returns the block of docs/cluster.md that is written in this language and holds a mark.

    Each of the changes takes the place of all that its keyword's setting has, as in ``port="8787"``.
    """
    blocks = re.findall(rf"^```{language}\n(.*?)^```", (PROJECT / "docs" / "cluster.md").read_text(), re.M | re.S)
    [block] = [block for block in blocks if mark in block]
    for name, value in changes.items():
        block, count = re.subn(rf'\b{name}(": |=)("[^"]*"|\w+|\[.*\])', rf"{name}\g<1>{value}", block)
        assert count == 1, f"{name} stands in docs/cluster.md {count} times"
    return str(block)


def missing(*programs: str) -> list[str]:
    return [program for program in programs if shutil.which(program, path=PLACES) is None]


def certified(folder: Path) -> dict[str, str]:
    """Makes certificate and key as documented, and returns the variables that name them."""
    lines = documented("bash", "openssl req")
    done = subprocess.run(["bash", "-ec", f"{lines}\nenv -0"], cwd=folder, check=True, capture_output=True, text=True)
    variables = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    return {name: value for name, value in variables.items() if name.startswith("DASK_DISTRIBUTED__")}


@contextlib.contextmanager
def training_at(scheduler: str, record: RunStore, certificates: Mapping[str, str]) -> Iterator[Engine]:
    """Runs an engine whose workers are a cluster's, with the settings of Dask's that it reads from these variables."""
    names = [f"distributed.comm.tls.{name}" for name in ("ca-file", "client.cert", "client.key")]
    of_client = {name: dask.config.get(name, config=dask.config.collect_env(certificates)) for name in names}
    with pytest.MonkeyPatch.context() as environment, dask.config.set(of_client):
        environment.setenv(SCHEDULER_VARIABLE, scheduler)
        engine = Engine(record, "command line")
        engine.start()
        try:
            yield engine
        finally:
            engine.close()


def elsewhere(**variables: str) -> dict[str, str]:
    """Returns the environment of a machine that never heard of this program."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", CACHE_VARIABLE)}
    return environment | variables


@contextlib.contextmanager
def running(lines: str, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Runs the lines of a cluster, which first say the scheduler's address, until Ctrl-C; yields that address."""
    (folder / "cluster.py").write_text(lines)
    with (folder / "cluster.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "cluster.py"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,  # never written to: lines that wait for a key wait
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert process.stdout is not None
    try:
        address = os.read(process.stdout.fileno(), 1000).decode().strip()
        assert address, (folder / "cluster.log").read_text()
        yield address
        process.send_signal(signal.SIGINT)
        process.wait(END_SECONDS)
    finally:
        process.kill()
        process.wait()


def end_all(folder: Path) -> None:
    """Kills every process that works in a folder or has it in its environment, but for this one."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # another's, or one that has just ended
            known = [process.cwd(), *process.environ().values()]
            if process.pid != os.getpid() and any(str(folder) in value for value in known):
                process.kill()


def kill_tree(process: psutil.Process) -> None:
    for member in (*process.children(recursive=True), process):
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
