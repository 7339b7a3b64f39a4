import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.cli.main import main
from rnn_compare.comparison import baselines as module
from rnn_compare.comparison.baselines import Baseline, baseline_table, baselines, cached, same_baselines
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, recorded_experiment
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
def keras_source(
    write_keras_files: Callable[..., Path],  # the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A source with 30 training and 4 test reviews: the word of rank 1 alone makes a review positive."""
    folder = write_keras_files(
        tmp_path / "files",
        x_train=[[4, 5], [5, 6]] * 15,
        y_train=np.tile([1, 0], 15),
        x_test=[[4, 7], [6, 7], [4], [6]],
        y_test=[1, 0, 1, 1],
    )
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(folder))


def test_each_baseline_judges_the_very_reviews_that_the_networks_are_validated_with() -> None:
    results = baselines(SMALL)
    assert [item.name for item in results] == list(all_baselines())
    assert {item.correct.shape for item in results} == {(120,)}
    assert [item.features for item in results[:1]] == [0]
    assert results[2].features > results[1].features > 1000
    reviews = prepared.load("bundled")
    labels = np.array(reviews.training.labels)
    most = int(labels[:480].mean() >= 0.5)
    assert results[0].correct.tolist() == (labels[480:600] == most).tolist()
    assert all(item.test_correct is None and item.test_accuracy is None for item in results)
    assert results[1].val_accuracy > 0.7, "79.2 % when this was written"


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


def test_where_the_seed_decides_the_split_every_seed_has_baselines_of_its_own() -> None:
    varied = [SMALL.model_copy(update={"vary_split": True, "seed": seed}) for seed in (1, 2)]
    assert same_baselines(varied[0]) != same_baselines(varied[1])
    first, second = (baselines(item)[1].correct for item in varied)
    assert first.tolist() != second.tolist()
    places = prepared.load("bundled").places(varied[1])
    labels: NDArray[np.int64] = prepared.load("bundled").training.labels
    most = int(labels[places.training].mean() >= 0.5)
    assert baselines(varied[1])[0].correct.tolist() == (labels[places.validation] == most).tolist()


def test_what_was_worked_out_is_read_again_by_every_network_of_the_same_split(monkeypatch: pytest.MonkeyPatch) -> None:
    lstm = SMALL.model_copy(update={"cell": "LSTM", "maxlen": 20, "seed": 7, "epochs": 3})
    assert cached(lstm) is None
    results = baselines(SMALL)

    def never(*_: object) -> Baseline:
        raise AssertionError("it was worked out again")

    monkeypatch.setattr(module, "_judge", never)
    for again in (cached(lstm), baselines(lstm)):
        assert again is not None
        assert baseline_table(again).records() == baseline_table(results).records()
        assert all(
            np.array_equal(*both)
            for both in zip(*([item.correct for item in of] for of in (again, results)), strict=True)
        )
    for name, other in {"reviews": 500, "vocabulary_size": 1000, "validation_split": 0.3, "test_split": 0.1}.items():
        assert cached(SMALL.model_copy(update={name: other})) is None, name


def test_each_is_there_as_soon_as_it_is_fitted_and_none_is_fitted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    judge = module._judge

    def interrupted(name: str, *arguments: Any) -> Baseline:
        judged.append(name)
        if judged == list(all_baselines()):
            raise KeyboardInterrupt
        return judge(name, *arguments)

    monkeypatch.setattr(module, "_judge", interrupted)
    with pytest.raises(KeyboardInterrupt):
        baselines(SMALL)
    assert [item.name for item in module.fitted(SMALL)] == judged[:-1]
    assert cached(SMALL) is None
    assert [item.name for item in baselines(SMALL)] == list(all_baselines())
    assert judged == [*all_baselines(), judged[-1]]


def test_a_damaged_file_is_as_good_as_none(cache: Path) -> None:
    results = baselines(SMALL)
    [file] = (cache / "baselines").iterdir()
    whole = file.read_bytes()
    for damaged in (b"", b"no archive", whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        assert cached(SMALL) is None
    assert [item.val_accuracy for item in baselines(SMALL)] == [item.val_accuracy for item in results]
    assert cached(SMALL) is not None


def test_where_nothing_can_be_kept_they_are_told_all_the_same(cache: Path) -> None:
    (cache / "baselines").write_text("a file where the folder should be")
    assert len(baselines(SMALL)) == len(all_baselines())
    assert cached(SMALL) is None


def test_progress_is_told_a_baseline_at_a_time() -> None:
    progress: list[tuple[int, int]] = []
    baselines(SMALL, tell=lambda done, total: progress.append((done, total)))
    assert progress == [(done, len(all_baselines())) for done in range(len(all_baselines()))]


def test_nobody_waits_for_a_source_that_is_not_prepared(cache: Path) -> None:
    for link in (cache / "reviews").iterdir():
        link.unlink()
    assert cached(SMALL) is None
    assert list((cache / "reviews").iterdir()) == []


def test_a_source_that_is_no_more_is_named_in_a_sentence() -> None:
    with pytest.raises(UserError, match="no source 'gone'"):
        cached(recorded_experiment('{"source": "gone"}'))


def test_the_command_prints_a_json_line_for_each_or_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    before = set(sys.modules)
    assert main(["baselines", "--reviews", "600", "--vocabulary-size", "2000", "--json"]) == 0
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert [(line["kind"], line["name"]) for line in lines] == [("baseline", name) for name in all_baselines()]
    stored = cached(SMALL)
    assert stored is not None
    assert [line["val_accuracy"] for line in lines] == pytest.approx([item.val_accuracy for item in stored])
    assert {line["test_accuracy"] for line in lines} == {None}
    assert all(line["seconds"] > 0 for line in lines)
    assert printed.err == ""
    assert not {"keras", "tensorflow"} & (set(sys.modules) - before)
    assert main(["baselines", "--reviews", "600", "--vocabulary-size", "2000"]) == 0
    heads, *rows, note = capsys.readouterr().out.splitlines()
    assert heads.split() == ["Baseline", "Validation", "Test", "Terms", "Time"]
    assert [row.split("  ")[0] for row in rows] == [baseline.title for baseline in all_baselines().values()]
    assert "whole texts" in note
