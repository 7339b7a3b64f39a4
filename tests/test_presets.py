"""The presets: each is a comparison that can be trained, and what those of the tasks say is so."""

import secrets
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from rnn_compare.presets import FIRST_WORD, OPEN_GATES, PARITY, PRESETS, THIRDS, Preset
from rnn_compare.runs.events import EpochEnd
from tests.kit.trainings import train


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_is_a_comparison(preset: Preset) -> None:
    assert len({experiment.setting for experiment in preset.experiments()}) >= 2


def test_the_two_of_the_first_word_differ_in_the_forget_bias_alone() -> None:
    for closed, opened in zip(FIRST_WORD.experiments(), OPEN_GATES.experiments(), strict=True):
        assert closed.model_copy(update={"forget_bias": 3.0}) == opened


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "cell", "epochs", "expected"),
    [
        (FIRST_WORD, "SimpleRNN", 1, (0.99, 1.0)),
        (FIRST_WORD, "LSTM", 1, (0.44, 0.56)),
        (OPEN_GATES, "LSTM", 1, (0.99, 1.0)),
        (PARITY, "signedMinGRU", 3, (0.99, 1.0)),
        pytest.param(PARITY, "minGRU", 3, (0.44, 0.75), marks=pytest.mark.thorough),
        pytest.param(THIRDS, "LSTM", 3, (0.99, 1.0), marks=pytest.mark.thorough),
        (THIRDS, "signedMinGRU", 3, (0.44, 0.8)),
    ],
    ids=lambda value: value.name if isinstance(value, Preset) else str(value),
)
def test_what_a_task_shows_is_what_its_preset_says(
    preset: Preset,
    cell: str,
    epochs: int,
    expected: tuple[float, float],
    prepared_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In its first epochs; all of them, with five seeds, are in docs/results.md."""
    monkeypatch.setenv("RNN_COMPARE_CACHE", str(prepared_cache))
    experiment = next(candidate for candidate in preset.experiments() if candidate.cell == cell)
    first_epochs = experiment.model_copy(update={"epochs": epochs})
    with threadpool_limits(1):  # as workers have it: threads that wait for each other on busy cores take minutes
        events = train(f"preset-{secrets.token_hex(4)}", first_epochs)
    lowest, highest = expected
    assert lowest < [event["val_accuracy"] for event in events if isinstance(event, EpochEnd)][-1] <= highest
