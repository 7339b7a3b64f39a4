import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_models import network
from rnn_compare.networks.parameters import formula, parameters

cells = st.sampled_from(CELLS)
small_experiments = st.builds(
    Experiment,
    cell=cells,
    units=st.integers(1, 40),
    maxlen=st.integers(1, 12),
    embedding_size=st.integers(1, 40),
    vocabulary_size=st.integers(100, 300),
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    mask_padding=st.booleans(),
    dropout=st.sampled_from([0.0, 0.3]),
    recurrent_dropout=st.sampled_from([0.0, 0.3]),
)
all_experiments = st.builds(
    Experiment,
    cell=cells,
    units=st.integers(1, 512),
    embedding_size=st.integers(1, 512),
    vocabulary_size=st.integers(100, 88_000),
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 2)
@given(small_experiments)
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
    ("experiment", "arithmetic"),
    [
        (Experiment(cell="SimpleRNN"), "32·32 + 32·32 + 32 = 2,080"),
        (Experiment(cell="LSTM"), "4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320"),
        (Experiment(cell="GRU"), "3 · (32·32 + 32·32 + 2·32) = 3 · 2,112 = 6,336"),
        (Experiment(cell="LSTM", units=64), "4 · (64·64 + 32·64 + 64) = 4 · 6,208 = 24,832"),
        (Experiment(cell="SimpleRNN", bidirectional=True), "2 · (32·32 + 32·32 + 32) = 4,160"),
        (Experiment(cell="MGU"), "2 · (32·32 + 32·32 + 32) = 2 · 2,080 = 4,160"),
        (Experiment(cell="IndRNN"), "32 + 32·32 + 32 = 1,088"),
        (Experiment(cell="minGRU"), "2 · (32·32 + 32) = 2 · 1,056 = 2,112"),
        (Experiment(cell="GRU", bidirectional=True), "2 · 3 · (32·32 + 32·32 + 2·32) = 2 · 3 · 2,112 = 12,672"),
    ],
)
def test_the_recurrent_layer_is_worked_out_in_the_lectures_order(experiment: Experiment, arithmetic: str) -> None:
    assert parameters(experiment).recurrent_layers[0].arithmetic == arithmetic


@pytest.mark.parametrize(
    ("cell", "symbols", "arithmetic"),
    [
        ("LSTM", "ifco", "4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320"),
        ("GRU", "zrh", "3 · (32·32 + 32·32 + 2·32) = 3 · 2,112 = 6,336"),
        ("MGU", "fh", "2 · (32·32 + 32·32 + 32) = 2 · 2,080 = 4,160"),
    ],
)
def test_the_gates_are_named_in_keras_order_with_equal_counts(cell: str, symbols: str, arithmetic: str) -> None:
    layer = parameters(Experiment(cell=cell)).recurrent_layers[0]
    assert [gate.symbol for gate in layer.gates] == [*symbols]
    assert layer.arithmetic == arithmetic


@given(all_experiments)
def test_written_arithmetic_comes_out_as_the_count(experiment: Experiment) -> None:
    counted = parameters(experiment)
    shown = [(layer.arithmetic, layer.count) for layer in counted.layers]
    shown += [(tensor.arithmetic, tensor.count) for tensor in counted.tensors]
    for arithmetic, count in shown:
        assert {eval(side) for side in arithmetic.replace(",", "").replace("·", "*").split(" = ")} == {count}


@given(all_experiments)
def test_layers_add_up(experiment: Experiment) -> None:
    counted = parameters(experiment)
    assert counted.layers[0].count + counted.recurrent + counted.layers[-1].count == counted.total


@given(cells, st.integers(1, 512), st.integers(1, 512))
def test_the_formula_in_symbols_gives_the_count(cell: str, units: int, features: int) -> None:
    value = eval(formula(cell).replace("·", "*"), {"units": units, "features": features})
    assert value == parameters(Experiment(cell=cell, units=units, embedding_size=features)).recurrent
