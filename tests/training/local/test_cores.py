import pytest

from rnn_compare.errors import UserError
from rnn_compare.training.worker.cores import Cores, number_from

VARIABLE = "RNN_COMPARE_THREADS"


def test_more_trainings_than_cores_have_one_thread_each() -> None:
    assert Cores(None, cores=2).changes({"a", "b", "c"}) == {"a": 1, "b": 1, "c": 1}


def test_whoever_sets_a_bound_keeps_cores_to_himself() -> None:
    assert Cores(2, cores=16).changes({"a"}) == {"a": 2}


def test_a_worker_that_trains_again_is_told_again() -> None:
    """It may be another process at the same address by then."""
    cores = Cores(None, cores=4)
    assert cores.changes({"a"}) == {"a": 4}
    assert cores.changes(set()) == {}
    assert cores.changes({"a"}) == {"a": 4}


def test_a_variable_that_is_not_set_bounds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert number_from(VARIABLE) is None
    monkeypatch.setenv(VARIABLE, "3")
    assert number_from(VARIABLE) == 3


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "513"])
def test_a_senseless_number_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(UserError, match="whole number between 1 and 512"):
        number_from(VARIABLE)
