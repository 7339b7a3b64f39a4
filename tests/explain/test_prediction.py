import subprocess
import sys

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import prediction
from rnn_compare.explain.prediction import ReviewPrediction, encode, predict
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import EncodedReview, read_text
from rnn_compare.runs.events import accuracy
from tests.kit.networks import StopError, padded_reviews, random_weights, small, stop


def test_reviews_in_parts_give_what_they_give_at_once_and_tell_and_can_be_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    experiment = small()
    weights, ids = random_weights(experiment), padded_reviews([3, 9, 7, 0, 8], 9, 0)
    at_once = predict(experiment, weights, ids)
    assert predict(experiment, weights, ids[:0]).shape == (0,)
    monkeypatch.setattr(prediction, "NUMBERS_AT_ONCE", 90)
    progress: list[tuple[int, int]] = []
    in_parts = predict(experiment, weights, ids, lambda done, total: progress.append((done, total)))
    assert progress == [(2, 5), (4, 5), (5, 5)]
    np.testing.assert_allclose(in_parts, at_once, atol=1e-6)
    with pytest.raises(StopError):
        predict(experiment, weights, ids, stop)


@pytest.mark.parametrize("probability", [0.0, 0.5, float(np.nextafter(0.5, 1)), 1.0])
def test_a_probability_is_on_the_side_on_which_the_accuracy_counts_it(probability: float) -> None:
    prediction = ReviewPrediction(probability, EncodedReview(np.zeros(1, np.int32), 1, ()))
    assert accuracy(np.array([probability]), np.array([int(prediction.positive)])) == 1.0


def warning(text: str) -> str:
    review = read_text(text, prepared.load("bundled").vocabulary, 10_000, 500)
    return ReviewPrediction(0.9, review, in_english=True).warning


OTHERS = (
    "Der Film war schlecht und die Schauspieler waren langweilig, eine reine Zeitverschwendung",
    "Le film est très bon",
    "El final es un desastre total",
    "Il film non e male",
    "De film is te lang en de plot is dom",
    "O final e um desastre",
    "Det er den bedste film i år",
    "To był najgorszy film, jaki widziałem",
    "Bu film çok sıkıcı ve uzun",
)
ENGLISH = (
    "not good",
    "Great movie!",
    "A masterpiece",
    "worst film ever made",
    "Tarantino delivers",
    "La Dolce Vita is a masterpiece",
    "Visually stunning, emotionally hollow",
    "good bad good bad good bad good bad",
)


def test_texts_in_another_language_get_a_warning_and_short_english_ones_none() -> None:
    assert [text for text in OTHERS if not warning(text)] == []
    assert [text for text in ENGLISH if warning(text)] == []


def test_hardly_any_real_review_gets_a_warning() -> None:
    reviews = prepared.load("bundled")
    held_out = reviews.places(Experiment()).validation[::5]
    assert sum(bool(warning(reviews.text(int(place)))) for place in held_out) < 0.005 * len(held_out)


def test_a_text_beyond_what_the_box_takes_is_refused_in_words() -> None:
    with pytest.raises(UserError, match=r"20,001 characters; the limit is 20,000"):
        encode(Experiment(), "a" * 20_001)


def test_predicting_imports_neither_keras_nor_tensorflow() -> None:
    program = """
import sys
import numpy as np
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import predict
from rnn_compare.networks.parameters import parameters
experiment = Experiment(cell="LSTM", units=2)
tensors = parameters(experiment).tensors
weights = {tensor.path: np.zeros(tensor.shape, np.float32) for tensor in tensors}
assert predict(experiment, weights, np.zeros((1, 500), int)) == 0.5
print(sorted({"keras", "tensorflow"} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
