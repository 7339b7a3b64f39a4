import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.charts.palette import MARKERS
from rnn_compare.class_networks.networks import ClassNetwork, ClassResult
from rnn_compare.class_networks.task import OWN_SEEDS, ClassTask, seed_of
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.report.class_dots import rows
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from tests.kit.classes import hold
from tests.kit.pages import held_by

from .conftest import Trained


@pytest.fixture
def result(tmp_path: Path) -> Iterator[ClassResult]:
    with closing(Classroom(tmp_path / "lecture.db")) as classroom:
        hold(classroom, 40)
        seed = seed_of(1, OWN_SEEDS + 1)
        classroom.add_networks(
            [ClassNetwork(cell, seed, (300,) * 8, origin="server") for cell in ("SimpleRNN", "LSTM")]
        )
        [shown] = classroom.classes()
        yield shown


def test_a_classs_page_shows_each_network_and_by_itself_trains_and_asks(trained: Trained, result: ClassResult) -> None:
    page = html(gather(trained.store, trained.ids, None, result))
    assert page.index("<h2>Your class: 42 networks</h2>") < page.index("<h2>Curves</h2>")
    dots = re.findall(r'<i class="(rc-dot[^"]*)" style', page)
    assert (len(dots), sum("rc-own" in dot for dot in dots)) == (42, 2)
    for words in (
        "SimpleRNN</b> 21 networks: median",
        "LSTM is better than SimpleRNN",
        "Hollow: the 2 that the presenter&#x27;s machine trained.",
        "One SimpleRNN beats one LSTM in",
        f"{result.date}, lecture “luck”. Each dot",
    ):
        assert words in page
    alone = html(gather(trained.store, (), None, result))
    assert "<title>Your class: 42 networks</title>" in alone
    assert "<table" not in alone.partition("<script")[0], "none that is empty"
    assert alone.index("LSTM is better than SimpleRNN") < alone.index('<section id="train"'), "the class comes first"
    assert "run." not in re.findall(r'<p class="soft">(.*?)</p>', alone)[0]
    lesson, quiz = (held_by(alone, name) for name in ("lesson", "quiz"))
    assert (lesson["dataset"], quiz["lecture"]) == ("bundled", "luck")
    assert {question["kind"] for question in quiz["questions"]} == {"seeds"}


def test_each_cell_of_a_class_has_a_row_however_many_there_are() -> None:
    cells = CELLS[: len(MARKERS)]
    task = ClassTask(tuple(Experiment(cell=cell, reviews=100) for cell in cells))
    html = rows(task, [ClassNetwork(cell, 1, (15,)) for cell in cells])
    assert re.findall(r"<b>(.*?)</b> 1 network<", html) == [*cells]
