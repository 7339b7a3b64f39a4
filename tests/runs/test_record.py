"""A run: its epochs, its state and its process, and how long others will take."""

import dataclasses
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import psutil
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.runs import estimate
from rnn_compare.runs.estimate import START_SECONDS, TOGETHER, UNMEASURED, History, Speed, reference_seconds, workload
from rnn_compare.runs.events import ALLOWED, Phase, Progress, Status
from rnn_compare.runs.record import ELSEWHERE, Owner, Run
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


# ---- how long runs will take, from those that are recorded --------------------------------------------

STOCK = Experiment(epochs=1, stock_layers=True)
UNDISTURBED = Speed(workers=1)
"""Of a machine on which two networks do not slow each other down."""


def seconds(
    experiments: Sequence[Experiment], earlier: Sequence[Run], workers: int, speed: Speed = UNMEASURED
) -> float:
    return History(earlier, speed).total_seconds(experiments, workers)


def epoch(experiment: Experiment, earlier: Sequence[Run], speed: Speed = UNMEASURED) -> float:
    return History(earlier, speed).epoch_seconds(experiment)


def timed(experiment: Experiment, seconds_an_epoch: float) -> Run:
    epochs = tuple(epoch_end("a", epoch, 0.5, 0.7, 0.5, 0.7, seconds_an_epoch) for epoch in (1, 2))
    return run_of(experiment, epochs=epochs)


ELSEWHERE_TIMED = dataclasses.replace(timed(Experiment(), 900.0), origin=ELSEWHERE)


@pytest.mark.parametrize(
    ("experiment", "earlier", "expected"),
    [
        (Experiment(cell="LSTM", epochs=7), [timed(Experiment(cell="LSTM"), 3.0)], 7 * 3.0),
        (
            Experiment(epochs=1),
            [timed(Experiment(), 100.0)] * 9 + [timed(Experiment(cell="GRU"), 500.0)] + [timed(Experiment(), 2.0)] * 3,
            2.0,  # the newest runs of its cell decide
        ),
        (Experiment(epochs=1), [timed(Experiment(), 2.0), timed(STOCK, 11.0)], 2.0),
        (STOCK, [timed(Experiment(), 2.0), timed(STOCK, 11.0)], 11.0),
        (Experiment(epochs=1), [timed(Experiment(), 2.0), ELSEWHERE_TIMED], 2.0),
    ],
)
def test_a_setting_takes_as_long_as_runs_of_its_cell_and_layers_took_on_this_machine_lately(
    experiment: Experiment, earlier: list[Run], expected: float
) -> None:
    assert seconds([experiment], earlier, workers=1) == pytest.approx(START_SECONDS + expected)


@pytest.mark.parametrize(
    ("more", "times"),
    [
        ({"units": 128, "stock_layers": True}, 3.0),
        ({"units": 128}, 5.1),
        ({"layers": 2}, 2.0),
        ({"bidirectional": True}, 2.0),
        ({"maxlen": 100}, 96 / 225),
        ({"maxlen": 100, "stock_layers": True}, 1 / 5),
    ],
)
def test_work_grows_with_what_there_is_to_compute(more: dict[str, Any], times: float) -> None:
    usual = Experiment(stock_layers=more.get("stock_layers", False))
    assert workload(Experiment(**more)) / workload(usual) == pytest.approx(times, rel=0.05)


def at_work(run: str, epochs_left: int, status: Status = Status.QUEUED) -> Run:
    """A run that would take 3 s an epoch, as ``timed(…, 3.0)`` teaches."""
    return run_of(Experiment(epochs=epochs_left), run, status)


def test_a_run_starts_at_once_where_a_worker_is_free_and_else_when_the_first_is_done() -> None:
    earlier = [timed(Experiment(), 3.0)]
    running = [at_work("running", 4, Status.RUNNING)]
    waiting = [at_work("first", 1), at_work("second", 1), at_work("third", 1)]
    begins = History(earlier, UNDISTURBED).start_times(waiting, running, workers=2)
    assert list(begins) == ["first", "second", "third"]
    single, four = START_SECONDS + 3.0, START_SECONDS + 12.0
    assert [begins[run.id] for run in waiting] == pytest.approx([0.0, single, min(2 * single, four)])


