import pytest

from rnn_compare.errors import UserError
from rnn_compare.training.worker.cores import number_from, shares

VARIABLE = "RNN_COMPARE_THREADS"


def test_more_trainings_than_cores_have_one_thread_each() -> None:
    assert shares({"a", "b", "c"}, None, cores=2) == {"a": 1, "b": 1, "c": 1}


def test_whoever_sets_a_bound_keeps_cores_to_himself() -> None:
    assert shares({"a"}, 2, cores=16) == {"a": 2}


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
