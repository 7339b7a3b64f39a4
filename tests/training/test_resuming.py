import dataclasses
import hashlib
import io
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_compare.metrics.metric import all_metrics
from rnn_compare.networks import weights
from rnn_compare.paths import checkpoint_file, weights_file
from rnn_compare.runs import checkpoint
from rnn_compare.runs.events import EpochEnd, Event, Progress, Status
from tests.kit.trainings import end_of, start_of, tiny, train

pytestmark = pytest.mark.usefixtures("in_cache")


def within_epoch(number: int) -> Callable[[list[Event]], bool]:
    batches = 0

    def stop(events: list[Event]) -> bool:
        nonlocal batches
        batches += len(curve(events)) == number - 1
        return batches > 3

    return stop


def curve(events: list[Event]) -> dict[int, list[float]]:
    return {event.epoch: [event[name] for name in all_metrics()] for event in events if isinstance(event, EpochEnd)}


@pytest.mark.parametrize(
    "changes",
    [
        {"cell": "GRU", "dropout": 0.3, "optimizer": "adam"},
        {"cell": "SimpleRNN", "stock_layers": True, "dropout": 0.3},
    ],
    ids=str,
)
def test_a_run_that_was_broken_off_goes_on_as_if_it_never_had_been(changes: dict[str, Any]) -> None:
    experiment = tiny(reviews=160, epochs=4, **changes)
    names = [f"{part}-{abs(hash(str(changes)))}" for part in ("unbroken", "broken")]
    unbroken = curve(train(names[0], experiment))
    before = train(names[1], experiment, stop=within_epoch(3))
    assert set(curve(before)) == {1, 2}
    after = train(names[1], experiment)
    assert start_of(after).after == 2
    assert end_of(after).status is Status.FINISHED

    assert curve(after).keys() == unbroken.keys()
    for epoch, figures in curve([*before, *after]).items():
        assert figures == pytest.approx(unbroken[epoch], abs=1e-5)
    for which in ("last", "best"):
        ours, theirs = (weights.load(weights_file(name, which), experiment) for name in (names[1], names[0]))
        for a, b in zip(ours.values(), theirs.values(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_run_whose_last_epoch_is_unreported_reports_it_and_ends_and_equals_one_that_had_more_from_the_start() -> None:
    whole = curve(train("whole", tiny(epochs=4)))
    short = curve(train("longer", tiny(epochs=2)))
    again = train("longer", tiny(epochs=2))
    assert curve(again) == short
    assert end_of(again).status is Status.FINISHED
    assert not any(isinstance(event, Progress) for event in again)
    longer = curve(train("longer", tiny(epochs=4)))
    assert longer == {epoch: pytest.approx(figures, abs=1e-5) for epoch, figures in whole.items()}


def test_weights_that_were_not_written_after_the_last_checkpoint_are_written_when_it_goes_on() -> None:
    train("cut-off", tiny(epochs=1))
    first = weights_file("cut-off", "last").read_bytes()
    train("cut-off", tiny(epochs=2))
    whole = {which: weights_file("cut-off", which).read_bytes() for which in ("last", "best")}
    weights_file("cut-off", "last").write_bytes(first)  # as if it had been killed just after the checkpoint
    if whole["best"] == whole["last"]:
        weights_file("cut-off", "best").unlink()
    assert end_of(train("cut-off", tiny(epochs=2))).status is Status.FINISHED
    for which in ("last", "best"):
        ours = weights.load(weights_file("cut-off", which), tiny())
        theirs = np.load(io.BytesIO(whole[which]))
        assert all(np.array_equal(array, theirs[name]) for name, array in ours.items())


def test_a_state_of_another_program_or_one_that_cannot_be_read_ends_the_run_with_a_sentence() -> None:
    train("other", tiny(epochs=1))
    saved = checkpoint.load("other")
    assert saved is not None
    checkpoint.save("other", dataclasses.replace(saved, optimizer=saved.optimizer[:-1]))
    end = end_of(train("other", tiny(epochs=2)))
    assert end.status is Status.FAILED
    assert "another version of the program" in str(end.reason)
    payload = b"this is no archive, though its checksum is right"
    checkpoint_file("other").write_bytes(hashlib.sha256(payload).digest() + payload)
    end = end_of(train("other", tiny(epochs=2)))
    assert end.status is Status.FAILED
    assert str(end.reason).startswith("An unexpected error ended the training")
    assert "Traceback" not in str(end.reason)
    shutil.rmtree(checkpoint_file("other").parent)
