"""The shipped runs: what they are, how they come into a record, and how others are given along."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_compare.comparison.baselines import baselines, cached
from rnn_compare.errors import UserError
from rnn_compare.explain.prediction import predict, run_weights
from rnn_compare.explain.worker_tasks import fingerprint, kept, kept_tasks
from rnn_compare.metrics.metric import computed
from rnn_compare.paths import CACHE_VARIABLE, weights_file
from rnn_compare.presets import ATTENTION, BOOK, FIRST_WORD, GATES, OPEN_GATES, PARITY, THIRDS
from rnn_compare.report.recording import write
from rnn_compare.reviews import prepared
from rnn_compare.runs import shipped as module
from rnn_compare.runs.events import Ended, Status, accuracy, decoded, encoded
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.runs.store import RunStore
from rnn_compare.server.app import current_app
from rnn_compare.services import services as shared
from rnn_compare.services.services import FIRST_START_VARIABLE

MAX_SHIPPED = 11 * 2**20


@pytest.fixture
def fresh(prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "fresh"))
    return RunStore(tmp_path / "fresh" / "runs.db")


@pytest.fixture
def shipped(fresh: RunStore) -> list[Run]:
    add_shipped(fresh)
    return fresh.runs()


def test_every_recorded_network_comes_with_the_answers_that_pages_would_ask_workers_for(shipped: list[Run]) -> None:
    for run in shipped:
        state = fingerprint(run_weights(run, "best"))
        answers = {task.__name__: kept(task, run.id, state) for task in kept_tasks(run.experiment)}
        if run.experiment.source in ("parity2", "thirds"):  # none of whose words tells anything by itself
            assert answers.pop("memory") is None
        assert None not in answers.values(), (run.id, answers)
        if run in shipped[-6:]:  # the book's
            assert answers["memory"].told_apart[0] > 0.9


def test_the_shipped_recordings_are_what_the_lectures_train_and_small_and_say_when_and_with_what(
    shipped: list[Run],
) -> None:
    presets = (PARITY, THIRDS, FIRST_WORD, OPEN_GATES, ATTENTION, GATES)
    experiments = [experiment for preset in presets for experiment in preset.experiments()]
    experiments += replace(BOOK, settings={"seeds": 3}).experiments()  # the newest, which the first page shows
    assert [run.experiment for run in shipped] == experiments
    assert len({run.created for run in shipped[-6:]}) == 1, "looked at once"
    for run in shipped:
        assert (run.status, run.has_weights, run.is_from_elsewhere) == (Status.FINISHED, True, True)
        assert weights_file(run.id, "last").exists() == (run.best is run.last), "else only the best was recorded"
        assert run.ended is not None and run.ended > 1.7e9  # noqa: PT018  # one thing: when
        assert {"python", "keras", "tensorflow", "numpy", "processors"} <= run.versions.keys()
        assert run.owner.host == f"a machine with {run.versions['processors']} processors", "but not whose"
        assert all(epoch.seconds > 0 for epoch in run.epochs)
    assert {run.best is run.last for run in shipped} == {True, False}
    assert sum(file.stat().st_size for file in module.FOLDER.rglob("*") if file.is_file()) <= MAX_SHIPPED


@pytest.mark.slow
def test_the_shipped_recordings_bring_their_baselines_which_are_those_fitted_here(
    shipped: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dataset in {run.experiment.dataset for run in shipped}:
        prepared.prepare(dataset)
    brought = [cached(run.experiment) for run in shipped]
    assert all(brought)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    fitted = baselines(shipped[0].experiment)
    assert [item.val_accuracy for item in fitted] == [item.val_accuracy for item in brought[0] or ()]


@pytest.mark.parametrize(
    "place", [12, 19, 22], ids=["LSTM with open gates", "MGU of the gates", "SimpleRNN of the book"]
)
def test_what_is_recorded_of_a_best_epoch_follows_from_its_weights_and_the_reviews_that_are_prepared_here(
    place: int, shipped: list[Run], fresh: RunStore
) -> None:
    run, best = shipped[place], shipped[place].best
    assert best is not None
    split = prepared.load(run.experiment.dataset).padded(run.experiment)
    probabilities = predict(run.experiment, run_weights(run, "best"), split.x_val)
    [predictions] = [item for item in fresh.predictions(run.id) if item.epoch == best.epoch]
    assert best["val_accuracy"] == predictions.accuracy == pytest.approx(accuracy(probabilities, split.y_val))
    np.testing.assert_allclose(decoded(predictions.probabilities), decoded(encoded(probabilities)), atol=1e-3)
    assert best["val_auc"] == pytest.approx(computed(split.y_val, probabilities)["val_auc"], abs=1e-6)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Run]]:
    """Starts the server's services on an empty cache, or once more, and returns the runs that are there."""
    (tmp_path / "cache").mkdir()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv(FIRST_START_VARIABLE, "1")
    monkeypatch.setattr(shared, "FIRST_PAGE_SECONDS", 60.0)  # no worker is needed

    def restart() -> list[Run]:
        current_app().close()
        try:
            return current_app().services().store.runs()
        finally:
            current_app().close()

    return restart


