"""The workers of a Dask cluster, on which the program is installed."""

import contextlib
import functools
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from distributed import Client

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.training import protocol
from rnn_compare.training.local.cluster import NO_ANSWER, LocalWorkers
from rnn_compare.training.remote import worker
from rnn_compare.training.remote.address import check_address
from rnn_compare.training.remote.attempt import Attempt, RefusedError, loss_reason
from rnn_compare.training.worker import job

T = TypeVar("T")

_log = logging.getLogger(__name__)

LOOK_SECONDS, RETRY_SECONDS, CONNECT_SECONDS = 0.5, 2.0, 5.0
"""Intervals between looks at the scheduler's list of workers and between connections; the longest wait for one."""
QUIET_SECONDS = 2.0
"""Time in which a scheduler answers if all is well; only then its silence is reported."""
SILENCE_SECONDS = 20.0
"""Maximum silence of a scheduler before the connection counts as lost."""
REFUSED_SECONDS = 30.0
"""Time until an unusable worker is tried again."""
CLOSE_SECONDS = 5.0
INSTALL = "Install there the program that this machine has, as a wheel: docs/cluster.md."


@dataclass
class _Member:
    """A worker in the scheduler's list.

    Attributes:
        facts: Its latest entry there.
        since: When it was last tried.
        pid: Its process, once it is ready.
        problem: Why it cannot be used, in a sentence.
    """

    facts: dict[str, Any]
    since: float
    pid: int | None = None
    problem: str | None = None


