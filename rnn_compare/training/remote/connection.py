"""The connection to a cluster's scheduler: allowed addresses, calls to workers that do not have this package."""

import asyncio
import contextlib
import ipaddress
import pickle
import platform
import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import cloudpickle
import dask

from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.training.local.fork_server import ENVIRONMENT
from rnn_compare.training.protocol import SCHEDULER_VARIABLE, Answer, WorkerQuestion, first_line
from rnn_compare.training.remote import bootstrap, bundle
from rnn_compare.training.worker import worker_process

DaskObject = Any
"""A client, future, cluster or message of Dask: distributed has few types."""


def check_address(address: str) -> None:
    """Raises ``UserError`` if an address is invalid, or leads to another machine without TLS.

    Example:
        >>> check_address("tcp://10.0.0.1:8786")
        Traceback (most recent call last):
        ...
        rnn_compare.errors.UserError: RNN_COMPARE_SCHEDULER is ...
    """
    scheme, host = _parts(address)
    if not host:
        raise UserError(
            f"{SCHEDULER_VARIABLE} is {address!r}; it must be an address such as tls://scheduler.example.org:8786."
        )
    if scheme == "tcp" and not _on_this_machine(host):
        raise UserError(
            f"{SCHEDULER_VARIABLE} is {address!r}: without TLS, anyone who reaches that scheduler can run code on the "
            "cluster and here. Use TLS and a tls://… address (docs/cluster.md)."
        )
    if scheme == "tls":
        names = ("ca-file", "client.cert", "client.key")
        if missing := [name for name in names if not dask.config.get(f"distributed.comm.tls.{name}", None)]:
            variables = [f"DASK_DISTRIBUTED__COMM__TLS__{_variable(name)}" for name in missing]
            raise UserError(
                f"{address} needs certificates: set {', '.join(variables)} to the files from the scheduler's owner "
                "(docs/cluster.md)."
            )


def _parts(address: str) -> tuple[str, str]:
    """Returns scheme and host; both empty if the address is invalid."""
    with contextlib.suppress(ValueError):  # an invalid port or IPv6 address
        parts = urlsplit(address)
        if parts.scheme in ("tls", "tcp") and parts.hostname and parts.port:
            return parts.scheme, parts.hostname
    return "", ""


def _variable(setting: str) -> str:
    return setting.upper().replace(".", "__").replace("-", "_")


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


T = TypeVar("T")

ANSWER_SECONDS = 20.0
BOOTSTRAP_SECONDS = 60.0

cloudpickle.register_pickle_by_value(bootstrap)


class Connection:
    """One connection to a scheduler, until it is lost."""

    def __init__(self, client: DaskObject) -> None:
        self.client = client
        # Unique for each connection, so that late messages of an earlier one are ignored.
        self.topic = f"rnn-compare-{secrets.token_hex(8)}"
        self.lost = False

    async def bootstrap(self, address: str) -> int:
        """Installs the package in a worker, and returns its process id.

        Raises:
            UserError: If the worker has a problem that its owner can fix.
            OSError: If it cannot be reached.
        """
        theirs, ours = await self._run(address, BOOTSTRAP_SECONDS, platform.python_version), platform.python_version()
        if _minor(theirs) != _minor(ours):
            raise UserError(f"It runs Python {theirs}, this program {ours}. Start workers with Python {_minor(ours)}.")
        digest, package = bundle.package()
        call = _Call(bootstrap.install, package, digest, ENVIRONMENT, CACHE_VARIABLE, list(bundle.NEEDED))
        pid, versions = await self._run(address, BOOTSTRAP_SECONDS, pickle.loads, cloudpickle.dumps(call))
        if problem := bundle.missing_packages(versions):
            raise UserError(problem)
        return int(pid)

    async def call(
        self, address: str, function: Callable[..., T], *arguments: object, seconds: float = ANSWER_SECONDS
    ) -> T:
        """Calls a quick function in a worker's process, also during a training, and returns its result.

        Raises:
            UserError: If the function fails.
            OSError: If the worker cannot be reached, or is a new process without the package.
        """
        answer: Answer[T] = await self._run(address, seconds, pickle.loads, _pickled(function, arguments))
        return answer.result()

    async def submit(self, address: str, function: Callable[..., T], *arguments: object) -> T:
        """Calls a slow function in a thread of a worker, and returns its result.

        Raises:
            UserError: If the function fails.
            Exception: Dask's, if it loses the worker.
        """
        future = self.client.submit(
            pickle.loads,
            _pickled(function, arguments),
            key=f"rnn-compare-{secrets.token_hex(8)}",
            workers=[address],
            pure=False,
            retries=0,
        )
        try:
            answer: Answer[T] = await future
        finally:
            future.release()
        return answer.result()

    async def ended_as_planned(self, address: str) -> bool:
        """Returns whether the last worker at an address was shut down properly, as at the end of its lifetime."""
        try:
            events = await asyncio.wait_for(self.client.get_events(address), ANSWER_SECONDS)
        except Exception:  # noqa: BLE001  # the scheduler was lost too
            return False
        planned = closing = False
        for _, event in events:
            action = event.get("action")
            if action == "remove-worker":
                planned = closing or event["expected"]
            closing = action == "closing-worker" or (closing and action != "add-worker")
        return planned

    async def _run(
        self, address: str, seconds: float, function: Callable[..., object], *arguments: object
    ) -> DaskObject:
        try:
            request = self.client.run(function, *arguments, workers=[address])
            return (await asyncio.wait_for(request, seconds))[address]
        except OSError:  # a timeout is one too
            raise
        except Exception as error:
            raise OSError(first_line(error)) from error


class _Call:
    """A function call that unpickling executes: the scheduler and a new worker know only ``pickle.loads``."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.function, self.arguments


def _pickled(function: Callable[..., object], arguments: tuple[object, ...]) -> bytes:
    return pickle.dumps(_Call(worker_process.answer, WorkerQuestion(function, arguments)))


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
