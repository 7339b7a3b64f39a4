from typing import Any

import numpy as np
import pytest

from rnn_compare.dashboard.pages.inside import attention as view
from rnn_compare.explain.prediction import feedforward_pass
from rnn_compare.explain.word_by_word import AttentionWeights, attention_weights
from rnn_compare.formatting import percent
from tests.kit.loaded import chosen
from tests.kit.networks import encoded, random_text, random_weights
from tests.kit.pages import draw, seen

pytestmark = pytest.mark.usefixtures("few_words")
TEXT = "word1 word2 word3"


def computed(text: str, size: float = 0.6, **changes: Any) -> AttentionWeights:
    network = chosen(cell="attention", **changes)
    experiment = network.run.experiment
    return attention_weights(experiment, random_weights(experiment, size=size), encoded(experiment, text))


def test_bars_and_matrix_are_the_weights_of_the_forward_pass(figures: dict[str, Any]) -> None:
    network = chosen("mine", cell="attention")
    experiment = network.run.experiment
    app = draw(view.show, None, [network])
    app.text_area(key="review").set_value(TEXT).run()
    assert experiment.without_recurrence is not None
    ids = encoded(experiment, TEXT).ids[np.newaxis]
    _, signals = feedforward_pass(experiment.without_recurrence, experiment, network.weights, ids)
    expected = signals["attention"][0, 0, -3:, -3:]
    assert np.ptp(expected) > 0.01
    bars, matrix = figures["attention mine"].data
    np.testing.assert_allclose(bars.y, 100 * expected.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(matrix.z, 9 * expected, rtol=1e-5)
    assert "equal share" in matrix.colorbar.title.text, "its colours have a scale"
    app.select_slider[0].set_value(-2).run()
    assert not app.exception
    np.testing.assert_allclose(figures["attention mine"].data[0].y, 100 * expected[1], rtol=1e-5)
    assert "do not explain the prediction" in seen(app)


def test_padding_gets_what_the_words_do_not_and_nothing_where_it_is_masked_and_nearly_equal_weights_are_named() -> None:
    weights = computed(TEXT)
    share = float(weights.matrix[1, :5].sum())
    assert weights.matrix[1, 5:].sum() == pytest.approx(1 - share, abs=1e-6)
    text = view.remark(weights, 1)
    assert f"**{percent(share)} of the attention goes to padding**, which fills 5 of 9 places" in text
    assert "an equal share, 11.1 %" in text
    masked = computed(TEXT, mask_padding=True)
    assert masked.matrix[:, :5].max() == 0
    assert "padding" not in view.remark(masked, 1)
    assert "an equal share, 25.0 %" in view.remark(masked, 1), "of three words and the start token"
    for size, is_an_average in ((0.02, True), (1.0, False)):
        assert ("as before training" in view.remark(computed(TEXT, size=size), None)) == is_an_average


def test_of_a_long_review_the_last_words_are_shown_or_those_around_the_word() -> None:
    weights = computed(random_text(100), maxlen=100)
    assert view.visible(weights, None) == range(100 - view.MOST_WORDS, 100)
    for word in (0, 50, 99):
        assert len(view.visible(weights, word)) == view.MOST_WORDS
        assert word in view.visible(weights, word)


def test_a_network_without_attention_gets_a_sentence_and_words_are_offered_that_all_networks_read(
    figures: dict[str, Any],
) -> None:
    networks = [chosen("short", cell="attention", maxlen=2), chosen("long", cell="attention")]
    app = draw(view.show, None, [*networks, chosen("lstm"), chosen("mean", cell="average")])
    app.text_area(key="review").set_value(TEXT).run()
    assert {*figures} == {"attention short", "attention long"}
    assert seen(app).count("not compared with each other") == 1
    assert "**lstm and mean.** No attention" in seen(app)
    assert app.select_slider[0].options == ["all words (mean)", "1: word2", "2: word3"]
    app.select_slider[0].set_value(-2).run()
    outlines = [figures[f"attention {title}"].layout.shapes[-1] for title in ("short", "long")]
    assert [(outline.y0, outline.y1) for outline in outlines] == [(-0.5, 0.5), (0.5, 1.5)]
