"""What is recorded of gradients: kept for itself, so that no viewer's tick reads it."""

from pathlib import Path

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import DirectionGradients, Ended, EpochGradients, Started, Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore

WAY: DirectionGradients = {
    "backward": False,
    "places": [1, 2],
    "states": {"size": 0.5, "relative": [[1.0, 1e-9]], "share": [[0.999, 1.0]], "memory": [1]},
    "carry": None,
}


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs.db")


@pytest.fixture
def run(store: RunStore) -> str:
    (run,) = store.create([Experiment()], Owner.current(), "page")
    store.record([Started(run, 1, "", {}, 0.0)])
    return run


def test_epochs_are_returned_in_order_and_a_repetition_replaces_the_first(store: RunStore, run: str) -> None:
    store.record([EpochGradients(run, 1, 16, [WAY]), EpochGradients(run, 0, 16, [WAY]), EpochGradients(run, 1, 8, [])])
    assert store.gradients(run) == [EpochGradients(run, 0, 16, [WAY]), EpochGradients(run, 1, 8, [])]
    assert store.gradients("other") == []


def test_what_comes_after_the_end_is_passed_over_and_deleting_takes_all(store: RunStore, run: str) -> None:
    store.record(
        [EpochGradients(run, 0, 16, [WAY]), Ended(run, Status.FINISHED, None, 1.0), EpochGradients(run, 1, 16, [WAY])]
    )
    assert [gradients.epoch for gradients in store.gradients(run)] == [0]
    store.delete(run)
    assert store.gradients(run) == []
