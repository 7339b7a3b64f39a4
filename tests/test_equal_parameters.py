"""Comparisons of networks with about as many parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import comparison
from rnn_compare.feedforward.registry import FEEDFORWARD, NETWORKS
from rnn_compare.networks.parameters import parameters


def sizes(networks: list[Experiment]) -> list[tuple[str, int]]:
    return [(network.label, parameters(network).recurrent) for network in networks]


def test_a_simple_rnn_needs_76_units_for_the_parameters_of_the_books_lstm_counted_over_all_layers() -> None:
    networks = comparison(cell=["SimpleRNN", "GRU", "LSTM"], equal_parameters=True)
    assert sizes(networks) == [("SimpleRNN(76)", 8_284), ("GRU(38)", 8_208), ("LSTM(32)", 8_320)]
    assert networks[2] == Experiment(cell="LSTM")
    rnn, _ = comparison(cell=["SimpleRNN", "LSTM"], units=16, equal_parameters=True, layers=2, bidirectional=True)
    assert sizes([rnn]) == [("2 × bidirectional SimpleRNN(36)", 12_816)]


def test_each_size_has_its_own_largest_network_and_each_seed_and_maxlen_the_same_units() -> None:
    networks = comparison(cell=["SimpleRNN", "LSTM"], units=[16, 32], maxlen=[100, 200], seeds=2, equal_parameters=True)
    assert {(network.cell, network.units) for network in networks} == {
        *(("SimpleRNN", 42), ("LSTM", 16)),
        *(("SimpleRNN", 76), ("LSTM", 32)),
    }
    assert len(set(networks)) == 16


def test_units_beyond_the_most_are_refused_in_words() -> None:
    with pytest.raises(UserError, match="average would need more than 512 units for the 24,832 parameters"):
        comparison(cell=["LSTM", "average"], units=64, equal_parameters=True)


def test_networks_without_recurrence_are_counted_without_attentions_positions() -> None:
    networks = comparison(cell=[*FEEDFORWARD, "LSTM"], equal_parameters=True, forget_bias=2.0)
    assert sizes(networks) == [
        ("Averaged embeddings(436)", 14_388),
        ("Convolution(32)", 14_400),
        ("Attention(72)", 14_304),
        ("LSTM(46)", 14_536),
    ]
    assert [network.forget_bias for network in networks] == [None, None, None, 2.0]


def test_of_two_equally_near_numbers_of_units_the_smaller_is_taken() -> None:
    min_gru, gru = comparison(cell=["minGRU", "GRU"], units=21, equal_parameters=True)
    one_more = min_gru.model_copy(update={"units": min_gru.units + 1})
    counts = [parameters(network).recurrent for network in (min_gru, gru, one_more)]
    assert (counts[1] - counts[0], counts[2] - counts[1]) == (33, 33)


@given(st.sampled_from(NETWORKS), st.integers(1, 16), st.integers(8, 64), st.sampled_from(NETWORKS))
def test_no_other_number_of_units_comes_nearer(cell: str, units: int, embedding_size: int, other: str) -> None:
    equal_units = comparison(cell=[cell, other], units=units, embedding_size=embedding_size)
    wanted = max(parameters(network).recurrent for network in equal_units)
    for network in comparison(cell=[cell, other], units=units, equal_parameters=True, embedding_size=embedding_size):
        neighbours = [network.model_copy(update={"units": network.units + step}) for step in (-1, 1)]
        distances = [
            abs(parameters(neighbour).recurrent - wanted) for neighbour in neighbours if 1 <= neighbour.units <= 512
        ]
        assert abs(parameters(network).recurrent - wanted) <= min(distances)
