"""How long runs will take, from those that are recorded."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.runs import estimate
from rnn_compare.runs.estimate import START_SECONDS, TOGETHER, UNMEASURED, History, Speed, reference_seconds, workload
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import ELSEWHERE, Run
from tests.kit.runs import epoch_end, run_of

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


@pytest.mark.parametrize("cell", CELLS)
def test_before_any_run_fused_layers_are_expected_to_be_several_times_quicker(cell: str) -> None:
    fused, stock = (seconds([Experiment(cell=cell, stock_layers=layers)], [], 1) for layers in (False, True))
    assert 3 < stock / fused < 15


def test_before_any_run_the_measured_speed_decides() -> None:
    experiment = Experiment(epochs=3)
    for speed in (Speed(0.5), Speed(3.0)):
        expected = START_SECONDS + 3 * speed.alone * reference_seconds(experiment)
        assert seconds([experiment], [], 2, speed) == pytest.approx(expected)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_more_networks_never_take_less_time(workers: int) -> None:
    speed = Speed(workers=workers)
    times = [seconds([Experiment(epochs=2)] * count, [], workers, speed) for count in range(9)]
    assert times == sorted(times)
