"""The documented lines of SSHCluster, over real SSH: a sweep, and a machine that goes down under two trainings."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.machines import Machines
from tests.cluster.sweeps import lose_nothing, sweep
from tests.cluster.written import certified, documented, missing, running, training_at
from tests.kit.servers import free_port
from tests.kit.trainings import ListeningStore

HOSTS = ("scheduler", "node1", "node2")

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(bool(missing("sshd", "ssh-keygen")), reason="needs sshd: apt-get install openssh-server"),
    pytest.mark.skipif(importlib.util.find_spec("asyncssh") is None, reason="needs asyncssh: pip install asyncssh"),
]


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    machines = Machines(tmp_path, HOSTS)
    try:
        machines.start()
        yield machines
    finally:
        machines.end()


def test_a_sweep_over_ssh_loses_nothing_when_a_machine_goes_down(
    machines: Machines, record: ListeningStore, tmp_path: Path
) -> None:
    certificates = certified(tmp_path)
    lines = documented(
        "python",
        "SSHCluster",
        n_workers="1",
        port=f'{free_port()}, "host": "127.0.0.1"',
        RNN_COMPARE_CACHE=f'"{tmp_path}/rnn-compare"',
    )
    with (
        running(lines, tmp_path, machines.environment | certificates) as scheduler,
        training_at(scheduler, record, certificates) as engine,
    ):
        sweep(engine, record, workers=2)
        lose_nothing(engine, record, lambda _: machines.switch_off("node1"))
