"""Every backend computes the same network: see the table of ``matrix``."""

import numpy as np
import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import predict
from rnn_compare.feedforward.registry import FEEDFORWARD, NETWORKS
from rnn_compare.networks.keras_models import get_weights, network
from tests.kit.networks import padded_reviews, shaken
from tests.networks.matrix import AGREEMENTS, BACKENDS, SIMPLE, Row, covering_rows, every_row

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "row",
    [
        *covering_rows(),
        *(pytest.param(row, marks=pytest.mark.thorough) for row in every_row() if row not in covering_rows()),
    ],
    ids=str,
)
def test_all_backends_that_train_a_network_agree(row: Row) -> None:
    names = [name for name in BACKENDS if not row.deep or name not in SIMPLE]
    answers = {name: BACKENDS[name](row) for name in names}
    for (who, whom), tolerances in AGREEMENTS.items():
        if who not in answers:
            continue
        for kind, tolerance in tolerances.items():
            for ours, theirs in zip(answers[who][kind], answers[whom][kind], strict=True):
                scale = float(np.abs(theirs).max()) if kind == "gradients" else 1
                message = f"{kind} of {who} against {whom}"
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=scale * tolerance, err_msg=message)


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        *((name, place % 2 == 0) for place, name in enumerate(NETWORKS)),
        *((name, place % 2 == 1) for place, name in enumerate(NETWORKS) if name in FEEDFORWARD),
        *(pytest.param(name, place % 2 == 1, marks=pytest.mark.thorough) for place, name in enumerate(CELLS)),
    ],
)
def test_numpy_predicts_what_keras_predicts_for_reviews_of_500_words(name: str, mask: bool) -> None:
    experiment = Experiment(cell=name, mask_padding=mask, vocabulary_size=100, dropout=0.3)
    model = network(experiment)
    # A SimpleRNN shaken harder is chaotic: over 500 timesteps even Keras' own rounding would change its prediction.
    weights = shaken(get_weights(model), seed=0, by=0.02 if name in CELLS else 0.1)
    model.set_weights([*weights.values()])
    ids = padded_reviews([0 if name in CELLS else 2, 1, 30, 499, 500], 500, seed=0)
    expected = model.predict(ids, verbose=0)[:, 0]
    assert np.ptp(expected) > 1e-4
    np.testing.assert_allclose(predict(experiment, weights, ids), expected, atol=1e-5)
