"""The command `compare`: which of several groups of runs is better, as far as that can be told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import labels

if TYPE_CHECKING:
    from rnn_compare.comparison.accuracies import Measure
    from rnn_compare.comparison.groups import Group
    from rnn_compare.comparison.verdicts import Comparison
    from rnn_compare.runs.store import RunStore


def run(given: Sequence[str], measure: "Measure | None", as_json: bool) -> int:
    """Compares every pair of groups and prints what may be said of it; returns the exit code.

    Args:
        given: Each group: the id of a run, or several, joined by commas, of runs that differ by their seed alone.
        measure: What is compared; None for what tells most.
        as_json: Whether to print JSON lines.

    Raises:
        UserError: If a group is none, or groups cannot be compared.
    """
    from rnn_compare.comparison.evidence import Evidence
    from rnn_compare.comparison.sentences import details, network_sentence, sentence
    from rnn_compare.comparison.verdicts import compare

    if len(given) < 2:
        raise UserError("One group was given; name at least two to compare, each a run's id or several with commas.")
    with foreground.open_store() as store:
        groups = _told_apart([_group(store, names) for names in given], given)
        for found in compare(groups, Evidence(store), measure):
            if found.problem:
                raise UserError(found.problem)
            if as_json:
                output.json_line(_json(found, given[groups.index(found.a)], given[groups.index(found.b)]))
                continue
            print(sentence(found))
            for line in filter(None, (network_sentence(found), *details(found))):
                print(f"  {line}")
        for group in groups:
            for one in group.left_out:
                epochs = f"{len(one.epochs)} of {one.experiment.epochs} epochs"
                print(f"{one.id} is left out: {one.status.value} after {epochs}.")
    return 0


def _group(store: "RunStore", given: str) -> "Group":
    from rnn_compare.comparison.groups import groups

    names = list(dict.fromkeys(name for name in given.split(",") if name))
    if not names:
        raise UserError("A group is empty; name a run's id, or several joined by commas, as `runs` lists them.")
    runs = [store.run(name) for name in names]
    found = groups(runs)
    if len(found) > 1:
        labels = " and ".join(group.name for group in found[:2])
        raise UserError(
            f"{given[:80]} is no group: its runs differ by more than their seed ({labels}). Take some away."
        )
    working = [run.id for run in runs if not run.status.ended]
    if working:
        raise UserError(
            f"{working[0]} is not finished: no verdict before all runs have ended. Wait for it, or stop it."
        )
    return found[0]


def _told_apart(groups: Sequence["Group"], given: Sequence[str]) -> list["Group"]:
    """Names each group by what differs; two of one setting by what was given."""
    names = labels(group.experiment.model_copy(update={"seed": 0}) for group in groups)
    own = [group.runs[0].name for group in groups]
    chosen = [own or label for own, label in zip(own, names, strict=True)]
    return [
        replace(group, name=name if chosen.count(name) == 1 else f"{name} {text[:60]}")
        for group, name, text in zip(groups, chosen, given, strict=True)
    ]


def _json(found: "Comparison", a: str, b: str) -> dict[str, Any]:
    from rnn_compare.comparison.sentences import mean, sentence

    difference, networks = found.difference, found.networks
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
        "p": difference.p_adjusted,
        "verdict": difference.verdict,
        "sentence": sentence(found),
        "measure": found.measure,
        "runs": list(difference.runs),
        "accuracies": [mean(each) for each in found.achieved],
        "networks": None
        if networks is None
        else {
            "difference": points(networks.difference),
            "low": points(networks.low),
            "high": points(networks.high),
            "p": networks.p,
        },
    }
