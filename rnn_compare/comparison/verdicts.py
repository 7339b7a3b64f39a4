"""The judgement on groups of recorded runs, from what is measured of them."""

from collections.abc import Sequence

from rnn_compare.comparison.baselines import bags_guess, shared_baselines
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import JUDGED_BY, Group
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.inference.judgement import Judgement, Obstacle, Sample, judge_settings
from rnn_compare.comparison.inference.levels import MARGIN
from rnn_compare.experiment import Experiment


def judge(
    groups: Sequence[Group], evidence: Evidence, basis: Judging | None = None, margin: float = MARGIN
) -> Judgement:
    """Returns the judgement on settings whose runs have all ended, and on each beside the baselines.

    Args:
        groups: The settings, whose names differ.
        basis: How accuracies are measured; by default as ``usual_basis`` says.
        margin: Settings whose accuracies differ by less, a share, are equal.
    """
    basis = basis or usual_basis(groups, evidence)
    experiments = {group.name: group.experiment for group in groups}

    def hindrance(a: Sample, b: Sample) -> tuple[Obstacle, str] | None:
        without_runs = [group.name for group in groups if group.name in (a.name, b.name) and not group.counted]
        if without_runs:
            return "no whole run", without_runs[0]
        if a.name in experiments and b.name in experiments:
            of_a, of_b = experiments[a.name], experiments[b.name]
            if differing := _judged_by_other_reviews(of_a, of_b, basis):
                return "other reviews", differing
            if of_a.vary_split and basis != "test":
                return "own splits", ""
        return next((("no predictions", side.name) for side in (a, b) if not side.scores), None)

    baselines = shared_baselines([run.experiment for group in groups for run in group.counted])
    readers = [baseline for baseline in baselines if baseline.reads_text]
    beside = {baseline.name: setting for baseline in readers if (setting := baseline.setting(basis))}
    return judge_settings(
        [setting_of(group, evidence, basis) for group in groups],
        basis,
        baselines=beside.values(),
        guessing=beside["words"] if beside and bags_guess(baselines, basis) else None,
        margin=margin,
        picked_from=evidence.picked_from(groups),
        hindrance=hindrance,
    )


def usual_basis(groups: Sequence[Group], evidence: Evidence) -> Judging:
    """Returns by which measure groups are compared: test reviews, if all counted runs have read them."""
    counted = [group for group in groups if group.counted]
    has_test = counted and all(evidence.scores(group.counted, "test") for group in counted)
    return "test" if has_test else "kept"


def setting_of(group: Group, evidence: Evidence, basis: Judging) -> Sample:
    """Returns a group as the judgement takes it."""
    return Sample(
        group.name,
        tuple(evidence.scores(group.counted, basis)),
        tuple(run.created for run in group.counted),
        evidence.spread(group, basis),
    )


def _judged_by_other_reviews(a: Experiment, b: Experiment, basis: Judging) -> str:
    """Returns in which settings that choose the held-out reviews two experiments differ; empty if in none."""
    names = list(JUDGED_BY)
    if basis == "test" and a.source == b.source and not a.test_split:
        names = ["test_split"]  # the source's own test reviews judge both
    differing = {name: (getattr(a, name), getattr(b, name)) for name in names}
    return ", ".join(
        f"{name.replace('_', ' ')} {first} and {second}"
        for name, (first, second) in differing.items()
        if first != second
    )
