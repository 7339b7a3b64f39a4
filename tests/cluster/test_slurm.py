"""The documented lines of SLURMCluster, on a real Slurm: a sweep, and a node that is drained under two trainings."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.slurm import Slurm
from tests.cluster.sweeps import lose_nothing, sweep
from tests.cluster.written import certified, documented, missing, running, training_at
from tests.kit.servers import PROJECT, free_port
from tests.kit.trainings import ListeningStore, until_ready

WORKERS = 2
DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch")

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        bool(missing(*DAEMONS)),
        reason="needs a Slurm: apt-get install slurm-wlm munge",
    ),
    pytest.mark.skipif(
        importlib.util.find_spec("dask_jobqueue") is None, reason="needs dask-jobqueue: pip install dask-jobqueue"
    ),
]


@pytest.fixture
def slurm(tmp_path: Path) -> Iterator[Slurm]:
    slurm = Slurm(tmp_path)
    try:
        slurm.start()
        yield slurm
    finally:
        slurm.end()


def test_a_sweep_on_slurm_loses_nothing_when_a_node_is_drained_and_new_jobs_take_its_place(
    slurm: Slurm, record: ListeningStore, tmp_path: Path
) -> None:
    certificates = certified(tmp_path)
    exports = [f"export {name}={path}" for name, path in certificates.items()]
    exports.append(f"export PYTHONPATH={PROJECT}")  # as if the program were installed
    lines = documented(
        "python",
        "SLURMCluster",
        port=f'{free_port()}, "host": "127.0.0.1"',
        job_script_prologue=repr(
            [f"source {sys.prefix}/bin/activate", "export RNN_COMPARE_CACHE=$TMPDIR/rnn-compare", *exports]
        ),
        jobs=str(WORKERS),
    )

    with (
        running(lines, tmp_path, slurm.environment | certificates) as scheduler,
        training_at(scheduler, record, certificates) as engine,
    ):
        sweep(engine, record, WORKERS)
        first = slurm.jobs()
        assert sorted(first.values()) == ["node1", "node2"]
        lose_nothing(engine, record, lambda _: slurm.drain("node1"))
        until_ready(engine, WORKERS)
        assert slurm.states()["node1"] == "drain"
        assert sorted(slurm.jobs().values()) == ["node2", "node3"]
        assert len(slurm.jobs().keys() - first.keys()) == 1, "a new job took the place of the one that was requeued"
    assert slurm.jobs() == {}
