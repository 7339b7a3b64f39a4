"""A class whose phones have trained, without training: each has a result of the recording's, or an invented one."""

from collections.abc import Sequence
from itertools import cycle

import numpy as np

from rnn_compare.class_networks.networks import recorded
from rnn_compare.class_networks.task import class_task, packed_bits
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.presets import PHONES


def hold(classroom: Classroom, phones: int, *, is_shown: bool = True) -> None:
    """Begins the shipped lecture, in which so many phones join, train and send their network."""
    results = {
        cell: cycle([network for network in recorded(PHONES.name).values() if network.cell == cell])
        for cell in PHONES.cells
    }
    classroom.begin("luck", task=PHONES.name)
    classroom.start_task()
    for number in range(phones):
        network = next(results[PHONES.cells[number % 2]])
        send(classroom, f"device {number}", network.right, network.correct)
    if is_shown:
        classroom.show_task()


def send(classroom: Classroom, device: str, right: Sequence[int], correct: str | None = None) -> None:
    """Has a device join and send this result; which reviews were right is made up unless it is given."""
    classroom.join(device)
    deal = classroom.contribution(device).deal
    assert deal is not None
    made_up = some_correct(right, class_task(classroom.state().task).held_out)
    classroom.send_network(device, *deal, list(right), made_up if correct is None else correct)


def some_correct(right: Sequence[int], held_out: int = 500) -> str:
    """Returns reviews that were right after the best epoch, as many as a result says: the first ones."""
    return packed_bits(np.arange(held_out) < max(right, default=0))
