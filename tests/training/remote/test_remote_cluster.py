import asyncio
from pathlib import Path
from typing import Any

import dask
import pytest

from rnn_compare.errors import UserError
from rnn_compare.runs.events import Ended
from rnn_compare.training.remote import worker
from rnn_compare.training.remote.cluster import check_address, loss_reason
from tests.kit.trainings import endless
from tests.kit.waiting import PATIENCE

WITHOUT_TLS = "without TLS, anyone who reaches that scheduler can run code"
NO_ADDRESS = "must be an address such as tls://"


@pytest.mark.parametrize(
    ("sentence", "addresses"),
    [
        (WITHOUT_TLS, ["tcp://10.0.0.1:8786", "tcp://example.org:8786", "tcp://127.0.0.1.evil.org:1"]),
        (NO_ADDRESS, ["", "here", "10.0.0.1:8786", "tls://host", "tls://host:port", "tls://[::1", "http://host:80"]),
    ],
)
def test_what_is_no_address_or_one_elsewhere_without_tls_is_refused_in_words(
    sentence: str, addresses: list[str]
) -> None:
    for address in addresses:
        with pytest.raises(UserError, match=sentence):
            check_address(address)


def test_missing_certificates_are_named_by_their_variables() -> None:
    with (
        dask.config.set({"distributed.comm.tls.ca-file": "ca.pem", "distributed.comm.tls.client.cert": None}),
        pytest.raises(UserError, match=r"DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT, .*CLIENT__KEY"),
    ):
        check_address("tls://10.0.0.1:8786")


def test_a_scheduler_on_this_machine_needs_no_certificates_and_one_elsewhere_takes_them() -> None:
    for address in ("tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"):
        check_address(address)
    named = {f"distributed.comm.tls.{name}": "a.pem" for name in ("ca-file", "client.cert", "client.key")}
    with dask.config.set(named):
        check_address("tls://10.0.0.1:8786")


@pytest.mark.usefixtures("in_cache")
def test_a_training_that_nobody_asks_about_any_more_ends_and_counts_as_no_end_of_its_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when the program that began it was killed."""
    monkeypatch.setattr(worker, "LEASE_SECONDS", 1.0)
    assert worker.start("left", "left", endless(), {}, {}, {}) is None
    left = worker._attempts.pop("left")
    left.join(PATIENCE)
    assert not left.is_alive()
    assert left.messages
    assert not any(isinstance(event, Ended) for event, _ in left.messages)


def test_a_worker_of_another_version_is_refused_with_what_to_install(tmp_path: Path) -> None:
    needed = worker.versions() | {"keras": "2.0.1"}
    with pytest.raises(
        UserError, match=r"It has keras 3\.\d+\.\d+; 2\.0\.1 is needed\. Install there the program .* wheel"
    ):
        asyncio.run(worker.prepare(needed, str(tmp_path)))


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
    ("log", "reason"),
    [
        (Log(ADDED, RETIRED, {"action": "retired"}, CLOSING), "was shut down"),
        (Log(ADDED, CLOSING, {"action": "worker-status-change"}, LOST), "was shut down"),
        (Log(ADDED, LOST), None),
        (Log(ADDED, RETIRED, CLOSING, ADDED, LOST), None),
        (Log(ADDED, LOST, ADDED, RETIRED, CLOSING, ADDED), "was shut down"),
        (Log(ADDED), "connection to its worker"),
        (Log(), "connection to its worker"),
    ],
    ids=["lifetime", "terminated", "killed", "killed later at the same address", "there again", "here", "forgotten"],
)
def test_only_a_crash_of_the_worker_counts_against_its_run(log: Log, reason: str | None) -> None:
    outcome = asyncio.run(loss_reason(log, "tcp://there:1"))
    assert outcome is None if reason is None else reason in str(outcome)
