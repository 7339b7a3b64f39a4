"""A prediction takes the side that accuracies count it on, and warns of texts that its network cannot read."""

import numpy as np
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.explain.review_prediction import ReviewPrediction
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import EncodedReview, read_text
from rnn_compare.runs.events import accuracy


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


@pytest.mark.parametrize("text", OTHERS)
def test_a_text_in_another_language_gets_a_warning(text: str) -> None:
    assert warning(text)


@pytest.mark.parametrize("text", ENGLISH)
def test_short_english_texts_get_none(text: str) -> None:
    assert warning(text) == ""


def test_hardly_any_real_review_gets_a_warning() -> None:
    reviews = prepared.load("bundled")
    held_out = reviews.places(Experiment()).validation[::5]
    assert sum(bool(warning(reviews.text(int(place)))) for place in held_out) < 0.005 * len(held_out)
