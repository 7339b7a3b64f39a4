import gzip
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.explain.prediction import ask, predict, run_weights
from rnn_compare.explain.word_memory import saved
from rnn_compare.explain.worker_tasks import fingerprint
from rnn_compare.metrics.metric import computed
from rnn_compare.paths import CACHE_VARIABLE, weights_file
from rnn_compare.presets import ATTENTION, BOOK, FIRST_WORD, GATES, OPEN_GATES
from rnn_compare.report import recordings
from rnn_compare.report.recordings import import_runs
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Ended, Started, Status, accuracy, decoded, encoded
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from rnn_compare.server import services as shared
from rnn_compare.server.app import current_app
from rnn_compare.server.services import FIRST_START_VARIABLE

from .conftest import Trained

MAX_SHIPPED = 3 * 2**20


@pytest.fixture
def fresh(elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    """The record of another copy of the program, whose cache is used."""
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    return elsewhere


@pytest.fixture
def shipped(fresh: RunStore) -> list[Run]:
    recordings.import_shipped(fresh)
    return fresh.runs()


@pytest.fixture
def there(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trained]:
    """The trained runs with a best epoch that stands out: of 16 reviews, rounded weights may judge another one."""
    cache = tmp_path / "there"
    shutil.copytree(trained.store.path.parent / "runs", cache / "runs")
    (cache / "reviews").symlink_to(trained.store.path.parent / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    store = RunStore(cache / "runs.db")
    for run in trained.store.runs(trained.ids):
        epochs = [
            item if item is run.best else replace(item, figures={**item.figures, "val_accuracy": 0.0})
            for item in run.epochs
        ]
        predictions = [item for part in ("validation", "test") for item in trained.store.predictions(run.id, part)]
        store.take_in([(replace(run, epochs=tuple(epochs)), predictions)])
    yield Trained(store, trained.ids)
    store.close()


def recorded(trained: Trained, file: Path) -> Path:
    recordings.write(trained.store, trained.ids, file)
    return file


def test_runs_of_a_recording_have_weights_and_predict(
    there: Trained, tmp_path: Path, elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = recorded(there, tmp_path / "of_two.json.gz")
    before = {run: run_weights(there.store.run(run), "best") for run in there.ids}
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    for run in import_runs(file, elsewhere).values():
        assert run.has_weights
        assert not run.can_be_continued
        for path, here in run_weights(run, "best").items():
            np.testing.assert_array_equal(here, before[run.id][path].astype(np.float16).astype(np.float32))
        assert 0 <= ask(run, "a wonderful film", "best").probability <= 1
        if run.best is not run.last:
            with pytest.raises(UserError, match="only its best epoch was recorded"):
                run_weights(run, "last")


def test_the_last_epoch_of_a_recording_has_weights_if_it_is_the_best(shipped: list[Run]) -> None:
    assert {run.best is run.last for run in shipped} == {True, False}
    for run in shipped:
        assert weights_file(run.id, "last").exists() == (run.best is run.last)


def test_the_books_recorded_networks_come_with_their_memory_test(shipped: list[Run]) -> None:
    for run in shipped[-2:]:
        test = saved(run.id, fingerprint(run_weights(run, "best")))
        assert test is not None
        assert test.told_apart[0] > 0.9


def test_the_figures_of_the_best_epoch_are_those_of_the_weights_that_the_file_holds(
    there: Trained, tmp_path: Path, elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = recorded(there, tmp_path / "of_two.json.gz")
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    for run in import_runs(file, elsewhere).values():
        check_best_epoch(run, elsewhere)
        best, original = run.best, there.store.run(run.id)
        assert best is not None
        for epoch, measured in zip(run.epochs, original.epochs, strict=True):
            if epoch is not best:
                assert epoch == measured
            assert epoch["accuracy"] == measured["accuracy"]
        assert best["val_loss"] == pytest.approx(original.epochs[best.epoch - 1]["val_loss"], abs=1e-3)


def check_best_epoch(run: Run, store: RunStore) -> None:
    """What is recorded of its best epoch follows from its weights and the reviews that are prepared here."""
    best = run.best
    assert best is not None
    split = prepared.load(run.experiment.dataset).padded(run.experiment)
    probabilities = predict(run.experiment, run_weights(run, "best"), split.x_val)
    [predictions] = [item for item in store.predictions(run.id) if item.epoch == best.epoch]
    assert best["val_accuracy"] == predictions.accuracy == pytest.approx(accuracy(probabilities, split.y_val))
    np.testing.assert_allclose(decoded(predictions.probabilities), decoded(encoded(probabilities)), atol=1e-3)
    assert best["val_auc"] == pytest.approx(computed(split.y_val, probabilities)["val_auc"], abs=1e-6)


def test_a_run_that_is_not_finished_is_not_recorded(trained: Trained, tmp_path: Path) -> None:
    [run] = trained.store.create([trained.store.run(trained.ids[0]).experiment], Owner.current(), "page")
    try:
        trained.store.record([Started(run, 1, "", {}, 1.0), Ended(run, Status.STOPPED, None, 2.0)])
        with pytest.raises(UserError, match="only finished runs are recorded"):
            recordings.write(trained.store, [run], tmp_path / "stopped.json.gz")
    finally:
        trained.store.delete(run)


def test_the_shipped_recordings_are_what_the_lectures_train_and_small(shipped: list[Run]) -> None:
    experiments = [item for preset in (FIRST_WORD, OPEN_GATES, ATTENTION, GATES, BOOK) for item in preset.experiments()]
    assert [run.experiment for run in shipped] == experiments  # the book's are the newest, which the first page shows
    assert all(run.status is Status.FINISHED and run.has_weights and run.is_from_elsewhere for run in shipped)
    assert all(file.stat().st_size <= MAX_SHIPPED for file in recordings.SHIPPED)


def test_the_shipped_recordings_say_when_and_with_what_but_not_whose_machine(shipped: list[Run]) -> None:
    for run in shipped:
        assert run.ended is not None and run.ended > 1.7e9  # noqa: PT018  # one thing: when
        assert {"python", "keras", "tensorflow", "numpy", "processors"} <= run.versions.keys()
        assert run.owner.host == f"a machine with {run.versions['processors']} processors"
        assert all(epoch.seconds > 0 for epoch in run.epochs)


@pytest.mark.parametrize("place", [4, 7, 10], ids=["LSTM with open gates", "MGU of the gates", "SimpleRNN of the book"])
def test_the_shipped_weights_fit_the_reviews_that_are_prepared_here(
    place: int, shipped: list[Run], fresh: RunStore
) -> None:
    check_best_epoch(shipped[place], fresh)


def test_the_shipped_recordings_are_taken_in_within_a_second(fresh: RunStore) -> None:
    began = time.process_time()
    recordings.import_shipped(fresh)
    assert time.process_time() - began < 1


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


def test_a_server_takes_the_recordings_in_once_and_deleted_ones_stay_away(
    start: Callable[[], list[Run]], tmp_path: Path
) -> None:
    first = start()
    assert len(first) == 16
    assert start() == first
    store = RunStore(tmp_path / "cache" / "runs.db")
    for run in first:
        store.delete(run.id)
    store.close()
    assert start() == []


def test_a_server_with_runs_of_its_own_or_with_the_import_switched_off_imports_none(
    start: Callable[[], list[Run]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FIRST_START_VARIABLE, "0")
    assert start() == []
    monkeypatch.setenv(FIRST_START_VARIABLE, "1")
    store = RunStore(tmp_path / "cache" / "runs.db")
    [own] = store.create(BOOK.experiments()[:1], Owner.current(), "page")
    store.record([Ended(own, Status.STOPPED, None, 1.0)])
    store.close()
    assert [run.id for run in start()] == [own]


def test_a_server_begins_also_where_a_recording_cannot_be_taken_in(
    start: Callable[[], list[Run]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged.json.gz"
    damaged.write_bytes(recordings.SHIPPED[0].read_bytes()[:-100])
    monkeypatch.setattr(recordings, "SHIPPED", (damaged,))
    assert start() == []


def test_weights_that_cannot_be_recorded_leave_no_file_behind(
    there: Trained, tmp_path: Path, elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, fresh = recorded(there, tmp_path / "of_two.json.gz"), elsewhere
    monkeypatch.setenv(CACHE_VARIABLE, str(fresh.path.parent))

    def full(_: object) -> None:
        raise UserError("The disk is full.")

    monkeypatch.setattr(fresh, "take_in", full)
    with pytest.raises(UserError, match="The disk is full"):
        import_runs(file, fresh)
    assert not any(weights_file(run, "best").parent.exists() for run in there.ids)


def test_a_recording_that_is_cut_short_or_a_bomb_records_nothing(fresh: RunStore, tmp_path: Path) -> None:
    whole = recordings.SHIPPED[0].read_bytes()
    file = tmp_path / "hostile.json.gz"
    for content in (whole[:-100], whole + b"more", gzip.compress(b"\0" * 200_000_000), b"\x1f\x8b", gzip.compress(b"")):
        file.write_bytes(content)
        with pytest.raises(UserError) as refused:
            import_runs(file, fresh)
        assert len(str(refused.value)) < 500
    assert fresh.runs() == []


def test_a_run_whose_record_claims_weights_that_did_not_come_along_has_none(
    trained: Trained, tmp_path: Path, elsewhere: RunStore
) -> None:
    from rnn_compare.report.contents import gather
    from rnn_compare.report.html_report import html

    contents = gather(trained.store, trained.ids[:2])
    claims = replace(contents.runs[0], versions={"weights": "of epoch 2"})
    file = tmp_path / "report.html"
    file.write_text(html(replace(contents, runs=(claims, contents.runs[1]))), encoding="utf-8")
    assert not any(run.has_weights for run in import_runs(file, elsewhere).values())
