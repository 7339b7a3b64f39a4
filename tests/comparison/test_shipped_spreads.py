"""The table of what a seed does that comes with the program: it serves the presets that a lecture begins with."""

import pytest

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.difference import TestedDifference as Outcome
from rnn_compare.comparison.sentences import details
from rnn_compare.comparison.verdicts import judge
from rnn_compare.presets import BOOK, SHORT, Preset
from rnn_compare.runs.store import RunStore
from tests.recorded import record


@pytest.mark.parametrize("preset", [BOOK, SHORT], ids=lambda preset: preset.name)
def test_one_training_of_a_preset_gets_a_verdict(preset: Preset, store: RunStore, evidence: Evidence) -> None:
    runs = [
        record(store, experiment, [share] * experiment.epochs)
        for experiment, share in zip(preset.experiments(), (0.80, 0.92), strict=True)
    ]
    [compared] = judge(groups(runs), evidence).pairs
    assert compared.difference is not None
    assert compared.difference.verdict == "b is better"
    assert "estimated from 10 reference runs of the same network on the same reviews" in details(compared)[0]


def test_runs_that_may_be_the_measured_ones_count_once(store: RunStore, evidence: Evidence) -> None:
    experiments = [
        experiment.model_copy(update={"seed": seed}) for experiment in BOOK.experiments() for seed in (1, 2, 3)
    ]
    runs = [record(store, experiment, [0.8] * experiment.epochs) for experiment in experiments]
    [compared] = judge(groups(runs), evidence).pairs
    assert isinstance(compared.difference, Outcome)
    assert [spread.df for spread in compared.difference.spreads] == [9, 9]
