from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.kinds.number import Number
from rnn_compare.lecture.kinds.own import OwnQuestion
from rnn_compare.lecture.questions import NONE, Question

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
