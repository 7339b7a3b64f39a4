from dataclasses import replace
from typing import Any

import pytest

from rnn_compare.dashboard.pages.cluster import doing, table
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.training.protocol import WorkerInfo
from tests.epochs import epoch_end

FREE = WorkerInfo("tls://10.0.0.7:4000", "node7 10.0.0.7:4000", 800_000_000, 2_000_000_000)
EPOCH = epoch_end("lstm-1", 1, 0.5, 0.7, 0.5, 0.7, 1.0)


def run(**changes: Any) -> Run:
    made = Run("lstm-1", 1, "c", Experiment(cell="LSTM"), Status.RUNNING, Owner(1, 1.0, "here"), "page", 0.0)
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("worker", "trained", "sentence"),
    [
        (FREE, run(), "idle"),
        (replace(FREE, run="lstm-1"), run(epochs=(EPOCH,)), "training LSTM(32), epoch 2 of 10"),
        (replace(FREE, run="lstm-1"), run(status=Status.FINISHED), "finishing LSTM(32)"),
        (replace(FREE, ready=False), run(), "starting"),
        (replace(FREE, ready=False, problem="It lacks keras."), run(), "It lacks keras."),
    ],
)
def test_what_a_worker_does_is_said_in_words(worker: WorkerInfo, trained: Run, sentence: str) -> None:
    assert doing(worker, {trained.id: trained}) == sentence


def test_a_worker_is_shown_with_its_place_and_its_memory() -> None:
    [[place, memory, _], [_, unlimited, _]] = table([FREE, replace(FREE, memory_limit=0)], {}).rows
    assert (place.small, memory.small, memory.share) == (FREE.name, "0.8 of 2.0 GB", 0.4)
    assert (unlimited.value, unlimited.share) == ("0.8 GB", None)
