"""The workers of a cluster, as listed by its scheduler: prepared when they join, retried after a failure."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rnn_compare.errors import UserError
from rnn_compare.training.protocol import WorkerInfo, first_line
from rnn_compare.training.remote.connection import Connection, DaskObject
from rnn_compare.training.worker import worker_process

RETRY_SECONDS = 30.0
"""Time until an unusable worker is tried again."""


@dataclass(eq=False)
class Member:
    """A worker of the cluster.

    Attributes:
        facts: Its latest entry in the scheduler's list.
        since: Time when it joined or was last tried.
        problem: Why it cannot be used, in a sentence.
        gone: Set when it has left the scheduler's list.
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
        """Information for the Cluster page."""
        return WorkerInfo(
            self.address,
            f"{self.facts.get('name', '')} {self.address}",
            int(self.facts.get("metrics", {}).get("memory", 0)),
            int(self.facts.get("memory_limit") or 0),
            problem=self.problem,
            ready=self.ready,
        )

    @property
    def takes_runs(self) -> bool:
        """Whether it accepts new runs; a retiring worker only finishes its current one."""
        return self.ready and self.facts.get("status") == "running"

    @property
    def has_nanny(self) -> bool:
        """Whether a nanny restarts it after it is killed."""
        return bool(self.facts.get("nanny"))

    def refuse(self, problem: str) -> None:
        """Excludes it until it is tried again."""
        self.ready, self.problem = False, f"The worker {self.address} cannot be used. {problem}"

    async def prepare(self, connection: Connection) -> None:
        """Installs the package and imports what trainings need; afterwards it is ready or has a problem."""
        try:
            self.pid = await connection.bootstrap(self.address)
            await connection.submit(self.address, worker_process.prepare)
            self.ready = True
        except UserError as error:
            self.refuse(str(error))
        except Exception as error:  # noqa: BLE001  # any error must be shown on the page
            self.refuse(f"It could not be prepared ({first_line(error)}).")


class Members:
    """All workers in the scheduler's list. Any thread may read; only the event loop changes them."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._preparing: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._members.values()))

    def get(self, address: str) -> Member | None:
        """Returns the worker at an address, if there is one."""
        return self._members.get(address)

    def update(self, workers: Mapping[str, DaskObject], connection: Connection) -> None:
        """Takes the scheduler's list, by address, and starts to prepare new workers."""
        for address in self._members.keys() - workers.keys():
            self._members.pop(address).gone.set()
        for address, facts in workers.items():
            member = self._members.get(address)
            if member is None or (member.problem and time.monotonic() - member.since > RETRY_SECONDS):
                member = self._members[address] = Member(address, facts)
                # The event loop does not keep tasks alive: without a reference, one may be collected unfinished.
                task = asyncio.create_task(member.prepare(connection))
                self._preparing.add(task)
                task.add_done_callback(self._preparing.discard)
            member.facts = facts

    def lose_all(self) -> None:
        """Removes all workers, since their scheduler is lost."""
        for address in list(self._members):
            self._members.pop(address).gone.set()
