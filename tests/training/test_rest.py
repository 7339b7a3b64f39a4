"""Workers that nobody needs give their memory back, and are there again before somebody trains."""

from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.runs.events import Status
from rnn_compare.training.local import supervision
from rnn_compare.training.local.supervision import REST_SECONDS, Rest, Silence
from tests.kit.caches import lend
from tests.kit.trainings import endless, running_engine, tiny, worker_processes
from tests.kit.waiting import PATIENCE, until, until_ended


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.somebody_there = False
        self.resting = False
        self.rest = Rest(lambda: self.somebody_there, lambda: self.now)

    def after(self, seconds: float, idle: bool = True) -> bool:
        self.now += seconds
        self.resting = self.rest.is_due(self.resting, idle)
        return self.resting


def test_workers_rest_minutes_after_the_last_page_training_and_question() -> None:
    clock = Clock()
    assert not clock.after(REST_SECONDS)
    clock.somebody_there = True
    assert not clock.after(2 * REST_SECONDS)
    clock.somebody_there = False
    assert not clock.after(2 * REST_SECONDS, idle=False)
    with clock.rest.in_use():
        assert not clock.after(2 * REST_SECONDS)
    assert not clock.after(REST_SECONDS)
    assert clock.after(1)
    assert clock.after(10 * REST_SECONDS)


def test_a_page_that_opens_has_the_machine_first_but_does_not_put_off_a_training() -> None:
    clock = Clock()
    assert clock.after(REST_SECONDS + 1)
    clock.rest.want(after=3.0)
    assert clock.after(2.0)
    clock.rest.want(after=3.0)
    assert not clock.after(1.0)
    assert clock.after(REST_SECONDS + 3.1)
    clock.rest.want()
    clock.rest.want(after=3.0)
    assert not clock.after(0.0)


def test_resting_workers_and_those_of_a_closed_engine_are_no_processes_and_whoever_needs_the_first_fetches_them(
    training_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_others = worker_processes()
    cache = lend(training_cache, tmp_path / "cache")  # another engine of this process would train what its record holds
    with running_engine(cache, tmp_path, somebody_there=lambda: False) as engine:
        monkeypatch.setattr(supervision, "REST_SECONDS", 0.5)
        monkeypatch.setattr("rnn_compare.training.engine.IDLE_SECONDS", 0.2)
        until(lambda: worker_processes() == of_others)
        monkeypatch.setattr(supervision, "REST_SECONDS", PATIENCE)  # a busy machine may look later than half a second
        engine.expect(after=0.1)
        until(lambda: engine.state.phase == "ready")
        monkeypatch.setattr(supervision, "REST_SECONDS", 0.5)
        until(lambda: worker_processes() == of_others)
        [run] = engine.submit([tiny()])
        until_ended(engine, [run])
        assert engine._store.run(run).status is Status.FINISHED
        until(lambda: worker_processes() == of_others)
        assert "lstm (LSTM)" in engine.summary(tiny(cell="LSTM"), timeout=PATIENCE)
        [run] = engine.submit([endless()])
        until(lambda: engine._store.run(run).epochs)
        engine.close()
        assert worker_processes() == of_others
        assert engine.state.phase == "closed"
        assert engine._store.run(run).status is Status.INTERRUPTED
        with pytest.raises(UserError):
            engine.submit([tiny()])


def test_a_computer_that_slept_has_no_worker_that_hangs_until_it_has_been_silent_while_awake() -> None:
    silence, hour = Silence(), 3600.0
    looks = [0.0, 5.0, 5.0 + hour, 10.0 + hour, 15.0 + hour, 20.0 + hour, 25.0 + hour]
    assert [silence.longer_than(30.0, {"worker": 1.0}, now) for now in looks] == [[]] * 7
    assert silence.longer_than(30.0, {"worker": 1.0}, 30.0 + hour) == ["worker"]
