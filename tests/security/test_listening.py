"""Who can reach the program: the whole process tree of a real server, and what the command line trains with."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.training.local.fork_server import workers_of
from tests.patience import PATIENCE, until
from tests.processes import PROJECT

from .conftest import Server

OWN_MACHINE = ("127.0.0.1", "::1")


def tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def listening(process: psutil.Process) -> set[tuple[str, int]]:
    """Address and port of everything that a process and its children listen on."""
    addresses = set()
    for member in tree(process):
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


@pytest.fixture
def training(prepared_cache: Path, tmp_path: Path) -> Iterator[psutil.Process]:
    """`python -m rnn_compare train`, at work."""
    (tmp_path / "reviews").symlink_to(prepared_cache / "reviews")
    command = ["train", "--cell", "SimpleRNN", "--units", "4", "--maxlen", "20", "--epochs", "100", "--reviews", "2000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "rnn_compare", *command],
        cwd=PROJECT,
        env={**os.environ, CACHE_VARIABLE: str(tmp_path), "RNN_COMPARE_WORKERS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield psutil.Process(process.pid)
    process.terminate()
    process.wait(PATIENCE)


def wait_for_workers(process: psutil.Process) -> None:
    until(lambda: workers_of(process))


def test_the_server_listens_on_this_machine_only(guarded: Server) -> None:
    addresses = listening(guarded.process)
    assert (guarded.host.split(":")[0], int(guarded.host.split(":")[1])) in addresses
    assert {address for address, _ in addresses} <= set(OWN_MACHINE), addresses


def test_the_command_line_listens_nowhere(training: psutil.Process) -> None:
    wait_for_workers(training)
    assert listening(training) == set()


def test_only_an_order_on_the_command_line_opens_the_page_to_others_and_never_the_workers(hall: Server) -> None:
    wait_for_workers(hall.process)
    addresses = listening(hall.process)
    assert addresses == {("0.0.0.0", int(hall.host.split(":")[1]))}, "nothing but the page"
    assert hall.ask("GET", "/", Host="hall.university.example")[0] == 200, "a machine has any name in its own network"
