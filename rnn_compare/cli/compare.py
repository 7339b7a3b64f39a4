"""The command `compare`: which of several groups of runs is better, as far as that can be told."""

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import labels

if TYPE_CHECKING:
    from rnn_compare.comparison.groups import Group
    from rnn_compare.comparison.verdicts import Comparison
    from rnn_compare.runs.store import RunStore


def run(options: argparse.Namespace) -> int:
    """Compares every pair of groups and prints what may be said of it; returns the exit code.

    A group is the id of a run, or several, joined by commas, of runs that differ by their seed alone.
    """
    from rnn_compare.comparison.evidence import Evidence
    from rnn_compare.comparison.sentences import details, network_sentence, result, sentence
    from rnn_compare.comparison.verdicts import judge

    texts = options.group
    if len(texts) < 2:
        raise UserError("Name at least two groups to compare, each a run ID or several joined by commas.")
    with foreground.open_store() as store:
        groups = _told_apart([_group(store, names) for names in texts], texts)
        verdict = judge(groups, Evidence(store), options.measure)
        if problem := next((pair.problem for pair in verdict.pairs if pair.problem), ""):
            raise UserError(problem)
        if options.json:
            for pair, names in zip(verdict.pairs, itertools.combinations(texts, 2), strict=True):
                output.json_line(_json(pair, *names))
            return 0
        print(result(verdict))
        for pair in verdict.pairs:
            if len(verdict.pairs) > 1:
                print(sentence(pair))
            for line in filter(None, (network_sentence(pair), *details(pair))):
                print(f"  {line}")
        for group in groups:
            for run in group.left_out:
                epochs = f"{len(run.epochs)} of {run.experiment.epochs} epochs"
                print(f"{run.id} is not included: {run.status.value} after {epochs}.")
    return 0


def _group(store: "RunStore", text: str) -> "Group":
    from rnn_compare.comparison.groups import groups

    names = list(dict.fromkeys(name for name in text.split(",") if name))
    if not names:
        raise UserError("A group is empty. Name run IDs as `runs` lists them, joined by commas.")
    runs = [store.run(name) for name in names]
    matches = groups(runs)
    if len(matches) > 1:
        labels = " and ".join(group.name for group in matches[:2])
        raise UserError(f"{text[:80]} is not a group: its runs differ in more than the seed ({labels}). Remove some.")
    working = [run.id for run in runs if not run.status.ended]
    if working:
        raise UserError(f"{working[0]} is not finished. Wait for it, or stop it.")
    return matches[0]


def _told_apart(groups: Sequence["Group"], texts: Sequence[str]) -> list["Group"]:
    """Names each group by what differs; two of one setting by what was given."""
    names = labels(group.experiment.model_copy(update={"seed": 0}) for group in groups)
    own = [group.runs[0].name for group in groups]
    unique = [own or label for own, label in zip(own, names, strict=True)]
    return [
        replace(group, name=name if unique.count(name) == 1 else f"{name} {text[:60]}")
        for group, name, text in zip(groups, unique, texts, strict=True)
    ]


def _json(pair: "Comparison", a: str, b: str) -> dict[str, Any]:
    from rnn_compare.comparison.sentences import sentence

    difference, networks = pair.difference, pair.networks
    assert difference is not None

    def points(share: float | None) -> float | None:
        return None if share is None else 100 * share

    return {
        "kind": "comparison",
        "a": a,
        "b": b,
        "difference": points(difference.difference),
        "low": points(difference.low),
        "high": points(difference.high),
        "level": None if difference.p is None else difference.level,
        "p": difference.p_adjusted,
        "verdict": difference.verdict,
        "reason": difference.reason,
        "sentence": sentence(pair),
        "measure": pair.measure,
        "runs": list(difference.runs),
        "accuracies": list(pair.shares),
        "networks": None
        if networks is None
        else {
            "difference": points(networks.difference),
            "low": points(networks.limits[0]),
            "high": points(networks.limits[1]),
            "level": networks.level,
            "p": networks.p_adjusted,
        },
    }