class RemoteWorkers(protocol.Workers):
    """The workers of a cluster, given its scheduler's address.

    A thread follows the scheduler's list of workers and reconnects after a loss; runs wait meanwhile. Another one
    follows each attempt. Questions (summaries, ``.keras`` files, analyses) are answered by one worker on this machine,
    which has all files; the first question starts it.

    Args:
        address: Such as ``tls://10.0.0.1:8786``.
        on_event, on_progress, on_change: As in ``LocalWorkers``.

    Raises:
        UserError: If the address is not allowed.
    """

    resting = False

    def __init__(
        self,
        address: str,
        on_event: protocol.OnEvent,
        on_progress: protocol.OnProgress,
        on_change: Callable[[], None],
    ) -> None:
        check_address(address)
        for logger in ("distributed", "distributed.client"):  # a lost scheduler is reported in a sentence
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        self._address = address
        self._on_event, self._on_progress, self._on_change = on_event, on_progress, on_change
        self._problem: str | None = None
        self._began = time.monotonic()
        self._client: Any = None  # distributed has few types
        self._members: dict[str, _Member] = {}
        self._attempts: dict[str, str] = {}
        self._local: LocalWorkers | None = None
        self._wants_local = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._live, name="cluster", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str | None:
        """Why there are no workers, in a sentence."""
        if self._problem or self.addresses():
            return self._problem
        if self._client is None:
            late = time.monotonic() - self._began > QUIET_SECONDS
            return f"The scheduler {self._address} has not answered yet." if late else None
        if not self._members:
            return f"The scheduler {self._address} has no workers yet. Start some."
        problems = filter(None, [member.problem for member in list(self._members.values())])
        return next(problems, "The cluster's workers are starting: loading TensorFlow.")

    def addresses(self) -> list[str]:
        """Returns the workers that accept runs; a retiring one only finishes its present run."""
        return [
            address
            for address, member in list(self._members.items())
            if member.pid and member.facts.get("status") == "running"
        ]

    def info(self) -> list[protocol.WorkerInfo]:
        """Returns information about each worker."""
        return [
            protocol.WorkerInfo(
                address,
                " · ".join(dict.fromkeys((str(member.facts.get("name", "")), address.partition("://")[2]))),
                int(member.facts.get("metrics", {}).get("memory", 0)),
                int(member.facts.get("memory_limit") or 0),
                problem=member.problem,
                ready=member.pid is not None,
            )
            for address, member in list(self._members.items())
        ]

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> protocol.Training:
        """Sends a run to a worker, with its checkpoint."""
        training: protocol.Training = Future()
        call, is_listed = functools.partial(self._call, address), lambda: address in self._members
        sent = Attempt(attempt, run, experiment, call, is_listed, self._on_event, self._closing)
        self._attempts[attempt] = address
        _in_thread(self._follow_attempt, address, sent, training)
        return training

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Asks an attempt to end after its current batch."""
        _in_thread(self._call, address, job.ask_to_stop, attempt)

    def kill(self, address: str) -> None:
        """Lets a worker's nanny kill it. A worker without one is spared, since nobody would restart it."""
        member = self._members.get(address)
        if member and member.pid and member.facts.get("nanny"):
            _in_thread(self._call, address, os.kill, member.pid, signal.SIGKILL, nanny=True)

    def share_cores(self, training: Collection[str]) -> None:
        """Does nothing: a cluster's cores are up to its owners."""

    def maintain(self) -> None:
        """Looks after the worker on this machine, if there is one; the scheduler looks after the others."""
        if self._local is not None:
            self._local.maintain()
        elif self._wants_local:  # here, since processes end with the thread that starts them
            self._local = LocalWorkers(self._on_event, self._on_progress, self._on_change, size=1)

    def answers(self) -> bool:
        """Returns whether the worker on this machine is ready; the first call starts it."""
        self._wants_local = True
        return self._local is not None and self._local.answers()

    def ask(self, question: protocol.WorkerQuestion[T], timeout: float) -> T:
        """Lets the worker on this machine answer a question; raises ``UserError`` if that fails or times out."""
        if self._local is None:
            raise UserError(NO_ANSWER)
        return self._local.ask(question, timeout)

    def close(self) -> None:
        """Stops all trainings and disconnects from the cluster."""
        until = time.monotonic() + CLOSE_SECONDS
        attempts = dict(self._attempts).items()
        for stop in [_in_thread(self._call, address, job.ask_to_stop, name) for name, address in attempts]:
            stop.join(max(0.0, until - time.monotonic()))
        self._closing.set()
        self._thread.join(2 * CLOSE_SECONDS)
        if self._local is not None:
            self._local.close()

    def _call(self, address: str, function: Callable[..., T], *arguments: object, nanny: bool = False) -> Any:
        """Calls a function in a worker's process, also during a training, and returns its result; raises any error."""
        if self._client is None:
            raise OSError("the connection to the scheduler was lost")
        return self._client.run(function, *arguments, workers=[address], nanny=nanny)[address]

    def _live(self) -> None:
        while not self._closing.is_set():
            client: Any = None
            try:
                client = Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]  # as above
                self._client = client
                self._follow(client)
            except Exception as error:  # noqa: BLE001  # retried after any error
                self._problem = (
                    f"The scheduler {self._address} cannot be reached ({protocol.first_line(error)}). Reconnecting; "
                    "runs wait, finished epochs are kept."
                )
            self._client, self._members = None, {}
            if client is not None:
                with contextlib.suppress(Exception):  # it may be lost already
                    client.close(timeout=CLOSE_SECONDS)
            self._closing.wait(RETRY_SECONDS)

    def _follow(self, client: Any) -> None:
        """Updates the list of workers until the connection is lost or closed."""
        scheduler = None
        while not self._closing.is_set():
            if client.status != "running":  # Dask would keep trying
                raise OSError("the connection was lost")
            identity = client.sync(client.scheduler.identity, n_workers=-1, callback_timeout=SILENCE_SECONDS)
            if identity["id"] != (scheduler or identity["id"]):
                raise OSError("it was restarted")
            scheduler, self._problem, now = identity["id"], None, time.monotonic()
            members = {address: self._members.get(address) for address in identity["workers"]}
            for address, member in members.items():
                facts = identity["workers"][address]
                if member is None or (member.problem and now - member.since > REFUSED_SECONDS):
                    member = members[address] = _Member(facts, now)
                    _in_thread(self._prepare, address, member)
                member.facts = facts
            self._members = {address: member for address, member in members.items() if member}
            self._closing.wait(LOOK_SECONDS)

    def _prepare(self, address: str, member: _Member) -> None:
        """Makes a worker ready, or finds out why it cannot be used."""
        try:
            problem = self._mismatch(address)
            if not problem:
                member.pid = self._call(address, worker.prepare, str(member.facts.get("local_directory", "")))
        except Exception as error:  # noqa: BLE001  # any error must be shown on the page
            problem = f"It is not ready ({protocol.first_line(error)})."
        member.problem = f"The worker {address} cannot be used. {problem}" if problem else None
        self._on_change()

    def _mismatch(self, address: str) -> str | None:
        try:
            theirs = self._call(address, worker.versions)
        except Exception as error:
            if "ModuleNotFoundError" in str(error) or "AttributeError" in str(error):  # Dask turns them into text
                return f"It lacks this program. {INSTALL}"
            raise
        for name, version in worker.versions().items():
            if version.split(".")[:2] != theirs[name].split(".")[:2]:
                return f"It has {name} {theirs[name] or 'not'}; {version} is needed. {INSTALL}"
        return None

    def _follow_attempt(self, address: str, attempt: Attempt, training: protocol.Training) -> None:
        client, reason = self._client, None
        try:
            attempt.follow()
        except RefusedError as error:
            reason = f"The worker {address} could not take the run. {error}"
            if member := self._members.get(address):
                member.pid, member.problem, member.since = None, reason, time.monotonic()
        except Exception as error:  # noqa: BLE001  # any error means that the worker is lost
            _log.warning("Run %s was lost with its worker %s (%s).", attempt.run, address, protocol.first_line(error))
            reason = loss_reason(client if client is self._client else None, address)
        finally:
            del self._attempts[attempt.name]
            training.set_result(reason)


def _in_thread(function: Callable[..., object], *arguments: object, **options: object) -> threading.Thread:
    def call() -> None:
        try:
            function(*arguments, **options)
        except Exception as error:  # noqa: BLE001  # the worker or the scheduler is lost, which shows otherwise
            _log.info("A call to the cluster failed (%s).", protocol.first_line(error))

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread
