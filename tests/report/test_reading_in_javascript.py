"""A page's scripts compute what Python does, from words to signals."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rnn_compare import browser
from rnn_compare.cells.formula import Values, tanh
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.experiment import Experiment
from rnn_compare.explain import prediction
from rnn_compare.explain.prediction import (
    dense,
    feedforward_pass,
    predict_logits,
    recurrent_pass,
)
from rnn_compare.explain.word_by_word import beginnings, importance, logits_without
from rnn_compare.feedforward import attention
from rnn_compare.feedforward.registry import FEEDFORWARD
from rnn_compare.networks.weights import Weights
from rnn_compare.report import reader
from rnn_compare.reviews.encoding import read_text
from rnn_compare.reviews.vocabulary import Vocabulary, tokenize
from tests.kit.javascript import HARNESSES, in_node
from tests.kit.networks import random_weights

LETTERS = list("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n '\r\x85\xa0aAbBzZ09éÉßİıΣσς\u2028\u2003🎬👍🏽ǅÅﬁⅣ")
# Unicode's newest signs are not known to every Python and every browser.
SIGNS = [sign for sign in map(chr, range(1, 0x20000)) if unicodedata.category(sign) not in ("Cn", "Cs")]
SMALL = {"units": 5, "embedding_size": 4, "maxlen": 12, "vocabulary_size": 100}
WORDS_AT = 7


def by_the_page(**question: Any) -> Any:
    """Returns what the page's scripts make of a question."""
    return in_node(question, HARNESSES / "read_reviews.js")


def assert_near(page: Any, python: Any) -> None:
    np.testing.assert_allclose(page, python, rtol=1e-4, atol=1e-4)


def test_python_names_the_layers_that_the_pages_script_has() -> None:
    script = (Path(browser.__file__).parent / "arithmetic" / "layers.js").read_text(encoding="utf-8")
    assert sorted(reader.IN_BROWSER) == sorted(re.findall(r"^  (\w+): \(", script, re.MULTILINE))


