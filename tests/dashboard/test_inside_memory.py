import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_compare.charts.memory_chart import CHOICE, noticed
from rnn_compare.dashboard.pages.inside import memory
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import gradient_flow as flows
from rnn_compare.explain.accuracy_by_length import AccuracyByLength, LengthAccuracy
from rnn_compare.explain.worker_tasks import keep
from rnn_compare.explain.worker_tasks import memory as memory_task
from rnn_compare.lecture import lecture_file
from rnn_compare.paths import CACHE_VARIABLE, run_folder
from rnn_compare.runs import shipped
from tests.kit.loaded import StubEngine, chosen, memory_result, recalled
from tests.kit.networks import padded_reviews, random_weights
from tests.kit.pages import draw

"""The shipped runs of the first lecture."""
SEEDS = {
    "SimpleRNN": ("simplernn-cae4e2", "simplernn-4b9146", "simplernn-752151"),
    "LSTM": ("lstm-d58f2c", "lstm-9f033b", "lstm-0ff5d9"),
}


@pytest.fixture
def probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose gradients were followed; the reviews of source keras are missing."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    labels: list[str] = []

    def probe(experiment: Experiment) -> tuple[Any, Any]:
        if experiment.source == "keras":
            raise UserError("The file <imdb> is missing.")
        labels.append(experiment.label)
        return padded_reviews([9] * 6, experiment.maxlen, seed=0), np.arange(6) % 2

    monkeypatch.setattr(flows, "probe_batch", probe)
    return labels


@pytest.mark.usefixtures("probed")
def test_workers_test_every_network_and_what_is_ready_is_drawn_while_others_are_waited_for(
    figures: dict[str, Any],
) -> None:
    engine = StubEngine()
    services = SimpleNamespace(engine=engine)
    app = draw(memory.show, services, [chosen("one"), chosen("other", source="keras")])
    assert [line.name for line in figures["gradient_chart"].data if line.name] == ["one"]
    assert "**other.** The file \\<imdb\\> is missing." in [text.value for text in app.markdown]
    assert len(app.get("progress")) == len(engine.begun) == 4, "the memory test and the accuracy by length of each"
    for (task, run, *_), analysis in engine.begun.items():
        analysis.done, analysis.total = 5, 100
        if run == "one":
            lengths = AccuracyByLength((LengthAccuracy(9, 0.8, 500, 0),), 9)
            analysis.result = memory_result() if task is memory_task else lengths
    texts = [element.proto.text for element in app.run().get("progress")]
    assert texts == ["`Measuring other` 5 % done"] * 2, "5 % alone is an accuracy"
    assert [line.name for line in figures["memory_chart"].data] == ["one"]
    assert [line.name for line in figures["length_chart"].data if line.name] == ["one"]

    engine.asked_of_task(memory_task, "other").problem = "The weights <are> gone."
    app.run()
    assert not app.exception
    assert any("The weights \\<are\\> gone." in text.value for text in app.markdown)


def test_what_was_measured_is_shown_at_once_the_next_time_and_measured_again_only_when_the_weights_have_changed(
    probed: list[str], figures: dict[str, Any]
) -> None:
    network, engine = chosen("measured-once"), StubEngine()
    services = SimpleNamespace(engine=engine)
    keep(run_folder(network.run.id), memory_task, network.state, memory_result())
    for _ in range(2):
        draw(memory.show, services, [network])
    assert memory_task not in [task for task, *_ in engine.begun]
    assert [line.name for line in figures["memory_chart"].data] == ["measured-once"]
    draw(memory.show, services, [chosen("measured-once", random_weights(network.run.experiment, seed=1))])
    assert len(probed) == 2


@pytest.mark.usefixtures("probed")
def test_a_large_networks_gradient_is_left_to_a_worker(figures: dict[str, Any]) -> None:
    engine = StubEngine()
    draw(memory.show, SimpleNamespace(engine=engine), [chosen("large", cell="LSTM", units=256, maxlen=1000)])
    assert "gradient_chart" not in figures
    assert (flows.follow_gradient, "large") in [key[:2] for key in engine.begun]


def test_the_first_lectures_slide_and_the_help_have_the_shipped_memory_tests_figures() -> None:
    """A number on the tab and another on the next slide teach nothing."""
    slide = (Path(lecture_file.__file__).parent / "lectures" / "book.toml").read_text("utf-8")

    def shares(runs: tuple[str, ...]) -> list[str]:
        files = [next((shipped.FOLDER / "runs" / run).glob("memory-*.json")) for run in runs]
        tests = [recalled(run, **json.loads(file.read_text("utf-8"))) for run, file in zip(runs, files, strict=True)]
        return re.findall(r"\d+(?= words| % \()", noticed(tests))

    distance, *seeds = shares(SEEDS["SimpleRNN"])
    lowest, highest = min(map(int, seeds)), max(map(int, seeds))
    assert f"**{distance} words** before the end, three recorded LSTMs noticed **every** changed word" in slide
    assert f"three SimpleRNNs **{lowest} to {highest} %**" in slide
    assert shares(SEEDS["LSTM"]) == [distance, "100", "100", "100"]
    assert "SimpleRNNs notice {}, {} and {} %".format(*seeds) in CHOICE