def test_a_continued_run_takes_the_epochs_that_are_left() -> None:
    earlier = [timed(Experiment(), 3.0)]
    epochs = tuple(epoch_end("a", epoch, 0.5, 0.7, 0.5, 0.7, 3.0) for epoch in range(1, 9))
    half_done = dataclasses.replace(at_work("half done", 10), epochs=epochs)
    begins = History(earlier).start_times([half_done, at_work("next", 1)], [], workers=1)
    assert begins == pytest.approx({"half done": 0.0, "next": START_SECONDS + 2 * 3.0})


def test_concurrent_networks_slow_down_until_a_single_network_remains() -> None:
    short, long = Experiment(epochs=2), Experiment(epochs=6)
    earlier = [timed(short, 10.0)]
    together = (START_SECONDS + 20.0) * TOGETHER
    assert seconds([short, long], earlier, 2) == pytest.approx(together + 40.0)
    assert seconds([short, long], earlier, 1) == pytest.approx(2 * START_SECONDS + 80.0)


def during(run: Run, name: str, began: float, ended: float) -> Run:
    return dataclasses.replace(run, id=name, started=began, ended=ended)


def test_what_a_run_took_beside_another_is_taken_as_such() -> None:
    experiment = Experiment(epochs=2)
    single, other = (during(timed(experiment, 12.0), name, 100.0, 124.0) for name in ("one", "other"))
    assert epoch(experiment, [single]) == pytest.approx(12.0)
    assert epoch(experiment, [single, other]) == pytest.approx(10.0), "it would have been quicker alone"
    again = seconds([experiment, experiment], [single, other], 2)
    assert again == pytest.approx(TOGETHER * START_SECONDS + 24.0), "the same two take as long again"
    half = during(timed(experiment, 12.0), "half", 100.0, 112.0)
    assert epoch(experiment, [half, single]) == pytest.approx((12 / 1.2 + 12 / 1.1) / 2)


def test_the_most_similar_runs_of_any_cell_decide_and_very_different_ones_and_those_of_one_epoch_are_ignored() -> None:
    """The first epoch includes compilation."""
    experiment = Experiment()
    other = timed(Experiment(cell="GRU"), 3 * reference_seconds(Experiment(cell="GRU")))
    assert epoch(experiment, [other]) == pytest.approx(3 * reference_seconds(experiment))
    single = dataclasses.replace(timed(experiment, 50.0), epochs=timed(experiment, 50.0).epochs[:1])
    assert epoch(experiment, [single]) == pytest.approx(reference_seconds(experiment))
    tiny = Experiment(reviews=60, maxlen=10, units=4)
    assert epoch(experiment, [timed(tiny, 2.0)] * 9) == pytest.approx(reference_seconds(experiment))
    alike, less = timed(Experiment(reviews=20_000), 4.0), timed(Experiment(reviews=5_000), 9.0)
    expected = 4.0 * reference_seconds(experiment) / reference_seconds(alike.experiment)
    assert epoch(experiment, [alike, *[less] * 9]) == pytest.approx(expected)


def test_a_long_record_is_looked_through_once_however_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    works: list[Experiment] = []

    def counted(experiment: Experiment) -> float:
        works.append(experiment)
        return workload(experiment)

    recorded = [during(timed(Experiment(epochs=2, units=8 + n), 3.0), f"{n}", 100.0 + n, 109.0 + n) for n in range(100)]
    monkeypatch.setattr(estimate, "workload", counted)
    begins = History(recorded).start_times([at_work(f"waits {n}", 2) for n in range(50)], [], workers=2)
    assert len(begins) == 50
    assert len(works) < 3 * (len(recorded) + len(begins))
