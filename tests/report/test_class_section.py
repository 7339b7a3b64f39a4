import json
import re
from collections.abc import Iterator
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

from .conftest import Trained


@pytest.fixture
def result(tmp_path: Path) -> Iterator[ClassResult]:
    classroom = Classroom(tmp_path / "lecture.db")
    hold(classroom, 40)
    own = [ClassNetwork(cell, seed_of(1, OWN_SEEDS + 1), (300,) * 8, origin="server") for cell in ("SimpleRNN", "LSTM")]
    classroom.add_networks(own)
    [shown] = classroom.classes()
    yield shown
    classroom.close()


def test_a_page_has_a_dot_for_each_network_of_the_class_and_the_verdict(trained: Trained, result: ClassResult) -> None:
    page = html(gather(trained.store, trained.ids, None, result))
    assert page.index("<h2>Your class: 42 networks</h2>") < page.index("<h2>Curves</h2>")
    dots = re.findall(r'<i class="(rc-dot[^"]*)" style', page)
    assert (len(dots), sum("rc-own" in dot for dot in dots)) == (42, 2)
    assert "SimpleRNN</b> 21 networks: median" in page
    assert "LSTM is better than SimpleRNN" in page
    assert "Hollow: the 2 that the presenter&#x27;s machine trained." in page
    assert "One SimpleRNN beats one LSTM in" in page
    assert f"{result.date}, lecture “luck”. Each dot" in page


def test_a_page_of_the_class_alone_trains_and_asks_and_has_no_empty_table(
    trained: Trained, result: ClassResult
) -> None:
    page = html(gather(trained.store, (), None, result))
    assert "<title>Your class: 42 networks</title>" in page
    assert "<table" not in page.partition("<script")[0]
    assert page.index("LSTM is better than SimpleRNN") < page.index('<section id="train"'), "the class comes first"
    assert "run." not in re.findall(r'<p class="soft">(.*?)</p>', page)[0]
    [lesson, quiz] = (
        json.loads(re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page)[0])
        for name in ("lesson", "quiz")
    )
    assert lesson["dataset"] == "bundled"
    assert quiz["lecture"] == "luck"
    assert {question["kind"] for question in quiz["questions"]} == {"seeds"}


def test_each_cell_of_a_class_has_a_row_however_many_there_are() -> None:
    cells = CELLS[: len(MARKERS)]
    task = ClassTask(tuple(Experiment(cell=cell, reviews=100) for cell in cells))
    html = rows(task, [ClassNetwork(cell, 1, (15,)) for cell in cells])
    assert re.findall(r"<b>(.*?)</b> 1 network<", html) == [*cells]
