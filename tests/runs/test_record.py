"""A run: its epochs, its state and its process."""

import subprocess
import sys
from typing import Any

import psutil
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import ALLOWED, Phase, Progress, Status
from rnn_compare.runs.record import Owner, Run
from tests.kit.runs import epoch_end, run_of


def run(*val_accuracies: float, **changes: Any) -> Run:
    """A running run of ten epochs with these behind it, each of which took ten seconds, the first fifteen."""
    epochs = tuple(
        epoch_end("r", number, 0.5, 0.5, val_accuracy, 0.5, 15.0 if number == 1 else 10.0)
        for number, val_accuracy in enumerate(val_accuracies, start=1)
    )
    usual: dict[str, Any] = {"status": Status.RUNNING, "started": 100.0, "epochs": epochs}
    return run_of(Experiment(), **(usual | changes))


def at(epoch: int, batch: int, batches: int, phase: Phase = "training", time: float = 110.0) -> tuple[Progress, ...]:
    return (Progress("r", epoch, batch, batches, {}, phase, time),)


def test_the_best_epoch_among_equals_has_the_lowest_validation_loss() -> None:
    validations = [(0.9, 0.50), (1.0, 0.69), (1.0, 0.41), (1.0, 0.41), (0.8, 0.20)]
    epochs = tuple(epoch_end("r", at, 0.5, 0.5, *values, 9.0) for at, values in enumerate(validations, 1))
    trained = run(epochs=epochs)
    assert (trained.best, trained.last) == (epochs[2], epochs[4])
    assert (run().best, run().last, run().has_weights) == (None, None, False)


@pytest.mark.parametrize(
    ("status", "epochs", "can_be_continued"),
    [(Status.FINISHED, 10, False), (Status.STOPPED, 10, True), (Status.FAILED, 0, True), (Status.RUNNING, 3, False)],
)
def test_what_ended_otherwise_than_well_can_be_continued_though_all_epochs_are_there(
    status: Status, epochs: int, can_be_continued: bool
) -> None:
    assert run(*[0.5] * epochs, status=status).can_be_continued == can_be_continued


@pytest.mark.parametrize(
    ("epochs", "progress", "fraction"),
    [
        (0, (), 0.0),
        (0, at(1, 0, 157, "preparing"), 0.0),
        (0, at(1, 157, 157), 0.09),
        (0, at(1, 20, 40, "validation"), 0.095),
        (2, at(3, 50, 100), 0.245),
        (10, (), 1.0),
    ],
)
def test_the_share_that_is_done_grows_through_both_phases(
    epochs: int, progress: tuple[Progress, ...], fraction: float
) -> None:
    assert run(*[0.5] * epochs, progress=progress).fraction_done == pytest.approx(fraction)


def test_the_time_left_comes_from_the_runs_own_epochs_not_from_its_first_batches() -> None:
    """These also hold the tracing of the network: a minute's training was said to take an hour and more."""
    assert run(0.5, 0.6, progress=at(3, 50, 100)).seconds_left == pytest.approx(7.55 * 10.0)
    assert run(progress=at(1, 1, 157, time=105.0)).seconds_left is None
    assert run(0.5, 0.6, status=Status.STOPPED).seconds_left is None
    assert [run(*[0.5] * epochs).seconds_per_epoch for epochs in range(4)] == [None, 15.0, 10.0, 10.0]


def test_a_run_ends_once_unless_it_is_continued() -> None:
    ends = {Status.FINISHED, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}
    assert {status for status in Status if status.ended} == ends
    assert all(ALLOWED[status] >= ends - {Status.FINISHED} for status in (Status.QUEUED, Status.RUNNING))
    assert Status.FINISHED not in ALLOWED[Status.QUEUED]
    assert all(ALLOWED[status] == {Status.QUEUED} for status in ends)


def test_a_process_lives_until_it_ends_and_a_zombie_does_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = Owner.of_process(psutil.Process(child.pid))
    assert owner.alive(silent_seconds=10**6)
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    assert not owner.alive(silent_seconds=0)
    child.communicate()
    assert not owner.alive(silent_seconds=0)
    me = Owner.current()
    assert not me._replace(started=me.started - 3600).alive(silent_seconds=0), "an earlier one with the same number"


@pytest.mark.skipif(not psutil.LINUX, reason="the system call that is put back is Linux' own")
def test_setting_the_clock_does_not_change_a_processs_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    me, boot_time = Owner.current(), psutil.boot_time()
    # What Linux does when its clock is set an hour ahead: it has booted an hour later.
    monkeypatch.setattr(psutil, "boot_time", lambda: boot_time + 3600)
    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: boot_time + 3600)
    assert psutil.Process().create_time() > boot_time + 3600
    assert me.alive(silent_seconds=0)
