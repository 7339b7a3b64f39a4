"""What is taken for a hanging worker, and what for a computer that was asleep."""

from rnn_compare.training.local.supervision import Silence


def test_a_computer_that_slept_has_no_worker_that_hangs_until_it_has_been_silent_while_awake() -> None:
    silence, hour = Silence(), 3600.0
    looks = [0.0, 5.0, 5.0 + hour, 10.0 + hour, 15.0 + hour, 20.0 + hour, 25.0 + hour]
    assert [silence.longer_than(30.0, {"worker": 1.0}, now) for now in looks] == [[]] * 7
    assert silence.longer_than(30.0, {"worker": 1.0}, 30.0 + hour) == ["worker"]
