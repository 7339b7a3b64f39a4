"""The commands `page`, `baselines`, `compare`, `fetch` and `repair`."""

import argparse
import contextlib
import itertools
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.cli.setting_options import chosen
from rnn_compare.comparison.baselines import NOTE
from rnn_compare.comparison.baselines import baselines as results_of
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import experiment_from, labels
from rnn_compare.paths import page_script
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.runs.repair import repair as repaired
from rnn_compare.sources.registry import SOURCES
from rnn_compare.sources.registry import source as source_of

if TYPE_CHECKING:
    from rnn_compare.comparison.groups import Group
    from rnn_compare.comparison.verdicts import Comparison
    from rnn_compare.runs.store import RunStore

_BASELINE_FIGURES = ("val_accuracy", "seconds", "test_accuracy", "features")
MOST_GROUPS = 40
"""Most groups to compare: 780 pairs, each with a verdict of its own."""
FETCHABLE = {name: source_of(name).title for name in SOURCES if source_of(name).fetch}
"""Titles of the sources with files to download, by their names."""


def page(options: argparse.Namespace) -> int:
    """Starts the server, which opens the browser, and returns its exit code."""
    command = [sys.executable, "-m", "streamlit", "run", str(page_script()), *options.streamlits]
    if os.name == "posix":
        os.execv(command[0], command)  # signals such as Ctrl-C then reach the server itself
    with subprocess.Popen(command) as server:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the server got it too, and is ending its workers
                return server.wait()


def baselines(options: argparse.Namespace) -> int:
    """Prints the baselines for an experiment's split and vocabulary, and returns the exit code."""
    results = results_of(experiment_from(chosen(options, ())))
    if options.json:
        for baseline in results:
            figures = {name: getattr(baseline, name) for name in _BASELINE_FIGURES}
            output.json_line({"kind": "baseline", "name": baseline.name, **figures})
    else:
        heads = tuple(map(str.lower, results[0].row))
        print(output.table(heads, (tuple(baseline.row.values()) for baseline in results)))
        print(NOTE)
    return 0


def repair(options: argparse.Namespace) -> int:
    """Restores runs from what is left of a damaged record, prints what was done, and returns the exit code."""
    with foreground.open_store() as store:
        interrupt_orphans(store)
        for sentence in repaired(store.path):
            if options.json:
                output.json_line({"kind": "repair", "sentence": sentence})
            else:
                print(sentence)
        interrupt_orphans(store)
    return 0


def fetch(options: argparse.Namespace) -> int:
    """Downloads the files of a source, unless they exist, and returns the exit code."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end="" if done < total else "\n", file=sys.stderr)

    source = source_of(options.source)
    path = source.fetch(tell=tell) if source.fetch else ""
    if options.json:
        output.json_line({"kind": "fetched", "source": options.source, "file": path})
    else:
        print(f"{source.title}: {path}. Train on it with: train --source {options.source}")
    return 0


def compare(options: argparse.Namespace) -> int:
    """Compares every pair of groups and prints the verdicts; returns the exit code.

    A group is the id of a run, or the ids, joined by commas, of several that differ only in their seed.
    """
    from rnn_compare.comparison.evidence import Evidence
    from rnn_compare.comparison.sentences import details, network_sentence, result, sentence
    from rnn_compare.comparison.verdicts import judge

    texts = options.group
    if not 2 <= len(texts) <= MOST_GROUPS:
        raise UserError(
            "Name at least two groups to compare, each a run ID or several joined by commas, and at most "
            f"{MOST_GROUPS}, since every pair is compared; there are {len(texts)}."
        )
    with foreground.open_store() as store:
        groups = _with_unique_names([_group(store, names) for names in texts], texts)
        verdict = judge(groups, Evidence(store), options.measure, options.margin / 100)
        if problem := next((pair.problem for pair in verdict.pairs if pair.problem), ""):
            raise UserError(problem)
        if options.json:
            for pair, names in zip(verdict.pairs, itertools.combinations(texts, 2), strict=True):
                output.json_line(_comparison_json(pair, *names))
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


def _with_unique_names(groups: Sequence["Group"], texts: Sequence[str]) -> list["Group"]:
    """Returns the groups with unique names; two of one setting are named by their ids."""
    names = labels(group.experiment.model_copy(update={"seed": 0}) for group in groups)
    own = [group.runs[0].name for group in groups]
    unique = [own or label for own, label in zip(own, names, strict=True)]
    return [
        replace(group, name=name if unique.count(name) == 1 else f"{name} {text[:60]}")
        for group, name, text in zip(groups, unique, texts, strict=True)
    ]


def _comparison_json(pair: "Comparison", a: str, b: str) -> dict[str, Any]:
    from rnn_compare.comparison.inference.levels import DifferenceTest
    from rnn_compare.comparison.sentences import sentence

    difference, networks, wins = pair.difference, pair.networks, pair.wins
    assert difference is not None

    def tested(test: DifferenceTest) -> dict[str, Any]:
        low, high = test.limits
        shares = {"difference": 100 * test.difference, "low": 100 * low, "high": 100 * high}
        return shares | {"level": test.level, "p": test.p, "verdict": test.verdict}

    untested = dict.fromkeys(("low", "high", "level", "p")) | {"difference": 100 * difference.difference}
    return {
        "kind": "comparison",
        "a": a,
        "b": b,
        **(tested(difference) if isinstance(difference, DifferenceTest) else untested),
        "verdict": difference.verdict,
        "reason": getattr(difference, "reason", ""),
        "wins": wins and {"share": wins.share, "low": wins.low, "high": wins.high},
        "sentence": sentence(pair),
        "measure": pair.measure,
        "runs": list(difference.runs),
        "accuracies": list(pair.shares),
        "networks": networks and tested(networks),
    }
