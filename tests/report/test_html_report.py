"""The page that people take home: what it tells of runs and of a class, and what it never does."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.charts.palette import MARKERS
from rnn_compare.class_networks.networks import ClassNetwork, ClassResult
from rnn_compare.class_networks.task import OWN_SEEDS, ClassTask, seed_of
from rnn_compare.comparison.inference import wording
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import ATTENTION, GATES
from rnn_compare.report.class_dots import rows
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html, origin
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from tests.kit.classes import hold
from tests.kit.pages import held_by, text_of
from tests.kit.runs import insert, run_with, shipped

from .conftest import Trained

THIRDS: dict[str, Any] = {"source": "thirds", "distance": 6}


def created(store: RunStore, settings: Sequence[dict[str, Any]]) -> list[str]:
    return store.create([Experiment(**setting) for setting in settings], Owner.current(), "page")


def test_it_tells_what_was_trained_and_what_may_be_concluded(trained: Trained) -> None:
    contents = gather(trained.store, trained.ids)
    text = text_of(html(contents))
    assert text.startswith(f"{contents.title} {contents.title} SimpleRNN(3) and LSTM(3). ")
    assert contents.verdict is not None
    assert wording.result(contents.verdict) in text
    assert "4 · (3·3 + 4·3 + 3) = 4 · 24 = 96" in text
    assert "Your class" not in text
    run = trained.store.run(trained.ids[2])
    assert run.test is not None
    assert contents.accuracies[run.id] == pytest.approx(run.test.accuracy), "where there are test reviews, they judge"
    for shown in (f"{100 * run.test.accuracy:.1f} %", run.id, run.owner.host, run.versions["keras"], "Vocabulary size"):
        assert shown in text


@pytest.mark.parametrize(
    ("settings", "title"),
    [
        ([{}], "A network that reads film reviews"),
        ([{"units": units} for units in range(1, 9)], "Eight networks that read film reviews"),
        ([THIRDS], "A network that tells “multiple of three” from “no multiple”"),
        ([THIRDS, {}], "Two networks that read texts"),
    ],
)
def test_its_title_is_a_sentence_for_students(settings: list[dict[str, Any]], title: str, elsewhere: RunStore) -> None:
    assert gather(elsewhere, created(elsewhere, settings)).title == title


def test_it_names_no_address_of_any_network_and_runs_no_script_but_its_own(trained: Trained) -> None:
    page = html(gather(trained.store, trained.ids)).replace(origin(), "")  # a link that readers may follow
    assert re.findall(r"\w+://[\w./-]+", page).count("http://www.w3.org/2000/svg") == page.count("://")  # a name of SVG
    assert not re.search(r"\b(src|href)=\"(?!#)", page)
    assert re.search(r"default-src 'none'; script-src 'sha256-[^ ']+' 'wasm-unsafe-eval'; worker", page)


def test_text_that_people_typed_is_escaped(trained: Trained) -> None:
    contents = gather(trained.store, trained.ids[:2])
    script = "</script><script>alert(1)</script>"
    run = replace(contents.runs[0], name=f"<b>mine</b> & %{{y}} {script}", note=script)
    group = replace(contents.groups[0], name=run.name)
    page = html(replace(contents, runs=(run,), groups=(group,), names={run.id: run.name}))
    assert "<b>mine" not in page
    assert "<script>alert" not in page
    assert held_by(page, "charts")["groups"][0]["label"] == run.name, "drawn as text"
    for typed in (run.name, run.note):
        assert escape(typed) in page


def test_of_runs_that_broke_off_or_lack_epochs_or_predictions_it_tells_what_there_is(
    trained: Trained, elsewhere: RunStore
) -> None:
    whole, second = trained.store.runs(trained.ids[:2])
    insert(elsewhere, whole)
    insert(elsewhere, replace(second, id="broken", status=Status.FAILED, reason="The disk is full.", epochs=()))
    assert "failed not counted. The disk is full." in text_of(html(gather(elsewhere, [whole.id, "broken"])))
    text = text_of(html(gather(elsewhere, created(elsewhere, [{}]))))
    for sentence in ("No epoch has finished yet.", "Runs were training when this file was made", "no verdict yet"):
        assert sentence in text
    insert(elsewhere, run_with("old-1", [0.8], epochs=1))
    assert "80.0 % best epoch" in text_of(html(gather(elsewhere, ["old-1"])))


def test_networks_beyond_the_eighth_are_named_in_one_line(elsewhere: RunStore) -> None:
    ids = created(elsewhere, [{"cell": "attention"}, *({"units": units} for units in range(1, 10))])
    text = text_of(html(gather(elsewhere, ids)))
    assert text.count("Not reading along: SimpleRNN(8) and SimpleRNN(9). At most 8 networks can.") == 1
    assert text.count("SimpleRNN(7) cannot read here: no weights in this file.") == 1


def test_an_epoch_that_ends_meanwhile_is_left_to_the_next(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    read = trained.store.run
    monkeypatch.setattr(trained.store, "run", lambda run: replace(read(run), epochs=read(run).epochs[:1]))
    contents = gather(trained.store, trained.ids)
    assert {epoch.epoch for epochs in contents.predictions.values() for epoch in epochs} == {1}
    assert all(len(run.epochs) == 1 for run in contents.runs)


def test_each_cell_of_a_class_has_a_row_however_many_there_are() -> None:
    cells = CELLS[: len(MARKERS)]
    task = ClassTask(tuple(Experiment(cell=cell, reviews=100) for cell in cells))
    shown = rows(task, [ClassNetwork(cell, 1, (15,)) for cell in cells])
    assert re.findall(r"<b>(.*?)</b> 1 network<", shown) == [*cells]


def test_eight_recorded_networks_fit_into_seven_megabytes(elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    page = html(gather(elsewhere, [run.id for run in shipped(elsewhere, ATTENTION, GATES)]))
    assert len({network["numbers"] for network in held_by(page, "networks")["networks"]}) == 8
    assert len(page.encode()) < 7_000_000


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
