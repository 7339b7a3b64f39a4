"""What several threads change at once is as if one after the other had done so."""

import contextlib
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.services.services import Services
from rnn_compare.training.dispatcher import MAX_WAITING_PER_VISITOR
from tests.kit.threads import at_once


def test_writers_of_one_record_wait_for_each_other(tmp_path: Path) -> None:
    with contextlib.closing(RunStore(tmp_path / "runs.db")) as store:

        def create(seed: int) -> list[str]:
            return [run for _ in range(20) for run in store.create([Experiment(seed=seed)], Owner.current(), "page")]

        runs = [run for created in at_once(create) for run in created]
        assert len(set(runs)) == 160 == len(store.runs())
        assert len({run.turn for run in store.runs()}) == 160


def test_tabs_of_a_visitor_that_press_train_at_once_do_not_pass_the_limit_together(services: Services) -> None:
    half = [Experiment(seed=seed) for seed in range(1, MAX_WAITING_PER_VISITOR // 2 + 1)]

    def press(_: int) -> bool:
        with contextlib.suppress(UserError):
            return bool(services.engine.submit(half, visitor="somebody"))
        return False

    assert sum(at_once(press)) == 2
    with pytest.raises(UserError, match="more would exceed the limit"):
        services.engine.submit(half[:1], visitor="somebody")
