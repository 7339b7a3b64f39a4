from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_models import build, network
from rnn_compare.networks.keras_script import script
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import EpochEnd, Event
from rnn_compare.training import job

TINY: dict[str, Any] = {"units": 3, "embedding_size": 4, "maxlen": 20, "reviews": 60, "epochs": 2, "batch_size": 16}


def run(experiment: Experiment) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(script(experiment), "script.py", "exec"), names)
    return names


def epochs(experiment: Experiment) -> list[EpochEnd]:
    events: list[Event] = []
    job.train("repeated", experiment, events.append, lambda: False)
    return [event for event in events if isinstance(event, EpochEnd)]


def shape_of(layer: keras.Layer) -> dict[str, Any]:
    """A layer's settings without the names and seeds that differ from one layer to the next."""
    return {name: value for name, value in layer.get_config().items() if type(value) in (int, float, bool)}


def optimizer_of(model: keras.Model) -> dict[str, Any]:
    return {"class": type(model.optimizer), **model.optimizer.get_config(), "name": ""}


def test_the_script_trains_on_the_programs_data_and_repeats_its_run(
    prepared_cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the last printed digit with stock layers, but for rounding with fused ones."""
    monkeypatch.setenv("RNN_COMPARE_CACHE", str(prepared_cache))
    experiment = Experiment(**TINY, cell="LSTM", vocabulary_size=500, validation_split=0.3, seed=5, dropout=0.2)
    names = run(experiment)
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]

    split = prepared.load("bundled").padded(experiment)
    np.testing.assert_array_equal(names["x"], np.concatenate([split.x_train, split.x_val]))
    np.testing.assert_array_equal(names["y"], np.concatenate([split.y_train, split.y_val]))
    stock, fused = (epochs(experiment.model_copy(update={"stock_layers": layers})) for layers in (True, False))
    assert printed == [
        f"epoch {epoch.epoch}: accuracy {epoch['accuracy']:.4f}, loss {epoch['loss']:.4f}, "
        f"val_accuracy {epoch['val_accuracy']:.4f}, val_loss {epoch['val_loss']:.4f}"
        for epoch in stock
    ]
    assert len(printed) == experiment.epochs
    for ours, theirs in zip(fused, stock, strict=True):
        assert (ours["accuracy"], ours["val_accuracy"]) == (theirs["accuracy"], theirs["val_accuracy"])
        assert (ours["loss"], ours["val_loss"]) == pytest.approx((theirs["loss"], theirs["val_loss"]), abs=1e-5)


def test_with_keras_file_the_script_asks_keras_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}

    def load_data(**options: Any) -> Any:  # the real one downloads
        asked.update(options)
        return (np.array([[1, 14, 22], [1, 5]] * 40, dtype=object), np.array([0, 1] * 40)), None

    monkeypatch.setattr(keras.datasets.imdb, "load_data", load_data)
    names = run(Experiment(**TINY, source="keras", vocabulary_size=300))
    assert asked == {"num_words": 300}
    assert names["x"].shape == (60, 20)
    assert names["epoch"] == 1
    assert names["history"]["val_accuracy"]


@settings(max_examples=12, deadline=None)
@given(
    st.builds(
        Experiment,
        cell=st.sampled_from(["SimpleRNN", "LSTM", "GRU"]),
        units=st.integers(1, 4),
        embedding_size=st.integers(1, 4),
        vocabulary_size=st.just(100),
        layers=st.integers(1, 3),
        bidirectional=st.booleans(),
        mask_padding=st.booleans(),
        dropout=st.sampled_from([0.0, 0.25]),
        recurrent_dropout=st.sampled_from([0.0, 0.25]),
        optimizer=st.sampled_from(["rmsprop", "adam", "sgd"]),
        learning_rate=st.floats(1e-6, 1.0),
    )
)
def test_the_model_in_the_script_is_the_programs_model(experiment: Experiment) -> None:
    source = script(experiment)
    start, end = source.index("model = "), source.index("model.summary()")
    names: dict[str, Any] = {"keras": keras, "layers": keras.layers}
    exec(source[start:end], names)
    model, ours = names["model"], network(experiment)
    assert [type(layer) for layer in model.layers] == [type(layer) for layer in ours.layers]
    assert [shape_of(layer) for layer in model.layers] == [shape_of(layer) for layer in ours.layers]
    assert [variable.shape for variable in model.weights] == [variable.shape for variable in ours.weights]
    assert optimizer_of(model) == optimizer_of(build(experiment))
