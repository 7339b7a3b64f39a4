import dataclasses
import secrets
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import without_recurrence
from rnn_compare.networks import keras_script
from rnn_compare.networks.keras_layers import own_source
from rnn_compare.networks.keras_models import build
from rnn_compare.networks.keras_script import opening, script
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import EpochEnd
from tests.kit.networks import small_networks
from tests.kit.trainings import train

TINY: dict[str, Any] = {"units": 3, "embedding_size": 4, "maxlen": 20, "reviews": 60, "epochs": 2, "batch_size": 16}
STOPPED = TINY | {"epochs": 8, "learning_rate": 0.1, "patience": 2, "dropout": 0.2, "test_split": 0.2, "seed": 5}
GENERATED = TINY | {"distance": 5, "maxlen": 26, "reviews": 200, "recurrent_initializer": "glorot_uniform"}
REPEATED = {**STOPPED, "cell": "SimpleRNN", "vocabulary_size": 500, "vary_split": True, "schedule": "cosine"}
REPEATED_THOROUGHLY = {
    "exponential": REPEATED | {"schedule": "exponential", "cell": "LSTM"},
    "forget bias": {**GENERATED, "cell": "MGU", "source": "order", "optimizer": "adam", "forget_bias": 3.0},
    "chrono": {**GENERATED, "cell": "GRU", "source": "first-word", "bidirectional": True, "initial_gates": "chrono"},
    "own cell": {**TINY, "cell": "signedMinGRU", "vocabulary_size": 300, "validation_split": 0.3},
}


def run(experiment: Experiment) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(script(experiment), "script.py", "exec"), names)
    return names


def epochs(experiment: Experiment) -> list[EpochEnd]:
    # With a new id each time: a run with a checkpoint would continue.
    events = train(f"repeated-{secrets.token_hex(4)}", experiment)
    return [event for event in events if isinstance(event, EpochEnd)]


def shape_of(layer: keras.Layer) -> dict[str, Any]:
    """A layer's settings without the names and seeds that differ from one layer to the next."""
    return {name: value for name, value in layer.get_config().items() if type(value) in (int, float, bool)}


