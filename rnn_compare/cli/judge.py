"""The command `judge`: the verdict on runs in a file of anybody's."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import output
from rnn_compare.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ({"setting", "seed", "item", "right"}, {"setting", "seed", "accuracy"})


def judge(options: argparse.Namespace) -> int:
    """Prints the verdict on every pair of settings in a file, and returns the exit code."""
    from rnn_compare.comparison.inference import judge

    for pair in judge.judge(arrays(Path(options.file)), options.margin / 100, options.looks):
        if options.json:
            output.json_line({"kind": "judgement"} | asdict(pair))
            continue
        print(pair.sentence)
        if pair.wins is not None and pair.wins_low is not None and pair.wins_high is not None:
            between = f"95 % interval {100 * pair.wins_low:.0f} to {100 * pair.wins_high:.0f} %"
            print(f"  A seed of {pair.a} beats one of {pair.b} in {100 * pair.wins:.0f} % of pairs ({between}).")
        if pair.p is not None and pair.level is not None:
            print(f"  p = {pair.p:.3g}; up to {1 - pair.level:.3g} shows a difference at this look.")
    return 0


def arrays(file: Path) -> dict[str, Any]:
    """Returns the arrays for ``rnn_compare.judge`` from a CSV or Parquet file.

    Raises:
        UserError: If the file cannot be read, lacks a column or a row, or has one twice.
    """
    import pandas as pd

    try:
        table = pd.read_parquet(file) if file.suffix in (".parquet", ".pq") else pd.read_csv(file)
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read as a table ({error}). Give a CSV or Parquet file.") from error
    columns = next((names for names in _COLUMNS if names <= set(table.columns)), None)
    if columns is None:
        raise UserError(
            f"{file} has the columns {', '.join(map(str, table.columns))[:200]}, but needs setting, seed, item and "
            "right, or setting, seed and accuracy. Rename them."
        )
    keys = sorted(columns & {"seed", "item"}, reverse=True)
    if twice := table.duplicated(["setting", *keys]).sum():
        raise UserError(f"{file} has {twice} rows twice: one row for each setting, {' and '.join(keys)} is expected.")
    values = "right" if "right" in columns else "accuracy"
    try:
        table[values] = table[values].astype(float)
    except (TypeError, ValueError) as error:
        raise UserError(f"{file}: {values} must be a number from 0 to 1, or true or false ({error}).") from error
    by_setting = table.groupby("setting", sort=False)
    if values == "accuracy":
        return {str(name): runs["accuracy"].to_numpy() for name, runs in by_setting}
    items = sorted(table["item"].unique())
    return {str(name): _right(str(name), runs, items) for name, runs in by_setting}


def _right(name: str, runs: "pd.DataFrame", items: list[Any]) -> Any:
    by_seed = runs.pivot_table(index="seed", columns="item", values="right").reindex(columns=items)
    if gaps := int(by_seed.isna().sum().sum()):
        raise UserError(f"{name} lacks {gaps} of its {by_seed.size} rows: every seed needs a row for every item.")
    return by_seed.to_numpy()
