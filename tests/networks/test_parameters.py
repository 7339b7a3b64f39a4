import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_models import network
from rnn_compare.networks.parameters import formula, parameters
from tests.kit.networks import small_networks

sizes = st.integers(1, 512)
networks_of_any_size = small_networks(units=sizes, embedding_size=sizes, vocabulary_size=st.integers(100, 88_000))


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 2)
@given(small_networks(units=st.integers(1, 40), embedding_size=st.integers(1, 40), dropout=st.sampled_from([0.0, 0.3])))
def test_every_tensor_is_the_one_keras_makes(experiment: Experiment) -> None:
    model = network(experiment)
    counted = parameters(experiment)
    keras_tensors = [(v.name, v.path.removeprefix("sequential/"), tuple(v.shape)) for v in model.weights]
    assert [(tensor.name, tensor.path, tensor.shape) for tensor in counted.tensors] == keras_tensors
    assert [(layer.name, layer.count) for layer in counted.layers] == [
        (layer.name, layer.count_params()) for layer in model.layers
    ]
    assert counted.total == model.count_params()


@pytest.mark.parametrize(
    ("experiment", "symbols", "arithmetic"),
    [
        (Experiment(cell="SimpleRNN"), "", "32·32 + 32·32 + 32 = 2,080"),
        (Experiment(cell="LSTM"), "ifco", "4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320"),
        (Experiment(cell="GRU"), "zrh", "3 · (32·32 + 32·32 + 2·32) = 3 · 2,112 = 6,336"),
        (Experiment(cell="LSTM", units=64), "ifco", "4 · (64·64 + 32·64 + 64) = 4 · 6,208 = 24,832"),
        (Experiment(cell="SimpleRNN", bidirectional=True), "", "2 · (32·32 + 32·32 + 32) = 4,160"),
        (Experiment(cell="MGU"), "fh", "2 · (32·32 + 32·32 + 32) = 2 · 2,080 = 4,160"),
        (Experiment(cell="IndRNN"), "", "32 + 32·32 + 32 = 1,088"),
        (Experiment(cell="minGRU"), "zh", "2 · (32·32 + 32) = 2 · 1,056 = 2,112"),
        (Experiment(cell="GRU", bidirectional=True), "zrh", "2 · 3 · (32·32 + 32·32 + 2·32) = 2 · 3 · 2,112 = 12,672"),
    ],
)
def test_the_recurrent_layer_is_worked_out_in_the_lectures_order_and_gates_in_keras(
    experiment: Experiment, symbols: str, arithmetic: str
) -> None:
    layer = parameters(experiment).recurrent_layers[0]
    assert layer.arithmetic == arithmetic
    assert "".join(gate.symbol for gate in layer.gates) == symbols


@given(networks_of_any_size)
def test_layers_add_up_and_written_arithmetic_comes_out_as_the_count(experiment: Experiment) -> None:
    counted = parameters(experiment)
    assert counted.layers[0].count + counted.recurrent + counted.layers[-1].count == counted.total
    written = [(layer.arithmetic, layer.count) for layer in counted.layers]
    written += [(tensor.arithmetic, tensor.count) for tensor in counted.tensors]
    for arithmetic, count in written:
        assert {eval(side) for side in arithmetic.replace(",", "").replace("·", "*").split(" = ")} == {count}


@given(st.sampled_from(CELLS), sizes, sizes)
def test_the_formula_in_symbols_gives_the_count(cell: str, units: int, features: int) -> None:
    value = eval(formula(cell).replace("·", "*"), {"units": units, "features": features})
    assert value == parameters(Experiment(cell=cell, units=units, embedding_size=features)).recurrent
