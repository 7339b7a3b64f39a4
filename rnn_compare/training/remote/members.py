"""The workers of a cluster: prepared as they join, tried again after a failure."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rnn_compare.errors import UserError
from rnn_compare.training.protocol import DaskObject, WorkerInfo, first_line, worker_info
from rnn_compare.training.remote.connection import Connection
from rnn_compare.training.worker import worker_process

RETRY_SECONDS = 30.0
"""Seconds until a worker that could not be used is tried again."""


@dataclass(eq=False)
class Member:
    """A worker of the cluster.

    Attributes:
        facts: What the scheduler reported of it last.
        since: When it was first seen, or tried again.
        problem: Why it does not, in a sentence.
        gone: Set when the scheduler no longer knows it.
    """

    address: str
    facts: DaskObject
    since: float = field(default_factory=time.monotonic)
    ready: bool = False
    problem: str | None = None
    pid: int | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def info(self) -> WorkerInfo:
        """Facts about it."""
        return worker_info(self.address, self.facts, self.problem, self.ready)

    @property
    def takes_runs(self) -> bool:
        """Whether it may be given a run: one that is being retired finishes what it has and takes nothing new."""
        return self.ready and self.facts.get("status") == "running"

    @property
    def has_nanny(self) -> bool:
        """Whether there is somebody who starts it anew when it was killed."""
        return bool(self.facts.get("nanny"))

    def refuse(self, problem: str) -> None:
        """Takes it out of use for a while."""
        self.ready, self.problem = False, f"The worker {self.address} cannot be used. {problem}"

    async def prepare(self, connection: Connection) -> None:
        """Brings the package to it and has it import what trainings need; it then is ready, or has a problem."""
        try:
            self.pid = await connection.bootstrap(self.address)
            await connection.submit(self.address, worker_process.prepare)
            self.ready = True
        except UserError as error:
            self.refuse(str(error))
        except Exception as error:  # noqa: BLE001  # whatever it is, the page must be able to say it
            self.refuse(f"It could not be prepared ({first_line(error)}).")


class Members:
    """All workers that the scheduler knows. Any thread may read; the event loop alone changes them."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._preparing: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._members.values()))

    def get(self, address: str) -> Member | None:
        """Returns the worker at an address, if there is one."""
        return self._members.get(address)

    def update(self, workers: Mapping[str, DaskObject], connection: Connection) -> None:
        """Takes what the scheduler tells now, by the workers' addresses, and begins to prepare who is new."""
        for address in self._members.keys() - workers.keys():
            self._members.pop(address).gone.set()
        for address, facts in workers.items():
            member = self._members.get(address)
            if member is None or (member.problem and time.monotonic() - member.since > RETRY_SECONDS):
                member = self._members[address] = Member(address, facts)
                # The loop itself keeps no task alive: what is lost may be collected half done.
                task = asyncio.create_task(member.prepare(connection))
                self._preparing.add(task)
                task.add_done_callback(self._preparing.discard)
            member.facts = facts

    def lose_all(self) -> None:
        """Forgets all workers: the scheduler that knew them is lost."""
        for address in list(self._members):
            self._members.pop(address).gone.set()
