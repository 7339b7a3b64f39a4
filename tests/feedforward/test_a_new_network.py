"""A second convolution is added to a copy of the program: one file, and it is trained, counted, read and exported."""

from pathlib import Path

import pytest

from tests.copied_program import copied, run

PAIRS = '''
"""A convolution of two words, and the mean of its matches."""

from rnn_compare.feedforward.convolution import convolved
from rnn_compare.feedforward.feedforward import Feedforward, KerasLayer


def layers(sizes):
    units, features, _ = sizes
    return (
        KerasLayer("pairs", "Conv1D", (units, 2), {"activation": "relu"},
                   {"kernel": (2, features, units), "bias": (units,)}),
        KerasLayer("mean", "GlobalAveragePooling1D"),
    )


def forward(weights, vectors, _mask):
    return convolved(weights, "pairs", vectors).mean(axis=1), {}


NETWORK = Feedforward(
    name="pairs",
    title="pairs of words",
    year=2099,
    source="this test",
    layers=layers,
    forward=forward,
    formula=(r"\\mathrm{output} &= \\dots \\\\",),
    pace=1e-6,
    shortest=2,
)
'''

USE = """
import numpy as np
from rnn_compare.charts.palette import picture
from rnn_compare.cli.main import main
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import predict
from rnn_compare.networks import keras_models
from rnn_compare.networks.keras_script import script

sizes = ["--units", "4", "--embedding-size", "3"]
assert main(["parameters", "--network", "pairs", *sizes]) == 0
small = [*sizes, "--maxlen", "10", "--reviews", "60", "--epochs", "1", "--vocabulary-size", "200"]
assert main(["train", "--network", "pairs", *small, "--json"]) == 0
experiment = Experiment(cell="pairs", units=4, embedding_size=3, vocabulary_size=100, maxlen=5)
model = keras_models.build(experiment)
model.set_weights([array + 0.3 * np.random.default_rng(0).normal(size=array.shape) for array in model.get_weights()])
weights, ids = keras_models.get_weights(model), np.random.default_rng(1).integers(0, 100, (6, 5))
np.testing.assert_allclose(predict(experiment, weights, ids), model.predict(ids, verbose=0)[:, 0], atol=1e-5)
assert 'layers.Conv1D(4, 2, activation="relu"),' in script(experiment)
assert experiment.label == "Pairs of words(4)" and picture("pairs").color.startswith("#")
print("used")
"""


@pytest.mark.slow
def test_one_file_makes_a_network_that_is_trained_counted_drawn_read_and_exported(
    tmp_path: Path, prepared_cache: Path
) -> None:
    copy = copied(tmp_path, prepared_cache, "feedforward/pairs.py", PAIRS)
    printed = run(copy, "-c", USE)
    assert "2·3·4 + 4 = 28" in printed
    assert '"network": "pairs"' in printed
    assert '"status": "finished"' in printed
    assert printed.endswith("used\n")
