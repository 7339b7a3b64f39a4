"""The commands `compare` and `baselines`: verdicts on trained runs, and what to beat."""

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnn_compare.cli import foreground, output
from rnn_compare.cli.setting_options import chosen
from rnn_compare.comparison.baselines import NOTE, baseline_table
from rnn_compare.comparison.baselines import baselines as results_of
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.formatting import listed

if TYPE_CHECKING:
    from rnn_compare.comparison.groups import Group
    from rnn_compare.runs.store import RunStore

MOST_GROUPS = 40
"""Most groups to compare: 780 pairs, each with a verdict of its own."""


def compare(options: argparse.Namespace) -> int:
    """Compares every pair of groups and prints the verdicts; returns the exit code.

    A group is the id of a run, or the ids, joined by commas, of several that differ only in their seed.
    """
    from rnn_compare.comparison.evidence import Evidence, results_table
    from rnn_compare.comparison.groups import named
    from rnn_compare.comparison.inference.wording import lines, sentence
    from rnn_compare.comparison.verdicts import judge, usual_basis

    texts = options.group
    if not 2 <= len(texts) <= MOST_GROUPS:
        raise UserError(
            "Name at least two groups to compare, each a run ID or several joined by commas, and at most "
            f"{MOST_GROUPS}, since every pair is compared; there are {len(texts)}."
        )
    with foreground.open_store() as store:
        groups = named(_group(store, names).runs for names in texts)
        _refuse_repeated(groups)
        evidence = Evidence(store)
        judgement = judge(groups, evidence, options.measure, options.margin)
        if pair := judgement.obstacle:
            raise UserError(sentence(pair))
        if options.json:
            runs = {group.name: [run.id for run in group.runs] for group in groups}
            for pair in judgement.pairs:
                facts = pair.facts() | {"runs": [runs[pair.a.name], runs[pair.b.name]]}
                output.json_line({"kind": "comparison"} | facts)
            return 0
        table = results_table(groups, evidence, options.measure or usual_basis(groups, evidence))
        print(*lines(judgement), table, sep="\n")
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


def _refuse_repeated(groups: Sequence["Group"]) -> None:
    counts = Counter(run.id for group in groups for run in group.runs)
    if repeated := [run for run, count in counts.items() if count > 1]:
        themselves = "itself" if len(repeated) == 1 else "themselves"
        raise UserError(f"{listed(repeated)} would be compared with {themselves}. Name each run in one group only.")


def baselines(options: argparse.Namespace) -> int:
    """Prints the baselines for an experiment's split and vocabulary, and returns the exit code."""
    table = baseline_table(results_of(experiment_from(chosen(options))))
    if options.json:
        for values in table.records():
            output.json_line({"kind": "baseline"} | values)
    else:
        print(table)
        print(NOTE)
    return 0
