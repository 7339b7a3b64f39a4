import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.cli.main import main
from rnn_compare.comparison import baselines as module
from rnn_compare.comparison.baselines import NOTE, Baseline, baseline_table, baselines, cached, same_baselines
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from rnn_compare.runs import shipped

SMALL = Experiment(reviews=600, vocabulary_size=2000)


@pytest.fixture(autouse=True)
def cache(reviews_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    (folder / "reviews").mkdir(parents=True)
    for item in (reviews_cache / "reviews").glob("bundled-*"):
        (folder / "reviews" / item.name).symlink_to(item)
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("RNN_COMPARE_IMDB", raising=False)
    return folder


@pytest.fixture
def keras_source(write_keras_files: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source with 30 training and 4 test reviews: the word of rank 1 alone makes a review positive."""
    folder = write_keras_files(
        tmp_path / "files",
        x_train=[[4, 5], [5, 6]] * 15,
        y_train=np.tile([1, 0], 15),
        x_test=[[4, 7], [6, 7], [4], [6]],
        y_test=[1, 0, 1, 1],
    )
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(folder))


@pytest.mark.usefixtures("keras_source")
def test_the_sources_own_test_reviews_are_judged_too_or_those_that_an_experiment_puts_aside() -> None:
    experiment = Experiment(source="keras", reviews=30, vocabulary_size=100)
    words = baselines(experiment)[1]
    assert (words.val_accuracy, words.test_accuracy) == (1.0, 0.75)
    assert words.test_correct is not None
    assert words.test_correct.tolist() == [True, True, True, False]
    put_aside = experiment.model_copy(update={"test_split": 0.3})
    words = baselines(put_aside)[1]
    assert words.test_correct is not None
    assert words.test_correct.tolist() == [True] * 9, "whatever else the source holds"
    assert len(words.correct) == put_aside.validation_reviews


def test_nobody_waits_for_a_source_that_is_not_prepared(cache: Path) -> None:
    for link in (cache / "reviews").iterdir():
        link.unlink()
    assert cached(SMALL) is None
    assert list((cache / "reviews").iterdir()) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_each_baseline_judges_the_very_reviews_that_a_network_is_validated_with(seed: int) -> None:
    """Also where its seed chooses them."""
    experiment = SMALL.model_copy(update={"vary_split": True, "seed": seed})
    results, reviews = baselines(experiment), prepared.load("bundled")
    places, labels = reviews.places(experiment), np.array(reviews.training.labels)
    most = int(labels[places.training].mean() >= 0.5)
    assert results[0].correct.tolist() == (labels[places.validation] == most).tolist()
    assert [item.correct.shape for item in results] == [(120,)] * len(all_baselines())
    assert [item.test_accuracy for item in results] == [None] * len(all_baselines())
    assert results[2].features > results[1].features > 1000 > results[0].features == 0
    assert results[1].val_accuracy > 0.7, "79.2 % when this was written"
    assert same_baselines(experiment) != same_baselines(SMALL)


def test_each_is_stored_once_it_is_fitted_and_read_by_every_network_of_its_split(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    progress: list[tuple[int, int]] = []
    judge = module._judge

    def interrupted(name: str, *arguments: Any) -> Baseline:
        judged.append(name)
        if judged == list(all_baselines()):
            raise KeyboardInterrupt
        return judge(name, *arguments)

    monkeypatch.setattr(module, "_judge", interrupted)
    lstm = SMALL.model_copy(update={"cell": "LSTM", "maxlen": 20, "seed": 7, "epochs": 3})
    with pytest.raises(KeyboardInterrupt):
        baselines(SMALL, tell=lambda *done: progress.append(done))
    assert progress == [(done, len(all_baselines())) for done in range(len(all_baselines()))]
    assert ([item.name for item in module.fitted(lstm)], cached(lstm)) == (judged[:-1], None)
    results = baselines(lstm)
    assert judged == [*all_baselines(), judged[-1]], "none is fitted twice"
    again = cached(SMALL)
    assert again
    assert baseline_table(again).records() == baseline_table(results).records()
    for result, other in zip(again, results, strict=True):
        assert np.array_equal(result.correct, other.correct)
    for name, value in {"reviews": 500, "vocabulary_size": 1000, "validation_split": 0.3, "test_split": 0.1}.items():
        assert cached(SMALL.model_copy(update={name: value})) is None, name
    [file] = (cache / "baselines").iterdir()
    for damaged in (b"", b"no archive", file.read_bytes()[:300]):
        file.write_bytes(damaged)
        assert cached(SMALL) is None
    assert [item.val_accuracy for item in baselines(SMALL)] == [item.val_accuracy for item in results]
    assert cached(SMALL), "written anew"


@pytest.mark.thorough
def test_on_all_reviews_words_are_as_good_as_the_networks_and_bigrams_are_better(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    majority, words, bigrams = baselines(Experiment())
    assert majority.val_accuracy == pytest.approx(0.4938)
    assert 0.880 <= words.val_accuracy <= 0.900
    assert bigrams.val_accuracy >= 0.905
    assert (words.features, bigrams.features) == (9_997, 184_002)


def test_where_nothing_can_be_stored_they_are_returned_all_the_same(cache: Path) -> None:
    (cache / "baselines").write_text("a file where the folder should be")
    assert len(baselines(SMALL)) == len(all_baselines())
    assert cached(SMALL) is None


def test_the_command_prints_a_json_line_for_each_or_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    before = set(sys.modules)
    command = ["baselines", "--reviews", "600", "--vocabulary-size", "2000"]
    assert main([*command, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    stored = cached(SMALL)
    assert stored
    assert not {"keras", "tensorflow"} & (set(sys.modules) - before)
    rows = [(line["kind"], line["name"], line["val_accuracy"], line["test_accuracy"]) for line in lines]
    assert rows == [("baseline", item.name, pytest.approx(item.val_accuracy), None) for item in stored]
    assert all(line["seconds"] > 0 for line in lines)
    assert main(command) == 0
    heads, *rows_of_text, note = capsys.readouterr().out.splitlines()
    assert heads.split() == ["Baseline", "Validation", "Test", "Terms", "Time"]
    assert [row.split("  ")[0] for row in rows_of_text] == [item.title for item in stored]
    assert note == NOTE