def test_a_server_takes_the_recordings_in_once_unless_it_is_told_not_to_and_deleted_ones_stay_away(
    start: Callable[[], list[Run]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setenv(FIRST_START_VARIABLE, "0")
        assert start() == []
    first = start()
    assert len(first) == 28
    assert start() == first
    store = RunStore(tmp_path / "cache" / "runs.db")
    for run in first:
        store.delete(run.id)
    store.close()
    assert start() == []


def test_a_server_begins_also_where_the_recordings_cannot_be_taken_in_and_takes_none_in_beside_its_own_runs(
    start: Callable[[], list[Run]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "damaged" / "runs").mkdir(parents=True)
    (tmp_path / "damaged" / "runs.db").write_bytes(b"no record")
    with monkeypatch.context() as damaged:
        damaged.setattr(module, "FOLDER", tmp_path / "damaged")
        assert start() == []
    store = RunStore(tmp_path / "cache" / "runs.db")
    [own] = store.create(BOOK.experiments()[:1], Owner.current(), "page")
    store.record([Ended(own, Status.STOPPED, None, 1.0)])
    store.close()
    assert [run.id for run in start()] == [own]


def test_finished_runs_are_given_along_as_a_folder_that_serves_as_a_cache(
    shipped: list[Run], fresh: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = shipped[-2:]
    with pytest.raises(UserError, match="only finished runs are copied"):
        write(fresh, fresh.create(BOOK.experiments()[:1], Owner.current(), "page"), tmp_path / "none")
    fresh._writer.execute("UPDATE runs SET origin = 'page', owner_host = 'ada' WHERE id = ?", (copied[0].id,))
    write(fresh, [run.id for run in copied], tmp_path / "along")
    before = [run_weights(run, "best") for run in copied]
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "along"))
    runs = RunStore(tmp_path / "along" / "runs.db").runs()
    assert [run.epochs for run in runs] == [run.epochs for run in copied]
    assert all(run.is_from_elsewhere and run.has_weights and run.best for run in runs)
    assert runs[0].owner.host == "another machine"
    monkeypatch.setattr(module, "FOLDER", tmp_path)  # nothing shipped
    (tmp_path / "along" / "reviews").symlink_to(tmp_path / "fresh" / "reviews")
    for run in runs:
        state = fingerprint(run_weights(run, "best"))
        assert all(kept(task, run.id, state) for task in kept_tasks(run.experiment))
        assert cached(run.experiment)
    for run, arrays in zip(runs, before, strict=True):
        assert all(np.array_equal(run_weights(run, "best")[name], array) for name, array in arrays.items())
