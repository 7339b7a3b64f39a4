"""The workers of a Dask cluster, on which the program is installed."""

import asyncio
import contextlib
import logging
import os
import re
import signal
import threading
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import dask
from distributed import Client

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.training import protocol
from rnn_compare.training.remote import worker
from rnn_compare.training.worker import job

T = TypeVar("T")

LOOK_SECONDS, RETRY_SECONDS, CONNECT_SECONDS = 0.5, 2.0, 5.0
"""Intervals between looks at the scheduler's list of workers and between connections; the longest wait for one."""
SILENCE_SECONDS, REFUSED_SECONDS, CLOSE_SECONDS = 20.0, 30.0, 5.0
"""The longest silence of a scheduler that is connected; when an unusable worker is tried again; the wait for Stop."""

CERTIFICATES = {"ca-file": "CA_FILE", "client.cert": "CLIENT__CERT", "client.key": "CLIENT__KEY"}
"""Dask's settings of a client's certificates, and the ends of their variables."""

_log = logging.getLogger(__name__)


@dataclass
class _Member:
    """A worker in the scheduler's list: its latest entry, its process once it is ready, or why it cannot be used."""

    facts: dict[str, Any]
    pid: int | None = None
    problem: str | None = None


class RemoteWorkers(protocol.Workers):
    """The workers of a cluster, given its scheduler's address.

    The event loop of a thread follows the scheduler's list of workers and each attempt, and reconnects after a loss;
    runs wait meanwhile.

    Args:
        address: Such as ``tls://10.0.0.1:8786``. Raises ``UserError`` if it is not allowed.
        on_event, on_change: As in ``LocalWorkers``.
    """

    def __init__(self, address: str, on_event: protocol.OnEvent, on_change: Callable[[], None]) -> None:
        check_address(address)
        for logger in ("distributed", "distributed.client"):  # a lost scheduler is reported in a sentence
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        self._address, self._on_event, self._on_change = address, on_event, on_change
        self._client: Any = None  # distributed has few types
        self._problem: str | None = None
        self._members: dict[str, _Member] = {}
        self._attempts: dict[str, str] = {}
        self._closing = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str | None:
        """Why there are no workers, in a sentence."""
        if self._client is None or self.addresses():
            return self._problem
        problems = [member.problem for member in list(self._members.values())]
        if not problems:
            return f"The scheduler {self._address} has no workers yet. Start some."
        return next(filter(None, problems), "The cluster's workers are starting: loading TensorFlow.")

    def addresses(self) -> list[str]:
        """Returns the workers that accept runs; a retiring one only finishes its present run."""
        members = list(self._members.items())
        return [address for address, member in members if member.pid and member.facts["status"] == "running"]

    def info(self) -> list[protocol.WorkerInfo]:
        """Returns information about each worker."""
        return [
            protocol.WorkerInfo(
                address,
                " · ".join(dict.fromkeys((str(member.facts["name"]), address.partition("://")[2]))),
                problem=member.problem,
                ready=member.pid is not None,
            )
            for address, member in list(self._members.items())
        ]

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> protocol.Training:
        """Sends a run to a worker, with its checkpoint."""
        return self._soon(self._train(attempt, run, experiment, address))

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Asks an attempt to end after its current batch."""
        self._soon(self._call(address, job.ask_to_stop, attempt))

    def kill(self, address: str) -> None:
        """Lets a worker's nanny kill it. A worker without one is spared, since nobody would restart it."""
        member = self._members.get(address)
        if member and member.pid and member.facts["nanny"]:
            self._soon(self._call(address, os.kill, member.pid, signal.SIGKILL, nanny=True))

    def share_cores(self, training: Collection[str]) -> None:
        """Does nothing: a cluster's cores are up to its owners."""

    def close(self) -> None:
        """Stops all trainings and disconnects from the cluster."""
        self._closing = True
        self._thread.join(CLOSE_SECONDS)

    def _soon(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())  # attempts that still run beside it are then cancelled

    async def _live(self) -> None:
        connecting: Any = {"asynchronous": True, "timeout": CONNECT_SECONDS, "set_as_default": False}
        while not self._closing:
            try:
                async with Client(self._address, **connecting) as client:  # type: ignore[no-untyped-call]  # as above
                    await self._follow(client)
            except Exception as error:  # noqa: BLE001  # retried after any error
                self._problem = (
                    f"The scheduler {self._address} cannot be reached ({protocol.first_line(error)}). Reconnecting; "
                    "runs wait, finished epochs are kept."
                )
            self._client, self._members = None, {}
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, client: Any) -> None:
        """Updates the list of workers until the connection is lost, or closed, which stops the attempts."""
        while not self._closing:
            if client.status != "running":  # Dask would keep trying
                raise OSError("the connection was lost")
            identity = await asyncio.wait_for(client.scheduler.identity(n_workers=-1), SILENCE_SECONDS)
            known, entries = self._members, identity["workers"]
            members = {address: known.get(address) or _Member(facts) for address, facts in entries.items()}
            self._client, self._members, self._problem = client, members, None
            for address, member in members.items():
                member.facts = entries[address]
                if address not in known:
                    self._soon(self._prepare(address, member))
            await asyncio.sleep(LOOK_SECONDS)
        stops = [self._call(address, job.ask_to_stop, attempt) for attempt, address in self._attempts.items()]
        await asyncio.gather(*stops, return_exceptions=True)

    async def _call(self, address: str, function: Callable[..., object], *arguments: Any, nanny: bool = False) -> Any:
        """Calls a function in a worker's process, also during a training, and returns its result; raises any error."""
        if self._client is None:
            raise OSError("the connection to the scheduler was lost")
        return (await self._client.run(function, *arguments, workers=[address], nanny=nanny))[address]

    async def _prepare(self, address: str, member: _Member) -> None:
        """Makes a worker ready, or finds out why it cannot be used."""
        try:
            member.pid = await self._call(address, worker.prepare, worker.versions(), member.facts["local_directory"])
        except Exception as error:  # noqa: BLE001  # any error must be shown on the page
            is_missing = any(name in repr(error) for name in ("ModuleNotFoundError", "AttributeError", "TypeError"))
            missing = f"It lacks this program, or has another version. {worker.INSTALL}"
            reason = missing if is_missing else protocol.first_line(error)
            self._refuse(address, f"The worker {address} cannot be used. {reason}")
        self._on_change()

    def _refuse(self, address: str, problem: str) -> str:
        """Marks a worker as unusable for a while, and returns why."""
        if member := self._members.get(address):
            member.pid, member.problem = None, problem
            self._loop.call_later(REFUSED_SECONDS, lambda: self._members.pop(address, None))  # then it is prepared anew
        return problem

    async def _train(self, attempt: str, run: str, experiment: Experiment, address: str) -> str | None:
        """Follows an attempt to its end and returns why it was lost, if the run cannot be the reason."""
        client, self._attempts[attempt] = self._client, address
        try:
            sent = await asyncio.to_thread(worker.to_send, run, experiment)
            if problem := await self._call(address, worker.start, attempt, run, experiment, *sent):
                return self._refuse(address, f"The worker {address} could not take the run. {problem}")
            while (messages := await self._call(address, worker.messages, attempt, run)) is not None:
                for event, fetched in messages:
                    await _keep(run, fetched)  # first: an epoch counts once its files are here
                    if not self._closing:  # the run is interrupted, whatever the worker calls it
                        self._on_event(attempt, event)
        except Exception as error:  # noqa: BLE001  # any error means that the worker is lost
            _log.warning("Run %s was lost with its worker %s (%s).", run, address, protocol.first_line(error))
            await asyncio.sleep(RETRY_SECONDS)  # until the scheduler knows what happened
            return await loss_reason(client, address)
        finally:
            del self._attempts[attempt]
        return None


