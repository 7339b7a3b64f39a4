"""The command that compares recorded runs."""

from typing import Any

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import RunStore
from tests.cli.conftest import Answer
from tests.kit.runs import record


def trained(store: RunStore, cell: str, *shares: float, **settings: Any) -> str:
    """Records a run for each validation accuracy, and returns their ids as a command takes them."""
    usual = {"cell": cell, "reviews": 2000, "epochs": 1} | settings
    experiments = [Experiment.model_validate(usual | {"seed": seed}) for seed in range(1, len(shares) + 1)]
    return ",".join(record(store, item, [share]).id for item, share in zip(experiments, shares, strict=True))


def test_groups_that_cannot_be_compared_are_refused_in_a_sentence(store: RunStore, refusal: Answer) -> None:
    lstm, gru = trained(store, "LSTM", 0.8), trained(store, "GRU", 0.8)
    other = trained(store, "GRU", 0.8, reviews=1000)
    running = record(store, Experiment(cell="LSTM", reviews=2000, epochs=3), [0.7], Status.RUNNING).id
    unkept = record(store, Experiment(cell="GRU", reviews=2000, epochs=1), [0.8], keep=False).id
    varied = [trained(store, cell, 0.8, vary_split=True) for cell in ("LSTM", "GRU")]
    for arguments, sentence in (
        ([lstm], "Name at least two groups"),
        ([lstm, "nobody"], "There is no run called 'nobody'"),
        ([lstm, ","], "A group is empty"),
        ([f"{lstm},{gru}", gru], "differ in more than the seed"),
        ([lstm, other], "they were judged by different reviews (reviews 2000 and 1000)"),
        ([lstm, running], "is not finished"),
        ([lstm, gru, "--measure", "test"], "has no recorded predictions on test reviews"),
        ([lstm, unkept], "has no recorded predictions on held-out reviews"),
        (varied, "each seed was judged by reviews of its own"),
        ([lstm, gru, "--margin", "nan"], "The margin is nan points, but must be above 0 and up to 50 points"),
        ([lstm] * 41, "at most 40, since every pair is compared; there are 41."),
    ):
        assert sentence in refusal("compare", *arguments)


def test_runs_that_are_in_two_groups_are_named(store: RunStore, answer: Answer, refusal: Answer) -> None:
    seeds, gru = trained(store, "LSTM", 0.8, 0.81, 0.82), trained(store, "GRU", 0.8, 0.81, 0.82)
    first, second, third = seeds.split(",")
    all_three = f"{first}, {second} and {third} would be compared with themselves"
    assert all_three in refusal("compare", seeds, gru, seeds)
    itself = f"{second} would be compared with itself"
    assert itself in refusal("compare", f"{first},{second}", gru, f"{second},{third}")
    answer("compare", first, f"{second},{third}")  # other seeds of the same setting
