"""From recorded runs to what may be said of them: groups, evidence, verdicts and their sentences."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.inference.difference import TestedDifference as Outcome
from rnn_compare.comparison.inference.difference import Untested
from rnn_compare.comparison.sentences import details, network_sentence, result, sentence
from rnn_compare.comparison.verdicts import Comparison, judge, usual_measure
from rnn_compare.experiment import Experiment
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from tests.recorded import record


def experiment(cell: str, seed: int = 1, **settings: Any) -> Experiment:
    return Experiment.model_validate({"cell": cell, "seed": seed, "reviews": 2000, "epochs": 2, **settings})


def seeds(store: RunStore, cell: str, *shares: float, **settings: Any) -> list[Run]:
    return [
        record(store, experiment(cell, seed, **settings), [share - 0.05, share]) for seed, share in enumerate(shares, 1)
    ]


def of_two(evidence: Evidence, runs: list[Run]) -> Comparison:
    [compared] = judge(groups(runs), evidence).pairs
    return compared


def test_runs_that_differ_by_their_seed_alone_are_one_group(store: RunStore) -> None:
    runs = [*seeds(store, "LSTM", 0.8, 0.81), *seeds(store, "GRU", 0.8)]
    assert [(group.name, len(group.runs)) for group in groups(runs)] == [("LSTM(32)", 2), ("GRU(32)", 1)]
    store.rename(runs[2].id, "mine")
    assert [group.name for group in groups(store.runs())] == ["LSTM(32)", "mine"]


def test_of_two_runs_with_one_seed_the_newer_counts(store: RunStore) -> None:
    twice = [*seeds(store, "LSTM", 0.8), *seeds(store, "LSTM", 0.7)]
    [group] = groups(twice)
    assert group.runs == (twice[1],)


def test_what_was_kept_is_judged_on_the_half_that_did_not_choose(store: RunStore, evidence: Evidence) -> None:
    [run] = seeds(store, "LSTM", 0.8)
    labels = prepared.load("bundled").labels(run.experiment, "validation")
    achieved = evidence.score(run, "kept")
    assert achieved is not None
    assert labels is not None
    assert (achieved.accuracy, len(achieved.correct)) == (0.8, len(labels))  # type: ignore[arg-type]  # kept
    assert evidence.score(run, "kept") is achieved, "read once"


def test_a_clear_lead_over_several_seeds_is_called_one(store: RunStore, evidence: Evidence) -> None:
    runs = [*seeds(store, "SimpleRNN", 0.70, 0.71, 0.72), *seeds(store, "LSTM", 0.86, 0.87, 0.86)]
    compared = of_two(evidence, runs)
    assert compared.difference is not None
    assert compared.difference.verdict == "b is better"
    assert sentence(compared).startswith("LSTM(32) is better than SimpleRNN(32) by 15.")
    assert sentence(compared).endswith("(86.3 % and 71.0 % on reviews not used to pick the epoch; 96 % interval).")
    assert network_sentence(compared) == ""


def test_one_seed_each_cannot_tell_about_the_settings_but_about_the_two_networks(
    store: RunStore, evidence: Evidence
) -> None:
    compared = of_two(evidence, [*seeds(store, "SimpleRNN", 0.70), *seeds(store, "LSTM", 0.86)])
    assert compared.difference is not None
    assert isinstance(compared.difference, Untested)
    assert compared.difference.verdict == "unknown"
    assert sentence(compared) == (
        "LSTM(32) (86.0 % on reviews not used to pick the epoch) leads SimpleRNN(32) (70.0 %), which may be the "
        "luck of one seed. Train 3 seeds or more of each."
    )
    assert "LSTM(32) gets 344 of 400 reviews right, SimpleRNN(32) 280 (95 % interval" in network_sentence(compared)


def test_three_earlier_runs_of_each_setting_tell_what_a_seed_does(store: RunStore, evidence: Evidence) -> None:
    first_run, *_ = seeds(store, "SimpleRNN", 0.70, 0.71, 0.72, 0.70)
    other, *_ = seeds(store, "LSTM", 0.86, 0.85, 0.86, 0.87)
    compared = of_two(evidence, [first_run, other])
    assert compared.difference is not None
    assert compared.difference.verdict == "b is better"
    numbers = "LSTM(32) − SimpleRNN(32): 86.0 % − 70.0 % = 16.0 points, 98 % interval "
    assert details(compared)[0].startswith(f"The two settings, over seeds and reviews: {numbers}")
    assert network_sentence(compared).startswith("These two trained networks ")
    assert not details(of_two(evidence, store.runs()))[0].startswith("The two settings"), "no single network is judged"
    assert ", seed-to-seed variation estimated from 3 other runs of this setting; p" in details(compared)[0]


def test_earlier_runs_are_lent_to_several_seeds_too(store: RunStore, evidence: Evidence) -> None:
    first, *_ = seeds(store, "SimpleRNN", 0.70, 0.71, 0.72, 0.70, 0.71)
    second, *_ = seeds(store, "LSTM", 0.86, 0.85, 0.86, 0.87, 0.86)
    alone = of_two(evidence, [first, second])
    two_each = of_two(evidence, [run for run in store.runs() if run.experiment.seed <= 2])
    assert isinstance(alone.difference, Outcome)
    assert isinstance(two_each.difference, Outcome)
    assert two_each.difference.spreads[0].df == 1 + 2
    assert replace(two_each.difference, looks=(2,)).half_width < alone.difference.half_width
    assert "seed-to-seed variation estimated from 3 other runs of this setting; p" in details(two_each)[0]


def test_two_seeds_each_tell_nothing_and_what_it_would_take_is_said_from_three_on(
    store: RunStore, evidence: Evidence
) -> None:
    two = of_two(evidence, [*seeds(store, "SimpleRNN", 0.60, 0.75), *seeds(store, "LSTM", 0.70, 0.86)])
    assert sentence(two).endswith("which may be the luck of few seeds. Train 3 seeds or more of each.")
    four = of_two(evidence, [*seeds(store, "GRU", 0.5, 1, 0.5, 1), *seeds(store, "MGU", 0.5, 1, 1, 1)])
    assert sentence(four).startswith("Whether MGU(32) or GRU(32) is better is not yet known: a difference of 12.5 ± ")
    assert sentence(four).endswith("takes more held-out reviews, or more than 100 more seeds of each.")
    near = of_two(
        evidence, [run for cell in ("GRU", "MGU") for run in seeds(store, cell, 0.9, 0.9, 0.91, reviews=20000)]
    )
    assert re.search(r"Seeing a difference of 1 point takes \d+ to \d+ more seeds of each\.$", sentence(near))


def test_seeds_that_are_added_after_a_look_are_judged_at_the_level_of_a_second(
    store: RunStore, evidence: Evidence
) -> None:
    def queued(*several: int) -> list[Run]:
        experiments = [experiment(cell, seed) for cell in ("GRU", "LSTM") for seed in several]
        ids = store.create(experiments, Owner.current(), "page")
        return [record(store, item, [0.7, 0.8], run=run) for item, run in zip(experiments, ids, strict=True)]

    first = queued(1, 2, 3)
    at_once = of_two(evidence, first).difference
    later = of_two(evidence, [*first, *queued(4, 5)]).difference
    assert isinstance(at_once, Outcome)
    assert isinstance(later, Outcome)
    assert (at_once.looks, later.looks) == ((3,), (3, 5))
    assert (at_once.alpha, later.alpha) == (0.04, 0.005)
    assert "At the 2nd look at these seeds, p up to 0.005 shows" in details(of_two(evidence, store.runs()))[0]


def test_a_pair_that_may_have_been_picked_among_many_is_told_to_be_compared_with_all(
    store: RunStore, evidence: Evidence
) -> None:
    """The best and the worst of eight equal settings, by themselves, were called different in 13 of 100 cases."""
    experiments = [experiment(cell, seed) for cell in ("GRU", "MGU", "LSTM") for seed in (1, 2, 3)]
    ids = store.create(experiments, Owner.current(), "page")
    shares = {"GRU": 0.9, "MGU": 0.8, "LSTM": 0.7}
    runs = [record(store, item, [0.6, shares[item.cell]], run=run) for item, run in zip(experiments, ids, strict=True)]
    assert "If these were picked by their results (3 settings were trained together), compare all" in result(
        judge(groups(runs[:6]), evidence)
    )
    assert "picked" not in result(judge(groups(runs), evidence))


@pytest.mark.parametrize(("margin", "answer"), [(0.01, "unknown"), (0.1, "equal")])
def test_the_margin_is_chosen_and_shown(store: RunStore, evidence: Evidence, margin: float, answer: str) -> None:
    runs = [run for cell in ("GRU", "LSTM") for run in seeds(store, cell, 0.80, 0.81, 0.80)]
    [pair] = judge(groups(runs), evidence, margin=margin).pairs
    assert pair.difference is not None
    assert pair.difference.verdict == answer
    assert f"equal is within {100 * margin:g} point" in details(pair)[0]
    assert ("are equal to within 10 points: they differ by" in sentence(pair)) is (answer == "equal")


def test_with_test_reviews_these_are_compared(store: RunStore, evidence: Evidence) -> None:
    runs = [
        record(store, experiment(cell, seed, test_split=0.2), [0.8, 0.81], test=share)
        for cell, share in (("GRU", 0.8), ("LSTM", 0.7))
        for seed in (1, 2, 3)
    ]
    assert usual_measure(groups(runs), evidence) == "test"
    compared = of_two(evidence, runs)
    assert sentence(compared).startswith("GRU(32) is better than LSTM(32) by 10.0 ±")


def test_runs_from_before_verdicts_were_kept_are_compared_by_their_typical_epochs(
    store: RunStore, evidence: Evidence
) -> None:
    old = [
        record(store, experiment("GRU", seed), [0.7, share], keep=False)
        for seed, share in ((1, 0.8), (2, 0.82), (3, 0.8))
    ]
    compared = of_two(evidence, [*old, *seeds(store, "LSTM", 0.8, 0.8, 0.81)])
    assert compared.measure == "typical"
    assert compared.difference is not None
    assert isinstance(compared.difference, Outcome)
    assert not compared.difference.paired
    assert any("Not every run stored its single verdicts" in line for line in details(compared))


def test_partial_runs_are_left_out_of_means(store: RunStore, evidence: Evidence) -> None:
    stopped = record(store, experiment("LSTM", 9, epochs=5), [0.5, 0.5], Status.STOPPED)
    whole = [record(store, experiment("LSTM", seed, epochs=5), [0.8] * 5) for seed in (1, 2)]
    [group] = groups([stopped, *whole])
    assert (group.counted, group.left_out) == (tuple(whole), (stopped,))
    achieved = evidence.scores_of(group, "typical")
    assert achieved is not None
    assert [score.accuracy for score in achieved] == pytest.approx([0.8, 0.8])


def test_a_run_that_ran_out_of_patience_is_whole(store: RunStore) -> None:
    early = record(store, experiment("LSTM", epochs=5, patience=1), [0.8, 0.7])
    assert early.stopped_early
    assert groups([early])[0].counted == (early,)


@pytest.mark.parametrize("other", [{"reviews": 1000}, {"validation_split": 0.3}, {"vary_split": True}])
def test_groups_that_other_reviews_judged_are_not_compared(
    store: RunStore, evidence: Evidence, other: dict[str, Any]
) -> None:
    compared = of_two(evidence, [*seeds(store, "LSTM", 0.8), *seeds(store, "GRU", 0.8, **other)])
    assert compared.difference is None
    assert "were judged by different reviews" in sentence(compared)
    assert details(compared) == []


def test_where_the_seed_decides_the_split_seeds_are_compared_one_by_one(store: RunStore, evidence: Evidence) -> None:
    runs = [
        *seeds(store, "SimpleRNN", 0.70, 0.71, 0.72, vary_split=True),
        *seeds(store, "LSTM", 0.86, 0.87, 0.87, 0.9, vary_split=True),
    ]
    compared = of_two(evidence, runs)
    assert isinstance(compared.difference, Outcome)
    assert (compared.difference.runs, compared.difference.left_out) == ((3, 3), (4,))
    assert compared.difference.difference == pytest.approx(np.mean([-0.16, -0.16, -0.15]), abs=0.03)
    text = " ".join(details(compared))
    assert "Left out" in text
    assert "paired t over the seeds, corrected for splits that overlap" in text
    assert "Welch" not in text


def test_networks_that_share_no_seed_are_not_told_to_train_more_where_the_seed_decides_the_split(
    store: RunStore, evidence: Evidence
) -> None:
    text = result(judge(groups(without_shared_seeds(store)), evidence))
    assert "without a verdict. Where the seed decides the split, 3 shared seeds are needed." in text
    assert "3 seeds or more" not in text


def test_why_a_leader_has_no_verdict_is_said_of_its_own_reviews_only(store: RunStore, evidence: Evidence) -> None:
    leading = [*seeds(store, "MGU", 0.9), *seeds(store, "LSTM", 0.8)]
    few = [*seeds(store, "LSTM", 0.6, reviews=60), *seeds(store, "GRU", 0.6, reviews=60)]
    text = result(judge(groups([*leading, *without_shared_seeds(store), *few]), evidence))
    assert "which may be the luck of one seed. Train 3 seeds or more of each." in text
    assert "held-out reviews" not in text


def without_shared_seeds(store: RunStore) -> list[Run]:
    cells = {"SimpleRNN": (1, 2), "LSTM": (3, 4), "GRU": (5, 6)}
    runs = [run for cell in cells for run in seeds(store, cell, *[0.7] * 5, 0.8, vary_split=True)]
    return [run for run in runs if run.experiment.seed in cells[run.experiment.cell]]


def test_several_pairs_are_judged_together(store: RunStore, evidence: Evidence) -> None:
    runs = [run for cell in ("SimpleRNN", "GRU", "LSTM") for run in seeds(store, cell, 0.80, 0.81, 0.82)]
    compared = judge(groups(runs), evidence).pairs
    assert [(pair.a.name, pair.b.name) for pair in compared] == [
        ("SimpleRNN(32)", "GRU(32)"),
        ("SimpleRNN(32)", "LSTM(32)"),
        ("GRU(32)", "LSTM(32)"),
    ]
    for pair in compared:
        assert isinstance(pair.difference, Outcome)
        assert (pair.difference.comparisons, pair.difference.divisor) == (3, 3)
    assert "; 98.67 % interval, adjusted for 3 comparisons)." in sentence(compared[0])


def test_a_group_without_a_whole_run_is_named(store: RunStore, evidence: Evidence) -> None:
    stopped = record(store, experiment("GRU", epochs=5), [0.5], Status.STOPPED)
    compared = of_two(evidence, [*seeds(store, "LSTM", 0.8, epochs=2), stopped])
    assert compared.problem == "GRU(32) epochs 5 has no run that trained to its end, so it is not compared."


def test_reviews_that_are_prepared_later_are_seen_then(
    store: RunStore, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    [run] = seeds(store, "LSTM", 0.8, reviews=1998)
    with monkeypatch.context() as before:
        before.setattr(prepared, "is_prepared", lambda _source: False)
        assert evidence.score(run, "kept") is None
    assert evidence.score(run, "kept") is not None


def test_a_source_that_is_gone_leaves_the_figures(store: RunStore, evidence: Evidence) -> None:
    [run] = seeds(store, "LSTM", 0.8)
    gone = Group("gone", (run,)).experiment.model_copy(update={"source": "gone"})
    lost = Run(**{**vars(run), "experiment": gone})
    assert evidence.score(lost, "kept") is None
    achieved = evidence.score(lost, "typical")
    assert achieved is not None
    assert achieved.correct is None
