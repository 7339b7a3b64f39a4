from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.presets import BOOK, GATES, ORDER, PRESETS, Preset
from rnn_compare.runs.estimate import FEWEST_EPOCHS, History, fitted


def estimated(experiments: Sequence[Experiment]) -> float:
    return History().total_seconds(experiments, workers=2)


@given(st.sampled_from(PRESETS), st.floats(10, 3600))
def test_the_choice_fits_and_a_further_step_of_both_would_not(preset: Preset, limit: float) -> None:
    experiments = preset.experiments()

    def takes(reviews: int, epochs: int) -> float:
        return estimated(
            [experiment.model_copy(update={"reviews": reviews, "epochs": epochs}) for experiment in experiments]
        )

    try:
        fit = fitted(experiments, limit, estimated)
    except UserError:
        assert takes(2_000, FEWEST_EPOCHS) > limit
        return
    assert fit.seconds == pytest.approx(takes(fit.reviews, fit.epochs))
    assert fit.seconds <= limit
    whole = fit.epochs == max(10, experiments[0].epochs) and fit.reviews in (25_000, 8_000, 6_400)
    assert whole or takes(fit.reviews + 1_000, fit.epochs + 1) > limit


def test_with_time_enough_all_reviews_and_epochs_are_taken() -> None:
    fit = fitted(GATES.experiments(), 3600.0, estimated)
    assert (fit.reviews, fit.epochs) == (25_000, 10)
    longer = [experiment.model_copy(update={"epochs": 30}) for experiment in BOOK.experiments()]
    assert fitted(longer, 36_000.0, estimated).epochs == 30


def test_both_are_cut_by_about_the_same_share() -> None:
    whole = estimated(BOOK.experiments())
    fit = fitted(BOOK.experiments(), whole / 4, estimated)
    assert fit.reviews / 25_000 == pytest.approx(0.5, abs=0.15)
    assert fit.epochs / 10 == pytest.approx(0.5, abs=0.15)


def test_more_time_never_gives_less_of_both() -> None:
    fits = [fitted(BOOK.experiments(), limit, estimated) for limit in range(20, 200, 10)]
    sizes = [fit.reviews * fit.epochs for fit in fits]
    assert sizes == sorted(sizes)


def test_too_little_time_is_refused() -> None:
    with pytest.raises(UserError, match="Even 2,000 reviews and 3 epochs take "):
        fitted(BOOK.experiments(), 1.0, estimated)


def test_a_source_with_few_reviews_gives_all_it_has() -> None:
    fit = fitted(ORDER.experiments(), 3600.0, estimated)
    assert fit.epochs == 10
    assert fit.reviews >= 6_400
