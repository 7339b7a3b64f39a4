"""A Dask cluster over TLS whose workers have the program and nothing else; what can break there is broken."""

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
import pytest

from rnn_compare.experiment_sets import experiment_from
from rnn_compare.paths import CACHE_VARIABLE, model_file, run_folder, weights_file
from rnn_compare.reviews import text_import
from rnn_compare.runs.events import Status
from rnn_compare.training.engine import Engine
from rnn_compare.training.local import supervision
from rnn_compare.training.protocol import SCHEDULER_VARIABLE
from tests.cluster.sweeps import lose_nothing
from tests.cluster.written import certified, elsewhere, training_at
from tests.faults.conftest import PROJECT, same_curve
from tests.kit.servers import free_port, listening
from tests.kit.trainings import (
    ListeningStore,
    endless,
    epochs_told,
    finished,
    tiny,
    until_ready,
    worker_processes,
)
from tests.kit.waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


class Elsewhere:
    """A scheduler and workers in a folder of their own, as on other machines; only workers have the program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = folder / "cache" / "rnn-compare-worker"
        self.address, self.worker_port = f"tls://127.0.0.1:{free_port()}", free_port()
        self.certificates = certified(folder)
        self.environment = elsewhere(**self.certificates, **{CACHE_VARIABLE: str(folder / "cache")})
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_scheduler(self) -> None:
        port = self.address.rpartition(":")[2]
        self.scheduler = self._start("scheduler", "--protocol", "tls", "--port", port, name="scheduler")

    def start_worker(self, port: int, path: str = str(PROJECT)) -> "subprocess.Popen[bytes]":
        name = f"worker-{len(self.workers)}"
        alone = ["--nworkers", "1", "--nthreads", "1", "--name", name, "--worker-port", str(port)]
        worker = self._start("worker", self.address, "--protocol", "tls", *alone, name=name, PYTHONPATH=path)
        self.workers.append(worker)
        return worker

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None:
                kill(process)

    def _start(self, *arguments: str, name: str, **environment: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard"],
                cwd=self.folder,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    cluster = Elsewhere(tmp_path_factory.mktemp("elsewhere"))
    tried = [sys.executable, "-c", "import rnn_compare"]
    assert subprocess.run(tried, cwd=cluster.folder, env=cluster.environment, capture_output=True).returncode == 1
    cluster.start_scheduler()
    cluster.start_worker(cluster.worker_port)
    yield cluster
    cluster.end()


@pytest.fixture(scope="module")
def record(training_cache: Path) -> Iterator[ListeningStore]:
    store = ListeningStore(training_cache / "elsewhere.db")
    yield store
    store.close()


@pytest.fixture(scope="module")
def far(training_cache: Path, record: ListeningStore, cluster: Elsewhere) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(training_cache))
        with training_at(cluster.address, record, cluster.certificates) as engine:
            until_ready(engine, 1)
            yield engine


def answers(processes: Iterable["subprocess.Popen[bytes]"]) -> list[int]:
    """Returns the statuses of all pages that processes may have, wherever they listen."""
    statuses = []
    for _, port in {address for process in processes for address in listening(psutil.Process(process.pid))}:
        for path in ("/info/main/logs.html", "/info/main/workers.html", "/json/identity.json", "/metrics", "/health"):
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with contextlib.suppress(OSError, http.client.HTTPException):  # where TLS is expected
                asking.request("GET", path)
                statuses.append(asking.getresponse().status)
            asking.close()
    return statuses


def test_with_the_documented_settings_nobody_answers_over_http_and_a_worker_without_the_program_is_refused(
    far: Engine, cluster: Elsewhere
) -> None:
    assert cluster.scheduler is not None
    everybody = [cluster.scheduler, *cluster.workers]
    until(lambda: answers(cluster.workers) and len(answers(everybody)) > 5)  # the scheduler's server is there too
    assert set(answers(everybody)) == {404}

    bare = cluster.start_worker(free_port(), path="")
    lacking = "It lacks this program, or has another version. Install"
    until(lambda: any(lacking in (worker.problem or "") for worker in far.workers()))
    kill(bare)
    until(lambda: len(far.workers()) == 1)


def test_workers_without_data_train_to_the_same_curves_on_texts_of_ones_own_too(
    far: Engine, record: ListeningStore, engine: Engine, store: ListeningStore, cluster: Elsewhere, tmp_path: Path
) -> None:
    tickets = tmp_path / "tickets.csv"
    rows = [f"ticket {number} is {'broken' if number % 3 else 'done'},{number % 3 > 0}" for number in range(200)]
    tickets.write_text("\n".join(["text,open", *rows]))
    own = text_import.import_texts(str(tickets)).name
    experiments = [tiny(cell="LSTM", dropout=0.3, epochs=4), experiment_from({"source": own, "units": 4, "epochs": 2})]
    there = finished(far, record, far.submit(experiments))
    here = finished(engine, store, engine.submit(experiments))
    assert all(same_curve(remote, other) for remote, other in zip(there, here, strict=True))
    assert all(record.weights_were_there)
    for which in ("last", "best"):
        assert weights_file(there[0].id, which).exists()
        assert model_file(there[0].id, which).exists()
    until(lambda: not list(cluster.kept.glob("runs/*")))  # they have been fetched


def test_a_stopped_run_leaves_its_worker_to_the_next(far: Engine, record: ListeningStore) -> None:
    before = [worker.address for worker in far.workers()]
    stopped, following = far.submit([endless(), tiny()])
    until(lambda: record.run(stopped).epochs)
    far.stop(stopped)
    finished(far, record, [following])
    assert record.run(stopped).status is Status.STOPPED
    assert [worker.address for worker in far.workers()] == before


def test_a_killed_worker_that_is_back_at_the_same_address_loses_no_epoch_and_trains_none_twice(
    far: Engine, record: ListeningStore, cluster: Elsewhere
) -> None:
    address = ("127.0.0.1", cluster.worker_port)
    prepared = list(cluster.kept.glob("reviews/bundled-*"))

    def kill_the_worker(_: list[str]) -> None:
        nanny = psutil.Process(cluster.workers[0].pid)
        [process] = [child for child in nanny.children(recursive=True) if address in listening(child)]
        process.kill()

    first, _ = lose_nothing(far, record, kill_the_worker, at_work=1, epochs=8)
    assert [worker.address for worker in far.workers()] == [f"tls://127.0.0.1:{cluster.worker_port}"]
    epochs = epochs_told(record, first.id)
    assert epochs.count(max(epochs)) == 1, "no second training told the same epochs"
    assert list(cluster.kept.glob("reviews/bundled-*")) == prepared, "once for all workers of a machine"


@pytest.mark.thorough
def test_a_killed_scheduler_is_named_and_what_ran_goes_on_with_other_workers_when_it_is_back(
    far: Engine, record: ListeningStore, cluster: Elsewhere
) -> None:
    cluster.start_worker(free_port())
    until_ready(far, 2)

    def replace_the_scheduler(runs: list[str]) -> None:
        assert cluster.scheduler is not None
        kill(cluster.scheduler)
        until(lambda: all(run.status is Status.QUEUED for run in record.runs(runs)))
        until(lambda: far.state.phase == "starting")
        assert "connection to its worker was lost" in (record.run(runs[0]).reason or "")
        for worker in cluster.workers:
            kill(worker)
        cluster.start_scheduler()
        cluster.start_worker(free_port())

    first, _ = lose_nothing(far, record, replace_the_scheduler, interrupted=2, epochs=8)
    assert not list(run_folder(first.id).glob(".*")), "nothing half written"


def test_beside_a_scheduler_that_is_not_there_a_worker_here_answers_while_it_is_asked_and_runs_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SCHEDULER_VARIABLE, "tls://127.0.0.1:1")
    monkeypatch.setattr(supervision, "REST_SECONDS", 0.5)
    of_others = worker_processes()
    record = ListeningStore(tmp_path / "runs.db")
    engine = Engine(record, "command line", somebody_there=lambda: False)
    engine.start()
    assert "simple_rnn" in engine.summary(tiny(), PATIENCE)
    until(lambda: worker_processes() == of_others)
    [run] = engine.submit([tiny()])
    until(lambda: "cannot be reached" in (engine.state.reason or ""))
    assert record.run(run).status is Status.QUEUED
    assert engine.workers() == []
    engine.close()
    assert record.run(run).status is Status.INTERRUPTED
    record.close()
