from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.sweeps import match_parameters
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import FEEDFORWARD, NETWORKS
from rnn_compare.networks.parameters import parameters


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
