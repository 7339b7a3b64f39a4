import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.equal_terms import epoch_seconds, match_parameters, match_time
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import FEEDFORWARD, NETWORKS
from rnn_compare.networks.parameters import parameters
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from tests.epochs import epoch_end


def run(experiment: Experiment, *seconds: float) -> Run:
    epochs = tuple(epoch_end("r", i, 0.5, 0.7, 0.8, 0.6, entry) for i, entry in enumerate(seconds, 1))
    return Run("r", 1, "r", experiment, Status.FINISHED, Owner(1, 1.0, "here"), "page", 0.0, epochs=epochs)


def test_a_simple_rnn_needs_76_units_for_the_parameters_of_the_books_lstm() -> None:
    [rnn, gru, lstm] = match_parameters(Experiment(cell="LSTM"), ["SimpleRNN", "GRU", "LSTM"])
    assert (rnn.units, parameters(rnn).recurrent, parameters(lstm).recurrent) == (76, 8284, 8320)
    assert (gru.units, parameters(gru).recurrent) == (38, 8208)
    assert lstm == Experiment(cell="LSTM")


def test_a_match_is_counted_over_all_layers_and_directions() -> None:
    chosen = Experiment(cell="LSTM", units=16, layers=2, bidirectional=True)
    [rnn] = match_parameters(chosen, ["SimpleRNN"])
    assert (rnn.layers, rnn.bidirectional) == (2, True)
    assert (rnn.units, parameters(rnn).recurrent) == (36, 12_816)


def test_what_cannot_be_matched_within_bounds_comes_as_near_as_it_can() -> None:
    [rnn] = match_parameters(Experiment(cell="LSTM", units=512), ["SimpleRNN"])
    assert rnn.units == 512


def test_networks_without_recurrence_are_matched_but_for_attentions_positions() -> None:
    matched = match_parameters(Experiment(cell="LSTM", forget_bias=2.0), FEEDFORWARD)
    assert [(network.label, parameters(network).recurrent) for network in matched] == [
        ("Averaged embeddings(252)", 8_316),
        ("Convolution(22)", 8_360),
        ("Attention(41)", 8_228),
    ]
    assert {network.forget_bias for network in matched} == {None}


@given(st.sampled_from(NETWORKS), st.integers(1, 512), st.integers(1, 64), st.sampled_from(NETWORKS))
def test_no_other_number_of_units_comes_nearer(cell: str, units: int, embedding_size: int, other: str) -> None:
    chosen = Experiment(cell=cell, units=units, embedding_size=embedding_size)
    [matched] = match_parameters(chosen, [other])
    wanted = parameters(chosen).recurrent
    for neighbour in (matched.units - 1, matched.units + 1):
        if 1 <= neighbour <= 512:
            count = parameters(matched.model_copy(update={"units": neighbour})).recurrent
            assert abs(count - wanted) >= abs(parameters(matched).recurrent - wanted)


def test_equal_time_goes_by_the_measured_seconds_of_an_epoch() -> None:
    lstm, rnn = Experiment(cell="LSTM", epochs=10), Experiment(cell="SimpleRNN")
    runs = [
        run(lstm, 9.0, 4.0, 4.0),  # the first epoch also holds the compiling
        run(lstm.model_copy(update={"seed": 2, "epochs": 2}), 9.0, 6.0),
        run(rnn, 5.0, 2.0),
        run(rnn.model_copy(update={"units": 64}), 99.0, 99.0),
    ]
    assert epoch_seconds(lstm, runs) == (5.0, 2)
    [matched] = match_time(lstm, ["SimpleRNN"], runs)
    assert (matched.experiment.epochs, matched.seconds, matched.runs) == (25, 50.0, 1)


def test_where_nothing_was_measured_the_pace_is_an_estimate_and_says_so() -> None:
    seconds, runs = epoch_seconds(Experiment(units=64), [run(Experiment(units=32), 3.0, 2.0)])
    assert runs == 0
    assert seconds > 2.0


def test_epochs_stay_within_their_bounds() -> None:
    fast, slow = Experiment(epochs=1), Experiment(cell="LSTM")
    runs = [run(fast, 0.001), run(slow, 100.0)]
    assert match_time(slow, ["SimpleRNN"], runs)[0].experiment.epochs == 100
    assert match_time(fast, ["LSTM"], runs)[0].experiment.epochs == 1


def test_time_is_equal_to_itself() -> None:
    chosen = Experiment(cell="GRU", epochs=7)
    assert match_time(chosen, ["GRU"], [])[0].experiment.epochs == pytest.approx(7)