async def _keep(run: str, fetched: worker.Files) -> None:
    """Writes the fetched files of a run, and retries until it succeeds."""
    while True:
        try:
            return await asyncio.to_thread(worker.keep, run, fetched)
        except OSError as error:
            _log.warning("The files of run %s could not be written (%s). Retrying.", run, error)
            await asyncio.sleep(RETRY_SECONDS)


async def loss_reason(client: Any, address: str) -> str | None:
    """Returns why a worker was lost, if a run cannot be the reason: its owner ended it, or a connection was lost."""
    reason: str | None = "The connection to its worker was lost; the run continues from its last finished epoch."
    closing = False
    with contextlib.suppress(Exception):  # the scheduler was lost too
        for _, event in await client.get_events(address):
            action = event.get("action")
            if action == "remove-worker":
                planned = closing or event["expected"]
                reason = "Its worker was shut down; another continues from the last epoch." if planned else None
            closing = action == "closing-worker" or (closing and action != "add-worker")
    return reason


def check_address(address: str) -> None:
    """Raises ``UserError`` if an address is invalid, or leads to another machine without TLS."""
    parts = re.fullmatch(r"(tls|tcp)://(\[[\da-f:]+\]|[^\s:/@]+):\d+", address)
    unset = [end for name, end in CERTIFICATES.items() if not dask.config.get(f"distributed.comm.tls.{name}", None)]
    if not parts:
        problem = "it must be an address such as tls://scheduler.example.org:8786"
    elif parts[1] == "tcp" and parts[2] not in ("localhost", "127.0.0.1", "[::1]"):
        problem = (
            "without TLS, anyone who reaches that scheduler can run code on the cluster and here. Use TLS and a "
            "tls://… address (docs/cluster.md)"
        )
    elif parts[1] == "tls" and unset:
        names = ", ".join(f"DASK_DISTRIBUTED__COMM__TLS__{end}" for end in unset)
        problem = f"it needs certificates. Set {names} to the files from the scheduler's owner (docs/cluster.md)"
    else:
        return
    raise UserError(f"{protocol.SCHEDULER_VARIABLE} is {address!r}: {problem}.")