def optimizer_of(model: keras.Model) -> dict[str, Any]:
    return {"class": type(model.optimizer), **model.optimizer.get_config(), "name": ""}


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(REPEATED, id="cosine"),
        *(pytest.param(options, id=name, marks=pytest.mark.thorough) for name, options in REPEATED_THOROUGHLY.items()),
    ],
)
def test_the_script_reads_the_same_reviews_and_repeats_the_run(
    options: dict[str, Any],
    reviews_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RNN_COMPARE_CACHE", str(tmp_path if "source" in options else reviews_cache))
    experiment = Experiment(**options, stock_layers=True)
    names = run(experiment)
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    reviews = prepared.load(experiment.dataset)
    split, test = reviews.padded(experiment), reviews.test(experiment)
    np.testing.assert_array_equal(names["x"], np.concatenate([split.x_train, split.x_val]))
    np.testing.assert_array_equal(names["y"], np.concatenate([split.y_train, split.y_val]))
    assert (test is not None) == bool(experiment.test_split)
    if test is not None:
        np.testing.assert_array_equal(names["y_test"], test[1])
    assert printed == [
        f"epoch {epoch.epoch}: accuracy {epoch['accuracy']:.4f}, loss {epoch['loss']:.4f}, "
        f"val_accuracy {epoch['val_accuracy']:.4f}, val_loss {epoch['val_loss']:.4f}"
        for epoch in epochs(experiment)
    ]
    assert 2 < len(printed) < experiment.epochs if experiment.patience else len(printed) == experiment.epochs


def test_with_keras_file_the_script_asks_keras_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    options_of_keras = {}

    def load_data(**options: Any) -> Any:  # the real one downloads
        options_of_keras.update(options)
        return (np.array([[1, 14, 22], [1, 5]] * 40, dtype=object), np.array([0, 1] * 40)), None

    monkeypatch.setattr(keras.datasets.imdb, "load_data", load_data)
    names = run(Experiment(**TINY, source="keras", vocabulary_size=300))
    assert options_of_keras == {"num_words": 300}
    assert names["x"].shape == (60, 20)
    assert names["epoch"] == 1
    assert names["history"]["val_accuracy"]


@pytest.mark.parametrize("gates", [{}, {"initial_gates": "chrono"}, {"forget_bias": 2.5}], ids=str)
@settings(max_examples=settings().max_examples // 10)
@given(
    small_networks(
        dropout=st.sampled_from([0.0, 0.25]),
        recurrent_dropout=st.sampled_from([0.0, 0.25]),
        optimizer=st.sampled_from(["rmsprop", "adam", "sgd"]),
        learning_rate=st.floats(1e-6, 1.0),
        clipnorm=st.none() | st.floats(0.001, 1000.0),
    )
)
def test_the_model_in_the_script_is_the_programs_model(gates: dict[str, Any], chosen: Experiment) -> None:
    experiment = chosen.model_copy(update=gates)
    source = script(experiment)
    names: dict[str, Any] = {"keras": keras, "layers": keras.layers, "ops": keras.ops, "np": np}
    if not cell_of(experiment.cell).in_keras:
        exec(own_source(cell_of(experiment.cell)), names)
    exec(source[source.index("model = ") : source.index("split = int")], names)
    model, ours = names["model"], build(experiment)
    assert [type(layer).__name__ for layer in model.layers] == [type(layer).__name__ for layer in ours.layers]
    assert [shape_of(layer) for layer in model.layers] == [shape_of(layer) for layer in ours.layers]
    assert optimizer_of(model) == optimizer_of(ours)
    for variable, own in zip(model.weights, ours.weights, strict=True):
        assert variable.shape == own.shape
        if variable.name == "bias":
            np.testing.assert_array_equal(variable.numpy(), own.numpy())


def test_a_cell_that_keras_lacks_travels_in_the_script_and_opens_its_model_file_in_plain_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script runs in a namespace of its own, which holds nothing of this program."""
    experiment = Experiment(cell="MGU", units=3, embedding_size=4, vocabulary_size=100, maxlen=6, layers=2, dropout=0.2)
    model = build(experiment)
    model.save(tmp_path / "mgu.keras")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(opening(experiment, "mgu.keras"), names)
    assert [type(layer) for layer in names["model"].layers].count(names["MGU"]) == 2
    ids = np.random.default_rng(0).integers(0, 100, (5, 6))
    np.testing.assert_allclose(names["model"].predict(ids, verbose=0), model.predict(ids, verbose=0), atol=1e-6)
    assert own_source(cell_of("MGU")) in script(experiment)


def other_imports() -> Any:
    """As a new cell may have them."""
    import keras
    import keras.layers as kl
    from keras import ops

    # A comment that goes along.
    @keras.saving.register_keras_serializable("tests")
    class Halved(kl.Dense):  # type: ignore[misc]  # Keras is not followed by mypy
        def call(self, inputs: Any) -> Any:
            return ops.multiply(super().call(inputs), 0.5)

    return Halved


def test_the_source_of_own_layers_brings_its_own_imports_along(monkeypatch: pytest.MonkeyPatch) -> None:
    attention = without_recurrence("attention")
    assert attention is not None
    new = dataclasses.replace(attention, own_layers=other_imports)
    monkeypatch.setattr(keras_script, "network", lambda _: new)
    source = own_source(new)
    assert source.startswith("# A comment that goes along.\n@keras.saving")
    for lines in (keras_script.imports(Experiment()), opening(Experiment(), "model.keras").partition("\n\n")[0]):
        names: dict[str, Any] = {}
        exec(f"{lines}\n{source}", names)
        assert names["Halved"](2).units == 2
