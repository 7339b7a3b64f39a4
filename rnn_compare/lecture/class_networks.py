"""The networks that a class trains: the phones', the server's own and recorded ones."""

import json
import time
from dataclasses import dataclass, replace
from typing import Literal

from rnn_compare.errors import UserError
from rnn_compare.lecture.class_task import ClassTask, Deal
from rnn_compare.lecture.classroom_record import ClassroomRecord

Origin = Literal["phone", "server", "recording"]
Status = Literal["", "repeated", "left out"]
"""Whether the server has trained a phone's network again, and got the same result."""


@dataclass(frozen=True)
class ClassNetwork:
    """A trained network.

    Attributes:
        right: Held-out reviews that were right after each epoch.
        at: When it arrived, in seconds since 1970.
    """

    cell: str
    seed: int
    right: tuple[int, ...]
    origin: Origin = "phone"
    status: Status = ""
    at: float = 0.0

    @property
    def deal(self) -> Deal:
        """Cell and seed."""
        return self.cell, self.seed

    @property
    def best(self) -> int:
        """Right reviews after the best epoch."""
        return max(self.right)


class ClassNetworks:
    """The networks of one lecture. One thread at a time may change it; any thread may read it."""

    def __init__(self, record: ClassroomRecord, lecture: int, task: str) -> None:
        self._record, self._lecture, self._task = record, lecture, task
        self._networks: dict[Deal, ClassNetwork] = {}
        self._by_device: dict[str, Deal] = {}
        self._unable = set[str]()
        for row in record.networks(lecture):
            right = tuple(json.loads(row["reviews"]))
            network = ClassNetwork(row["cell"], row["seed"], right, row["origin"], row["status"], row["at"])
            self._keep(network, row["device"])

    def all(self) -> list[ClassNetwork]:
        """Returns the networks that count, in the order of their arrival."""
        return [network for network in tuple(self._networks.values()) if network.status != "left out"]

    def left_out(self) -> list[ClassNetwork]:
        """Returns the phones' networks that the server could not repeat."""
        return [network for network in tuple(self._networks.values()) if network.status == "left out"]

    @property
    def unable(self) -> int:
        """Number of devices whose arithmetic differed, so that they sent no network."""
        return len(self._unable)

    def lacks(self, device: str) -> bool:
        """Returns whether a device may still send its network."""
        return device not in self._by_device and device not in self._unable

    def sent_by(self, device: str) -> ClassNetwork | None:
        """Returns a device's network."""
        deal = self._by_device.get(device)
        return self._networks.get(deal) if deal else None

    def add_sent(self, device: str, task: ClassTask, dealt: Deal, sent: tuple[object, object, object]) -> None:
        """Stores the network of a device: cell, seed and right reviews as it sent them.

        The same again is the same network: a phone that got no answer sends it again.

        Raises:
            UserError: If the device was dealt another one, has sent another result, or none is possible.
        """
        if sent[:2] != dealt or type(sent[1]) is not int:
            raise UserError(f"This phone was dealt {dealt[0]} no. {dealt[1]}.")
        if sent[2] == []:  # its arithmetic differs
            self._unable.add(device)
            return
        network = ClassNetwork(*dealt, task.checked(sent[2]), at=time.time())
        if (before := self.sent_by(device)) is not None:
            if before.right == network.right:
                return
            raise UserError("This phone has sent its network already.")
        self._store(network, device)

    def add_own(self, network: ClassNetwork) -> None:
        """Stores a network of the server's, or a recorded one, unless it is there."""
        if network.deal not in self._networks:
            self._store(network, "")

    def mark(self, deal: Deal, status: Status) -> None:
        """Stores whether a phone's network was repeated."""
        if (network := self._networks.get(deal)) is not None and network.status != status:
            self._record.mark_network(self._lecture, *deal, status)
            self._networks[deal] = replace(network, status=status)

    def _store(self, network: ClassNetwork, device: str) -> None:
        values = network.cell, network.seed, network.right, network.origin, network.at
        self._record.save_network(self._lecture, self._task, device, *values)
        self._keep(network, device)

    def _keep(self, network: ClassNetwork, device: str) -> None:
        self._networks[network.deal] = network
        if device:
            self._by_device[device] = network.deal
