"""The commands `compare`, `judge` and `baselines`: verdicts on trained runs, on runs in a file, and what to beat."""

import argparse
import itertools
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.cli.setting_options import chosen
from rnn_compare.comparison.baselines import NOTE, baseline_table
from rnn_compare.comparison.baselines import baselines as results_of
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.formatting import counted, excerpt, listed

if TYPE_CHECKING:
    import pandas as pd

    from rnn_compare.comparison.groups import Group
    from rnn_compare.runs.store import RunStore

MOST_GROUPS = 40
"""Most groups to compare: 780 pairs, each with a verdict of its own."""
MOST_BYTES, MOST_ROWS = 10**9, 20_000_000
"""Of a file to judge: so many rows take half a minute and 3 GB."""
_NAMES, _VALUES = ("setting", "seed"), ("item", "right", "accuracy")
_COLUMNS = ({"setting", "seed", "item", "right"}, {"setting", "seed", "accuracy"})


def compare(options: argparse.Namespace) -> int:
    """Compares every pair of groups and prints the verdicts; returns the exit code.

    A group is the id of a run, or the ids, joined by commas, of several that differ only in their seed.
    """
    from rnn_compare.comparison.evidence import Evidence, results_table
    from rnn_compare.comparison.groups import named
    from rnn_compare.comparison.inference.levels import check_margin
    from rnn_compare.comparison.inference.wording import meaning_of_interval, result, sentence
    from rnn_compare.comparison.verdicts import judge, usual_basis

    check_margin(options.margin / 100)
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
        judgement = judge(groups, evidence, options.measure, options.margin / 100)
        if pair := judgement.obstacle:
            raise UserError(sentence(pair))
        if options.json:
            for pair, (a, b) in zip(judgement.pairs, itertools.combinations(texts, 2), strict=True):
                output.json_line({"kind": "comparison"} | pair.facts() | {"a": a, "b": b})
            return 0
        pairs = judgement.pairs if len(judgement.pairs) > 1 else ()
        lines = [result(judgement), *map(sentence, pairs), meaning_of_interval(judgement)]
        print(
            *filter(None, lines),
            results_table(groups, evidence, options.measure or usual_basis(groups, evidence)),
            sep="\n",
        )
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


def judge(options: argparse.Namespace) -> int:
    """Prints the verdict on every pair of settings in a file, and returns the exit code."""
    from rnn_compare.comparison.inference import judge
    from rnn_compare.comparison.inference.wording import meaning_of_interval

    judgement = judge.judge(arrays(Path(options.file)), options.margin / 100, options.looks, options.fixed)
    if options.json:
        for pair in judgement.pairs:
            output.json_line({"kind": "judgement"} | pair.facts())
    else:
        print(*filter(None, [*map(str, judgement.pairs), meaning_of_interval(judgement)]), sep="\n")
    return 0


def arrays(file: Path) -> dict[str, Any]:
    """Returns the arrays for ``rnn_compare.judge`` from a CSV or Parquet file.

    Raises:
        UserError: If the file cannot be read, is too large, lacks a column or a row, or has one twice.
    """
    table = _table(file)
    columns = next((names for names in _COLUMNS if names <= set(table.columns)), None)
    if columns is None:
        raise UserError(
            f"{file} has the columns {excerpt(', '.join(map(str, table.columns)), 200)}, but needs setting, seed, item "
            "and right, or setting, seed and accuracy. Rename them, and separate them by commas."
        )
    keys = sorted(columns & {"seed", "item"}, reverse=True)
    if empty := int(table[["setting", *keys]].isna().any(axis=1).sum()):
        without = listed(["setting", *keys], "or")
        raise UserError(f"{file} has {counted(empty, 'row')} without {without}. Fill these in, or remove them.")
    if twice := int(table.duplicated(["setting", *keys]).sum()):
        expected = f"one row for each {listed(['setting', *keys])} is expected"
        raise UserError(f"{file} has {counted(twice, 'row')} twice: {expected}.")
    values = "right" if "right" in columns else "accuracy"
    try:
        table[values] = table[values].astype(float)
    except (TypeError, ValueError) as error:
        reason = excerpt(str(error), 200)
        raise UserError(f"{file}: {values} must be a number from 0 to 1, or true or false ({reason}).") from error
    by_setting = table.groupby("setting", sort=False, observed=True)
    if values == "accuracy":
        return {str(name): runs["accuracy"].to_numpy() for name, runs in by_setting}
    items = sorted(table["item"].unique())
    return {str(name): _right(excerpt(str(name)), runs, items) for name, runs in by_setting}


def _table(file: Path) -> "pd.DataFrame":
    import pandas as pd
    from pyarrow import parquet  # type: ignore[import-untyped]  # it brings no types

    too_long = UserError(f"{file} has more than {MOST_ROWS:,} rows. Leave out seeds or items.")
    try:
        if not (file.is_file() or file.is_fifo()):
            raise UserError(f"{file} is no file. Give a CSV or Parquet file.")
        if (size := file.stat().st_size) > MOST_BYTES:
            raise UserError(f"{file} has {size / 10**6:,.0f} MB; the limit is {MOST_BYTES // 10**6:,} MB.")
        if file.suffix in (".parquet", ".pq"):
            if parquet.read_metadata(file).num_rows > MOST_ROWS:
                raise too_long
            return pd.read_parquet(file)
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):  # more fields than columns
            table = pd.read_csv(
                file,
                nrows=MOST_ROWS + 1,
                index_col=False,
                dtype=dict.fromkeys(_NAMES, "string[pyarrow]"),  # 001 and 1 are two names
                na_values={**dict.fromkeys(_NAMES, ""), **{name: ["", "nan", "NaN", "NA"] for name in _VALUES}},
                keep_default_na=False,
            )
    except pd.errors.ParserWarning as error:
        raise UserError(
            f"{file} has more fields in a row than columns. Name all columns, end no row by a comma."
        ) from error
    except (OSError, ValueError) as error:
        reason = excerpt(str(error), 200)
        raise UserError(f"{file} cannot be read as a table ({reason}). Give a CSV or Parquet file.") from error
    if len(table) > MOST_ROWS:
        raise too_long
    return table


def _right(name: str, runs: "pd.DataFrame", items: list[Any]) -> Any:
    by_seed = runs.pivot_table(index="seed", columns="item", values="right", observed=True).reindex(columns=items)
    if gaps := int(by_seed.isna().sum().sum()):
        raise UserError(f"{name} lacks {gaps} of its {by_seed.size} rows: every seed needs a row for every item.")
    return by_seed.to_numpy()


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
