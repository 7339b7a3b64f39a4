"""The command `judge FILE`, of the program and of `rnn-compare-judge`: its options and what it prints."""

import argparse

from ...formatting import as_json
from .judge import judge
from .judge_file import arrays
from .levels import MARGIN, check_margin
from .wording import lines

PURPOSE = "judge runs of any program, from a CSV or Parquet file"


def points(text: str) -> float:
    """Returns a margin that was typed in points as a share; raises ``UserError`` if it is out of bounds."""
    share = float(text) / 100
    check_margin(share)
    return share


def add_margin(parser: argparse.ArgumentParser) -> None:
    """Adds ``--margin`` to a command, also to one that judges recorded runs."""
    meaning = "settings that differ by fewer points are equal: above 0, up to 50, chosen beforehand (1)"
    parser.add_argument("--margin", type=points, default=MARGIN, metavar="POINTS", help=meaning)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the file and the options of ``judge`` to a command."""
    columns = "with the columns setting, seed, item, right; or setting, seed, accuracy"
    parser.add_argument("file", metavar="FILE", help=f"a CSV or Parquet file {columns}; - is CSV on standard input")
    add_margin(parser)
    parser.add_argument("--fixed", metavar="SETTING", nargs="+", default=(), help="settings that have no seeds")
    parser.add_argument("--looks", type=int, default=1, help="how often these runs were looked at, now included (1)")


def judge_file(options: argparse.Namespace) -> int:
    """Prints the verdict on every pair of settings in a file, and returns the exit code."""
    judgement = judge(arrays(options.file), options.margin, options.looks, options.fixed)
    if options.json:
        for pair in judgement.pairs:
            print(as_json({"kind": "judgement"} | pair.facts()))
    else:
        print(*lines(judgement), sep="\n")
    return 0
