from pathlib import Path
from typing import cast

import numpy as np
import pytest

from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.comparison import baselines
from rnn_compare.comparison.baselines import Baseline, same_baselines
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.services import known_baselines
from rnn_compare.services.known_baselines import BaselineResults, KnownBaselines, meaning
from rnn_compare.training.engine import Engine
from tests.kit.loaded import StubEngine
from tests.kit.runs import run_of, run_with

SMALL = Experiment(reviews=400, vocabulary_size=1_000)


def run(experiment: Experiment = SMALL, epochs: int = 1) -> Run:
    return run_with("a", [0.6] * epochs, Status.RUNNING, **vars(experiment))


def baseline(name: str, share: float) -> Baseline:
    right = np.arange(1_000) < 1_000 * share
    return Baseline(name, 1.0, 10, right[::-1] if name == "majority" else right, None)


@pytest.fixture
def engine(reviews_cache: Path, monkeypatch: pytest.MonkeyPatch) -> StubEngine:
    monkeypatch.setenv(CACHE_VARIABLE, str(reviews_cache))
    return StubEngine()


@pytest.fixture
def known(engine: StubEngine) -> KnownBaselines:
    return KnownBaselines(cast("Engine", engine))


def test_kept_baselines_are_there_at_once_for_all_networks_of_the_split_and_for_no_others(
    known: KnownBaselines, engine: StubEngine
) -> None:
    worked_out = baselines.baselines(SMALL)
    result = known.look_up([run(), run(SMALL.model_copy(update={"cell": "LSTM", "maxlen": 20}), epochs=0)])
    assert [item.val_accuracy for item in result.baselines] == [item.val_accuracy for item in worked_out]
    assert (result.remark, result.waiting, engine.begun) == ("", False, {})
    result = known.look_up([run(), run(SMALL.model_copy(update={"reviews": 500}))])
    assert "Baselines on the first network's held-out reviews" in result.remark
    assert len(result.baselines) == len(all_baselines())


def test_a_worker_begins_once_a_network_has_an_epoch_and_what_is_fitted_is_shown_meanwhile(
    known: KnownBaselines, engine: StubEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = SMALL.model_copy(update={"reviews": 777})
    assert known.look_up([run(new, epochs=0)]) == known.look_up([]) == BaselineResults()
    assert engine.begun == {}
    assert known.look_up([run(new)]) == BaselineResults((), f"Baselines: 0 of {len(all_baselines())}", waiting=True)
    assert [*engine.begun] == [(same_baselines(new),)]
    [analysis] = engine.begun.values()
    first = [baseline("majority", 0.5), baseline("words", 0.8)]
    assert meaning(first) == ""
    analysis.done, analysis.total = 2, 3
    monkeypatch.setattr(known_baselines, "fitted", lambda _experiment: first)
    assert known.look_up([run(new)]) == BaselineResults(tuple(first), "Baselines: 2 of 3", waiting=True)
    analysis.result = [*first, baseline("bigrams", 0.9)]
    assert known.look_up([run(new)]) == BaselineResults(tuple(analysis.result))


def test_a_problem_is_said_and_not_tried_again_at_every_look(
    known: KnownBaselines, engine: StubEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = SMALL.model_copy(update={"reviews": 778})
    known.look_up([run(new)])
    [analysis] = engine.begun.values()
    analysis.problem = "No worker is ready yet."
    assert known.look_up([run(new)]).remark == "No baselines: No worker is ready yet."
    engine.begun.clear()
    assert known.look_up([run(new)]).remark == "No baselines: No worker is ready yet."
    assert engine.begun == {}
    monkeypatch.setattr(known_baselines, "PATIENCE_SECONDS", 0.0)
    assert known.look_up([run(new)]).waiting
    gone = run_of(recorded_experiment('{"source": "gone"}'), status=Status.RUNNING, epochs=run().epochs)
    assert known.look_up([gone]).remark.startswith("No baselines: ")


@pytest.mark.parametrize(
    ("words", "bigrams", "sentence"),
    [
        (0.884, 0.896, "Word pairs are 1.2 points better than single words."),
        (0.9, 0.89, "are 1.0 points worse than single words"),
        (1.0, 1.0, "Word pairs are equal to single words to within 1 point."),
        (0.9, 0.903, "Word pairs are equal to single words to within 1 point."),
        (0.51, 0.49, "Neither words nor word pairs can be told apart from guessing: "),
    ],
)
def test_what_baselines_mean_follows_from_what_they_reach(words: float, bigrams: float, sentence: str) -> None:
    results = [baseline("majority", 0.5), baseline("words", words), baseline("bigrams", bigrams)]
    assert sentence in meaning(results)
