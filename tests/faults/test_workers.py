"""A worker dies, in whatever way: its run goes on from the last epoch, its neighbour notices nothing."""

import contextlib
import ctypes
import os
import signal
import time
from typing import Any

import psutil
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.training import dispatcher
from rnn_compare.training.dispatcher import LOST
from rnn_compare.training.engine import Engine
from rnn_compare.training.local import cluster, fork_server
from tests.faults.conftest import same_curve
from tests.kit.trainings import ListeningStore, tiny, worker_processes
from tests.kit.waiting import until, until_ended

LONG = tiny(cell="LSTM", reviews=1500, epochs=7, dropout=0.2)


@pytest.mark.skipif(not fork_server.AVAILABLE, reason="workers are forked on Linux only")
def test_what_workers_are_forked_from_is_killed_and_their_run_goes_on_and_counts_no_loss(
    engine: Engine, store: ListeningStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a system that is short of memory: whose children cannot be followed any more count as lost."""
    monkeypatch.setattr(dispatcher, "MAX_RESTARTS", 0)
    [run] = engine.submit([LONG])
    until(lambda: store.run(run).epochs)
    before = worker_processes()
    [server] = [child for child in psutil.Process().children() if fork_server.is_fork_server(child)]
    server.kill()
    until_ended(engine, [run])
    assert store.run(run).status is Status.FINISHED
    assert [epoch.epoch for epoch in store.run(run).epochs] == list(range(1, LONG.epochs + 1))
    until(lambda: sum(worker.ready for worker in engine.workers()) == 2 and not set(worker_processes()) & set(before))
    assert not any(process.is_running() for process in before), "who counts as lost trains no more"


def test_a_run_whose_worker_hangs_goes_on_with_another_and_one_that_only_works_for_long_is_left_alone(
    engine: Engine, store: ListeningStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PING_SECONDS", 0.5)
    monkeypatch.setattr(cluster, "HUNG_SECONDS", 5.0)
    hung, unbroken = engine.submit([LONG, LONG])
    until(lambda: store.run(hung).epochs)
    [name] = [worker.name for worker in engine.workers() if worker.run == hung]
    os.kill(int(name.removeprefix("process ")), signal.SIGSTOP)
    until_ended(engine, [hung, unbroken])
    assert store.run(hung).status is Status.FINISHED
    assert store.run(hung).continued
    assert same_curve(store.run(hung), store.run(unbroken))

    until(lambda: sum(worker.ready for worker in engine.workers()) == 2)
    before = worker_processes()
    monkeypatch.setattr("rnn_compare.training.engine.IDLE_SECONDS", 0.5)  # between looks while no run waits or trains
    engine.ask(time.sleep, 7.0)
    assert worker_processes() == before


def crash(*, tell: Any) -> None:  # noqa: ARG001  # as an analysis is called
    """Called in a worker: reads where no memory is."""
    ctypes.string_at(0)


def test_a_job_that_crashes_its_worker_is_told_of_in_words_and_the_training_beside_it_loses_nothing(
    engine: Engine, store: ListeningStore
) -> None:
    runs = engine.submit([LONG, LONG])
    until(lambda: all(run.epochs for run in store.runs(runs)))
    analysis = engine.analyse(crash)
    until(lambda: analysis.ended)
    assert "No worker answered" in (analysis.problem or "")
    until_ended(engine, runs)
    first, other = store.runs(runs)
    assert [(run.status, run.reason) for run in (first, other)] == [(Status.FINISHED, None)] * 2
    assert sorted(len(run.continued) for run in (first, other)) == [0, 1], "the worker that crashed had one of them"
    assert same_curve(first, other)


@pytest.mark.soak
def test_a_run_that_eats_all_memory_fails_and_its_neighbour_finishes(
    store: ListeningStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "2")
    monkeypatch.setattr(cluster, "MEMORY_LIMIT", 2 * 1_200_000_000)
    monkeypatch.setattr(dispatcher, "MAX_RESTARTS", 0)  # each one imports TensorFlow first
    with contextlib.closing(Engine(store, "page")) as second:
        second.start()
        modest = tiny(reviews=2000, epochs=30)
        greedy = Experiment(
            cell="LSTM", units=512, batch_size=1024, maxlen=1000, reviews=1500, epochs=1, stock_layers=True
        )
        runs = second.submit([greedy, modest])
        until_ended(second, runs)
        eater, neighbour = store.runs(runs)
        assert (eater.status, eater.reason) == (Status.FAILED, LOST)
        assert (neighbour.status, len(neighbour.epochs), neighbour.continued) == (Status.FINISHED, 30, ())
