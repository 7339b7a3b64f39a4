"""The connection to a foreign scheduler, and calls to its workers, which know nothing of this program at first."""

import asyncio
import pickle
import platform
import secrets
from collections.abc import Callable
from typing import Any

import cloudpickle

from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.training.local.cluster import ENVIRONMENT
from rnn_compare.training.remote import bootstrap, bundle, worker
from rnn_compare.training.workers import first_line

ANSWER_SECONDS = 20.0
LAND_SECONDS = 60.0

cloudpickle.register_pickle_by_value(bootstrap)


class Link:
    """One connection, from when it was made until it is lost.

    Args:
        client: An asynchronous Dask client that is connected.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        # Of its own for each connection: what is left of an earlier one is not heard any more.
        self.topic = f"rnn-compare-{secrets.token_hex(8)}"
        self.lost = False

    async def land(self, address: str) -> int:
        """Brings the package to a worker, and returns the number of its process.

        Raises:
            UserError: If something is wrong with the worker that its owner can mend.
            OSError: If it cannot be reached.
        """
        there = await self._run(address, LAND_SECONDS, platform.python_version)
        if _minor(there) != _minor(platform.python_version()):
            raise UserError(
                f"It runs Python {there}, this program {platform.python_version()}. Start workers with Python "
                f"{_minor(platform.python_version())}."
            )
        digest, package = bundle.package()
        call = _Call(bootstrap.land, package, digest, ENVIRONMENT, CACHE_VARIABLE, list(bundle.NEEDED))
        landed = await self._run(address, LAND_SECONDS, pickle.loads, cloudpickle.dumps(call))
        if lacks := bundle.what_lacks(landed["versions"]):
            raise UserError(lacks)
        return int(landed["pid"])

    async def call(
        self, address: str, function: Callable[..., Any], *args: Any, seconds: float = ANSWER_SECONDS
    ) -> Any:
        """Calls a quick function in a worker's process, whatever it does, and returns what the function returns.

        Raises:
            UserError: If the function cannot do it.
            OSError: If the worker cannot be reached, or is another process than the one that was readied.
        """
        return _value(await self._run(address, seconds, pickle.loads, _bytes(function, args)))

    async def submit(self, address: str, function: Callable[..., Any], *args: Any) -> Any:
        """Has a thread of a worker do what takes long, and returns what the function returns.

        Raises:
            UserError: If the function cannot do it.
            Exception: Whatever Dask finds wrong with the worker.
        """
        future = self.client.submit(
            pickle.loads,
            _bytes(function, args),
            key=f"rnn-compare-{secrets.token_hex(8)}",
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        try:
            return _value(await future)
        finally:
            future.release()

    async def _run(self, address: str, seconds: float, function: Callable[..., Any], *args: Any) -> Any:
        try:
            asked = self.client.run(function, *args, workers=[address])
            return (await asyncio.wait_for(asked, seconds))[address]
        except OSError:  # a timeout is one too
            raise
        except Exception as error:
            raise OSError(first_line(error)) from error


class _Call:
    """A call that is made when its pickle is loaded: the scheduler and a fresh worker know ``pickle.loads``."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self.function, self.args = function, args

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.function, self.args


def _bytes(function: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    return pickle.dumps(_Call(worker.answer, function, *args))


def _value(answer: dict[str, Any]) -> Any:
    if "error" in answer:
        raise UserError(answer["error"])
    return answer["value"]


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