def test_any_text_is_split_numbered_shown_and_taken_for_another_language_as_in_python() -> None:
    random = Random(1)
    texts = [
        "".join(random.choices(LETTERS if random.random() < 0.7 else SIGNS, k=random.randint(1, 30)))
        for _ in range(30_000)
    ]
    vocabulary = Vocabulary(list(dict.fromkeys(word for text in texts[:9000] for word in tokenize(text))))
    texts += ["a" + "".join(random.choices("<>/ b!", k=random.randint(5, 30))) for _ in range(3000)]
    words = [*prediction.ENGLISH.split(), *prediction.OTHER_LANGUAGES.split(), *["film", "Ist", "DE", "xyzzy"] * 10]
    texts += [" ".join(random.choices(words, k=random.randint(1, 30))) for _ in range(2000)]
    sizes = {"vocabulary_size": len(vocabulary) // 2, "maxlen": 6}
    answers = by_the_page(texts=texts, words=vocabulary.words, sizes=sizes, languages=reader.LANGUAGES)["texts"]
    assert [answer["words"] for answer in answers] == [tokenize(text) for text in texts]
    assert 200 < sum(answer["foreign"] for answer in answers[-2000:]) < 1800
    for text, answer in zip(texts, answers, strict=True):
        if answer["words"]:
            review = read_text(text, vocabulary, **sizes)
            assert answer["ids"] == review.ids.tolist()
            assert answer["foreign"] == prediction.is_foreign(answer["words"])
            if text.isascii():
                assert answer["shown"] == [token.shown for token in review.tokens[1:]]


def described(networks: list[tuple[Experiment, Weights]]) -> list[dict[str, Any]]:
    """Returns what a page holds of networks."""
    return [
        reader.layout(experiment)
        | {"numbers": reader.packed_weights(weights)}
        | {"formulas": reader.formulas([cell(experiment.cell)] if experiment.cell in CELLS else [])}
        for experiment, weights in networks
    ]


def drawn_networks(names: Iterable[str], **settings: Any) -> list[tuple[Experiment, Weights]]:
    experiments = [Experiment(cell=name, **SMALL | settings) for name in names]
    return [(experiment, random_weights(experiment, seed=2, size=0.7)) for experiment in experiments]


def assert_predicts_as(
    experiment: Experiment, weights: Weights, row: NDArray[np.int32], review: dict[str, Any], at: int
) -> None:
    [logit] = predict_logits(experiment, weights, row[np.newaxis])
    assert_near(review["logit"], logit)
    assert_near(review["without"], logits_without(experiment, weights, row, experiment.maxlen - at))


@pytest.mark.parametrize(
    "shape",
    [{}, {"layers": 2, "mask_padding": True}, {"bidirectional": True, "layers": 2, "mask_padding": True}],
    ids=("plain", "layers", "both_ways"),
)
def test_predictions_and_signals_of_every_cell_are_pythons(shape: dict[str, Any]) -> None:
    networks = drawn_networks(CELLS, **shape)
    rows = np.zeros((2, SMALL["maxlen"]), np.int32)
    rows[0, WORDS_AT - 1 :] = [1, 9, 2, 14, 5, 29]
    rows[1] = np.arange(3, 3 + SMALL["maxlen"])
    answers = by_the_page(networks=described(networks), rows=rows.tolist(), at=WORDS_AT)["networks"]
    for (experiment, weights), answer in zip(networks, answers, strict=True):
        for row, review in zip(rows, answer["reviews"], strict=True):
            assert_predicts_as(experiment, weights, row, review, WORDS_AT)
            _, layers = recurrent_pass(experiment, weights, row[np.newaxis], with_signals=True)
            after = (
                predict_logits(experiment, weights, beginnings(row, WORDS_AT))
                if experiment.bidirectional
                else dense(weights, layers[-1][0].states[0, WORDS_AT - 1 :])
            )
            assert_near(review["by_word"], after)
            for layer, traces in enumerate(layers):
                assert_near(review["importance"][layer], importance(experiment, weights, layers, layer, WORDS_AT))
                for way, trace in enumerate(traces):
                    for name, signal in {**trace.signals, "state": trace.states}.items():
                        values = np.array(review["traces"][layer][way][name], np.float32)  # None becomes NaN
                        assert_near(values, signal[0].ravel())


@pytest.mark.parametrize("at", [20, 0])
def test_networks_without_recurrence_predict_as_in_python(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    monkeypatch.setattr(attention, "HEADS", 2)  # the script reads any number of heads
    networks = drawn_networks(FEEDFORWARD, maxlen=43) + drawn_networks(FEEDFORWARD, maxlen=43, mask_padding=True)
    row = np.random.default_rng(3).integers(2, 100, 43).astype(np.int32)
    row[:at] = [0] * (at - 1) + [1] if at else []
    answers = by_the_page(networks=described(networks), rows=[row.tolist()], at=at)["networks"]
    for (experiment, weights), answer in zip(networks, answers, strict=True):
        [review] = answer["reviews"]
        assert_predicts_as(experiment, weights, row, review, at)
        assert np.ptp(review["without"]) > 1e-3
        assert_near(review["by_word"], predict_logits(experiment, weights, beginnings(row, at)))
        network = experiment.without_recurrence
        assert network
        _, signals = feedforward_pass(network, experiment, weights, row[np.newaxis])
        if "attention" in signals:
            matrix = signals["attention"][0].mean(axis=0)[at:]
            assert np.ptp(matrix) > 0.1
            assert_near(review["attention"], matrix)


def test_a_formula_that_cannot_be_translated_is_refused_with_a_sentence() -> None:
    def power(x: Values) -> tuple[Values, ...]:
        state = tanh(x**2)
        return (state,)

    with pytest.raises(ValueError, match=r"x \*\* 2"):
        reader.function(power)
