import asyncio
import gc
import importlib.metadata
import io
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dask
import pytest

from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE, delete_files, run_folder
from rnn_compare.runs.events import Event
from rnn_compare.training.remote import bootstrap, bundle, worker
from rnn_compare.training.remote.attempt import Attempt
from rnn_compare.training.remote.connection import Connection, check_address
from rnn_compare.training.remote.members import Member, Members
from tests.epochs import epoch_end
from tests.training.conftest import tiny


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_a_scheduler_on_this_machine_needs_no_certificates(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tcp://example.org:8786", "tcp://127.0.0.1.evil.org:1"])
def test_a_scheduler_elsewhere_without_tls_is_refused_in_words(address: str) -> None:
    with pytest.raises(UserError, match="without TLS, anyone who reaches that scheduler can run code"):
        check_address(address)


@pytest.mark.parametrize(
    "address", ["", "here", "10.0.0.1:8786", "tls://host", "tls://host:port", "tls://[::1", "http://host:80"]
)
def test_what_is_no_address_is_refused_in_words(address: str) -> None:
    with pytest.raises(UserError, match=r"must be an address such as tls://"):
        check_address(address)


def test_missing_certificates_are_named_by_their_variables() -> None:
    with (
        dask.config.set({"distributed.comm.tls.ca-file": "ca.pem", "distributed.comm.tls.client.cert": None}),
        pytest.raises(UserError, match=r"DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT, .*CLIENT__KEY"),
    ):
        check_address("tls://10.0.0.1:8786")
    named = {f"distributed.comm.tls.{name}": "a.pem" for name in ("ca-file", "client.cert", "client.key")}
    with dask.config.set(named):
        check_address("tls://10.0.0.1:8786")


def test_the_package_is_sent_without_the_pages() -> None:
    digest, packed = bundle.package()
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert "rnn_compare/training/remote/worker.py" in names
    assert not [name for name in names if "dashboard" in name or not name.endswith(".py")]
    assert bundle.package()[0] == digest


def test_missing_packages_are_listed_with_the_command_that_installs_them() -> None:
    here: dict[str, str | None] = {name: bootstrap.version(name) for name in bundle.NEEDED}
    assert bundle.missing_packages(here) is None
    problem = bundle.missing_packages(here | {"numba": None, "keras": "2.1.0"})
    assert problem is not None
    assert problem.startswith(f"It lacks numba. It has keras 2.1.0; {here['keras']} is needed.")
    assert problem.endswith(f"pip install numba=={here['numba']} keras=={here['keras']}")


@pytest.mark.parametrize("distribution", ["tensorflow", "tensorflow-cpu"])
def test_tensorflow_counts_by_either_of_its_names(distribution: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def installed(name: str) -> str:
        if name != distribution:
            raise importlib.metadata.PackageNotFoundError(name)
        return "2.21.0"

    monkeypatch.setattr(importlib.metadata, "version", installed)
    assert bootstrap.version("tensorflow") == "2.21.0"
    assert bootstrap.version("keras") is None


class Worker(Connection):
    """A worker's process that is this one, which cannot be reached for the first so many fetches."""

    def __init__(self, unreachable: int = 0) -> None:
        super().__init__(client=None)
        self.unreachable = unreachable

    async def call(self, address: str, function: Any, *arguments: Any, seconds: float = 0) -> Any:  # noqa: ARG002  # as it
        if function is worker.fetch:
            if self.unreachable:
                self.unreachable -= 1
                raise OSError("no route")
            return {"last.npz": worker.RunFile(1, b"weights")}
        return None


def test_an_epoch_is_reported_after_its_weights_have_arrived(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr("rnn_compare.training.remote.attempt.AGAIN_SECONDS", 0.0)
    reported: list[tuple[str, Event, bool]] = []

    epochs = [epoch_end("run", number, 0.5, 0.7, 0.5, 0.7, 1.0) for number in (1, 2)]

    async def tell() -> None:
        def heard(attempt: str, event: Event) -> None:
            reported.append((attempt, event, (run_folder("run") / "last.npz").exists()))

        attempt = Attempt("attempt", "run", tiny(), Worker(unreachable=2), Member("there", {}), heard)
        for epoch in epochs:
            attempt.receive(epoch)
        attempt._events.put_nowait(None)
        await attempt._forward_events()

    asyncio.run(tell())
    assert reported == [("attempt", epoch, True) for epoch in epochs]
    assert (run_folder("run") / "last.npz").read_bytes() == b"weights"


def test_only_what_is_new_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    known = worker.announce("run", "attempt", {"last.npz": b"old", "best.npz": b"best"})
    assert worker.fetch("run", ("last.npz", "best.npz", "last.keras"), known) == {}
    (run_folder("run") / "last.npz").write_bytes(b"new")
    fetched = worker.fetch("run", ("last.npz", "best.npz"), known)
    assert {name: file.content for name, file in fetched.items()} == {"last.npz": b"new"}
    delete_files("run")
    assert not run_folder("run").exists()


def test_transferred_reviews_are_used_and_reused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, prepared_cache: Path
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    brought = bundle.reviews("bundled")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr("rnn_compare.reviews.prepared._elsewhere", {})
    assert not worker.has_reviews("bundled", brought.digest)
    worker.take_reviews("bundled", brought.digest, brought.files)
    from rnn_compare.reviews import prepared

    assert prepared.load("bundled").folder.parent == tmp_path / "reviews"
    assert prepared.load("bundled").training.labels.shape == (25_000,)
    assert worker.has_reviews("bundled", brought.digest)
    assert [path.name for path in (tmp_path / "reviews").iterdir()] == [f"bundled-{brought.digest}"]


def test_reviews_that_are_transferred_twice_at_a_time_are_stored_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As by two programs that share a cluster. A folder named by the files' place in memory had them collide."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr("rnn_compare.reviews.prepared._elsewhere", {})
    files = {f"{number}.npy": b"array" for number in range(200)}
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: worker.take_reviews("bundled", "digest", files), range(4)))
    assert [path.name for path in (tmp_path / "reviews").iterdir()] == ["bundled-digest"]
    assert len(list((tmp_path / "reviews" / "bundled-digest").iterdir())) == 200


class SlowWorker(Connection):
    """A worker that the package never reaches, as one behind a network that is down."""

    def __init__(self) -> None:
        super().__init__(client=None)
        self.collected = False

    async def bootstrap(self, address: str) -> int:  # noqa: ARG002  # as Connection's
        try:
            await asyncio.get_running_loop().create_future()  # nobody else knows of it
        except GeneratorExit:
            self.collected = True
            raise
        return 1


def test_what_prepares_a_worker_is_not_collected_while_it_waits() -> None:
    """The event loop itself keeps no task that waits."""

    async def prepare() -> bool:
        members, connection = Members(), SlowWorker()
        members.update({"there": {}}, connection)
        await asyncio.sleep(0)
        gc.collect()
        return connection.collected

    assert not asyncio.run(prepare())


def test_a_process_that_trains_for_one_version_of_the_program_takes_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(worker, "_at_work", {"an attempt"})
    (tmp_path / "packages" / "other").mkdir(parents=True)
    with pytest.raises(RuntimeError, match="still training for another version"):
        bootstrap._put_first(tmp_path / "packages" / "other", tmp_path)
    monkeypatch.setattr(worker, "_at_work", set())
    bootstrap._put_first(tmp_path / "packages" / "other", tmp_path)
    assert "rnn_compare" not in sys.modules
    assert sys.path[0] == str(tmp_path / "packages" / "other")


ADDED = {"action": "add-worker"}
CLOSING = {"action": "closing-worker", "reason": "signal-15"}
LOST = {"action": "remove-worker", "expected": False}
RETIRED = {"action": "remove-worker", "expected": True}


class Log:
    """A client of a scheduler that logged these events of one worker's address."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self._events = tuple((float(second), event) for second, event in enumerate(events))

    async def get_events(self, topic: str) -> tuple[tuple[float, dict[str, Any]], ...]:  # noqa: ARG002  # as Dask's
        return self._events


@pytest.mark.parametrize(
    ("log", "planned"),
    [
        (Log(ADDED, RETIRED, {"action": "retired"}, CLOSING), True),
        (Log(ADDED, CLOSING, {"action": "worker-status-change"}, LOST), True),
        (Log(ADDED, LOST), False),
        (Log(ADDED, RETIRED, CLOSING, ADDED, LOST), False),
        (Log(ADDED, LOST, ADDED, RETIRED, CLOSING, ADDED), True),
        (Log(), False),
    ],
    ids=["lifetime", "terminated", "killed", "killed later at the same address", "there again", "forgotten"],
)
def test_a_worker_that_was_retired_or_closed_is_distinguished_from_a_crash(log: Log, planned: bool) -> None:
    assert asyncio.run(Connection(log).ended_as_planned("tcp://there:1")) is planned
