"""A class: its questions, its server's record, and phones whose networks are the recording's, or invented."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from rnn_compare.class_networks.networks import recorded
from rnn_compare.class_networks.task import class_task, packed_bits
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.kinds.number import Number
from rnn_compare.lecture.kinds.own import OwnQuestion
from rnn_compare.lecture.questions import NONE, Question
from rnn_compare.presets import PHONES

BEST = Question(id="best", kind="best_network", text="Which is best?", choices=("SimpleRNN", "LSTM", "GRU", NONE))
LEAD = Question(id="lead", kind="lead", text="By how many points?")
OVERFITS = Question(id="over", kind="overfits_from", text="From which epoch?", network="SimpleRNN", epochs=4)
CURVE = Question(id="curve", kind="curve", text="Draw it", network="SimpleRNN", epochs=4)
OWN = OwnQuestion(id="own", kind="own", text="Which gate forgets?", choices=("input", "forget"), right=1)
APART = Question(id="apart", kind="apart", text="How far apart?", network="SimpleRNN(8)")
TURNED = Question(id="turned", kind="turned", text="How often is it ahead?", network="SimpleRNN(8)")
NUMBER = Number(id="number", kind="number", text="How many points?", about=3.9, within=0.5)
ALL: tuple[Question, ...] = (BEST, LEAD, OVERFITS, CURVE, OWN, APART, TURNED, NUMBER)


@pytest.fixture
def restart(tmp_path: Path) -> Iterator[Callable[[], Classroom]]:
    """Ends the server's class, if there is one, and returns what the next server finds."""
    running: list[Classroom] = []

    def again() -> Classroom:
        if running:
            running.pop().close()
        running.append(Classroom(tmp_path / "lecture.db"))
        return running[0]

    yield again
    for server in running:
        server.close()


@pytest.fixture
def classroom(restart: Callable[[], Classroom]) -> Classroom:
    """A class to whom BEST is being put."""
    lecture = restart()
    lecture.begin("The book's experiment")
    lecture.show_step(0, "Predict", "Which one?", BEST)
    lecture.open_vote()
    return lecture


def stored(folder: Path) -> bytes:
    """Returns all that the disk holds of a class."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("lecture.db*")))


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


def exported(classroom: Classroom) -> list[dict[str, str]]:
    """Returns the rows of a class's CSV."""
    return list(csv.DictReader(io.StringIO(classroom.export_csv())))
